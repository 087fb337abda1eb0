//! What the server would not do: every refusal is told, and no text is lost by one.

use chat_protocol::{Code, Conversation, Refusal};

use crate::effect::Effect;
use crate::event::Moment;
use crate::state::entry::Tone;
use crate::state::input::Editor;
use crate::state::link::Phase;
use crate::state::overlay::{NameRefused, Overlay};
use crate::state::tip::Tip;
use crate::state::{Stage, State};
use crate::words;

pub(crate) fn take(state: &mut State, now: Moment, refusal: &Refusal) -> Vec<Effect> {
    if let Some(id) = &refusal.id
        && take_message(state, id, refusal)
    {
        return Vec::new();
    }
    if state.link.phase == Phase::Greeting {
        match refusal.code {
            Code::NameTaken | Code::BadName => return refuse_name(state, refusal),
            Code::BadVersion | Code::BadCode | Code::Forbidden | Code::BadFrame => {
                return turned_away(state, now, refusal);
            }
            _ => {}
        }
    }
    let talk = refusal.room.as_deref().and_then(|room| room.parse::<Conversation>().ok());
    match refusal.code {
        Code::LogChanged => log_changed(state, now, talk.as_ref()),
        Code::Gap => gap(state, now, talk.as_ref(), refusal.first),
        _ => tell(state, now, talk.as_ref(), refusal),
    }
    Vec::new()
}

/// A message was refused; `false` when it is none of ours.
fn take_message(state: &mut State, id: &str, refusal: &Refusal) -> bool {
    let words = words::refusal(refusal);
    if matches!(refusal.code, Code::NotStored | Code::TooFast | Code::TooSlow) {
        let Some(unsent) = state.outgoing.refuse(id) else { return false };
        if let Some(talk) = state.conversations.get_mut(&unsent.to) {
            talk.scrollback.mark(unsent.local, Some(words));
        }
        return true;
    }
    let Some(unsent) = state.outgoing.take(id) else { return false };
    let Some(talk) = state.conversations.get_mut(&unsent.to) else { return true };
    talk.scrollback.give_up(unsent.local, words);
    if talk.compose.editor.is_empty() {
        talk.compose.editor = Editor::with(&unsent.text);
    }
    true
}

fn refuse_name(state: &mut State, refusal: &Refusal) -> Vec<Effect> {
    let name = state.link.name().map(ToString::to_string).unwrap_or_default();
    let words = match refusal.code {
        Code::NameTaken => format!("‘{name}’ is taken here"),
        _ => words::sentence(&words::refusal(refusal)),
    };
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::NameRefused(_)));
    state.overlays.push(Overlay::NameRefused(NameRefused {
        words,
        suggestion: refusal.suggest.clone(),
        editor: Editor::default(),
        wrong: None,
    }));
    // Without this, the link would come back and be refused again and again.
    state.link.phase = Phase::Idle;
    vec![Effect::Disconnect]
}

/// The server will not have this client at all: trying again makes no sense.
fn turned_away(state: &mut State, now: Moment, refusal: &Refusal) -> Vec<Effect> {
    let words = words::sentence(&words::refusal(refusal));
    if state.stage == Stage::Chat {
        state.conversations.open_mut().scrollback.notice(now.unix_ms, Tone::Trouble, words.clone());
    }
    state.link.refused = Some(words);
    state.link.phase = Phase::Idle;
    vec![Effect::Disconnect]
}

/// The numbers known count in another log than the server's: of one conversation, or of all.
pub(crate) fn log_changed(state: &mut State, now: Moment, only: Option<&Conversation>) {
    let only = only.and_then(|address| state.conversations.find(address));
    for (index, talk) in state.conversations.iter_mut().enumerate() {
        if only.is_some_and(|only| only != index) || talk.scrollback.is_unnumbered() {
            continue;
        }
        talk.scrollback.drop_numbered();
        let words = "The server's history is another than before: what was shown here is gone";
        talk.scrollback.notice(now.unix_ms, Tone::Trouble, words.to_owned());
    }
}

fn gap(state: &mut State, now: Moment, talk: Option<&Conversation>, first: Option<u64>) {
    let Some(talk) = talk.and_then(|address| state.conversations.get_mut(address)) else { return };
    if let Some(first) = first.filter(|&first| first > 0) {
        talk.scrollback.gap(first);
    }
    let words = "Some messages before this are no longer kept by the server".to_owned();
    talk.scrollback.notice(now.unix_ms, Tone::Quiet, words);
}

fn tell(state: &mut State, now: Moment, talk: Option<&Conversation>, refusal: &Refusal) {
    let mut words = words::sentence(&words::refusal(refusal));
    if let Some(suggestion) = &refusal.suggest {
        words += &format!(" (free: {})", chat_protocol::text::clean(suggestion));
    }
    state.tip = Tip::Wrong(words.clone());
    let index = talk.and_then(|address| state.conversations.find(address));
    let index = index.unwrap_or(state.conversations.open_index());
    if let Some(talk) = state.conversations.at_mut(index) {
        talk.scrollback.notice(now.unix_ms, Tone::Trouble, words);
    }
}
