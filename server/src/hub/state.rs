//! Everything the hub owns, and the ways to reach a link.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use chat_protocol::{Code, Event, Refusal, RoomKey};
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use tokio::time::Instant;

use super::ConnId;
use super::catch_up::{CatchUp, ReadDone};
use super::fanout::Encoded;
use super::inbox::Inbox;
use super::people::{People, Person};
use super::room::{Conversations, Listener};
use super::round::Round;
use crate::clock::Clock;
use crate::console::Console;
use crate::doors::Dialect;
use crate::link::{Link, Pushed};
use crate::log::{ChannelId, Log, PersonId};
use crate::outbox::TOO_SLOW;
use crate::search::Finder;

/// A connection whose person is known.
pub(super) struct Conn {
    pub(super) person: PersonId,
    pub(super) link: Arc<Link>,
    pub(super) dialect: &'static dyn Dialect,
    /// Whether it is a script's.
    pub(super) visits: bool,
    /// Conversations that it has not caught up with, the one being read first.
    pub(super) catching_up: Vec<CatchUp>,
    /// Whether a page for the first of those is being read.
    pub(super) reading: bool,
}

/// What the server says of itself.
pub(crate) struct About {
    /// Its name, for people.
    pub(crate) name: chat_protocol::Line,
    /// Its log's identity.
    pub(crate) log: String,
    /// What it stamps messages with.
    pub(crate) clock: Clock,
    /// Where it tells whoever runs it.
    pub(crate) console: Console,
}

/// The hub's state. Its methods are spread over the files that each do one thing.
pub(super) struct Hub {
    pub(super) about: About,
    pub(super) log: Arc<dyn Log>,
    pub(super) finder: Finder,
    pub(super) people: People,
    pub(super) conversations: Conversations,
    pub(super) conns: HashMap<ConnId, Conn>,
    pub(super) round: Round,
    /// Pages being read: for each connection one to catch up by, one that it asked for, and one
    /// of what it searches.
    pub(super) reads: FuturesUnordered<BoxFuture<'static, ReadDone>>,
    /// Connections to be looked after when the round ends.
    pub(super) due: Due,
    /// What is asked of it.
    pub(super) inbox: Inbox,
}

/// Connections to be looked after when a round ends.
#[derive(Default)]
pub(super) struct Due {
    /// Links that were pushed to since the last flush.
    pub(super) flush: Vec<Arc<Link>>,
    /// Those that may have room for more of what they missed.
    pub(super) catch_up: Vec<ConnId>,
    /// Those that were cut short, to be taken out.
    pub(super) take_out: Vec<ConnId>,
    /// Rooms that are to be told of comings and goings, and when.
    pub(super) changes: HashMap<RoomKey, Instant>,
    /// Rooms whose countdown runs, and when it ends.
    pub(super) timers: HashMap<RoomKey, Instant>,
    /// Bytes that a link may have been pushed since the last flush, messages aside.
    pub(super) weight: usize,
}

impl Hub {
    /// The identity of a conversation between two people, who may come to go by other names.
    pub(super) fn identity(&self, channel: ChannelId) -> String {
        let log = self.about.log.get(..8).unwrap_or(&self.about.log);
        format!("{log}.{}", channel.0)
    }

    /// Whose connection this is.
    pub(super) fn person_of(&self, conn: ConnId) -> Option<(PersonId, &Person)> {
        let person = self.conns.get(&conn)?.person;
        Some((person, self.people.get(person)?))
    }

    /// Says something to one connection.
    pub(super) fn tell(&mut self, conn: ConnId, event: &Event) {
        let Some(Conn { link, dialect, .. }) = self.conns.get(&conn) else { return };
        let listener = Listener { conn, link: Arc::clone(link), dialect: *dialect };
        let mut out = BytesMut::new();
        dialect.print(event, &mut out);
        self.due.weight += out.len();
        self.push(&listener, out.freeze());
    }

    /// Says something to several connections.
    pub(super) fn tell_all(&mut self, conns: impl IntoIterator<Item = ConnId>, event: &Event) {
        let mut encoded = Encoded::default();
        for conn in conns {
            let Some(Conn { link, dialect, .. }) = self.conns.get(&conn) else { continue };
            let listener = Listener { conn, link: Arc::clone(link), dialect: *dialect };
            let bytes = encoded.event(listener.dialect, event);
            self.push_news(&listener, bytes);
        }
        self.due.weight += encoded.longest();
    }

    /// Says something to every connection of a room's members, those that are still catching up
    /// with its messages among them.
    pub(super) fn tell_room(&mut self, room: &RoomKey, event: &Event, except: Option<ConnId>) {
        let conns = self.conns_in(room);
        self.tell_all(conns.into_iter().filter(|&conn| Some(conn) != except), event);
    }

    /// Every connection of a room's members.
    pub(super) fn conns_in(&self, room: &RoomKey) -> Vec<ConnId> {
        let Some(room) = self.conversations.rooms.get(room) else { return Vec::new() };
        let people = room.members.values().filter_map(|member| self.people.get(member.person));
        people.flat_map(|person| person.conns.iter().copied()).collect()
    }

    /// Puts what a connection asked for into its link's outbox, to be written when the round ends.
    pub(super) fn push(&mut self, listener: &Listener, bytes: Bytes) {
        if !bytes.is_empty() {
            let pushed = listener.link.push(bytes);
            self.pushed(listener, &pushed);
        }
    }

    /// The same with what others said and did.
    pub(super) fn push_news(&mut self, listener: &Listener, bytes: Bytes) {
        if !bytes.is_empty() {
            let pushed = listener.link.push_news(bytes);
            self.pushed(listener, &pushed);
        }
    }

    fn pushed(&mut self, listener: &Listener, pushed: &Pushed) {
        match pushed {
            Pushed::First => self.due.flush.push(Arc::clone(&listener.link)),
            Pushed::Behind | Pushed::Closed => {}
            Pushed::Overflow => {
                let mut last = BytesMut::new();
                let refusal = Refusal::new(Code::TooSlow, TOO_SLOW);
                listener.dialect.print(&Event::Error(refusal), &mut last);
                listener.link.cut_short(last.freeze());
                self.due.take_out.push(listener.conn);
            }
        }
    }

    /// Writes what was pushed: one write for each link, as far as its socket takes it.
    pub(super) fn flush(&mut self) {
        for link in self.due.flush.drain(..) {
            link.flush();
        }
    }
}
