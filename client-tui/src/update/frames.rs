//! What the server says: welcome, messages, people, history.

use chat_protocol::event::{
    Ack, DirectInfo, DirectMessage, HistoryPage, MembersPage, Presence, RoomMessage,
};
use chat_protocol::{
    Conversation, Event, Line, Message, Nick, Request, RoomInfo, RoomName, Welcome,
};

use super::{board, find, memory, notice, people, picker, refusals, stranger, written};
use crate::dialect::Dialect;
use crate::effect::Effect;
use crate::event::Moment;
use crate::mention;
use crate::state::conversations::Talk;
use crate::state::entry::Tone;
use crate::state::hosting::Hosting;
use crate::state::link::{LabNews, Session};
use crate::state::me::Away;
use crate::state::outgoing::Unsent;
use crate::state::overlay::Overlay;
use crate::state::{Stage, State};
use crate::words;

/// Takes everything that one read brought.
pub(crate) fn frames(state: &mut State, now: Moment, events: Vec<Event>) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut ring = false;
    for event in events {
        state.screen.dirty |= !matches!(event, Event::Ping | Event::Pong | Event::Unknown);
        match event {
            Event::Message(RoomMessage { room, message }) => {
                ring |= take_message(state, Conversation::Room(room), message);
            }
            Event::Direct(direct) => ring |= take_direct(state, now, direct),
            event => effects.extend(frame(state, now, event)),
        }
    }
    if ring {
        effects.extend(notice::tell(state, now));
    }
    effects
}

fn frame(state: &mut State, now: Moment, event: Event) -> Vec<Effect> {
    match event {
        Event::Welcome(welcome) => return take_welcome(state, now, *welcome),
        Event::Ack(ack) => take_ack(state, now, &ack),
        Event::Room(info) => return enter(state, now, &info),
        Event::Joined(presence) => take_presence(state, now, &presence, true),
        Event::Left(presence) => take_presence(state, now, &presence, false),
        Event::Renamed { from, to } => return take_rename(state, now, &from, &to),
        Event::Topic { room, text, by } => take_topic(state, now, room, text, &by),
        Event::Announce(announcement) => board::take_announcement(state, now, announcement),
        Event::Timer(news) => board::take_timer(state, now, news),
        Event::History(HistoryPage { room, messages, more }) => {
            memory::count(state, &room, &messages);
            if let Some(talk) = state.conversations.get_mut(&room) {
                talk.scrollback.take_page(messages, more);
            }
            people::hide(state, &room);
        }
        Event::Members(page) => return take_members(state, page),
        Event::Whois(whois) => people::take_whois(state, *whois),
        Event::Away { name, text } => people::take_away(state, now, &name, &text),
        Event::Rooms(page) => return picker::take_rooms(state, page),
        Event::Time { at } => tell_time(state, now, at),
        Event::Ping => return vec![Effect::Send(Request::Pong)],
        Event::Bye { text } => {
            let words = chat_protocol::text::one_line(&text);
            let words = words::sentence(words.trim_end_matches('.'));
            let words = format!("{words}. What you write now is sent when it is back");
            state.conversations.open_mut().scrollback.notice(now.unix_ms, Tone::Quiet, words);
            state.link.goodbye = true;
        }
        Event::Error(refusal) => return refusals::take(state, now, &refusal),
        Event::Search(page) => find::take(state, now, page),
        Event::Message(_) | Event::Direct(_) | Event::Pong | Event::Unknown => {}
    }
    Vec::new()
}

