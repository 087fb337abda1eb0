//! The message pane: a quiet time, a gutter of names, a mark, and the text under itself.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::centred;
use crate::cells;
use crate::state::State;
use crate::state::entry::{Body, Entry, Tone};
use crate::state::page::PageRow;
use crate::words;

pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let scrollback = &state.conversations.open().scrollback;
    let page = scrollback.page();
    // A short conversation stands at the bottom, where the next line will be.
    let reading = scrollback.reading_history();
    let height = area.height - u16::from(reading.is_some() && area.height >= 4);
    let used = u16::try_from(page.len()).unwrap_or(height).min(height);
    let top = if reading.is_some() { area.y } else { area.y + height - used };
    for (y, row) in (top..area.y + height).zip(page) {
        if let Some(entry) = scrollback.entry(row.entry) {
            draw_row(state, entry, *row, Rect { y, height: 1, ..area }, buffer);
        }
    }
    if scrollback.is_silent() {
        let free = Rect { height: area.height.saturating_sub(used), ..area };
        nobody_spoke(state, free, buffer);
    }
    if let Some(below) = reading.filter(|_| area.height >= 4) {
        marker(state, below, Rect { y: area.bottom() - 1, height: 1, ..area }, buffer);
    }
}

fn draw_row(state: &State, entry: &Entry, row: PageRow, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let gutter = state.screen.layout.gutter;
    let Some(index) = row.row else { return date(state, entry, area, buffer) };
    let name_x = area.x + 1 + gutter.time;
    let name_end = name_x + gutter.name;
    if row.time && gutter.time > 0 {
        let time = clock(state, entry.at);
        cells::put(buffer, (area.x + 1, area.y), name_x, &time, theme.quiet);
    }
    let (name, name_style) = author(state, entry);
    if (row.name || entry.is_action() && index == 0) && !name.is_empty() {
        cells::put_right(buffer, (name_x, area.y), name_end, name, name_style);
    }
    let (mark, mark_style, style) = dress(state, entry);
    if index == 0 {
        cells::put(buffer, (name_end + 1, area.y), name_end + 2, mark, mark_style);
    }
    let text_x = name_end + 3;
    let end = cells::put(buffer, (text_x, area.y), area.right() - 1, entry.row(index), style);
    if index + 1 == entry.rows().len() {
        let told = trouble(entry).map(words::sentence);
        if let Some(words) = told {
            let room = usize::from((area.right() - 1).saturating_sub(end + 2));
            let words = cells::fit(&words, room);
            cells::put(buffer, (end + 2, area.y), area.right() - 1, &words, theme.quiet);
        }
    }
}

fn author<'a>(state: &State, entry: &'a Entry) -> (&'a str, Style) {
    let theme = &state.looks.theme;
    match entry.author() {
        Some(name) => {
            let own = state.link.name() == Some(name);
            let style = theme.person(name.as_str());
            (name.as_str(), if own { style.add_modifier(Modifier::BOLD) } else { style })
        }
        None => ("", theme.quiet),
    }
}

/// The mark before the text, and the styles of both. No name and no text can look like a notice:
/// these stand behind a sign in a column where people never write.
fn dress(state: &State, entry: &Entry) -> (&'static str, Style, Style) {
    let theme = &state.looks.theme;
    let dim = theme.quiet;
    match &entry.body {
        Body::Said { trouble: Some(_), .. } => ("✗", theme.error, theme.error),
        Body::Said { .. } if entry.key.is_unsent() => ("…", dim, dim),
        Body::Said { .. } if entry.is_action() => {
            let (_, name) = author(state, entry);
            ("*", name, theme.text.add_modifier(Modifier::ITALIC))
        }
        Body::Said { .. } => ("", theme.text, theme.text),
        Body::Notice { tone: Tone::Quiet, .. } => ("∙", dim, dim),
        Body::Notice { tone: Tone::Accent, .. } => ("∙", theme.accent, theme.accent),
        Body::Notice { tone: Tone::Trouble, .. } => ("!", theme.error, theme.error),
        Body::Presence(_) => ("∙", dim, dim),
    }
}

fn trouble(entry: &Entry) -> Option<&str> {
    match &entry.body {
        Body::Said { trouble, .. } => trouble.as_deref(),
        _ => None,
    }
}

fn date(state: &State, entry: &Entry, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let Ok(at) = jiff::Timestamp::from_millisecond(entry.at) else { return };
    let day = at.to_zoned(state.looks.zone.clone()).strftime("%A, %-d %B %Y").to_string();
    for x in area.x + 1..area.right() - 1 {
        cells::put(buffer, (x, area.y), area.right(), "─", theme.rule);
    }
    let x = area.x + state.screen.layout.gutter.width();
    cells::put(buffer, (x - 1, area.y), area.right() - 1, &format!(" {day} "), theme.quiet);
}

fn clock(state: &State, at: i64) -> String {
    match jiff::Timestamp::from_millisecond(at) {
        Ok(at) => at.to_zoned(state.looks.zone.clone()).strftime("%H:%M").to_string(),
        Err(_) => "--:--".to_owned(),
    }
}

fn nobody_spoke(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let lines = [("Nobody has spoken yet.", theme.text), ("Type and press Enter.", theme.quiet)];
    let place = centred(area, area.width, 2);
    for (y, (line, style)) in (place.y..place.bottom()).zip(lines) {
        let width = u16::try_from(cells::width(line)).unwrap_or(0);
        let x = place.x + place.width.saturating_sub(width) / 2;
        cells::put(buffer, (x, y), place.right(), line, style);
    }
}

fn marker(state: &State, below: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    buffer.set_style(area, theme.loud);
    let news = match below {
        0 => String::new(),
        below => format!(" · {below} new below"),
    };
    let words = format!("↓ viewing history{news}");
    let keys = "Esc: newest";
    let keys_x = cells::put_right(buffer, (area.x, area.y), area.right() - 1, keys, theme.loud);
    cells::put(buffer, (area.x + 1, area.y), keys_x - 1, &words, theme.loud);
}
