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

/// What may be said about the program, the keys, and rows that are not filled in: the longest that
/// fits.
const ABOUT: [&str; 2] = ["one room for everybody: join a server, or host one", ""];
const KEYS: [&str; 3] = [
    "↓ ↑ move · Enter choose · F1 help · Ctrl-C twice quits",
    "Enter choose · F1 help · Ctrl-C twice quits",
    "Enter choose · Ctrl-C twice quits",
];
const ADDRESS: [&str; 3] = ["an address, such as 192.168.1.23", "such as 192.168.1.23", ""];
const HOST: [&str; 3] = ["others join it from their computers", "others join it", ""];

/// Columns before what is filled in.
const LABEL: u16 = 14;

/// Draws the form; returns where the cursor is.
pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let theme = &state.looks.theme;
    let form = &state.start;
    let fields = form.fields();
    let width = WIDTH.min(area.width.saturating_sub(4));
    let told = told(form, state, usize::from(width.saturating_sub(2)));
    // Head, name, what is told, fields, foot, with air where there is room for it. Where there is
    // too little even without, the head goes first, then fields far from the one being filled in.
    let airy = usize::from(area.height) >= fields.len() + told.len().max(1) + 8;
    let air = u16::from(airy);
    let rest = u16::try_from(told.len().max(1)).unwrap_or(u16::MAX).saturating_add(1);
    let count = u16::try_from(fields.len()).unwrap_or(u16::MAX);
    let headed = area.height > rest.saturating_add(count);
    let shown = count.min(area.height.saturating_sub(rest).max(1));
    let at = fields.iter().position(|field| *field == form.focus).unwrap_or(0);
    let first = (at + 1).saturating_sub(usize::from(shown));
    let place = centred(area, width, u16::from(headed) + shown + rest + 4 * air);
    let mut y = place.y;
    if headed {
        head(state, Rect { y, height: 1, ..place }, buffer);
        y += 1 + air;
    }
    let mut cursor = None;
    for field in fields.into_iter().skip(first).take(usize::from(shown)) {
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
    let room = place.right().saturating_sub(place.x + 2);
    let (keys, style) = match state.tip {
        Tip::Quit => ("Press Ctrl-C again to quit", theme.accent),
        _ => (longest(&KEYS, room), theme.quiet),
    };
    cells::put(buffer, (place.x + 2, y), area.right(), keys, style);
    cursor
}

/// The name of the program and what it is for, where there is room for that.
fn head(state: &State, row: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let bold = theme.accent.add_modifier(Modifier::BOLD);
    let x = cells::put(buffer, (row.x + 2, row.y), row.right(), "chat", bold) + 2;
    let about = longest(&ABOUT, row.right().saturating_sub(x));
    cells::put(buffer, (x, row.y), row.right(), about, theme.quiet);
}

/// The first of these words that fits whole, else the last.
fn longest<'a>(words: &[&'a str], room: u16) -> &'a str {
    let fitting = words.iter().find(|words| cells::width(words) <= usize::from(room));
    fitting.or(words.last()).copied().unwrap_or_default()
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
        Field::Host => "Host a room",
    };
    cells::put(buffer, (x, row.y), row.right(), label, style);
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
                let hint = longest(&ADDRESS, row.right().saturating_sub(value));
                cells::put(buffer, (value, row.y), row.right(), hint, theme.quiet);
                return None;
            } else {
                cells::put(buffer, (value, row.y), row.right(), form.address.text(), style)
            };
            underline(buffer, (shown, row.y), row.right(), style);
            focused.then(|| cursor_in(&form.address, value, row.y, row.right()))
        }
        Field::Host => {
            let hint = longest(&HOST, row.right().saturating_sub(value));
            cells::put(buffer, (value, row.y), row.right(), hint, theme.quiet);
            None
        }
    }
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
        Some(Told::Warned(words)) => (format!("! {}", words::sentence(words)), theme.accent),
        Some(Told::Busy(words)) => (words::sentence(words), theme.quiet),
        None => return Vec::new(),
    };
    let rows = cells::wrap(&words, width);
    rows.iter().map(|row| (words[row.start..row.end].to_owned(), style)).collect()
}
