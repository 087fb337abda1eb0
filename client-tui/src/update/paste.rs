//! Pasting: an ordinary paste goes in as one piece, and nothing in it acts; about a large one is
//! asked first. The keys pressed meanwhile mark an answer, and only Enter gives it: whoever types on
//! without looking sends nothing.

use crossterm::event::KeyEvent;

use super::{compose, find, recall, results};
use crate::effect::Effect;
use crate::event::Moment;
use crate::keymap::{self, Action};
use crate::state::overlay::Overlay;
use crate::state::paste::{Choice, Paste, cleaned};
use crate::state::tip::Tip;
use crate::state::{Stage, State};

/// Bytes of a paste that a field of one line takes.
const FIELD_BYTES: usize = 1024;

pub(crate) fn paste(state: &mut State, now: Moment, raw: &str) -> Vec<Effect> {
    state.screen.dirty = true;
    // As after a key: what was said to the last one is over.
    if state.tip != Tip::Keys {
        state.tip = Tip::None;
    }
    let text = cleaned(raw);
    super::bare::leave(state);
    while state.overlays.last().is_some_and(Overlay::gives_way) {
        state.overlays.pop();
    }
    // Where everybody reads along, they see what is pasted before it is sent.
    state.looks.wall.writing |= super::wall::is_shown(state);
    match (state.overlays.last_mut(), &state.stage) {
        (Some(Overlay::Paste(asked)), _) if asked.typed => {
            state.overlays.pop();
            into_chat(state, now, &text);
        }
        // It goes with the one that is asked about.
        (Some(Overlay::Paste(_)), _) => add(state, &text),
        (None, Stage::Start(_)) => drop(state.start.editor().insert(&one_line(&text))),
        (None, Stage::Chat) => into_chat(state, now, &text),
        (Some(overlay), _) => {
            if let Some(editor) = overlay.editor() {
                editor.insert(&one_line(&text));
            }
            results::look(state, now);
        }
        (None, Stage::Connecting(_)) => {}
    }
    Vec::new()
}

/// Spaces where lines ended, and no more than a field has use for.
fn one_line(text: &str) -> String {
    let end = crate::state::motion::floor(text, FIELD_BYTES);
    chat_protocol::text::one_line(&text[..end])
}

fn into_chat(state: &mut State, now: Moment, text: &str) {
    let talk = state.conversations.open_mut();
    let compose = &mut talk.compose;
    compose.completion = None;
    if let Some(find) = &mut compose.find {
        find.editor.insert(&one_line(text));
        find::look(state, now);
        return;
    }
    if compose.search.is_some() {
        recall::narrow(state, &one_line(text));
        return;
    }
    if let Some(guard) = Paste::guard(text, compose.editor.text().len(), &talk.address) {
        state.overlays.push(Overlay::Paste(guard));
    } else {
        insert(state, text);
    }
}

fn add(state: &mut State, text: &str) {
    let Some(Overlay::Paste(first)) = state.overlays.pop() else { return };
    let draft = state.conversations.open().compose.editor.text().len();
    let both = cleaned(&(first.text.clone() + text));
    let both = Paste::guard(&both, draft, &first.to).unwrap_or(first);
    state.overlays.push(Overlay::Paste(both));
}

fn insert(state: &mut State, text: &str) {
    if !state.conversations.open_mut().compose.editor.insert(text) {
        state.tip = Tip::Wrong("the text is as long as it can be: nothing was pasted".to_owned());
    }
}

/// Asks about a typed text that is too long for one message; `false` when it is not, or for
/// several, too.
pub(crate) fn ask(state: &mut State, text: &str) -> bool {
    let question = Paste::too_long(text, &state.conversations.open().address);
    let asks = question.is_some();
    state.overlays.extend(question.map(Overlay::Paste));
    asks
}

/// The keys of the question.
pub(crate) fn key(state: &mut State, now: Moment, key: &KeyEvent) -> Vec<Effect> {
    let Some(Overlay::Paste(paste)) = state.overlays.last_mut() else { return Vec::new() };
    let count = paste.choices.len();
    let typed = keymap::typed(key).map(|c| c.to_ascii_lowercase());
    if let Some(at) = paste.choices.iter().position(|choice| Some(choice.key()) == typed) {
        paste.chosen = at;
        return Vec::new();
    }
    let chosen = match keymap::action(key) {
        Some(Action::Down | Action::Complete) => {
            paste.chosen = (paste.chosen + 1) % count;
            return Vec::new();
        }
        Some(Action::Up | Action::CompleteBack) => {
            paste.chosen = (paste.chosen + count - 1) % count;
            return Vec::new();
        }
        Some(Action::Send) => paste.choices.get(paste.chosen).copied(),
        Some(Action::Escape | Action::Interrupt) if paste.typed => Some(Choice::GoOn),
        Some(Action::Escape | Action::Interrupt) => Some(Choice::Drop),
        _ => None,
    };
    let Some(choice) = chosen else { return Vec::new() };
    if let Some(Overlay::Paste(paste)) = state.overlays.pop() {
        choose(state, now, &paste, choice);
    }
    Vec::new()
}

fn choose(state: &mut State, now: Moment, paste: &Paste, choice: Choice) {
    if state.conversations.open().address != paste.to {
        let words = "the conversation has changed meanwhile: nothing was pasted";
        state.tip = Tip::Wrong(words.to_owned());
        return;
    }
    match choice {
        Choice::GoOn => {}
        Choice::Drop => state.tip = Tip::Told("nothing was pasted".to_owned()),
        Choice::Messages(_) | Choice::Parts(_) => match send(state, now, &paste.texts(choice)) {
            Ok(()) if paste.typed => drop(state.conversations.open_mut().compose.take()),
            Ok(()) => {}
            Err(words) => {
                state.tip = Tip::Wrong(words);
                // Asked again, so that nothing is lost by an answer that cannot be carried out.
                state.overlays.push(Overlay::Paste(paste.clone()));
            }
        },
        Choice::Block | Choice::AsIs { .. } | Choice::Trim(_) => {
            let editor = &state.conversations.open().compose.editor;
            let (before, behind) = editor.text().split_at(editor.cursor());
            let own_lines = choice == Choice::Block;
            let start = own_lines && !before.is_empty() && !before.ends_with('\n');
            let end = own_lines && !behind.is_empty() && !behind.starts_with('\n');
            let line = |wanted: bool| if wanted { "\n" } else { "" };
            let text = format!("{}{}{}", line(start), paste.texts(choice).concat(), line(end));
            insert(state, &text);
        }
    }
}

/// Sends all of them, or none.
fn send(state: &mut State, now: Moment, texts: &[String]) -> Result<(), String> {
    if !state.outgoing.has_room_for(texts.len()) {
        return Err("too many messages are waiting to be sent: try again when they are".to_owned());
    }
    // Every one is made ready before the first goes: one of them may be too long with its emoji.
    let texts = texts.iter().map(|text| compose::ready(text)).collect::<Result<_, _>>()?;
    compose::queue(state, now, texts)
}
