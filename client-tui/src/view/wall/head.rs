//! The wall's head: where one is and with how many, how to join in words that need no explanation,
//! a clock or the countdown, and the line that the room shows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::big;
use crate::cells;
use crate::state::State;
use crate::state::board::Left;
use crate::state::wall::{LETTER, Large, Layout, Way};
use crate::theme::Theme;
use crate::view::put_theirs;
use crate::words;

/// Where one is, with how many, and the time where it is not told in large digits.
pub(super) fn bar(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    buffer.set_style(area, theme.bar);
    let talk = state.conversations.open();
    let (right, style) = match state.link.is_live() {
        true => (people(state), theme.bar),
        false => ("✗ no link to the server".to_owned(), theme.bar_error),
    };
    let time = time(state).filter(|_| !is_clock_large(state));
    // Where there is no room for large digits, a countdown is still there.
    let small = state.looks.clocks.left().filter(|_| state.wall_layout().clock == 0);
    let time = small.map(Left::words).or(time);
    let right = time.into_iter().chain([right]).collect::<Vec<_>>().join(" · ");
    let limit = area.right() - 1;
    let right = cells::fit(&right, usize::from(area.width.saturating_sub(10)));
    let end = cells::put_right(buffer, (area.x, area.y), limit, &right, style).saturating_sub(2);
    let x = cells::put(buffer, (area.x + 1, area.y), end, &talk.title(), theme.bar);
    put_theirs(state, buffer, (x + 2, area.y), end, &talk.topic, theme.bar_quiet);
}

fn people(state: &State) -> String {
    let talk = state.conversations.open();
    match words::lab::here(state, talk.roster.count()) {
        Some(_) if state.link.dialect().lab().is_none() => match talk.roster.count() {
            1 => "1 person here".to_owned(),
            count => format!("{count} people here"),
        },
        words => words.unwrap_or_default(),
    }
}

/// Whether the time of day is told in large digits, which the countdown takes the place of.
fn is_clock_large(state: &State) -> bool {
    state.wall_layout().clock > 0 && state.looks.clocks.left().is_none()
}

/// The time of day.
fn time(state: &State) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(state.looks.clocks.minute()?).ok()?;
    Some(at.to_zoned(state.looks.zone.clone()).strftime("%H:%M").to_string())
}

/// How to join, and the clock beside it.
pub(super) fn draw(state: &State, layout: Layout, area: Rect, buffer: &mut Buffer) {
    clock(state, layout, area, buffer);
    let mut area = Rect { width: area.width.saturating_sub(layout.clock), ..area };
    let Some(way) = state.way() else { return };
    let words =
        Words { theme: &state.looks.theme, room: usize::from(area.width.saturating_sub(2)) };
    for row in words.rows(&way, layout) {
        let rows = match row {
            Row::Words(pieces) => {
                let mut x = area.x + 1;
                for (text, style) in pieces {
                    x = cells::put(buffer, (x, area.y), area.right(), &text, style);
                }
                1
            }
            Row::Large(text) => {
                let at = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
                big::draw(&text, at, state.looks.theme.accent, buffer);
                LETTER.1
            }
        };
        area = below(area, rows);
    }
}

fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

/// A row of the words, piece by piece, or something in large letters.
enum Row {
    Words(Vec<(String, Style)>),
    Large(String),
}

/// The words on how to join: how they are dressed, and how many columns they have.
struct Words<'a> {
    theme: &'a Theme,
    room: usize,
}

