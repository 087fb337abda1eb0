//! Who is behind a name: a name may come to mean another person, and then neither the numbers nor
//! what waits to be sent are for them.

use chat_protocol::Conversation;
use chat_protocol::event::DirectInfo;

use crate::event::Moment;
use crate::state::State;
use crate::state::entry::Tone;

/// A conversation between two people said which one it is.
pub(crate) fn meet(state: &mut State, now: Moment, address: &Conversation, log: Option<&str>) {
    let Some(log) = log else { return };
    let Some(talk) = state.conversations.get_mut(address) else { return };
    let known = talk.log.replace(log.to_owned());
    if known.is_some_and(|known| known != log) {
        part_from(state, now, address, true);
    }
}

/// The welcome listed our conversations: those that are not there, or are others, are not with the
/// people that we knew.
pub(crate) fn compare(state: &mut State, now: Moment, directs: &[DirectInfo]) {
    let known = state.conversations.iter().filter(|talk| talk.log.is_some());
    let known: Vec<Conversation> = known.map(|talk| talk.address.clone()).collect();
    for address in known {
        let Conversation::Direct(name) = &address else { continue };
        match directs.iter().find(|direct| direct.name.key() == name.key()) {
            Some(direct) => meet(state, now, &address, direct.log.as_deref()),
            // Whoever goes by the name now, if somebody does, has not talked with us.
            None => part_from(state, now, &address, false),
        }
    }
}

/// What was said stays to be read, under numbers that mean nothing any more; what was written and
/// has not gone out waits to be asked for.
pub(crate) fn part_from(state: &mut State, now: Moment, address: &Conversation, known: bool) {
    let Some(talk) = state.conversations.get_mut(address) else { return };
    talk.resumed = false;
    if !known {
        talk.log = None;
    }
    let retired = talk.scrollback.retire();
    if known && retired {
        let name = talk.title();
        let name = name.trim_start_matches('@');
        let words = format!("{name} is somebody else than before: this conversation is new");
        talk.scrollback.notice(now.unix_ms, Tone::Trouble, words);
    }
    for local in state.outgoing.hold_all(address) {
        let words = "somebody else may have this name now: Alt-R sends it to them";
        talk.scrollback.mark(local, Some(words.to_owned()));
    }
}
