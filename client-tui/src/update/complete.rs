//! Completion: Tab turns the start of a word into the whole, and cycles. Words that can only be
//! meant so, `/`, `/jo` and `:smi`, are offered by themselves.

use chat_protocol::Conversation;

use crate::command::{self, Argument, COMMANDS};
use crate::state::State;
use crate::state::completion::{Candidate, Completion};
use crate::words::emoji::{self, Emoji};
use crate::words::shortcodes;

/// Candidates that are cycled through.
const MOST: usize = 50;

/// Bytes before the cursor in which the word is looked for, however long the text is.
const LOOK_BACK: usize = 256;

/// Letters of a shortcode from which it is offered by itself.
const SHORTCODE_FROM: usize = 2;

/// Tab: the next candidate, or the one before.
pub(crate) fn step(state: &mut State, forward: bool) {
    let Some(completion) = offered(state) else { return };
    let next = completion.next(forward);
    put(state, completion, next);
}

/// Takes the candidate of this index, and is done.
pub(crate) fn take(state: &mut State, index: usize) {
    let Some(completion) = offered(state) else { return };
    put(state, completion, index);
    state.conversations.open_mut().compose.completion = None;
}

/// Puts a candidate into the text.
fn put(state: &mut State, mut completion: Completion, next: usize) {
    let compose = &mut state.conversations.open_mut().compose;
    // The candidates take each other's place, so that one undo brings back what was typed.
    if completion.chosen.is_some() {
        compose.editor.undo();
    }
    let Some(candidate) = completion.candidates.get(next) else { return };
    compose.editor.replace_before_cursor(completion.start, &candidate.insert);
    completion.chosen = Some(next);
    // What is the only one needs no choosing, and the next Tab completes what follows.
    compose.completion = (completion.candidates.len() > 1).then_some(completion);
}

/// Closes what is offered, and takes a candidate out again; `false` when nothing was offered.
pub(crate) fn close(state: &mut State) -> bool {
    let compose = &mut state.conversations.open_mut().compose;
    let Some(completion) = compose.completion.take() else { return false };
    if completion.chosen.is_some() {
        compose.editor.undo();
    }
    compose.dismissed = Some(completion.start);
    true
}

/// After the text has changed: offers what it can only mean, and nothing else.
pub(crate) fn refresh(state: &mut State) {
    let (start, word) = word(state);
    let compose = &state.conversations.open().compose;
    let dismissed = compose.dismissed.filter(|&dismissed| dismissed == start);
    let mut completion = None;
    if dismissed.is_none() {
        let candidates = match word.strip_prefix(':') {
            Some(code) if code.len() >= SHORTCODE_FROM && !in_code(state) => emoji(code),
            _ => match word.strip_prefix('/') {
                Some(name) if start == 0 => commands(name, "/"),
                _ => Vec::new(),
            },
        };
        let done = matches!(&candidates[..], [only] if only.insert.trim_end() == word);
        if !candidates.is_empty() && !done {
            completion = Some(Completion { start, candidates, chosen: None });
        }
    }
    let compose = &mut state.conversations.open_mut().compose;
    compose.dismissed = dismissed;
    compose.completion = completion;
}

/// What is offered already, or what can be offered now.
fn offered(state: &mut State) -> Option<Completion> {
    let offered = state.conversations.open_mut().compose.completion.take();
    offered.or_else(|| begin(state))
}

/// The word before the cursor, and where it starts.
fn word(state: &State) -> (usize, String) {
    let editor = &state.conversations.open().compose.editor;
    let end = editor.cursor();
    let from = crate::state::motion::floor(editor.text(), end.saturating_sub(LOOK_BACK));
    let before = &editor.text()[from..end];
    let gap = before.char_indices().rev().find(|(_, c)| c.is_whitespace());
    let start = gap.map_or(0, |(at, c)| at + c.len_utf8());
    (from + start, before[start..].to_owned())
}

fn begin(state: &State) -> Option<Completion> {
    let (start, word) = word(state);
    if let Some(completion) = argument(state) {
        return (!completion.candidates.is_empty()).then_some(completion);
    }
    let mut candidates = match word.chars().next() {
        Some('/') if start == 0 => commands(&word[1..], "/"),
        Some('#') => rooms(state, &word),
        Some(':') if word.len() > 1 => emoji(&word[1..]),
        Some(_) => people(state, &word, if start == 0 { ": " } else { " " }),
        None => Vec::new(),
    };
    candidates.truncate(MOST);
    (!candidates.is_empty()).then_some(Completion { start, candidates, chosen: None })
}

