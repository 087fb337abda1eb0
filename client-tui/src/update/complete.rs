//! Completion: Tab turns the start of a name or command into the whole, and cycles.

use crate::command::COMMANDS;
use crate::state::State;
use crate::state::compose::Completion;

/// Candidates that are cycled through.
const MOST: usize = 50;

/// The next candidate, or the one before.
pub(crate) fn step(state: &mut State, forward: bool) {
    let talk = state.conversations.open_mut();
    let completion = match talk.compose.completion.take() {
        Some(mut completion) => {
            let count = completion.candidates.len();
            let step = if forward { 1 } else { count - 1 };
            completion.chosen = (completion.chosen + step) % count;
            completion
        }
        None => {
            let Some(completion) = begin(state) else { return };
            completion
        }
    };
    let compose = &mut state.conversations.open_mut().compose;
    compose
        .editor
        .replace_before_cursor(completion.start, &completion.candidates[completion.chosen]);
    compose.completion = Some(completion);
}

fn begin(state: &State) -> Option<Completion> {
    let editor = &state.conversations.open().compose.editor;
    let before = &editor.text()[..editor.cursor()];
    let start = before
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let word = &before[start..];
    let candidates = match word.strip_prefix('/') {
        Some(command) if start == 0 => commands(command),
        _ => people(state, word, start == 0),
    };
    (!candidates.is_empty()).then_some(Completion { start, candidates, chosen: 0 })
}

fn commands(start: &str) -> Vec<String> {
    let start = start.to_lowercase();
    let names = COMMANDS.iter().map(|command| command.name);
    names.filter(|name| name.starts_with(&start)).map(|name| format!("/{name} ")).collect()
}

/// Who spoke last comes first.
fn people(state: &State, word: &str, at_start: bool) -> Vec<String> {
    let (sign, start) = match word.strip_prefix('@') {
        Some(start) => ("@", start.to_lowercase()),
        None => ("", word.to_lowercase()),
    };
    if word.is_empty() {
        return Vec::new();
    }
    let talk = state.conversations.open();
    let members = talk.roster.members().map(|member| &member.name);
    let mut names: Vec<&str> = Vec::new();
    for name in talk.scrollback.recent_authors(MOST).into_iter().chain(members) {
        let fits = name.as_str().to_lowercase().starts_with(&start);
        if fits && state.link.name() != Some(name) && !names.contains(&name.as_str()) {
            names.push(name.as_str());
        }
    }
    let end = if at_start && sign.is_empty() { ": " } else { " " };
    names.into_iter().take(MOST).map(|name| format!("{sign}{name}{end}")).collect()
}
