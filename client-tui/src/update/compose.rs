//! Sending what was typed: as a message, or as a command. Whatever cannot be sent stays typed.

use chat_protocol::Text;

use crate::effect::Effect;
use crate::event::Moment;
use crate::state::State;
use crate::state::overlay::Overlay;
use crate::state::tip::Tip;
use crate::words::shortcodes;

/// Sends the text of the open conversation.
pub(crate) fn send(state: &mut State, now: Moment) -> Vec<Effect> {
    let text = state.conversations.open().compose.editor.text().to_owned();
    if text.trim().is_empty() {
        super::connect::offer_name(state);
        return Vec::new();
    }
    if text.trim().eq_ignore_ascii_case("exit") {
        state.overlays.push(Overlay::Leave);
        return Vec::new();
    }
    let outcome = match text.strip_prefix('/') {
        Some(said) if said.starts_with('/') => speak(state, now, said),
        Some(lines) if lines.trim_end().contains('\n') => {
            Err("a command is one line: nothing of this was run".to_owned())
        }
        Some(command) => return state.run_command(now, command.trim_end()),
        None if text.trim_start().starts_with('/') => {
            Err("is this a command? Take away the space before it (to say it: //)".to_owned())
        }
        None if super::paste::ask(state, trimmed(&text)) => Ok(()),
        None => speak(state, now, &text),
    };
    if let Err(words) = outcome {
        state.tip = Tip::Wrong(words);
    }
    Vec::new()
}

/// Says what was typed, and clears the input.
fn speak(state: &mut State, now: Moment, text: &str) -> Result<(), String> {
    say(state, now, text)?;
    state.conversations.open_mut().compose.take();
    if state.tip == Tip::Keys {
        state.tip = Tip::None;
    }
    Ok(())
}

/// Says something in the open conversation.
pub(crate) fn say(state: &mut State, now: Moment, text: &str) -> Result<(), String> {
    check(state, text)?;
    queue(state, now, vec![ready(text)?])
}

/// A text as it goes out.
pub(super) fn ready(text: &str) -> Result<Text, String> {
    // Cleaned before: what is taken out can stand in the middle of a shortcode or a fence.
    let clean = Text::new(trimmed(text)).map_err(|error| error.to_string())?;
    Text::new(&shortcodes::replace(clean.as_str())).map_err(|error| error.to_string())
}

/// Queues all of these for the open conversation, or none.
pub(super) fn queue(state: &mut State, now: Moment, texts: Vec<Text>) -> Result<(), String> {
    if !state.outgoing.has_room_for(texts.len()) {
        return Err(full());
    }
    let texts = super::lab::ready(state, texts)?;
    let Some(from) = state.link.name().cloned() else { return Err("not connected".to_owned()) };
    let talk = state.conversations.open_mut();
    if state.link.is_live() && !talk.member {
        return Err(format!("you are not in {0}: /join {0} enters it", talk.title()));
    }
    for text in texts {
        let Some(local) = state.outgoing.push(talk.address.clone(), text.clone()) else {
            return Err(full());
        };
        talk.scrollback.push_unsent(local, now.unix_ms, from.clone(), text);
    }
    talk.scrollback.go_to_bottom();
    Ok(())
}

/// Whether a text could be sent now, without sending it.
pub(crate) fn check(state: &State, text: &str) -> Result<(), String> {
    if state.outgoing.is_full() {
        return Err(full());
    }
    Text::new(trimmed(text)).map(|_| ()).map_err(|error| error.to_string())
}

/// Sends again what was refused for now.
pub(crate) fn retry(state: &mut State) {
    for (address, local) in state.outgoing.retry() {
        if let Some(talk) = state.conversations.get_mut(&address) {
            talk.scrollback.mark(local, None);
        }
    }
}

/// Gives up what was refused in the open conversation; how many there were. Their texts stay to be
/// read, and in the input's history.
pub(crate) fn discard(state: &mut State) -> usize {
    let talk = state.conversations.open_mut();
    let locals = state.outgoing.discard(&talk.address);
    for &local in &locals {
        talk.scrollback.give_up(local, "not sent".to_owned());
    }
    locals.len()
}

fn full() -> String {
    "1000 messages are waiting to be sent: this one stays here".to_owned()
}

/// Without what nobody sees: new lines before, white space behind.
fn trimmed(text: &str) -> &str {
    text.trim_start_matches('\n').trim_end()
}