fn take_welcome(state: &mut State, now: Moment, welcome: Welcome) -> Vec<Effect> {
    let Some(target) = state.link.target.as_mut() else { return Vec::new() };
    if target.name.key() == welcome.name.key() {
        target.name = welcome.name.clone();
    }
    let before = state.link.session.replace(Session {
        server: welcome.server.to_string(),
        name: welcome.name.clone(),
        asked: target.name.clone(),
        log: welcome.log.clone(),
        searches: true,
        lab: LabNews::default(),
    });
    let lost = state.link.lost_since(now.up);
    state.link.welcome();
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::NameRefused(_)));
    let same_log = before.as_ref().is_some_and(|before| before.log == welcome.log);
    let mut effects = Vec::new();
    if before.is_none() {
        state.me.away = Away::default();
        memory::arrive(state);
    } else if !same_log {
        state.me.memory.forget_numbers();
        refusals::log_changed(state, now, None);
    }
    state.conversations.iter_mut().for_each(|talk| talk.member = !talk.is_room());
    stranger::compare(state, now, &welcome.directs);
    for info in &welcome.rooms {
        effects.extend(enter(state, now, info));
    }
    effects.extend(before.as_ref().and_then(|_| people::away_again(state)));
    effects.extend(memory::join_again(state));
    for direct in welcome.directs {
        let (address, last) = (Conversation::Direct(direct.name.clone()), direct.last);
        list_direct(state, direct, same_log);
        if before.is_none() {
            effects.extend(memory::missed(state, &address, last));
        }
    }
    effects.extend(notice::tell(state, now));
    if let Some(before) = before {
        came_back(state, now, lost.as_deref());
        let asked = state.link.session.as_ref().map(|session| &session.asked);
        if asked != Some(&before.asked) {
            effects.extend(remember(state));
        }
    } else {
        effects.extend(arrive(state, now));
        people::arrive(state);
        effects.extend(written::restore(state, now));
    }
    effects
}

/// Tells that the link is back, wherever it was told that it broke.
fn came_back(state: &mut State, now: Moment, lost: Option<&str>) {
    let words = |breaks| match (breaks, lost) {
        (2.., _) => format!("Connected again; the link broke {breaks} times"),
        (_, Some(time)) => format!("Connected again after {time}"),
        (_, None) => "Connected again".to_owned(),
    };
    let back = |talk: &mut Talk| talk.scrollback.link_came_back(now.unix_ms, words);
    let told = state.conversations.iter_mut().filter_map(back).count();
    if told == 0 {
        state.conversations.open_mut().scrollback.notice(now.unix_ms, Tone::Quiet, words(1));
    }
}

/// A conversation with somebody, as the welcome lists it. When the link comes back, what was said meanwhile in one that was not resumed is unread: nobody tells it
/// by itself. Before the first welcome nothing is known about what was read.
fn list_direct(state: &mut State, direct: DirectInfo, again: bool) {
    let DirectInfo { name, last, log } = direct;
    let address = Conversation::Direct(name.clone());
    let closed = state.conversations.seen_in_closed(&address);
    if closed.is_some_and(|seen| seen >= last)
        || !state.conversations.admits(&address)
        || people::is_unwanted(state, &address)
    {
        return;
    }
    let own = u64::try_from(state.outgoing.count_to(&address)).unwrap_or(u64::MAX);
    let (talk, open) = state.conversations.ensure(address);
    talk.log = log;
    if talk.resumed {
        talk.scrollback.expect(last);
        return;
    }
    let seen = closed.or(talk.scrollback.resume_after()).unwrap_or(0);
    let missed = last.saturating_sub(seen).saturating_sub(own);
    talk.scrollback.skip_to(last);
    if !again || open || missed == 0 {
        return;
    }
    let missed = usize::try_from(missed).unwrap_or(usize::MAX);
    talk.take_unread(seen.saturating_add(1), missed, missed);
    if !state.me.people.ignores(&name) {
        notice::missed(state, name.as_str(), missed);
    }
}

/// The server is worth offering at the next start, under this name; one's own is not.
fn remember(state: &State) -> Option<Effect> {
    let hosting = matches!(state.me.hosting, Hosting::Open(_));
    // Nor is a lab's: the start screen speaks the native dialect alone.
    let native = state.link.dialect() == Dialect::Native;
    let target = state.link.target.clone().filter(|_| !hosting && native);
    target.map(Effect::Remember)
}

/// The first welcome of a server.
fn arrive(state: &mut State, now: Moment) -> Vec<Effect> {
    let stage = std::mem::replace(&mut state.stage, Stage::Chat);
    let mut effects = Vec::new();
    if let Hosting::Open(hosted) = &state.me.hosting {
        let words = match hosted.addresses.is_empty() {
            true => "You host this room. Without a network, nobody else can join it".to_owned(),
            false => format!(
                "You host this room. Others join with:\n{}",
                crate::state::hosting::invitation(hosted)
            ),
        };
        let talk = state.conversations.open_mut();
        talk.scrollback.notice(now.unix_ms, Tone::Accent, words);
    }
    effects.extend(remember(state));
    if let Stage::Connecting(Some(room)) = stage {
        state.conversations.go_to(Conversation::Room(room.clone()));
        if !state.conversations.open().member {
            effects.push(Effect::Send(Request::Join { room }));
        }
    }
    effects
}

