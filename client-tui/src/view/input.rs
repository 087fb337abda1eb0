//! The input: a prompt that says where the text will go, and the text.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use crate::cells;
use crate::state::State;

/// Draws the input; returns where the cursor is.
pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Position {
    let theme = &state.looks.theme;
    let talk = state.conversations.open();
    let title = talk.title();
    let editor = &talk.compose.editor;
    let bold = theme.accent.add_modifier(Modifier::BOLD);
    let prompt = cells::fit(&title, usize::from(area.width / 2));
    let x = cells::put(buffer, (area.x + 1, area.y), area.right(), &prompt, bold);
    let x =
        cells::put(buffer, (x, area.y), area.right(), " › ", theme.accent).min(area.right() - 1);
    let rows = editor.rows(state.screen.input_width(cells::width(&prompt)));
    let (row, column) = editor.place(&rows);
    // The row of the cursor is always seen.
    let height = usize::from(area.height).max(1);
    let first = (row + 1).saturating_sub(height);
    for (y, row) in (area.y..area.bottom()).zip(rows.iter().skip(first)) {
        let text = &editor.text()[row.start..row.end];
        cells::put(buffer, (x, y), area.right() - 1, text, theme.text);
    }
    let column = u16::try_from(column).unwrap_or(u16::MAX);
    let y = area.y + u16::try_from(row - first).unwrap_or(0);
    Position { x: x.saturating_add(column).min(area.right() - 1), y }
}
