//! The line below the input: what is wrong, or else the keys that help with what is being written
//! just now.

use std::borrow::Cow;

use chat_protocol::query::{Key, Misread};
use chat_protocol::{Query, limit};

use super::{counted, sentence};
use crate::cells;
use crate::command;
use crate::dialect::Ability;
use crate::state::State;
use crate::state::completion::Completion;
use crate::state::find::Find;
use crate::state::overlay::Overlay;
use crate::state::tip::Tip;

/// Rows of a screen from which the line is always there, so that nothing jumps when it changes.
const ALWAYS_FROM: u16 = 12;

/// Columns of a part of a query that is told.
const MISREAD: usize = 30;

/// What the line says, and how it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    Quiet(String),
    Told(String),
    Wrong(String),
}

/// Whether the line has a row of its own now.
pub(crate) fn has_row(state: &State) -> bool {
    let compose = &state.conversations.open().compose;
    state.screen.height >= ALWAYS_FROM
        || state.tip != Tip::None
        || state.me.export.is_some()
        || compose.search.is_some()
        || compose.find.is_some()
        || compose.completion.is_some()
        || compose.editor.text().starts_with('/')
}

/// The line, in so many columns.
pub(crate) fn hint(state: &State, room: usize) -> Hint {
    // As many words as there is room for, with the person's own keys.
    let fit = |words: String| match state.me.habits.keys.spoken(&words) {
        Cow::Borrowed(words) => cells::fit(words, room),
        Cow::Owned(words) => cells::fit(&words, room),
    };
    match &state.tip {
        Tip::Told(words) => Hint::Told(fit(sentence(words))),
        Tip::Warned(words) => Hint::Told(fit(format!("! {}", sentence(words)))),
        Tip::Wrong(words) => Hint::Wrong(fit(format!("✗ {}", sentence(words)))),
        Tip::Quit => Hint::Told(fit("Press Ctrl-C again to quit".to_owned())),
        Tip::None | Tip::Keys => match &state.me.export {
            Some(export) if state.overlays.is_empty() => Hint::Told(fit(sentence(&export.words()))),
            _ => Hint::Quiet(fit(context(state, room))),
        },
    }
}

fn context(state: &State, room: usize) -> String {
    if let Some(words) = state.overlays.last().map(Overlay::hint) {
        return cells::fit(words, room);
    }
    let compose = &state.conversations.open().compose;
    let text = compose.editor.text();
    if let Some(find) = &compose.find {
        return finding(state, find, room);
    }
    if let Some(search) = &compose.search {
        let keys = ["Enter takes it", "Ctrl-R older", "Ctrl-S newer", "Esc back to your text"];
        let nothing = search.preview().is_none();
        return list(
            if nothing { &["Type what to look for in what you sent", "Esc back"] } else { &keys },
            None,
            room,
        );
    }
    if compose.prefixed {
        return list(&["Ctrl-E now: write in your own editor"], None, room);
    }
    if let Some(completion) = &compose.completion {
        return completing(completion, room);
    }
    if let Some(words) = command(text, room) {
        return words;
    }
    if text.len() > limit::TEXT_BYTES {
        let long = format!("{} of {} bytes", grouped(text.len()), grouped(limit::TEXT_BYTES));
        return list(&[&long, "too long to send", "Alt-E your own editor"], None, room);
    }
    let lines = compose.editor.lines();
    if lines > 1 {
        let lines = counted(lines, "line");
        let keys = [&lines, "Enter sends all", "Alt-Enter one more", "Alt-E your own editor"];
        return list(&keys, None, room);
    }
    keys(state, text.is_empty(), room)
}

/// What to do while something is looked for in the conversation, and what is in the way of it.
fn finding(state: &State, find: &Find, room: usize) -> String {
    if find.query.is_empty() {
        let elsewhere = match state.link.dialect().can(Ability::Search) {
            true => "/search looks everywhere",
            false => "in what is shown here",
        };
        return list(&["Type what to look for", elsewhere], Some("Esc back"), room);
    }
    let trouble = match find.trouble() {
        Some(words) => sentence(words),
        None if !state.link.dialect().can(Ability::Search) => String::new(),
        None if !state.link.is_live() => "No link: only what is loaded was searched".to_owned(),
        None => misread(&find.query).unwrap_or_default(),
    };
    let trouble: &[&str] = if trouble.is_empty() { &[] } else { &[&trouble] };
    let keys: &[&str] = match find.is_failing(state.link.is_live()) {
        true if !state.link.dialect().can(Ability::Search) => &["Nothing here has it"],
        true => &["/search looks everywhere"],
        false => &["↑ Ctrl-S older", "↓ newer", "Enter stays here"],
    };
    list(&[trouble, keys].concat(), Some("Esc back"), room)
}