impl Words<'_> {
    /// How to join, as it is read from above.
    fn rows(&self, way: &Way, layout: Layout) -> Vec<Row> {
        let (command, loud) = (way.command(), self.theme.loud);
        let netcat = way.netcat().map(|netcat| {
            let ways = [
                ("No chat-tui? type  ", "  then your name, Enter"),
                ("No chat-tui?  ", "  then your name, Enter"),
                ("or  ", "  then your name, Enter"),
                ("or  ", "  then name, Enter"),
                ("or  ", "  then name"),
                ("or  ", ""),
            ];
            self.row(&netcat, loud, &ways)
        });
        if layout.words <= 2 {
            let join = self.row(&command, loud, &[("Join: type  ", "")]);
            return [Some(join), netcat].into_iter().flatten().take(layout.words.into()).collect();
        }
        let ways =
            ["Join in: open a terminal on your computer and type", "Join in: in a terminal type"];
        let lead = ways.iter().find(|words| cells::width(words) <= self.room).unwrap_or(&"");
        let mut rows = vec![
            Row::Words(vec![((*lead).to_owned(), self.theme.text)]),
            self.row(&command, loud, &[]),
        ];
        let large = match layout.large {
            Large::Nothing => None,
            Large::Host => Some(way.host.clone()),
            Large::Place => Some(way.place()),
            Large::Command => Some(command),
        };
        // What stands alone is told what it is.
        let label = match layout.large {
            Large::Host => "The address to join:",
            Large::Place => "The address and port to join:",
            Large::Nothing | Large::Command => "",
        };
        let label = || Row::Words(vec![(label.to_owned(), self.theme.text)]);
        rows.extend(large.into_iter().flat_map(|text| [label(), Row::Large(text)]));
        rows.extend(netcat);
        // Where netcat is missing, the page has another way.
        let ways = [
            ("On Windows, or new to this? In a browser: ", ""),
            ("On Windows: in a browser ", ""),
            ("In a browser: ", ""),
        ];
        rows.extend(way.page().map(|page| self.row(&page, self.theme.accent, &ways)));
        rows
    }

    /// What is typed, in the first of these words around it that there is room for: itself it is
    /// there whole or not at all, for what is cut leads nowhere.
    fn row(&self, typed: &str, style: Style, around: &[(&str, &str)]) -> Row {
        let padded = format!(" {typed} ");
        let bare = [("", padded.as_str(), ""), ("", typed, "")];
        let words = around.iter().map(|&(before, behind)| (before, padded.as_str(), behind));
        let fits = |(before, typed, behind): &(&str, &str, &str)| {
            [before, typed, behind].iter().map(|words| cells::width(words)).sum::<usize>()
                <= self.room
        };
        let found = words.chain(bare).find(fits);
        let text = self.theme.text;
        let pieces = found.map(|(before, typed, behind)| {
            vec![(before.to_owned(), text), (typed.to_owned(), style), (behind.to_owned(), text)]
        });
        Row::Words(pieces.unwrap_or_default())
    }
}

/// The time of day, or the countdown in its place. When that is over, the zeros blink.
fn clock(state: &State, layout: Layout, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let left = state.looks.clocks.left();
    let (digits, style) = match left {
        Some(left @ Left::Over(since)) => {
            let lit = since % 2 == 0;
            let reversed = theme.loud.add_modifier(Modifier::REVERSED);
            (left.digits(), if lit { theme.loud } else { reversed })
        }
        Some(left) => (left.digits(), theme.accent),
        None => (time(state).unwrap_or_default(), theme.text),
    };
    let style = style.add_modifier(Modifier::BOLD);
    if layout.clock == 0 {
        return;
    }
    let width = layout.clock - 1;
    // Not under the bar at once, where there is room for air.
    let air = u16::from(area.height > LETTER.1);
    let place = Rect { x: area.right().saturating_sub(width), width, ..below(area, air) };
    let block = Rect { height: place.height.min(LETTER.1), ..place };
    if let Some(Left::Over(_)) = left {
        buffer.set_style(block, style);
    }
    big::draw(&digits, Rect { x: block.x + 1, width: block.width - 1, ..block }, style, buffer);
}

/// The line that the room shows.
pub(super) fn line(state: &State, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let loud = state.looks.theme.loud;
    buffer.set_style(area, loud);
    let line = state.conversations.open().board.announcement.as_str();
    let room = usize::from(area.width.saturating_sub(6));
    let rows = cells::wrap(line, room);
    let last = usize::from(area.height) - 1;
    cells::put(buffer, (area.x + 2, area.y), area.right(), "▶", loud);
    for (index, (y, row)) in (area.y..area.bottom()).zip(&rows).enumerate() {
        let end = if index == last { line.len() } else { row.end };
        let limit = area.right().saturating_sub(2);
        put_theirs(state, buffer, (area.x + 4, y), limit, line[row.start..end].trim_end(), loud);
    }
}
