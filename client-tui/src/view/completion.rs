//! What a word may become, in a list above the input. It has no cursor: it is an offer, and typing
//! goes on below it. A frame tells it from what is said above and from the status line below; where
//! rows are few there is none.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, BorderType, Widget};

use super::{input, overlay};
use crate::cells;
use crate::state::State;
use crate::state::completion::{Candidate, ROWS};

/// Columns at most.
const WIDTH: usize = 64;

/// Columns of a candidate at most, so that there is room for a word about it.
const LABEL: usize = 34;

/// Columns below which the word about a candidate is not cut, but left out.
const ABOUT_LEAST: usize = 6;

/// Rows above the input from which the list has a frame.
const FRAMED_FROM: usize = 12;

/// Columns of a list below which a number tells how many more there are.
const SHORT_BELOW: usize = 30;

/// Where the list is, and which of the candidates are seen in it.
pub(super) struct Place {
    /// The rows of the candidates.
    pub(super) area: Rect,
    pub(super) window: Range<usize>,
    /// The list with its frame, if it has one.
    frame: Option<Rect>,
    /// Columns of the candidates themselves.
    label: usize,
}

impl Place {
    /// The list with what is around it.
    pub(super) fn whole(&self) -> Rect {
        self.frame.unwrap_or(self.area)
    }
}

/// Where the list is, if something is offered, so that its last row is above `bottom`.
pub(super) fn place(state: &State, area: Rect, bottom: u16) -> Option<Place> {
    let completion = state.conversations.open().compose.completion.as_ref()?;
    // The title stays, and so does a third of what is talked about.
    let room = usize::from(bottom.saturating_sub(area.y + 2));
    let framed = room >= FRAMED_FROM;
    let edge = u16::from(framed);
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
    let most = usize::from(area.width.saturating_sub(2 * edge));
    let width = (label + gap + about + 4).min(WIDTH).min(most);
    let width = u16::try_from(width).unwrap_or(area.width);
    let height = u16::try_from(window.len()).unwrap_or(0);
    // What is offered stands above what is typed, whether there is a frame or not.
    let x = input::column_of(state, completion.start).saturating_sub(2);
    let x = (area.x + x).max(area.x + edge).min(area.right().saturating_sub(width + edge));
    let list = Rect { x, y: bottom - height - edge, width, height };
    let frame = framed.then(|| Rect {
        x: list.x - edge,
        y: list.y - edge,
        width: list.width + 2 * edge,
        height: list.height + 2 * edge,
    });
    Some(Place { area: list, window, frame, label })
}

/// Draws the list, if something is offered, above `bottom`.
pub(super) fn draw(state: &State, area: Rect, bottom: u16, buffer: &mut Buffer) {
    let Some(completion) = &state.conversations.open().compose.completion else { return };
    let Some(found) = place(state, area, bottom) else { return };
    let Place { area: place, window, frame, label } = found;
    overlay::cover(frame.unwrap_or(place), buffer);
    match frame {
        Some(frame) => Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(state.looks.theme.rule)
            .render(frame, buffer),
        None => buffer.set_style(place, state.looks.theme.bar),
    }
    let dress = match frame {
        Some(_) => (state.looks.theme.text, state.looks.theme.quiet),
        None => (state.looks.theme.bar, state.looks.theme.bar_quiet),
    };
    let shown = &completion.candidates[window.clone()];
    let short = usize::from(place.width) < SHORT_BELOW;
    let more = beyond(&window, completion.candidates.len(), short);
    for ((y, candidate), index) in (place.y..).zip(shown).zip(window) {
        let row = Rect { y, height: 1, ..place };
        let chosen = completion.chosen == Some(index);
        let (mark, style, quiet) = match chosen {
            true => ("›", state.looks.theme.chosen(), state.looks.theme.chosen()),
            false => (" ", dress.0.add_modifier(Modifier::BOLD), dress.1),
        };
        if chosen {
            buffer.set_style(row, style);
        }
        cells::put(buffer, (row.x, row.y), row.right() - 1, mark, style);
        let more = more.iter().find(|(at, _)| *at == index).map_or("", |(_, words)| words);
        let end = cells::put_right(buffer, (row.x + 2, y), row.right() - 1, more, quiet);
        let width = end.saturating_sub(row.x) + u16::from(more.is_empty());
        draw_row(candidate, label, (style, quiet), Rect { width, ..row }, buffer);
    }
}

/// In which rows it is said how many there are beyond what is seen: in the first and the last.
fn beyond(window: &Range<usize>, count: usize, short: bool) -> Vec<(usize, String)> {
    let more = if short { "" } else { " more" };
    let above = Some(window.start).filter(|above| *above > 0);
    let below = Some(count.saturating_sub(window.end)).filter(|below| *below > 0);
    let above = above.map(|above| (window.start, format!("↑ {above}{more}")));
    let below = below.map(|below| (window.end.saturating_sub(1), format!("↓ {below}{more}")));
    above.into_iter().chain(below).collect()
}

fn draw_row(
    candidate: &Candidate,
    label: usize,
    (style, quiet): (Style, Style),
    row: Rect,
    buffer: &mut Buffer,
) {
    let limit = row.right() - 1;
    let words = cells::fit(&candidate.label, label);
    cells::put(buffer, (row.x + 2, row.y), limit, &words, style);
    let x = row.x + 4 + u16::try_from(label).unwrap_or(0);
    let room = usize::from(limit.saturating_sub(x));
    // Of a few letters and a mark nobody learns anything.
    if room >= ABOUT_LEAST || cells::width(&candidate.about) <= room {
        cells::put(buffer, (x, row.y), limit, &cells::fit(&candidate.about, room), quiet);
    }
}
