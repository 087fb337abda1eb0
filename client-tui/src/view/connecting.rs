//! The way to the first welcome: what is being tried, why it failed, and what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::centred;
use crate::cells;
use crate::state::State;
use crate::state::link::Phase;
use crate::state::tip::Tip;
use crate::words;

/// Columns of the text.
const WIDTH: u16 = 66;

/// Columns that a sign takes before its line.
const SIGN: u16 = 2;

pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let width = WIDTH.min(area.width.saturating_sub(4));
    let lines = lines(state);
    let mut rows: Vec<(u16, &str, Style)> = Vec::new();
    for (line, style) in &lines {
        // What begins further right goes on there.
        let indent = if line.starts_with(['✗', ' ']) { SIGN } else { 0 };
        let wrapped = cells::wrap(line.trim_start(), usize::from(width - indent.min(width)));
        rows.extend(wrapped.iter().enumerate().map(|(index, row)| {
            let signed = index == 0 && line.starts_with('✗');
            let indent = if signed { 0 } else { indent };
            (indent, &line.trim_start()[row.start..row.end], *style)
        }));
    }
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    if height > area.height {
        // Air goes first.
        rows.retain(|(_, line, _)| !line.is_empty());
    }
    let place = centred(area, width, u16::try_from(rows.len()).unwrap_or(u16::MAX));
    for (y, (indent, line, style)) in (place.y..place.bottom()).zip(rows) {
        cells::put(buffer, (place.x + indent, y), place.right(), line, style);
    }
}

fn lines(state: &State) -> Vec<(String, Style)> {
    let theme = &state.looks.theme;
    let bold = theme.accent.add_modifier(Modifier::BOLD);
    let Some(target) = &state.link.target else { return Vec::new() };
    let mut lines = vec![
        (format!("Joining {} as {}", words::address(target), target.name), bold),
        (String::new(), theme.text),
    ];
    let error = theme.error.add_modifier(Modifier::BOLD);
    if let Some(words) = &state.link.refused {
        lines.push((format!("✗ {words}"), error));
    } else if let Some(failure) = &state.link.failure {
        let diagnosis = words::failure(failure, target);
        lines.push((format!("✗ {}", diagnosis.headline), error));
        lines.extend(diagnosis.advice.into_iter().map(|line| (format!("  {line}"), theme.text)));
    }
    if lines.len() > 2 {
        lines.push((String::new(), theme.text));
    }
    lines.push((progress(state), theme.text));
    lines.push((String::new(), theme.text));
    let keys = match (&state.tip, &state.link.phase) {
        (Tip::Quit, _) => ("Press Ctrl-C again to quit", theme.accent),
        (_, Phase::Down { .. } | Phase::Idle) => {
            ("Enter try again now · Esc back · Ctrl-C twice quits", theme.quiet)
        }
        _ => ("Esc back · Ctrl-C twice quits", theme.quiet),
    };
    lines.push((state.me.habits.keys.spoken(keys.0).into_owned(), keys.1));
    lines
}

fn progress(state: &State) -> String {
    match (&state.link.phase, state.link.seconds_left) {
        (Phase::Trying { attempt: 1 }, _) => "Connecting…".to_owned(),
        (Phase::Trying { attempt }, _) => format!("Connecting, attempt {attempt}…"),
        (Phase::Greeting, _) => "Connected; waiting for the server's welcome…".to_owned(),
        (Phase::Down { .. }, Some(left)) if left > 0 => format!("Trying again in {left} s"),
        (Phase::Down { retry_at: Some(_) }, _) => "Trying again…".to_owned(),
        _ => "Not trying any more".to_owned(),
    }
}
