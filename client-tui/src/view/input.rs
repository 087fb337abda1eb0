//! The input: a prompt that says where the text will go, and the text; or what is searched in what
//! was sent, and what was found.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use crate::cells;
use crate::state::State;

/// What stands between the prompt and the text.
const SIGN: &str = " › ";

/// Draws the input; returns where the cursor is.
pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Position {
    let theme = &state.looks.theme;
    let compose = &state.conversations.open().compose;
    let editor = compose.shown();
    let linked = state.link.is_live();
    let failing = compose.search.as_ref().is_some_and(|search| search.failing)
        || compose.find.as_ref().is_some_and(|find| find.is_failing(linked));
    let bold = if failing { theme.error } else { theme.accent }.add_modifier(Modifier::BOLD);
    let prompt = state.prompt();
    let x = cells::put(buffer, (area.x + 1, area.y), area.right(), &prompt, bold);
    let x = cells::put(buffer, (x, area.y), area.right(), SIGN, theme.accent);
    let x = x.min(area.right() - 1);
    let search = compose.search.as_ref().filter(|_| compose.find.is_none());
    let matched = search.map_or(0..0, |search| search.matched());
    let found = state.looks.theirs(theme.accent.add_modifier(Modifier::UNDERLINED));
    let text = state.looks.theirs(theme.text);
    let (row, column, first) = seen(state, area.height);
    for (y, row) in (area.y..area.bottom()).zip(editor.rows().iter().skip(first)) {
        let [before, inside, behind] = thirds(row.start..row.end, &matched);
        let limit = area.right() - 1;
        let mut at = cells::put(buffer, (x, y), limit, &editor.text()[before], text);
        at = cells::put(buffer, (at, y), limit, &editor.text()[inside], found);
        let end = cells::put(buffer, (at, y), limit, &editor.text()[behind], text);
        if let Some(find) = compose.find.as_ref().filter(|_| y == area.y) {
            let style = if failing { theme.error } else { theme.accent };
            count(&find.count(linked), style, (end, y), limit, buffer);
        }
    }
    let column = u16::try_from(column).unwrap_or(u16::MAX);
    let y = area.y + u16::try_from(row - first).unwrap_or(0);
    Position { x: x.saturating_add(column).min(area.right() - 1), y }
}

/// How much was found, at the end of the row, where there is room for it.
fn count(words: &str, style: Style, (x, y): (u16, u16), limit: u16, buffer: &mut Buffer) {
    // The cursor has a column of its own.
    if cells::width(words) + 2 <= usize::from(limit.saturating_sub(x)) {
        cells::put_right(buffer, (x, y), limit, words, style);
    }
}

/// The byte of the text before which the cursor goes that is put into this cell.
pub(super) fn byte_at(state: &State, area: Rect, (x, y): (u16, u16)) -> Option<usize> {
    let editor = state.conversations.open().compose.shown();
    let (_, _, first) = seen(state, area.height);
    let row = editor.rows().get(first + usize::from(y.checked_sub(area.y)?))?;
    let text = editor.text().get(row.start..row.end)?;
    let column = usize::from(x.saturating_sub(area.x)).saturating_sub(text_column(state));
    let mut passed = 0;
    let under = cells::graphemes(text).find(|grapheme| {
        passed += grapheme.width;
        passed > column
    });
    // Spaces may hang over the edge: behind them begins the next row.
    let wrapped = editor.text().get(row.end..).is_some_and(|rest| !rest.is_empty())
        && !editor.text()[row.end..].starts_with('\n');
    let last = cells::graphemes(text).last().map_or(0, |last| last.at);
    let end = if wrapped { last } else { text.len() };
    Some(row.start + under.map_or(end, |grapheme| grapheme.at))
}

/// The column at which the text begins.
fn text_column(state: &State) -> usize {
    cells::width(&state.prompt()) + cells::width(SIGN) + 1
}

/// Where on the screen a byte of the text stands, if its row is seen.
pub(super) fn column_of(state: &State, byte: usize) -> u16 {
    let editor = state.conversations.open().compose.shown();
    let row = editor.rows().iter().rposition(|row| row.start <= byte).unwrap_or(0);
    let start = editor.rows().get(row).map_or(byte, |row| row.start);
    let column =
        text_column(state) + cells::width(editor.text().get(start..byte).unwrap_or_default());
    u16::try_from(column).unwrap_or(u16::MAX)
}

/// How many rows of the typed text are above what is shown, and below.
pub(super) fn unseen(state: &State) -> (usize, usize) {
    let height = state.screen.layout.input;
    let (_, _, first) = seen(state, height);
    let rows = state.conversations.open().compose.shown().rows().len();
    (first, rows.saturating_sub(first + usize::from(height.max(1))))
}

/// The cursor's row and column, and the first row that is shown: the cursor's is always seen.
fn seen(state: &State, height: u16) -> (usize, usize, usize) {
    let (row, column) = state.conversations.open().compose.shown().place();
    (row, column, (row + 1).saturating_sub(usize::from(height.max(1))))
}

/// A row's bytes before, inside and behind what was found.
fn thirds(row: Range<usize>, matched: &Range<usize>) -> [Range<usize>; 3] {
    let start = matched.start.clamp(row.start, row.end);
    let end = matched.end.clamp(start, row.end);
    [row.start..start, start..end, end..row.end]
}
