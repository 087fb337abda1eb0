//! The status line: how the link stands, as whom, what waits, and which other
//! conversations there are.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::input;
use crate::cells;
use crate::dialect::Dialect;
use crate::settings::Switch;
use crate::state::State;
use crate::state::conversations::Talk;
use crate::state::link::Phase;
use crate::words;

/// Columns of a conversation's title; longer ones are cut, so that one leaves room for the others.
const TITLE: usize = 16;

/// Conversations that are looked at more closely; of more than these none but the open one and
/// those with news are shown.
const PARTS_MOST: usize = 40;

/// Draws the line; returns in which columns which conversations stand.
pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Vec<(Range<u16>, usize)> {
    let theme = &state.looks.theme;
    buffer.set_style(area, theme.bar);
    let mut limit = area.right() - 1;
    // The conversations are told here while there is no list beside the messages.
    let parts = if state.screen.layout.talks == 0 { parts(state) } else { Vec::new() };
    let needed = width(&parts, 0);
    let (words, style) = link(state);
    let room = usize::from(limit.saturating_sub(area.x + 1));
    let fits = |words: &String| cells::width(words) <= room;
    let shortest = words.last().cloned().unwrap_or_default();
    let mut words = words.iter().find(|words| fits(words)).or(words.last()).cloned();
    let words = words.get_or_insert_default();
    // Where it gets narrow, what is well and known gives way to conversations.
    if state.link.phase == Phase::Live
        && 1 + cells::width(words) + needed > usize::from(limit.saturating_sub(area.x))
    {
        shortest.clone_into(words);
    }
    let mut x = cells::put(buffer, (area.x + 1, area.y), limit, words, style);
    if let Some(words) = unseen_text(state, limit.saturating_sub(x + 2)) {
        let bold = theme.bar.add_modifier(Modifier::BOLD);
        limit = cells::put_right(buffer, (x, area.y), limit, &words, bold);
    }
    let ([long, short], none) = (waiting(state), String::new());
    let name = state.link.name().map_or("", |name| name.as_str());
    let gap = |words: &str| if words.is_empty() { 0 } else { cells::width(words) + 2 };
    // One's own name is known: it gives way to the words about what waits.
    let tries = [(name, &long), ("", &long), (name, &short), ("", &short), (name, &none)];
    let room = usize::from(limit.saturating_sub(x));
    let (name, waiting) = tries
        .into_iter()
        .find(|(name, words)| gap(name) + gap(words) <= room)
        .unwrap_or(("", &none));
    let mut part = |words: &str, style: Style, needed: usize| {
        if cells::width(words) + usize::from(x) + 2 + needed <= usize::from(limit) {
            x = cells::put(buffer, (x + 2, area.y), limit, words, style);
        }
    };
    if !name.is_empty() {
        let away = match (state.me.away.is(), state.me.habits.settings.is_on(Switch::Quiet)) {
            (true, true) => " (away, quiet)",
            (true, false) => " (away)",
            (false, true) => " (quiet)",
            (false, false) => "",
        };
        part(&format!("{name}{away}"), theme.bar, needed + gap(waiting));
    }
    if !waiting.is_empty() {
        part(waiting, theme.bar_error, 0);
    }
    let places = talks(state, parts, (&mut x, area.y), limit, buffer);
    if let Some(time) = state.link.round_trip().filter(|_| state.link.phase == Phase::Live)
        && cells::width(&time) + usize::from(x) + 2 <= usize::from(limit)
    {
        let limit = if limit < area.right() - 1 { limit - 2 } else { limit };
        cells::put_right(buffer, (x + 2, area.y), limit, &time, theme.bar_quiet);
    }
    places
}

/// How many messages wait while the link is not well, in many words and in few.
fn waiting(state: &State) -> [String; 2] {
    let waiting = state.outgoing.len();
    if waiting == 0 || state.link.phase == Phase::Live {
        return [String::new(), String::new()];
    }
    // What has gone out may have arrived: it would be untrue to say that it was not sent.
    let what = if state.outgoing.is_in_doubt() { "confirmed" } else { "sent" };
    let long = format!("{} not {what} yet", words::counted(waiting, "message"));
    [long, format!("{waiting} not {what}")]
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
/// Those that wait for the reader come before the others; moves `x` behind them, and returns where
/// they stand.
fn talks(
    state: &State,
    mut parts: Vec<Part>,
    (x, y): (&mut u16, u16),
    limit: u16,
    buffer: &mut Buffer,
) -> Vec<(Range<u16>, usize)> {
    let mut places = Vec::new();
    let room = usize::from(limit.saturating_sub(*x));
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
        let Some((least, _)) = least else { return places };
        parts.remove(least);
        left_out += 1;
    }
    for part in parts {
        let start = *x + 2;
        *x = cells::put(buffer, (start, y), limit, &part.title, part.style);
        *x = cells::put(buffer, (*x, y), limit, &part.count, part.count_style);
        places.push((start..*x, part.index));
    }
    if left_out > 0 {
        *x = cells::put(buffer, (*x + 2, y), limit, &more(left_out), state.looks.theme.bar_quiet);
    }
    places
}

fn more(left_out: usize) -> String {
    format!("+{left_out}")
}

/// A conversation as the status line tells it: `2:@ben 3`.
struct Part {
    index: usize,
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
        Self { index, title, style, count, count_style, importance }
    }

    fn width(&self) -> usize {
        cells::width(&self.title) + cells::width(&self.count)
    }
}

/// How the link stands, in as many words as there may be room for, the longest first.
fn link(state: &State) -> (Vec<String>, Style) {
    let theme = &state.looks.theme;
    let link = &state.link;
    if link.phase == Phase::Live {
        let words = match link.dialect() {
            Dialect::Native => vec!["● linked".to_owned(), "●".to_owned()],
            Dialect::Lab(lab) => words::lab::linked(state, lab),
        };
        return (words, theme.bar);
    }
    let lost = link.lost_for().map(|time| format!(" for {time}")).unwrap_or_default();
    let lost = [lost, String::new()];
    let all = |words: &dyn Fn(&str) -> String| lost.iter().map(|lost| words(lost)).collect();
    let words: Vec<String> = match (&link.phase, link.seconds_left) {
        (Phase::Silent, _) => all(&|lost| format!("◌ no answer{lost}")),
        (Phase::Trying { attempt: attempt @ 2.. }, _) => {
            all(&|lost| format!("◌ no link{lost} · reconnecting, attempt {attempt}…"))
        }
        (Phase::Greeting | Phase::Trying { .. }, _) => {
            all(&|lost| format!("◌ no link{lost} · reconnecting…"))
        }
        (Phase::Down { .. }, Some(0)) => all(&|lost| format!("✗ no link{lost} · reconnecting…")),
        (Phase::Down { .. }, Some(left)) => {
            all(&|lost| format!("✗ no link{lost} · reconnecting in {left} s"))
        }
        (Phase::Idle, _) if link.name_refused.is_some() => {
            let words = link.name_refused.as_ref().map_or("", |refused| &refused.words);
            vec![format!("✗ {words} · {}", state.me.habits.keys.spoken("Alt-R"))]
        }
        _ => {
            let again = state.me.habits.keys.spoken("Alt-R tries again");
            all(&|lost| format!("✗ no link{lost} · {again}"))
        }
    };
    (words, theme.bar_error)
}
