//! The status line: how the link stands, as whom, what waits, and which other
//! conversations there are.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::input;
use crate::cells;
use crate::state::State;
use crate::state::conversations::Talk;
use crate::state::link::Phase;
use crate::words;

/// Columns of a conversation's title; longer ones are cut, so that one leaves room for the others.
const TITLE: usize = 16;

/// Conversations that are looked at more closely; of more than these none but the open one and
/// those with news are shown.
const PARTS_MOST: usize = 40;

pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    buffer.set_style(area, theme.bar);
    let mut limit = area.right() - 1;
    // The conversations are told here while there is no list beside the messages.
    let parts = if state.screen.layout.talks == 0 { parts(state) } else { Vec::new() };
    let needed = width(&parts, 0);
    let (mut words, style) = link(state);
    // Where it gets narrow, what is well and known gives way to conversations.
    if state.link.phase == Phase::Live
        && 1 + cells::width(&words) + needed > usize::from(limit.saturating_sub(area.x))
    {
        words.truncate("●".len());
    }
    let mut x = cells::put(buffer, (area.x + 1, area.y), limit, &words, style);
    if let Some(words) = unseen_text(state, limit.saturating_sub(x + 2)) {
        let bold = theme.bar.add_modifier(Modifier::BOLD);
        limit = cells::put_right(buffer, (x, area.y), limit, &words, bold);
    }
    let mut part = |words: &str, style: Style, needed: usize| {
        if cells::width(words) + usize::from(x) + 2 + needed <= usize::from(limit) {
            x = cells::put(buffer, (x + 2, area.y), limit, words, style);
        }
    };
    if let Some(name) = state.link.name() {
        part(name.as_str(), theme.bar, needed);
    }
    let waiting = state.outgoing.len();
    if waiting > 0 && !state.link.is_live() {
        part(&format!("{} not sent yet", words::counted(waiting, "message")), theme.bar_error, 0);
    }
    x = talks(state, parts, (x, area.y), limit, buffer);
    if let Some(time) = state.link.round_trip().filter(|_| state.link.phase == Phase::Live)
        && cells::width(&time) + usize::from(x) + 2 <= usize::from(limit)
    {
        let limit = if limit < area.right() - 1 { limit - 2 } else { limit };
        cells::put_right(buffer, (x + 2, area.y), limit, &time, theme.bar_quiet);
    }
}

/// How much of the typed text is not on the screen, in as many words as there are columns for.
fn unseen_text(state: &State, room: u16) -> Option<String> {
    let (above, below) = input::unseen(state);
    let arrow = |sign: &str, rows: usize| (rows > 0).then(|| format!("{sign} {rows}"));
    let arrows: Vec<String> =
        [arrow("▲", above), arrow("▼", below)].into_iter().flatten().collect();
    if arrows.is_empty() {
        return None;
    }
    let short = arrows.join(" ");
    let lines = if above + below == 1 { "line" } else { "lines" };
    let words =
        [format!("{short} more {lines} · Enter sends all"), format!("{short} more {lines}"), short];
    words.into_iter().find(|words| cells::width(words) <= usize::from(room))
}

/// All conversations, if there are several.
fn parts(state: &State) -> Vec<Part> {
    let open = state.conversations.open_index();
    let all = state.conversations.iter().enumerate();
    let parts: Vec<Part> =
        all.map(|(index, talk)| Part::new(state, index, talk, index == open)).collect();
    if parts.len() > 1 { parts } else { Vec::new() }
}

/// Columns of these conversations and of the number of those left out, a gap before each.
fn width(parts: &[Part], left_out: usize) -> usize {
    let more = if left_out > 0 { cells::width(&more(left_out)) + 2 } else { 0 };
    parts.iter().map(|part| part.width() + 2).sum::<usize>() + more
}

/// As many conversations as there are columns for, in their order, and how many there are besides.
/// Those that wait for the reader come before the others; returns the column behind them.
fn talks(
    state: &State,
    mut parts: Vec<Part>,
    (start, y): (u16, u16),
    limit: u16,
    buffer: &mut Buffer,
) -> u16 {
    let room = usize::from(limit.saturating_sub(start));
    let mut left_out = 0;
    if parts.len() > PARTS_MOST {
        let all = parts.len();
        parts.retain(|part| part.importance > 0);
        parts.truncate(PARTS_MOST);
        left_out = all - parts.len();
    }
    while width(&parts, left_out) > room {
        // Of those that matter least, the last.
        let least = parts.iter().enumerate().rev().min_by_key(|(_, part)| part.importance);
        let Some((least, _)) = least else { return start };
        parts.remove(least);
        left_out += 1;
    }
    let mut x = start;
    for part in parts {
        x = cells::put(buffer, (x + 2, y), limit, &part.title, part.style);
        x = cells::put(buffer, (x, y), limit, &part.count, part.count_style);
    }
    if left_out > 0 {
        x = cells::put(buffer, (x + 2, y), limit, &more(left_out), state.looks.theme.bar_quiet);
    }
    x
}

fn more(left_out: usize) -> String {
    format!("+{left_out}")
}

/// A conversation as the status line tells it: `2:@ben 3`.
struct Part {
    title: String,
    style: Style,
    count: String,
    count_style: Style,
    importance: u8,
}

impl Part {
    fn new(state: &State, index: usize, talk: &Talk, open: bool) -> Self {
        let theme = &state.looks.theme;
        let number = if index < 9 { format!("{}:", index + 1) } else { String::new() };
        let unread = talk.unread;
        let loud = unread.mentions > 0;
        let (importance, style) = match (open, unread.messages) {
            (true, _) => (1, theme.bar.add_modifier(Modifier::BOLD)),
            (false, 0) => (0, theme.bar_quiet),
            (false, _) => (if loud { 3 } else { 2 }, theme.bar),
        };
        let title = format!("{number}{}", cells::fit(&talk.title(), TITLE));
        let count = match unread.messages {
            0 => String::new(),
            _ => format!(" {}", unread.words()),
        };
        let (style, count_style) = if loud { (theme.loud, theme.loud) } else { (style, theme.bar) };
        Self { title, style, count, count_style, importance }
    }

    fn width(&self) -> usize {
        cells::width(&self.title) + cells::width(&self.count)
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
        (Phase::Idle, _) if state.link.name_refused.is_some() => {
            let words = state.link.name_refused.as_ref().map_or("", |refused| &refused.words);
            (format!("✗ {words} · Alt-R"), bad)
        }
        (Phase::Down { .. } | Phase::Idle, _) => ("✗ no link · Alt-R tries again".to_owned(), bad),
    }
}
