//! Going on where an earlier run stopped: its rooms are joined again, and what was missed is unread.
//!
//! What was missed is counted by its numbers, however much it is; then the newest page tells which
//! of it were one's own, and which concern one.

use chat_protocol::{Conversation, Message, Page, Request, limit};

use crate::dialect::Ability;
use crate::effect::{Effect, Target};
use crate::event::Moment;
use crate::mention;
use crate::places::is_same;
use crate::state::conversations::{Talk, Unread};
use crate::state::memory::Span;
use crate::state::{Stage, State};
use crate::update::written;

/// Messages that are counted as missed at most: the server's numbers may be anything.
const MISSED_MOST: u32 = 1_000_000_000;

/// The first welcome of a server: what is remembered of it.
pub(crate) fn arrive(state: &mut State) {
    let Some(target) = state.link.target.clone() else { return };
    let Some(session) = &state.link.session else { return };
    if !state.link.dialect().can(Ability::History) {
        return;
    }
    state.me.memory.arrive(target, session.log.clone());
    // In their old order, before people who have written.
    for room in state.me.memory.rooms() {
        state.conversations.ensure(Conversation::Room(room));
    }
}

/// Joins the rooms of earlier runs that the welcome did not name.
pub(crate) fn join_again(state: &mut State) -> Vec<Effect> {
    let asked = match &state.stage {
        Stage::Connecting(room) => room.clone().map(Conversation::Room),
        _ => None,
    };
    let mut effects = Vec::new();
    for room in state.me.memory.rooms().into_iter().take(limit::ROOMS_MOST) {
        let address = Conversation::Room(room.clone());
        let there = state.conversations.get_mut(&address).is_some_and(|talk| !talk.member);
        // Where one wants to go at once, one is joined anyway.
        if there && !asked.as_ref().is_some_and(|asked| is_same(asked, &address)) {
            effects.push(Effect::Send(Request::Join { room }));
        }
    }
    effects
}

/// A conversation's newest number is known for the first time in this run: what lies between it
/// and the one read last is unread.
pub(crate) fn missed(state: &mut State, address: &Conversation, last: u64) -> Option<Effect> {
    let index = state.conversations.find(address)?;
    let open = index == state.conversations.open_index();
    let talk = state.conversations.at_mut(index)?;
    let read = state.me.memory.take_read(address, talk.log.as_deref())?;
    let own = u64::try_from(state.outgoing.count_to(address)).unwrap_or(u64::MAX);
    let missed = last.saturating_sub(read).saturating_sub(own).min(MISSED_MOST.into());
    let missed = usize::try_from(missed).unwrap_or(usize::MAX);
    if missed == 0 {
        return None;
    }
    let asks = state.me.memory.wants_page() && talk.scrollback.ask_newest();
    // Between two people every message calls: not for what oneself said at another device.
    let waits = asks && !open && !talk.is_room();
    let hidden = if waits { missed } else { 0 };
    state.me.memory.count(address, Span { read, last, hidden });
    if !waits {
        take_missed(talk, read, missed);
    }
    if open {
        talk.scrollback.land(missed);
    }
    asks.then(|| {
        let room = talk.address.clone();
        Effect::Send(Request::History { room, page: Page::Newest, limit: limit::HISTORY_PAGE })
    })
}

/// Pages that were asked for do not come: what they would have told stays counted by its numbers.
pub(crate) fn reveal(state: &mut State) {
    for talk in state.conversations.iter_mut() {
        if let Some((read, missed)) = state.me.memory.reveal(&talk.address) {
            take_missed(talk, read, missed);
        }
    }
}

fn take_missed(talk: &mut Talk, read: u64, missed: usize) {
    let mentions = if talk.is_room() { 0 } else { missed };
    talk.take_unread(read.saturating_add(1), missed, mentions);
}

/// A page tells what was said under numbers that were counted; to be asked before it is taken in.
pub(crate) fn count(state: &mut State, address: &Conversation, page: &[Message]) {
    let Some(span) = state.me.memory.take_span(address) else { return };
    let Some(own) = state.link.name().cloned() else { return };
    let Some(talk) = state.conversations.get_mut(address) else { return };
    if span.hidden > 0 {
        take_missed(talk, span.read, span.hidden);
    }
    if talk.unread == Unread::default() {
        // Read meanwhile.
        return;
    }
    let direct = !talk.is_room();
    let Unread { mut messages, mut mentions } = talk.unread;
    for message in page.iter().filter(|message| message.seq > span.read) {
        let theirs = message.from != own && !state.me.people.ignores(&message.from);
        let counted = message.seq <= span.last;
        if theirs {
            // One that came since is counted with the page if it brings it first.
            let fresh = !counted && talk.scrollback.is_news(message.seq);
            let concerns = direct || mention::is_in(&message.text, &own);
            messages += usize::from(fresh);
            mentions += usize::from(concerns && (fresh || (counted && !direct)));
        } else if counted {
            messages = messages.saturating_sub(1);
            mentions = mentions.saturating_sub(usize::from(direct));
        }
    }
    if messages > 0 {
        talk.unread = Unread { messages, mentions };
        return;
    }
    talk.unread = Unread::default();
    talk.scrollback.forget_unread();
    if talk.scrollback.is_landing() {
        talk.scrollback.go_to_bottom();
    }
}

/// Has written what is new since the last time, once it has come to rest, and at the end.
pub(crate) fn keep(state: &mut State, now: Moment, effects: &mut Vec<Effect>) {
    let due = state.me.memory.rhythm.due().is_some_and(|due| due <= now.up);
    if due || effects.contains(&Effect::Quit) {
        effects.extend(leave(state));
        effects.extend(written::sent(state));
        state.me.memory.rhythm.written(now.up);
    }
}

/// The server is left, or the program.
pub(crate) fn leave(state: &mut State) -> Option<Effect> {
    let numbers = state.link.dialect().can(Ability::History);
    let here = state.stage == Stage::Chat && numbers;
    let target = state.link.target.clone().filter(|_| here)?;
    let session = state.link.session.as_ref()?;
    // A name that the server has not let in yet is nobody's.
    let target = Target { name: session.asked.clone(), ..target };
    let here = (&target, session.log.as_str());
    state.me.memory.change(here, &state.conversations).map(Effect::KeepPlaces)
}
