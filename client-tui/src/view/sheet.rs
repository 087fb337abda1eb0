//! A sheet, drawn: its rows are [`crate::sheet`]'s.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::overlay::{self, boxed};
use crate::cells;
use crate::sheet::{Row, Sheet};
use crate::state::State;

/// The rectangle of its box.
pub(super) fn place(sheet: &Sheet, area: Rect) -> Rect {
    overlay::place(sheet.width, sheet.extent(area.height).height, area)
}

pub(super) fn draw(state: &State, sheet: &Sheet, scroll: usize, area: Rect, buffer: &mut Buffer) {
    let extent = sheet.extent(area.height);
    let inner = boxed(state, &sheet.title, place(sheet, area), buffer);
    let page = u16::try_from(extent.page).unwrap_or(u16::MAX);
    let body = Rect { height: page.min(inner.height), ..inner };
    let scroll = scroll.min(extent.hidden);
    let second = body.x.saturating_add(u16::try_from(sheet.second).unwrap_or(u16::MAX));
    for (rows, x) in sheet.columns.iter().zip([body.x, second]) {
        let rows = &rows[scroll.min(rows.len())..];
        let width = body.right().saturating_sub(x);
        list(state, rows, sheet.left, Rect { x, width, ..body }, buffer);
    }
    let words = sheet.foot(extent.hidden - scroll, scroll > 0);
    let words = cells::fit(&state.me.habits.keys.spoken(&words), usize::from(inner.width));
    let y = inner.bottom().saturating_sub(1);
    cells::put(buffer, (inner.x, y), inner.right(), &words, state.looks.theme.quiet);
}

fn list(state: &State, rows: &[Row], left: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let bold = theme.accent.add_modifier(Modifier::BOLD);
    let heading = theme.text.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED));
    let x = area.x + u16::try_from(left).unwrap_or(0);
    for (y, row) in (area.y..area.bottom()).zip(rows) {
        match row {
            Row::Heading(words) => {
                cells::put(buffer, (area.x, y), area.right(), words, heading);
            }
            Row::Strong(words) => {
                let bold = theme.text.add_modifier(Modifier::BOLD);
                cells::put(buffer, (area.x, y), area.right(), words, bold);
            }
            Row::Words(words) => {
                cells::put(buffer, (area.x, y), area.right(), words, theme.text);
            }
            Row::Line(what, does) => {
                cells::put(buffer, (area.x, y), x - 1, what, bold);
                cells::put(buffer, (x, y), area.right(), does, theme.text);
            }
            Row::Gap => {}
        }
    }
}
