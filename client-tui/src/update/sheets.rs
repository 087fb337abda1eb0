//! Moving through what lies on top to be read.

use crate::keymap::{Action, Edit};
use crate::sheet::{Extent, Sheet};
use crate::state::State;
use crate::state::overlay::Overlay;

/// Scrolls as this key asks; `false` when the key is none of a sheet's.
pub(crate) fn key(state: &mut State, action: Option<Action>) -> bool {
    let page = extent(state).map_or(1, |extent| extent.page.max(1));
    let (rows, up) = match action {
        Some(Action::Up) => (1, true),
        Some(Action::Down) => (1, false),
        Some(Action::PageUp) => (page, true),
        Some(Action::PageDown) => (page, false),
        Some(Action::Top | Action::Edit(Edit::Home)) => (usize::MAX, true),
        Some(Action::Bottom | Action::Edit(Edit::End)) => (usize::MAX, false),
        _ => return false,
    };
    scroll(state, rows, up)
}

/// Scrolls by some rows, not beyond the ends; `false` when there is nothing on top to be read.
pub(crate) fn scroll(state: &mut State, rows: usize, up: bool) -> bool {
    let Some(Extent { hidden, .. }) = extent(state) else { return false };
    let Some(scroll) = state.overlays.last_mut().and_then(Overlay::scroll_mut) else {
        return false;
    };
    let from = (*scroll).min(hidden);
    *scroll = if up { from.saturating_sub(rows) } else { from.saturating_add(rows).min(hidden) };
    true
}

fn extent(state: &State) -> Option<Extent> {
    let sheet = Sheet::of(state, state.overlays.last()?)?;
    Some(sheet.extent(state.screen.height))
}