/// What a command's argument may become, when one is being typed.
fn argument(state: &State) -> Option<Completion> {
    let editor = &state.conversations.open().compose.editor;
    if editor.cursor() > LOOK_BACK {
        return None;
    }
    let line = editor.text()[..editor.cursor()].strip_prefix('/')?;
    let (name, typed) = line.split_once(' ')?;
    let typed = typed.trim_start();
    let start = editor.cursor() - typed.len();
    let command = command::find(name)?;
    // Names may hold spaces: what is typed is one argument until it fits nothing any more.
    let mut candidates = match command.argument() {
        Argument::Person => people(state, typed, " "),
        Argument::Room => rooms(state, typed),
        Argument::Command => commands(typed.trim_start_matches('/'), ""),
        Argument::Theme => themes(state, typed),
        Argument::Choice(choices) => choices
            .filter(|choice| starts_with(choice, typed))
            .map(|choice| candidate(format!("{choice} "), choice.to_owned(), ""))
            .collect(),
        Argument::Text => return None,
    };
    candidates.truncate(MOST);
    // Behind the name, a message may name others.
    if candidates.is_empty() && typed.contains(' ') {
        return None;
    }
    Some(Completion { start, candidates, chosen: None })
}

fn candidate(insert: String, label: String, about: &str) -> Candidate {
    Candidate { insert, label, about: about.to_owned() }
}

fn starts_with(whole: &str, start: &str) -> bool {
    whole.to_lowercase().starts_with(&start.to_lowercase())
}

fn commands(start: &str, sign: &str) -> Vec<Candidate> {
    let fitting = COMMANDS.iter().filter(|command| starts_with(command.name, start));
    let whole = |command: &command::Command| {
        let label = format!("/{} {}", command.name, command.arguments);
        candidate(format!("{sign}{} ", command.name), label.trim_end().to_owned(), command.help)
    };
    fitting.map(whole).collect()
}

/// Who spoke last comes first, then everybody else here, then those one talks to elsewhere.
fn people(state: &State, word: &str, end: &str) -> Vec<Candidate> {
    let (sign, start) = word.strip_prefix('@').map_or(("", word), |start| ("@", start));
    let end = if sign.is_empty() { end } else { " " };
    let talk = state.conversations.open();
    let recent = talk.scrollback.recent_authors(MOST).into_iter().map(|name| (name, "spoke here"));
    let members = talk.roster.members().map(|member| (&member.name, ""));
    let others = state.conversations.iter().filter_map(|talk| match &talk.address {
        Conversation::Direct(name) => Some((name, "")),
        Conversation::Room(_) => None,
    });
    let mut candidates: Vec<Candidate> = Vec::new();
    for (name, about) in recent.chain(members).chain(others) {
        let label = format!("{sign}{name}");
        let known = candidates.iter().any(|candidate| candidate.label == label);
        if !known && starts_with(name.as_str(), start) && state.link.name() != Some(name) {
            candidates.push(candidate(format!("{sign}{name}{end}"), label, about));
        }
        if candidates.len() >= MOST {
            break;
        }
    }
    candidates
}

fn themes(state: &State, word: &str) -> Vec<Candidate> {
    let choice = &state.looks.choice;
    let fitting = choice.names().filter(|name| starts_with(name, word));
    let about = |name: &str| if name == choice.name() { "worn now" } else { "" };
    fitting.map(|name| candidate(name.to_owned(), name.to_owned(), about(name))).collect()
}

fn rooms(state: &State, word: &str) -> Vec<Candidate> {
    let start = word.trim_start_matches('#');
    let rooms = state.conversations.iter().filter_map(|talk| match &talk.address {
        Conversation::Room(name) if starts_with(name.as_str(), start) => {
            Some(candidate(format!("#{name} "), format!("#{name}"), &talk.topic))
        }
        _ => None,
    });
    rooms.collect()
}

/// Shortcodes that start so, the shortest first.
fn emoji(start: &str) -> Vec<Candidate> {
    let start = start.to_lowercase();
    let mut found: Vec<Emoji> = emoji::starting_with(&start).collect();
    found.sort_by_key(|emoji| (emoji.code.len(), emoji.code));
    let whole = |Emoji { code, emoji, name }: &Emoji| {
        candidate(format!("{emoji} "), format!("{emoji} :{code}:"), name)
    };
    found.iter().take(MOST).map(whole).collect()
}

/// Whether the cursor stands in code, where a colon is a colon.
fn in_code(state: &State) -> bool {
    let editor = &state.conversations.open().compose.editor;
    shortcodes::is_in_code(editor.text(), editor.cursor())
}
