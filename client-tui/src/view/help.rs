//! The help: keys and commands, straight from the tables that run them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::overlay::boxed;
use crate::cells;
use crate::command::COMMANDS;
use crate::keymap::BINDINGS;
use crate::state::State;

/// Columns from which keys and commands stand side by side.
const SIDE_BY_SIDE: u16 = 110;

/// Columns of what is pressed or typed.
const LEFT: u16 = 21;

type Line = (String, String);

pub(super) fn draw(state: &State, scroll: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let side_by_side = area.width >= SIDE_BY_SIDE;
    let (keys, commands) = (keys(), commands());
    let (width, rows) = if side_by_side {
        (108, keys.len().max(commands.len()))
    } else {
        (62, keys.len() + commands.len() + 1)
    };
    let height = u16::try_from(rows + 4).unwrap_or(u16::MAX).min(area.height.saturating_sub(2));
    let inner = boxed(state, width, height, area, buffer);
    let foot = Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner };
    let body = Rect { height: inner.height.saturating_sub(2), ..inner };
    let hidden = rows.saturating_sub(usize::from(body.height));
    let scroll = scroll.min(hidden);
    if side_by_side {
        let half = Rect { width: body.width / 2 - 1, ..body };
        list(state, &keys, scroll, half, buffer);
        list(state, &commands, scroll, Rect { x: half.right() + 2, ..half }, buffer);
    } else {
        let all: Vec<Line> = commands.into_iter().chain([Line::default()]).chain(keys).collect();
        list(state, &all, scroll, body, buffer);
    }
    let words = match hidden {
        0 => "Esc closes · Shift-drag selects text".to_owned(),
        _ => format!("↑ ↓ {} more rows · Esc closes · Shift-drag selects text", hidden - scroll),
    };
    let words = cells::fit(&words, usize::from(foot.width));
    cells::put(buffer, (foot.x, foot.y), foot.right(), &words, theme.quiet);
}

fn keys() -> Vec<Line> {
    let shown = BINDINGS.iter().filter(|binding| !binding.keys.is_empty());
    shown.map(|binding| (binding.keys.to_owned(), binding.help.to_owned())).collect()
}

fn commands() -> Vec<Line> {
    let line = |command: &crate::command::Command| {
        (format!("/{} {}", command.name, command.arguments), command.help.to_owned())
    };
    COMMANDS.iter().map(line).collect()
}

fn list(state: &State, lines: &[Line], scroll: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let bold: Style = theme.accent.add_modifier(Modifier::BOLD);
    let left = LEFT.min(area.width / 2);
    for (y, (what, does)) in (area.y..area.bottom()).zip(lines.iter().skip(scroll)) {
        let x = area.x + left;
        let what = cells::fit(what, usize::from(left.saturating_sub(1)));
        cells::put(buffer, (area.x, y), x - 1, &what, bold);
        let does = cells::fit(does, usize::from(area.right().saturating_sub(x)));
        cells::put(buffer, (x, y), area.right(), &does, theme.text);
    }
}
