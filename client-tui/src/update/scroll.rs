//! Moving through the messages, by page and by wheel.

use super::{lab, results, sheets};
use crate::event::Moment;
use crate::state::overlay::Overlay;
use crate::state::pointer::{Cell, Pane};
use crate::state::{Stage, State};
use crate::view::hit;

/// Rows by which a notch of the wheel moves.
const WHEEL: usize = 3;

pub(crate) fn page(state: &mut State, up: bool) {
    let step = state.conversations.open().scrollback.page_step();
    if up && state.conversations.open().scrollback.is_at_top() {
        lab::at_the_top(state);
    }
    rows(state, step, up);
}

/// The wheel: scrolls what is under it.
pub(crate) fn wheel(state: &mut State, now: Moment, cell: Cell, up: bool) {
    state.screen.dirty = true;
    if let Some(Overlay::Picker(picker)) = state.overlays.last_mut() {
        picker.step(if up { -1 } else { 1 });
    } else if matches!(state.overlays.last(), Some(Overlay::Results(_))) {
        results::step(state, now, if up { -1 } else { 1 });
    } else if !sheets::scroll(state, WHEEL, up)
        && state.overlays.is_empty()
        && state.stage == Stage::Chat
    {
        match hit::pane(state, cell) {
            Pane::Input if is_tall(state) => input(state, up),
            Pane::Talks(rows) => state.conversations.scroll(rows, WHEEL, up),
            Pane::Members(rows) => {
                state.conversations.open_mut().roster.scroll(rows, WHEEL, up);
            }
            Pane::Input | Pane::Messages => rows(state, WHEEL, up),
        }
    }
}

/// Whether there is more text than the input shows.
fn is_tall(state: &State) -> bool {
    let rows = state.conversations.open().compose.editor.rows().len();
    rows > usize::from(state.screen.layout.input)
}

/// The cursor is always seen: what is seen moves with it.
fn input(state: &mut State, up: bool) {
    let width = state.screen.input_width(crate::cells::width(&state.prompt()));
    let editor = &mut state.conversations.open_mut().compose.editor;
    for _ in 0..WHEEL {
        editor.move_row(width, !up);
    }
}

pub(crate) fn rows(state: &mut State, rows: usize, up: bool) {
    let zone = &state.looks.zone;
    let scrollback = &mut state.conversations.open_mut().scrollback;
    scrollback.want_older();
    if up { scrollback.scroll_up(rows, zone) } else { scrollback.scroll_down(rows, zone) }
}