/// One is in this room; perhaps more of its members have to be asked for.
fn enter(state: &mut State, now: Moment, info: &RoomInfo) -> Vec<Effect> {
    let address = Conversation::Room(info.name.clone());
    if !state.conversations.admits(&address) {
        return Vec::new();
    }
    state.conversations.come_back(&info.name);
    let (talk, _) = state.conversations.ensure(address.clone());
    talk.member = true;
    talk.topic = words::seen(&info.topic);
    talk.roster.reset(info.count, &info.members, &info.via, &info.marks);
    talk.scrollback.expect(info.last);
    board::enter(talk, &state.screen, now, &info.board);
    let after = talk.roster.unknown_behind().cloned();
    people::learn_own(state, &address);
    let more = after.map(|after| {
        Effect::Send(Request::Members { room: info.name.clone(), after: Some(after) })
    });
    more.into_iter().chain(memory::missed(state, &address, info.last)).collect()
}

fn is_own(state: &State, name: &Nick) -> bool {
    state.link.name().is_some_and(|own| own == name)
}

/// Takes a message; whether it calls, and [`notice::tell`] is to be asked. One that was behind our
/// own leaving is not ours any more.
pub(super) fn take_message(state: &mut State, address: Conversation, message: Message) -> bool {
    if state.conversations.has_left(&address)
        || !state.conversations.admits(&address)
        || people::is_unwanted(state, &address)
    {
        return false;
    }
    let own = is_own(state, &message.from);
    let to_me = matches!(address, Conversation::Direct(_));
    let concerns = !own
        && (to_me || state.link.name().is_some_and(|name| mention::is_in(&message.text, name)));
    if state.me.people.ignores(&message.from) && !own {
        people::take_ignored(state, address, message);
        return false;
    }
    let call = concerns.then(|| (message.from.to_string(), message.text.clone()));
    let (seq, seen) = (message.seq, state.is_seen());
    let (talk, open) = state.conversations.ensure(address.clone());
    if own
        && talk.scrollback.is_news(message.seq)
        && let Some(local) = state.outgoing.recognize(&talk.address, &message.text)
    {
        // It was stored before the link broke, and is on the screen already, as on its way.
        talk.scrollback.settle(local, message.seq, message.at);
        return false;
    }
    // What was written at another device is known to who wrote it.
    if own {
        talk.scrollback.take_quietly(message);
        return false;
    }
    let fresh = talk.scrollback.take_live(message);
    let shown = open && seen;
    if fresh && !shown {
        talk.take_unread(seq, 1, usize::from(concerns));
    }
    let Some((from, text)) = call.filter(|_| fresh) else { return false };
    notice::call(state, &address, &from, text.as_str(), shown);
    true
}

fn take_direct(state: &mut State, now: Moment, direct: DirectMessage) -> bool {
    let DirectMessage { to, log, message } = direct;
    let own = state.link.name().is_some_and(|own| own.key() == message.from.key());
    let other = if own { to } else { message.from.clone() };
    let address = Conversation::Direct(other);
    stranger::meet(state, now, &address, log.as_deref());
    let ring = take_message(state, address.clone(), message);
    // Only now is the conversation there for certain.
    stranger::meet(state, now, &address, log.as_deref());
    ring
}

fn take_ack(state: &mut State, now: Moment, ack: &Ack) {
    let Some(unsent) = state.outgoing.take(ack.id.as_str()) else { return };
    stranger::meet(state, now, &unsent.to, ack.log.as_deref());
    let own = state.link.name().cloned();
    let Some(talk) = state.conversations.get_mut(&unsent.to) else { return };
    match own.filter(|_| unsent.recognized) {
        // Shown already, unless it was taken for another of the same words.
        Some(from) => {
            let Unsent { text, .. } = unsent;
            talk.scrollback.take_quietly(Message { seq: ack.seq, from, at: ack.at, text });
        }
        None => talk.scrollback.settle(unsent.local, ack.seq, ack.at),
    }
}

