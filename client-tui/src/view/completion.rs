//! What a word may become, in a list above the input. It has no border and no cursor: it is an
//! offer, and typing goes on below it.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::{Clear, Widget};

use super::input;
use crate::cells;
use crate::state::State;
use crate::state::completion::{Candidate, Completion, ROWS};

/// Columns at most.
const WIDTH: usize = 64;

/// Columns of a candidate at most, so that there is room for a word about it.
const LABEL: usize = 34;

/// Where the list is, and which of the candidates are seen in it.
pub(super) struct Place {
    pub(super) area: Rect,
    pub(super) window: Range<usize>,
    /// Columns of the candidates themselves.
    label: usize,
}

/// Where the list is, if something is offered, so that its last row is above `bottom`.
pub(super) fn place(state: &State, area: Rect, bottom: u16) -> Option<Place> {
    let completion = state.conversations.open().compose.completion.as_ref()?;
    // The title stays, and so does a third of what is talked about.
    let room = usize::from(bottom.saturating_sub(area.y + 2));
    let room = room.min(ROWS).min((room * 2 / 3).max(3));
    let window = completion.window(room);
    if window.is_empty() {
        return None;
    }
    // As wide as the widest of all, so that cycling through them moves nothing.
    let widest = |part: fn(&Candidate) -> &str| {
        completion.candidates.iter().map(|candidate| cells::width(part(candidate))).max()
    };
    let label = widest(|candidate| &candidate.label).unwrap_or(0).min(LABEL);
    let about = widest(|candidate| &candidate.about).unwrap_or(0);
    let gap = if about > 0 { 2 } else { 0 };
    let width = (label + gap + about + 4).min(WIDTH).min(usize::from(area.width));
    let width = u16::try_from(width).unwrap_or(area.width);
    let height = u16::try_from(window.len()).unwrap_or(0);
    let x = input::column_of(state, completion.start).saturating_sub(2);
    let x = (area.x + x).min(area.right().saturating_sub(width));
    Some(Place { area: Rect { x, y: bottom - height, width, height }, window, label })
}

/// Draws the list, if something is offered, above `bottom`.
pub(super) fn draw(state: &State, area: Rect, bottom: u16, buffer: &mut Buffer) {
    let Some(completion) = &state.conversations.open().compose.completion else { return };
    let Some(Place { area: place, window, label }) = place(state, area, bottom) else { return };
    Clear.render(place, buffer);
    buffer.set_style(place, state.looks.theme.bar);
    let shown = &completion.candidates[window.clone()];
    for ((y, candidate), index) in (place.y..).zip(shown).zip(window) {
        let row = Rect { y, height: 1, ..place };
        draw_row(state, completion, (candidate, index), label, row, buffer);
    }
}

fn draw_row(
    state: &State,
    completion: &Completion,
    (candidate, index): (&Candidate, usize),
    label: usize,
    row: Rect,
    buffer: &mut Buffer,
) {
    let theme = &state.looks.theme;
    let chosen = completion.chosen == Some(index);
    let (mark, style, quiet) = if chosen {
        buffer.set_style(row, theme.loud);
        ("›", theme.loud, theme.loud)
    } else {
        (" ", theme.bar.add_modifier(Modifier::BOLD), theme.bar_quiet)
    };
    let limit = row.right() - 1;
    cells::put(buffer, (row.x, row.y), limit, mark, style);
    let words = cells::fit(&candidate.label, label);
    cells::put(buffer, (row.x + 2, row.y), limit, &words, style);
    let x = row.x + 4 + u16::try_from(label).unwrap_or(0);
    let words = cells::fit(&candidate.about, usize::from(limit.saturating_sub(x)));
    cells::put(buffer, (x, row.y), limit, &words, quiet);
}
