//! The list to pick from: what was typed, what fits it, and what is new there.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;

use super::cursor_in;
use super::overlay::{self, boxed};
use crate::cells;
use crate::state::State;
use crate::state::picker::{Candidate, Picker, Source};

/// Columns of the box, its border included.
const WIDTH: u16 = 62;

/// Rows of the list where the screen has room for them.
const ROWS: u16 = 10;

/// The rectangle of the box: the border, what is typed, and the foot. It keeps its size: nothing
/// jumps.
pub(super) fn place(area: Rect) -> Rect {
    overlay::place(WIDTH, (ROWS + 4).min(area.height), area)
}

/// Where the candidates are in the box, and the first that is seen: what is chosen always is.
pub(super) fn list(picker: &Picker, area: Rect) -> (Rect, usize) {
    let inner = overlay::inside(place(area));
    let list = Rect { y: inner.y + 1, height: inner.height.saturating_sub(2), ..inner };
    (list, (picker.chosen + 1).saturating_sub(usize::from(list.height)))
}

/// Draws the list; returns where the cursor is.
pub(super) fn draw(
    state: &State,
    picker: &Picker,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.looks.theme;
    let title = match picker.source {
        Source::Talks => "Go to",
        Source::Rooms { .. } => "Rooms",
    };
    let inner = boxed(state, title, place(area), buffer);
    let right = inner.right();
    let x = cells::put(buffer, (inner.x, inner.y), right, "› ", theme.accent);
    let bold = theme.text.add_modifier(Modifier::BOLD);
    cells::put(buffer, (x, inner.y), right, picker.editor.text(), bold);
    if picker.editor.is_empty() {
        cells::put(buffer, (x + 1, inner.y), right, "type a few letters", theme.quiet);
    }
    let (list, first) = list(picker, area);
    if picker.found.is_empty() {
        nothing(state, picker, list, buffer);
    }
    let shown = picker.found.iter().enumerate().skip(first);
    for (y, (index, candidate)) in (list.y..list.bottom()).zip(shown) {
        let row = Rect { y, height: 1, ..list };
        draw_row(state, candidate, index == picker.chosen, row, buffer);
    }
    let foot = foot(state, picker, usize::from(inner.width));
    cells::put(buffer, (inner.x, inner.bottom().saturating_sub(1)), right, &foot, theme.quiet);
    Some(cursor_in(&picker.editor, x, inner.y, right))
}

fn draw_row(state: &State, candidate: &Candidate, chosen: bool, row: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let mut end = row.right();
    let unread = candidate.unread;
    if chosen {
        buffer.set_style(row, theme.chosen());
    }
    if unread.messages > 0 {
        let style = match (chosen, unread.mentions > 0) {
            (true, _) => theme.chosen(),
            (false, true) => theme.loud,
            (false, false) => theme.accent,
        };
        let count = unread.told();
        end = cells::put_right(buffer, (row.x, row.y), end, &count, style).saturating_sub(1);
    }
    let style = match (chosen, unread.messages) {
        (true, _) => theme.chosen(),
        (false, 0) => theme.text,
        (false, _) => theme.text.add_modifier(Modifier::BOLD),
    };
    let sign = if chosen { "› " } else { "  " };
    let x = cells::put(buffer, (row.x, row.y), end, sign, style);
    let x = title(candidate, style, (x, row.y), end, buffer);
    let room = usize::from(end.saturating_sub(x + 2));
    let about = cells::fit(&candidate.about, room);
    let quiet = if chosen { theme.chosen() } else { theme.quiet };
    cells::put(buffer, (x + 2, row.y), end, &about, quiet);
}

/// The title, the letters underlined that were typed.
fn title(
    candidate: &Candidate,
    style: Style,
    (x, y): (u16, u16),
    end: u16,
    buffer: &mut Buffer,
) -> u16 {
    let title = cells::fit(&candidate.title(), usize::from(end.saturating_sub(x)));
    let mut column = x;
    for (index, grapheme) in (0_u32..).zip(title.graphemes(true)) {
        let hit = candidate.hits.binary_search(&index).is_ok();
        let style = if hit { style.add_modifier(Modifier::UNDERLINED) } else { style };
        column = cells::put(buffer, (column, y), end, grapheme, style);
    }
    column
}

/// What is said where nothing is found.
fn nothing(state: &State, picker: &Picker, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let query = picker.query();
    let lines = match &picker.source {
        Source::Rooms { whole: false, .. } => ["Asking the server…".to_owned(), String::new()],
        Source::Rooms { .. } if query.is_empty() => {
            ["There is no room yet.".to_owned(), "Type a name to make one.".to_owned()]
        }
        Source::Rooms { .. } => {
            [format!("No room can be called ‘{query}’."), "Letters, digits, - and _.".to_owned()]
        }
        Source::Talks => [
            format!("Nothing here is called ‘{query}’."),
            "/rooms lists all rooms, /join makes one.".to_owned(),
        ],
    };
    let mut rows = Vec::new();
    for (text, style) in lines.iter().zip([theme.text, theme.quiet]) {
        let wrapped = cells::wrap(text, usize::from(area.width.saturating_sub(2)));
        rows.extend(wrapped.into_iter().map(|row| (&text[row.start..row.end], style)));
    }
    for (y, (line, style)) in (area.y..area.bottom()).zip(rows) {
        cells::put(buffer, (area.x + 2, y), area.right(), line, style);
    }
}

/// The keys, and how much there is, in as many words as there are columns for.
fn foot(state: &State, picker: &Picker, room: usize) -> String {
    let does = match &picker.source {
        Source::Talks => "opens",
        Source::Rooms { .. } => "joins",
    };
    let count = match picker.found.len() {
        0 => String::new(),
        count => format!("{} of {count} · ", picker.chosen + 1),
    };
    let offline = if state.link.is_live() { "" } else { "no link · " };
    let words = [
        format!("{offline}{count}↑ ↓ choose · Enter {does} · Esc closes"),
        format!("{count}Enter {does} · Esc closes"),
        format!("Enter {does} · Esc closes"),
    ];
    let words = words.map(|words| state.me.habits.keys.spoken(&words).into_owned());
    words.into_iter().find(|words| cells::width(words) <= room).unwrap_or_default()
}
