//! A lab's server: there is no welcome, no number and no acknowledgement, so that what it says is
//! counted here, in the order in which it came, and what is sent is shown as sent and no more.

use chat_protocol::event::Presence;
use chat_protocol::{
    Conversation, Event, Heard, Hello, Lab, Line, Message, Nick, Request, RoomInfo, RoomName, Text,
    Welcome, limit,
};

use super::{frames, notice};
use crate::dialect::{Ability, Dialect};
use crate::effect::Effect;
use crate::event::Moment;
use crate::state::State;
use crate::state::conversations::Talk;
use crate::state::entry::Tone;
use crate::state::tip::Tip;
use crate::words;

/// Connected: one says who one is, and is in, since nobody will say so.
pub(crate) fn up(state: &mut State, now: Moment, lab: Lab) -> Vec<Effect> {
    let Some(target) = state.link.target.clone() else { return Vec::new() };
    let name = target.name.clone();
    let first = state.link.session.is_none();
    let profile = state.me.people.profile(&name).cloned();
    let hello = Hello { profile, ..Hello::guest(name.clone()) };
    // In other dialects the first answer tells who is there, oneself included.
    let here = if lab == Lab::Line { vec![name.clone()] } else { Vec::new() };
    let lobby = RoomInfo {
        name: RoomName::lobby(),
        topic: Line::default(),
        last: 0,
        count: here.len(),
        members: here,
        via: Default::default(),
        marks: Default::default(),
        board: Default::default(),
    };
    let welcome = Welcome {
        version: limit::VERSION,
        name,
        server: Line::from(format!("{}, {lab} dialect", words::address(&target))),
        log: String::new(),
        directs: Vec::new(),
        rooms: vec![lobby],
    };
    let mut effects = vec![Effect::Send(Request::Hello(Box::new(hello)))];
    effects.extend(frames::frames(state, now, vec![Event::Welcome(Box::new(welcome))]));
    if first {
        let words = words::lab::arrival(lab, &target.name);
        lobby_of(state).scrollback.notice(now.unix_ms, Tone::Quiet, words);
    }
    effects
}

/// Takes what the server was heard to say.
pub(crate) fn heard(state: &mut State, now: Moment, heard: Vec<Heard>) -> Vec<Effect> {
    let mut ring = false;
    for heard in heard {
        match heard {
            Heard::Ack => acknowledged(state),
            Heard::Names(names) => take_names(state, &names),
            Heard::Said { from, text } => {
                see(state, &from);
                ring |= say(state, now, Conversation::Room(RoomName::lobby()), from, text);
            }
            Heard::Told { from, text } => {
                ring |= say(state, now, Conversation::Direct(from.clone()), from, text);
            }
            Heard::Joined(name) => come_or_go(state, now, name, true),
            Heard::Left(name) => come_or_go(state, now, name, false),
            Heard::Notice(text) | Heard::Raw(text) => {
                state.screen.dirty = true;
                let words = text.as_str().to_owned();
                // It may be an answer: it is told where the reader is.
                let talk = state.conversations.open_mut();
                talk.scrollback.notice(now.unix_ms, Tone::Server, words);
            }
        }
    }
    if ring { notice::tell(state, now) } else { Vec::new() }
}

/// Texts as they can be sent in this conversation; in words, why they cannot.
pub(crate) fn ready(state: &mut State, texts: Vec<Text>) -> Result<Vec<Text>, String> {
    let dialect = state.link.dialect();
    let room = state.conversations.open().is_room();
    let ability = if room { Ability::Say } else { Ability::Tell };
    if let Some(words) = dialect.lacks(ability) {
        return Err(words);
    }
    let Some(fixed) = dialect.fixed_words().filter(|_| !room) else { return Ok(texts) };
    let told = texts.iter().any(|text| text.as_str() != fixed);
    if let Some(session) = state.link.session.as_mut()
        && told
        && !std::mem::replace(&mut session.lab.words_told, true)
    {
        let words = format!("your words are not sent: here the server says ‘{fixed}’ for you");
        state.tip = Tip::Told(words);
    }
    Ok(texts.iter().filter_map(|_| Text::new(fixed).ok()).collect())
}

/// What goes out now. Nobody will acknowledge it, so that it is never sent again.
pub(crate) fn send(state: &mut State, now: Moment) -> Vec<Effect> {
    let mut effects = Vec::new();
    loop {
        let requests = state.outgoing.pump();
        if requests.is_empty() {
            return effects;
        }
        for request in requests {
            if let Request::Say { id, .. } | Request::Tell { id, .. } = &request
                && let Some(sent) = state.outgoing.take(id.as_str())
                && let Some(talk) = state.conversations.get_mut(&sent.to)
            {
                let seq = next(talk);
                talk.scrollback.settle(sent.local, seq, now.unix_ms);
            }
            effects.push(Effect::Send(request));
        }
        state.screen.dirty = true;
    }
}

/// Everything was scrolled through: that there is no more is told.
pub(crate) fn at_the_top(state: &mut State) {
    if let Some(words) = state.link.dialect().lacks(Ability::History) {
        state.tip = Tip::Told(words);
    }
}

fn lobby_of(state: &mut State) -> &mut Talk {
    state.conversations.ensure(Conversation::Room(RoomName::lobby())).0
}

/// The next number in a conversation: the order in which things came.
fn next(talk: &Talk) -> u64 {
    talk.scrollback.resume_after().unwrap_or(0) + 1
}

fn acknowledged(state: &mut State) {
    if let Some(session) = state.link.session.as_mut() {
        state.screen.dirty |= !std::mem::replace(&mut session.lab.acked, true);
    }
}

fn say(state: &mut State, now: Moment, address: Conversation, from: Nick, text: Text) -> bool {
    state.screen.dirty = true;
    let seq = state.conversations.get_mut(&address).map_or(1, |talk| next(talk));
    frames::take_message(state, address, Message { seq, from, at: now.unix_ms, text })
}

/// The list that was asked for; it comes again and again, and mostly tells no news.
fn take_names(state: &mut State, names: &[Nick]) {
    acknowledged(state);
    let roster = &mut lobby_of(state).roster;
    if !roster.is_exactly(names) {
        roster.reset(names.len(), names, &Default::default(), &Default::default());
        state.screen.dirty = true;
    }
}

/// Who speaks is here. Where a list tells who is, nobody else knows better.
fn see(state: &mut State, name: &Nick) {
    if !tells_who_is_here(state) {
        let roster = &mut lobby_of(state).roster;
        // Of more than are remembered, nobody could tell who was counted already.
        if roster.get(name).is_none() && roster.has_room() {
            roster.join(std::slice::from_ref(name), None, Default::default());
        }
    }
}

fn tells_who_is_here(state: &State) -> bool {
    state.link.dialect() == Dialect::Lab(Lab::Comma)
}

fn come_or_go(state: &mut State, now: Moment, name: Nick, joined: bool) {
    // That one is here oneself is known, and when not, the link is down.
    if state.link.name().is_some_and(|own| own.key() == name.key()) {
        return;
    }
    state.screen.dirty = true;
    let presence = Presence::one(RoomName::lobby(), name);
    if tells_who_is_here(state) {
        lobby_of(state).scrollback.presence(now.unix_ms, &presence.names, joined);
    } else {
        frames::take_presence(state, now, &presence, joined);
    }
}
