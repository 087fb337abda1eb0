//! Moving through the messages, by page and by wheel.

use crossterm::event::{MouseEvent, MouseEventKind};

use super::{lab, sheets};
use crate::effect::Effect;
use crate::state::overlay::Overlay;
use crate::state::{Stage, State};

/// Rows by which a notch of the wheel moves.
const WHEEL: usize = 3;

pub(crate) fn page(state: &mut State, up: bool) {
    let step = state.conversations.open().scrollback.page_step();
    if up && state.conversations.open().scrollback.is_at_top() {
        lab::at_the_top(state);
    }
    rows(state, step, up);
}

pub(crate) fn mouse(state: &mut State, mouse: &MouseEvent) -> Vec<Effect> {
    let up = match mouse.kind {
        MouseEventKind::ScrollUp => true,
        MouseEventKind::ScrollDown => false,
        _ => return Vec::new(),
    };
    if let Some(Overlay::Picker(picker)) = state.overlays.last_mut() {
        picker.step(if up { -1 } else { 1 });
        state.screen.dirty = true;
    } else if sheets::scroll(state, WHEEL, up) {
        state.screen.dirty = true;
    } else if state.overlays.is_empty() && state.stage == Stage::Chat {
        rows(state, WHEEL, up);
        state.screen.dirty = true;
    }
    Vec::new()
}

fn rows(state: &mut State, rows: usize, up: bool) {
    let zone = &state.looks.zone;
    let scrollback = &mut state.conversations.open_mut().scrollback;
    scrollback.want_older();
    if up { scrollback.scroll_up(rows, zone) } else { scrollback.scroll_down(rows, zone) }
}
