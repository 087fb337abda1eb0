//! The chat for the wall of a classroom, to be read from the back row: how to join, the newest
//! messages in a narrow column, and nothing that is for one person alone.

mod big;
pub(super) mod code;
mod dress;
mod head;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::areas::take_rows;
use super::input;
use super::text::Said;
use crate::cells;
use crate::state::State;
use crate::state::entry::{Body, Entry};
use crate::state::page::{Line, PageRow};
use crate::state::wall::{BAR, Layout};
use crate::words::hint::{self, Hint};
use dress::Dress;

/// Draws the wall; returns where the cursor is, if somebody types.
pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let layout = state.wall_layout();
    let mut rest = area;
    head::bar(state, take_rows(&mut rest, 1), buffer);
    head::draw(state, layout, take_rows(&mut rest, layout.head), buffer);
    head::line(state, take_rows(&mut rest, layout.line), buffer);
    take_rows(&mut rest, 1);
    messages(state, layout, take_rows(&mut rest, layout.messages), buffer);
    let typed = take_rows(&mut rest, layout.input);
    let cursor = (!typed.is_empty()).then(|| input::draw(state, typed, buffer));
    tip(state, take_rows(&mut rest, layout.tip), buffer);
    dress::strengthen(area, buffer);
    cursor
}

fn messages(state: &State, layout: Layout, area: Rect, buffer: &mut Buffer) {
    let scrollback = &state.conversations.open().scrollback;
    let page = scrollback.page();
    let reading = scrollback.reading_history();
    let left = area.x + area.width.saturating_sub(layout.measure + BAR) / 2;
    let column = Rect { x: left, width: (layout.measure + BAR).min(area.width), ..area };
    if page.is_empty() {
        return nothing_yet(state, column, buffer);
    }
    let used = u16::try_from(page.len()).unwrap_or(u16::MAX).min(area.height);
    let top = if reading.is_some() { area.y } else { area.bottom() - used };
    let mut shown: Option<(usize, Said<'_>)> = None;
    let mut links = 0;
    for (y, row) in (top..area.bottom()).zip(page) {
        let Some(entry) = scrollback.entry(row.entry) else { continue };
        let said = match shown.take() {
            Some((index, said)) if index == row.entry => said,
            before => {
                links += before.map_or(0, |(_, said)| said.entry.links().len());
                Said::for_all(state, entry, links)
            }
        };
        draw_row(state, &said, *row, Rect { y, height: 1, ..column }, buffer);
        shown = Some((row.entry, said));
    }
    if let Some(below) = reading.filter(|_| area.height >= 4) {
        let words = match below {
            0 => "↓ earlier messages · Alt-End: the newest".to_owned(),
            below => format!("↓ earlier messages · {below} new below · Alt-End"),
        };
        let words = state.me.habits.keys.spoken(&words);
        let words = cells::fit(&words, usize::from(column.width));
        let loud = state.looks.theme.loud;
        cells::put(buffer, (column.x, area.bottom() - 1), column.right(), &words, loud);
    }
}

fn draw_row(state: &State, said: &Said<'_>, row: PageRow, area: Rect, buffer: &mut Buffer) {
    let entry = said.entry;
    let text = Rect { x: area.x + BAR, width: area.width.saturating_sub(BAR), ..area };
    match row.line {
        Line::Name => name(state, entry, area, buffer),
        Line::Text(_) if entry.counts().is_some() => counted(state, entry, text, buffer),
        Line::Text(index) => {
            let bar = if entry.key.is_unsent() { "┊" } else { "▌" };
            if let Some(author) = entry.author() {
                let style = Dress::of(state, author).bar;
                cells::put(buffer, (area.x, area.y), area.right(), bar, style);
            }
            let mut style = state.looks.theme.text.add_modifier(Modifier::BOLD);
            if entry.is_action() {
                style = style.add_modifier(Modifier::ITALIC);
            }
            said.row(index, style, text, buffer);
        }
        Line::Gap | Line::Date | Line::New => {}
    }
}

/// Who speaks: a block in their colour, with their sign, so that neither stands alone.
fn name(state: &State, entry: &Entry, area: Rect, buffer: &mut Buffer) {
    let Body::Said { from, .. } = &entry.body else { return };
    let Dress { block, sign, .. } = Dress::of(state, from);
    let name = cells::fit(from.as_str(), usize::from(area.width.saturating_sub(5)));
    let x = cells::put(buffer, (area.x, area.y), area.right(), &format!(" {sign} "), block);
    let x = cells::put(buffer, (x, area.y), area.right(), &name, block);
    cells::put(buffer, (x, area.y), area.right(), " ", block);
}

/// Who came and went, as numbers: the bar above says how many are here.
fn counted(state: &State, entry: &Entry, area: Rect, buffer: &mut Buffer) {
    let Some((joined, left)) = entry.counts() else { return };
    let part = |count: usize, verb: &str| match count {
        0 => None,
        1 => Some(format!("1 person {verb}")),
        count => Some(format!("{count} people {verb}")),
    };
    let parts = [part(joined, "came in"), part(left, "left")];
    let words = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    cells::put(buffer, (area.x, area.y), area.right(), &words, state.looks.theme.quiet);
}

fn nothing_yet(state: &State, area: Rect, buffer: &mut Buffer) {
    let words = "Nobody has said anything yet. You can be the first.";
    let rows = cells::wrap(words, usize::from(area.width));
    let style = state.looks.theme.text.add_modifier(Modifier::BOLD);
    for (y, row) in (area.y + area.height / 3..area.bottom()).zip(rows) {
        let line = words[row.start..row.end].trim_end();
        cells::put(buffer, (area.x, y), area.right(), line, style);
    }
}

fn tip(state: &State, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let theme = &state.looks.theme;
    let (words, style) = match hint::hint(state, usize::from(area.width.saturating_sub(2))) {
        Hint::Quiet(words) | Hint::Told(words) => (words, theme.accent),
        Hint::Wrong(words) => (words, theme.error),
    };
    cells::put(buffer, (area.x + 1, area.y), area.right(), &words, style);
}
