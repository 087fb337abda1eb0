//! The start screen: a name, and where to go.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::{centred, cursor_in};
use crate::cells;
use crate::state::State;
use crate::state::start::{Field, StartForm, Told};
use crate::state::tip::Tip;
use crate::words;

/// Columns of the form.
const WIDTH: u16 = 58;

/// Columns before what is filled in.
const LABEL: u16 = 14;

/// Draws the form; returns where the cursor is.
pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let theme = &state.looks.theme;
    let form = &state.start;
    let fields = form.fields();
    let width = WIDTH.min(area.width.saturating_sub(4));
    let told = told(form, state, usize::from(width.saturating_sub(2)));
    // Head, name, what is told, fields, foot, with air where there is room for it.
    let airy = usize::from(area.height) >= fields.len() + 9;
    let air = u16::from(airy);
    let rows = u16::try_from(fields.len() + told.len().max(1)).unwrap_or(0);
    let place = centred(area, width, rows + 2 + 4 * air);
    let mut y = place.y;
    let bold = theme.accent.add_modifier(Modifier::BOLD);
    let x = cells::put(buffer, (place.x + 2, y), place.right(), "chat", bold);
    let head = "  talk with everybody in the room";
    cells::put(buffer, (x, y), place.right(), head, theme.quiet);
    y += 1 + air;
    let mut cursor = None;
    for field in fields {
        if y >= area.bottom() {
            break;
        }
        let row = Rect { y, height: 1, ..place };
        cursor = draw_field(state, field, row, buffer).or(cursor);
        y += 1;
        if field == Field::Name {
            y += air;
        }
    }
    y += air;
    for (row, style) in &told {
        cells::put(buffer, (place.x + 2, y), place.right(), row, *style);
        y += 1;
    }
    y += air + u16::from(told.is_empty());
    let (keys, style) = match state.tip {
        Tip::Quit => ("Press Ctrl-C again to quit", theme.accent),
        _ => ("Tab ↓ ↑ move · Enter choose · F1 help · Ctrl-C quit", theme.quiet),
    };
    let keys = cells::fit(keys, usize::from(place.width.saturating_sub(2)));
    cells::put(buffer, (place.x + 2, y), area.right(), &keys, style);
    cursor
}

/// One row; returns where the cursor is, if it is here.
fn draw_field(state: &State, field: Field, row: Rect, buffer: &mut Buffer) -> Option<Position> {
    let theme = &state.looks.theme;
    let form = &state.start;
    let focused = form.focus == field;
    let bold = theme.text.add_modifier(Modifier::BOLD);
    let (sign, style) = if focused { ("›", bold) } else { (" ", theme.text) };
    let accent = theme.accent.add_modifier(Modifier::BOLD);
    cells::put(buffer, (row.x, row.y), row.right(), sign, accent);
    let x = row.x + 2;
    let label = match field {
        Field::Name => "Your name",
        Field::Recent(_) => "Join again",
        Field::Address => "Connect to",
        Field::Host => "Host a room here",
    };
    let end = cells::put(buffer, (x, row.y), row.right(), label, style);
    let value = x + LABEL;
    match field {
        Field::Name => {
            let style = accent.add_modifier(Modifier::UNDERLINED);
            let shown = cells::put(buffer, (value, row.y), row.right(), form.name.text(), style);
            underline(buffer, (shown, row.y), row.right(), style);
            focused.then(|| cursor_in(&form.name, value, row.y, row.right()))
        }
        Field::Recent(index) => {
            let address = form.recent.get(index).map(words::address).unwrap_or_default();
            let address = cells::fit(&address, usize::from(row.right().saturating_sub(value)));
            cells::put(
                buffer,
                (value, row.y),
                row.right(),
                &address,
                if focused { accent } else { theme.accent },
            );
            None
        }
        Field::Address => {
            let empty = form.address.is_empty();
            let style = accent.add_modifier(Modifier::UNDERLINED);
            let shown = if empty && !focused {
                let hint = "an address, such as 192.168.1.23";
                return put_hint(buffer, (value, row.y), row.right(), hint, theme.quiet);
            } else {
                cells::put(buffer, (value, row.y), row.right(), form.address.text(), style)
            };
            underline(buffer, (shown, row.y), row.right(), style);
            focused.then(|| cursor_in(&form.address, value, row.y, row.right()))
        }
        Field::Host => put_hint(
            buffer,
            (end + 2, row.y),
            row.right(),
            "others join it from their computers",
            theme.quiet,
        ),
    }
}

fn put_hint(
    buffer: &mut Buffer,
    at: (u16, u16),
    limit: u16,
    hint: &str,
    style: Style,
) -> Option<Position> {
    let hint = cells::fit(hint, usize::from(limit.saturating_sub(at.0)));
    cells::put(buffer, at, limit, &hint, style);
    None
}

/// Shows that there is room to type.
fn underline(buffer: &mut Buffer, (x, y): (u16, u16), limit: u16, style: Style) {
    for x in x..limit {
        cells::put(buffer, (x, y), limit, " ", style);
    }
}

/// What is wrong, or is going on, in a few rows.
fn told(form: &StartForm, state: &State, width: usize) -> Vec<(String, Style)> {
    let theme = &state.looks.theme;
    let (words, style) = match &form.told {
        Some(Told::Wrong(words)) => (format!("✗ {}", words::sentence(words)), theme.error),
        Some(Told::Busy(words)) => (words::sentence(words), theme.quiet),
        None => return Vec::new(),
    };
    let rows = cells::wrap(&words, width);
    rows.iter().map(|row| (words[row.start..row.end].to_owned(), style)).collect()
}
