//! The whole screen, drawn from the state. Nothing is worked out here that has to be remembered.

mod areas;
mod bare;
mod chat;
mod completion;
mod connecting;
mod empty;
pub(crate) mod hit;
mod input;
mod messages;
mod overlay;
mod panes;
mod paste;
mod picker;
mod results;
mod sheet;
mod start;
mod status;
mod text;
mod wall;

use std::ops::Range;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::cells;
use crate::glyph;
use crate::state::screen::{LEAST, Sight};
use crate::state::{Stage, State};

/// Draws the screen in a frame.
pub fn view(state: &State, frame: &mut Frame<'_>) {
    if let Some(cursor) = paint(state, frame.buffer_mut()) {
        frame.set_cursor_position(cursor);
    }
}

/// Draws the screen; returns where the cursor is.
pub fn paint(state: &State, buffer: &mut Buffer) -> Option<Position> {
    let cursor = paint_signs(state, buffer);
    if state.looks.choice.is_ascii() {
        glyph::to_ascii(buffer, 0..buffer.area.height);
    }
    cursor
}

/// The same, whatever signs the terminal knows.
fn paint_signs(state: &State, buffer: &mut Buffer) -> Option<Position> {
    let area = buffer.area;
    if area.is_empty() {
        return None;
    }
    if state.screen.is_too_small() || area.width < LEAST.0 || area.height < LEAST.1 {
        too_small(buffer, state);
        return None;
    }
    let laid_out = Rect::new(0, 0, state.screen.width, state.screen.height);
    let cursor = if laid_out == area {
        draw(state, area, buffer)
    } else {
        // The terminal has another size than was laid out for, and the news of it is on its way:
        // until then, as much is shown as fits.
        let mut whole = Buffer::empty(laid_out);
        let cursor = draw(state, laid_out, &mut whole);
        for at in laid_out.intersection(area).positions() {
            buffer[at] = whole[at].clone();
        }
        cursor
    };
    cursor.filter(|cursor| area.contains(*cursor))
}

/// Draws the rows below the messages, which are all that typing changes; returns which they are and
/// where the cursor is. Nothing where the screen has no such rows, or another size by now.
#[must_use]
pub fn paint_foot(state: &State, buffer: &mut Buffer) -> Option<(Range<u16>, Position)> {
    let area = buffer.area;
    let fits = (area.width, area.height) == (state.screen.width, state.screen.height);
    let chat = state.stage == Stage::Chat && state.screen.sight == Sight::Chat;
    if !chat || state.screen.is_too_small() || !fits {
        return None;
    }
    let foot = areas::Areas::of(state, area).foot;
    let cursor = chat::draw_foot(state, foot, buffer);
    if state.looks.choice.is_ascii() {
        glyph::to_ascii(buffer, foot.rows());
    }
    Some((foot.rows(), cursor))
}

/// The addresses that cells of the screen lead to, by their numbers in it.
#[must_use]
pub fn links(state: &State) -> Vec<String> {
    // The wall numbers them in the same way; where messages stand alone, nothing leads anywhere.
    let shown = state.stage == Stage::Chat && state.screen.sight != Sight::Bare;
    if shown { messages::links(state) } else { Vec::new() }
}

/// Draws the screen and what lies on top of it; returns where the cursor is.
fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let mut cursor = match state.stage {
        // Behind a question there is only the chat: what it replaces would distract.
        Stage::Start(_) | Stage::Connecting(_) if !state.overlays.is_empty() => None,
        Stage::Start(_) => start::draw(state, area, buffer),
        Stage::Connecting(_) => {
            connecting::draw(state, area, buffer);
            None
        }
        Stage::Chat if state.screen.sight == Sight::Wall => wall::draw(state, area, buffer),
        Stage::Chat if state.screen.sight == Sight::Bare => {
            bare::draw(state, area, buffer);
            None
        }
        Stage::Chat => Some(chat::draw(state, area, buffer)),
    };
    for overlay in &state.overlays {
        cursor = overlay::draw(state, overlay, area, buffer);
    }
    cursor
}

fn too_small(buffer: &mut Buffer, state: &State) {
    let area = buffer.area;
    let words =
        format!("{}x{} is too small: at least {}x{}", area.width, area.height, LEAST.0, LEAST.1);
    let rows = cells::wrap(&words, usize::from(area.width));
    for (y, row) in (area.top()..area.bottom()).zip(&rows) {
        let line = &words[row.start..row.end];
        cells::put(buffer, (area.x, y), area.right(), line, state.looks.theme.text);
    }
}

/// Draws what somebody else wrote, cut to the room there is; the mark of that is ours. Returns the
/// column behind it.
fn put_theirs(
    state: &State,
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    limit: u16,
    text: &str,
    style: Style,
) -> u16 {
    let fitted = cells::fit(text, usize::from(limit.saturating_sub(x)));
    let whole = cells::width(text) <= cells::width(&fitted);
    let theirs = fitted.strip_suffix('…').filter(|_| !whole);
    let end =
        cells::put(buffer, (x, y), limit, theirs.unwrap_or(&fitted), state.looks.theirs(style));
    if theirs.is_some() { cells::put(buffer, (end, y), limit, "…", style) } else { end }
}

/// A rectangle of this size in the middle of another, a little above it as eyes like it.
fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) * 2 / 5;
    Rect { x, y, width, height }
}

/// The position of a cursor in a text field that is shown from its start.
fn cursor_in(editor: &crate::state::input::Editor, x: u16, y: u16, limit: u16) -> Position {
    let column = cells::width(&editor.text()[..editor.cursor()]);
    let column = u16::try_from(column).unwrap_or(u16::MAX);
    Position { x: x.saturating_add(column).min(limit.saturating_sub(1)), y }
}