pub(super) fn take_presence(state: &mut State, now: Moment, presence: &Presence, joined: bool) {
    let own = state.link.name().cloned();
    let address = Conversation::Room(presence.room.clone());
    let Some(talk) = state.conversations.get_mut(&address) else { return };
    let (mine, others): (Vec<Nick>, Vec<Nick>) =
        presence.names.iter().cloned().partition(|name| own.as_ref() == Some(name));
    if joined {
        talk.roster.join(&presence.names, presence.via.as_ref(), presence.marks);
    } else {
        talk.roster.leave(&presence.names);
    }
    if !mine.is_empty() {
        talk.member = joined;
        if !joined {
            let words = format!("You are no longer in {}", talk.title());
            talk.scrollback.notice(now.unix_ms, Tone::Quiet, words);
        }
    }
    // That scripts come and go is no news.
    if !others.is_empty() && !presence.marks.visit {
        talk.scrollback.presence(now.unix_ms, &others, joined);
    }
}

fn take_rename(state: &mut State, now: Moment, from: &Nick, to: &Nick) -> Vec<Effect> {
    let own = is_own(state, from);
    let ignored = if own { None } else { people::ignore_on(state, from, to) };
    move_direct(state, from, to);
    for index in state.conversations.rename(from, to) {
        let words = match own {
            true => format!("You go by {to} now"),
            false => format!("{from} goes by {to} now"),
        };
        if let Some(talk) = state.conversations.at_mut(index) {
            talk.scrollback.notice(now.unix_ms, Tone::Quiet, words);
        }
    }
    if !own {
        return ignored.into_iter().collect();
    }
    // A name that nobody here asked for is followed, but it is not made ours: a server that makes
    // names up would get at the tokens of these names.
    let asked = state.link.renaming.take_if(|asked| asked.key() == to.key()).is_some();
    if !asked {
        if let Some(session) = state.link.session.as_mut() {
            session.name = to.clone();
        }
        return Vec::new();
    }
    // The token that the link goes by is that of the name asked for last.
    let from =
        state.link.target.as_ref().map_or_else(|| from.clone(), |target| target.name.clone());
    state.link.go_by(to);
    if let Some(session) = state.link.session.as_mut() {
        session.asked = to.clone();
    }
    let profile = people::take_profile_along(state, &from, to);
    let keep = Effect::KeepToken { from, to: to.clone() };
    [keep].into_iter().chain(profile).chain(remember(state)).collect()
}

/// What was written to somebody stays with them under their new name.
fn move_direct(state: &mut State, from: &Nick, to: &Nick) {
    let Some(moved) = state.conversations.move_direct(from, to) else { return };
    for local in moved.strays {
        if state.outgoing.hold(local, &moved.to)
            && let Some(talk) = state.conversations.get_mut(&moved.to)
        {
            let words = "somebody else has this name now: Alt-R sends it to them";
            talk.scrollback.mark(local, Some(words.to_owned()));
        }
    }
    state.outgoing.rename(&moved.from, &moved.to);
}

fn take_topic(state: &mut State, now: Moment, room: RoomName, text: Line, by: &Nick) {
    let Some(talk) = state.conversations.get_mut(&Conversation::Room(room)) else { return };
    talk.topic = words::seen(&text);
    let words = match talk.topic.as_str() {
        "" => format!("{by} took the topic away"),
        topic => format!("{by} set the topic: {topic}"),
    };
    talk.scrollback.notice(now.unix_ms, Tone::Quiet, words);
}

fn take_members(state: &mut State, page: MembersPage) -> Vec<Effect> {
    let MembersPage { room, members, via, marks, more } = page;
    let Some(talk) = state.conversations.get_mut(&Conversation::Room(room.clone())) else {
        return Vec::new();
    };
    let before = talk.roster.unknown_behind().cloned();
    talk.roster.add_page(&members, &via, &marks);
    // A page that leads nowhere is the last, whatever it says.
    let next =
        talk.roster.unknown_behind().cloned().filter(|next| more && before.as_ref() != Some(next));
    people::learn_own(state, &Conversation::Room(room.clone()));
    next.map(|after| Effect::Send(Request::Members { room, after: Some(after) }))
        .into_iter()
        .collect()
}

fn tell_time(state: &mut State, now: Moment, at: i64) {
    let Ok(time) = jiff::Timestamp::from_millisecond(at) else { return };
    let time = time.to_zoned(state.looks.zone.clone()).strftime("%Y-%m-%d %H:%M:%S");
    let words =
        format!("The server's time is {time}, {}", words::clocks(at.saturating_sub(now.unix_ms)));
    state.conversations.open_mut().scrollback.notice(now.unix_ms, Tone::Quiet, words);
}