/// What of a query is looked for in another way than it was meant, if something is.
pub(crate) fn misread(query: &Query) -> Option<String> {
    let Misread { key, typed } = query.misread.as_deref()?;
    let is_no = match key {
        Key::From => "name",
        Key::In => "conversation",
        Key::Before => "date",
    };
    Some(format!("{} is no {is_no}: searched as words", cells::fit(typed, MISREAD)))
}

fn completing(completion: &Completion, room: usize) -> String {
    let Some(chosen) = completion.chosen else {
        let count = counted(completion.candidates.len(), "choice");
        let keys = [&count, "Tab takes one", "Esc closes", "or type on"];
        return list(&keys, None, room);
    };
    let place = format!("{} of {}", chosen + 1, completion.candidates.len());
    let keys = [&place, "Tab next", "Shift-Tab back", "Esc what you typed", "or type on"];
    list(&keys, None, room)
}

/// The keys that a newcomer needs, or else those for the moment. Between two people, without the
/// list of conversations, the way back comes first.
fn keys(state: &State, empty: bool, room: usize) -> String {
    let lost = !state.conversations.open().is_room() && state.screen.layout.talks == 0;
    let first = if lost && empty { "Alt-1 back to #lobby" } else { "Enter send" };
    let keys: &[&str] = match (&state.tip, empty) {
        (Tip::Keys, _) if !state.link.dialect().can(Ability::History) => {
            &[first, "Alt-Enter new line", "Tab names"]
        }
        (Tip::Keys, _) => &[first, "Alt-Enter new line", "PgUp history", "Tab names"],
        (_, true) if lost => &[first, "/ commands", "↑ sent before", "Ctrl-R search it"],
        (_, true) => &["/ commands", "↑ sent before", "Ctrl-R search it", "Alt-A news"],
        (_, false) => &[first, "Alt-Enter new line", "Tab completes", "Alt-E your own editor"],
    };
    list(keys, Some("F1 help"), room)
}

/// How the command that is being typed goes on.
fn command(text: &str, room: usize) -> Option<String> {
    let line = text.strip_prefix('/').filter(|line| !line.starts_with('/'))?;
    if line.contains('\n') {
        return Some(list(&["A command is one line", "to say this: //"], None, room));
    }
    let name = line.split(' ').next().unwrap_or_default();
    let words = match command::find(name) {
        Some(command) => {
            let usage = command.usage();
            let both = format!("{usage}   {}", command.help);
            if cells::width(&both) <= room { both } else { usage }
        }
        None if line.contains(' ') => format!("There is no /{name}: F1 lists the commands"),
        None => {
            return Some(list(
                &["Tab completes", "F1 lists the commands", "// says it"],
                None,
                room,
            ));
        }
    };
    Some(cells::fit(&words, room))
}

/// As many of these as there is room for; `last` is never what is left out.
fn list(keys: &[&str], last: Option<&str>, room: usize) -> String {
    const GAP: &str = " · ";
    let gap = cells::width(GAP);
    let mut columns = last.map_or(0, |last| cells::width(last) + gap);
    let mut shown: Vec<&str> = Vec::new();
    for key in keys {
        let more = if shown.is_empty() { 0 } else { gap } + cells::width(key);
        if columns + more <= room {
            shown.push(key);
            columns += more;
        }
    }
    shown.extend(last);
    cells::fit(&shown.join(GAP), room)
}

/// `8192` as `8,192`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_room_for_is_told() {
        let check = |room, expected: &str| {
            assert_eq!(list(&["Enter send", "Tab names"], Some("F1 help"), room), expected);
        };
        check(40, "Enter send · Tab names · F1 help");
        check(25, "Enter send · F1 help");
        check(10, "F1 help");
        check(3, "F1…");
    }

    #[test]
    fn numbers_are_read_in_groups() {
        let check = |number, expected: &str| assert_eq!(grouped(number), expected);
        check(0, "0");
        check(999, "999");
        check(8_192, "8,192");
        check(1_048_576, "1,048,576");
    }
}
