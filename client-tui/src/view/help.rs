//! The help: keys and commands, straight from the tables that run them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::overlay::boxed;
use crate::cells::{self, Row};
use crate::command::COMMANDS;
use crate::keymap::BINDINGS;
use crate::state::{Stage, State};

/// Columns from which keys and commands stand side by side.
const SIDE_BY_SIDE: u16 = 110;

/// Columns of what is pressed or typed.
const LEFT: u16 = 21;

/// The start screen's own keys.
const ON_START: &[(&str, &str)] =
    &[("Tab ↓ ↑", "move"), ("Enter", "choose"), ("F1", "this help"), ("Ctrl-C", "twice: quit")];

/// What is pressed or typed, and what it does.
type Line = (String, String);

pub(super) fn draw(state: &State, scroll: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let side_by_side = area.width >= SIDE_BY_SIDE;
    let width = if side_by_side { 108 } else { 62 }.min(area.width.saturating_sub(2));
    // Behind the border and a space on each side.
    let inside = width.saturating_sub(4);
    let mut keys = keys();
    let columns: Vec<Vec<Line>> = if side_by_side {
        if is_start(state) {
            keys.splice(..0, on_start());
        }
        let half = inside / 2 - 1;
        vec![wrap(&keys, half), wrap(&commands(), half)]
    } else {
        let mut all = if is_start(state) { on_start() } else { Vec::new() };
        all.extend(commands());
        all.push(Line::default());
        all.extend(keys);
        vec![wrap(&all, inside)]
    };
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    let height = u16::try_from(rows + 4).unwrap_or(u16::MAX).min(area.height.saturating_sub(2));
    let inner = boxed(state, "Help", width, height, area, buffer);
    let foot = Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner };
    let body = Rect { height: inner.height.saturating_sub(2), ..inner };
    let hidden = rows.saturating_sub(usize::from(body.height));
    let scroll = scroll.min(hidden);
    for (lines, x) in columns.iter().zip([body.x, body.x + body.width / 2 + 1]) {
        let width = if side_by_side { body.width / 2 - 1 } else { body.width };
        list(state, lines, scroll, Rect { x, width, ..body }, buffer);
    }
    let words = foot_words(hidden - scroll, scroll > 0, usize::from(foot.width));
    cells::put(buffer, (foot.x, foot.y), foot.right(), &words, theme.quiet);
}

/// What there is besides, and how to leave, in as many words as there are columns for.
fn foot_words(below: usize, above: bool, room: usize) -> String {
    let (rows, short) = match (below, above) {
        (0, false) => (String::new(), String::new()),
        (0, true) => ("↑ back · ".to_owned(), "↑ · ".to_owned()),
        (below, _) => {
            let rows = crate::words::counted(below, "more row");
            (format!("↑ ↓ {rows} · "), format!("↑ ↓ {below} · "))
        }
    };
    let mut words = [
        format!("{rows}Esc closes · Shift-drag selects text"),
        format!("{rows}Esc closes"),
        format!("{short}Esc closes"),
    ];
    let fitting = words.iter().position(|words| cells::width(words) <= room);
    std::mem::take(&mut words[fitting.unwrap_or(2)])
}

/// Whether the help lies on the start screen.
fn is_start(state: &State) -> bool {
    matches!(state.stage, Stage::Start(_))
}

/// The start screen's keys, and a gap behind them.
fn on_start() -> Vec<Line> {
    let line = |(keys, help): &(&str, &str)| ((*keys).to_owned(), (*help).to_owned());
    ON_START.iter().map(line).chain([Line::default()]).collect()
}

fn keys() -> Vec<Line> {
    let shown = BINDINGS.iter().filter(|binding| !binding.keys.is_empty());
    shown.map(|binding| (binding.keys.to_owned(), binding.help.to_owned())).collect()
}

fn commands() -> Vec<Line> {
    let line = |command: &crate::command::Command| (command.usage(), command.help.to_owned());
    COMMANDS.iter().map(line).collect()
}

/// Columns of what is pressed or typed, in a list of this width.
fn left_of(width: u16) -> u16 {
    LEFT.min(width / 2)
}

/// The lines as rows of this width: what is too long goes on below itself.
fn wrap(lines: &[Line], width: u16) -> Vec<Line> {
    let left = usize::from(left_of(width));
    let right = usize::from(width) - left;
    let mut rows = Vec::new();
    for (what, does) in lines {
        let (whats, all_does) = (cells::wrap(what, left - 1), cells::wrap(does, right));
        let row = |text: &str, rows: &[Row], index: usize| {
            rows.get(index).map(|row| text[row.start..row.end].to_owned()).unwrap_or_default()
        };
        let count = whats.len().max(all_does.len());
        rows.extend((0..count).map(|at| (row(what, &whats, at), row(does, &all_does, at))));
    }
    rows
}

fn list(state: &State, rows: &[Line], scroll: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let bold: Style = theme.accent.add_modifier(Modifier::BOLD);
    let x = area.x + left_of(area.width);
    for (y, (what, does)) in (area.y..area.bottom()).zip(rows.iter().skip(scroll)) {
        cells::put(buffer, (area.x, y), x - 1, what, bold);
        cells::put(buffer, (x, y), area.right(), does, theme.text);
    }
}
