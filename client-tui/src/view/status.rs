//! The status line: how the link stands, as whom, what waits, and what is unread elsewhere.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::cells;
use crate::state::State;
use crate::state::link::Phase;
use crate::words;

pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    buffer.set_style(area, theme.bar);
    let limit = area.right() - 1;
    let (words, style) = link(state);
    let mut x = cells::put(buffer, (area.x + 1, area.y), limit, &words, style);
    let mut part = |words: &str, style: Style| {
        if cells::width(words) + usize::from(x) + 2 <= usize::from(limit) {
            x = cells::put(buffer, (x + 2, area.y), limit, words, style);
        }
    };
    if let Some(name) = state.link.name() {
        part(name.as_str(), theme.bar);
    }
    let waiting = state.outgoing.len();
    if waiting > 0 && !state.link.is_live() {
        part(&format!("{} not sent yet", words::counted(waiting, "message")), theme.bar_error);
    }
    if let Some(time) = state.link.round_trip().filter(|_| state.link.phase == Phase::Live) {
        part(&time, theme.bar_quiet);
    }
    // What is unread is told here while there is no list beside the messages.
    if state.screen.layout.talks == 0 {
        for (index, talk) in state.conversations.iter().enumerate() {
            let unread = talk.unread;
            if unread.messages > 0 {
                let loud = unread.mentions > 0;
                let words = format!("{}:{} {}", index + 1, talk.title(), unread.messages);
                part(&words, if loud { theme.loud } else { theme.bar });
            }
        }
    }
}

fn link(state: &State) -> (String, Style) {
    let theme = &state.looks.theme;
    let bad = theme.bar_error;
    match (&state.link.phase, state.link.seconds_left) {
        (Phase::Live, _) => ("● linked".to_owned(), theme.bar),
        (Phase::Silent, _) => ("◌ the server is silent…".to_owned(), bad),
        (Phase::Greeting, _) => ("◌ reconnecting…".to_owned(), bad),
        (Phase::Trying { attempt: 1 }, _) => ("◌ reconnecting…".to_owned(), bad),
        (Phase::Trying { attempt }, _) => (format!("◌ reconnecting, attempt {attempt}…"), bad),
        (Phase::Down { .. }, Some(0)) => ("✗ no link · reconnecting…".to_owned(), bad),
        (Phase::Down { .. }, Some(left)) => (format!("✗ no link · reconnecting in {left} s"), bad),
        (Phase::Down { .. } | Phase::Idle, _) => ("✗ no link · Alt-R tries again".to_owned(), bad),
    }
}
