//! Coming and going: who one is, which rooms one finds oneself in, and who is told.

use std::borrow::Cow;

use chat_protocol::event::{DirectInfo, Presence};
use chat_protocol::message::Conversation;
use chat_protocol::{
    Code, Event, Hello, Line, Nick, Refusal, RoomInfo, RoomKey, RoomName, Token, Welcome, limit,
};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::people::Claim;
use super::presence::Change;
use super::room::{Member, Room};
use super::state::{Conn, Hub};
use super::{ConnId, Newcomer, Permit};
use crate::doors::OnTaken;
use crate::log::{Account, PersonId, Record, TokenHash};

/// Bytes that the rooms of a `welcome` may take; direct conversations take half as many. What is
/// left of a frame holds the rest with ease.
const WELCOME_BYTES: usize = 36_000;

impl Hub {
    /// Somebody says who they are.
    pub(super) async fn hello(
        &mut self,
        newcomer: Newcomer,
        answer: oneshot::Sender<Result<Nick, Refusal>>,
    ) {
        // Who has gone while this waited must not hold the name against themselves.
        if answer.is_closed() {
            return;
        }
        let conn = newcomer.conn;
        let identified = self.identify(&newcomer).await;
        let entered = identified.map(|person| self.enter(newcomer, person));
        if answer.send(entered).is_err() {
            self.gone(conn);
        }
    }

    /// Finds out who this is, or makes them known.
    async fn identify(&mut self, newcomer: &Newcomer) -> Result<PersonId, Refusal> {
        let hello = &newcomer.hello;
        let token = hello.token.as_ref().map(hash);
        let name = match (self.people.claim(&hello.name, token.as_ref()), newcomer.on_taken) {
            (Claim::Own(person), _) => return Ok(person),
            (_, OnTaken::Invent) => self.people.numbered(&hello.name, 1),
            (Claim::Free, _) => hello.name.clone(),
            (Claim::Taken, OnTaken::Number) => self.people.numbered(&hello.name, 2),
            (Claim::Taken, OnTaken::Refuse) => return Err(self.name_taken(&hello.name)),
        };
        let person = match token {
            None => guest()?,
            Some(token) => self.own(name.clone(), token).await?,
        };
        self.people.add(person, name, token);
        Ok(person)
    }

    /// Makes a name somebody's own, for good.
    async fn own(&mut self, name: Nick, token: TokenHash) -> Result<PersonId, Refusal> {
        let person = self.people.next_owner();
        self.store(Record::Account(Account { person, name, token })).await?;
        Ok(person)
    }

    /// Stores one thing by itself.
    pub(super) async fn store(&mut self, record: Record) -> Result<(), Refusal> {
        // What has been said so far need not wait for the disk.
        self.settle_links();
        let stored = self.append(std::sync::Arc::new(vec![record])).await;
        let text = match stored {
            Some(Ok(_)) => return Ok(()),
            Some(Err(error)) => {
                self.about.console.trouble(&format!("the log fails: {error}"));
                "the server could not store this: try again later"
            }
            None => "the server stops, and its disk does not answer: this may or may not be stored",
        };
        Err(Refusal::new(Code::NotStored, text))
    }

    pub(super) fn name_taken(&self, name: &Nick) -> Refusal {
        let suggestion = self.people.numbered(name, 2);
        let text = format!("the name ‘{name}’ is taken: ‘{suggestion}’ is free");
        Refusal::new(Code::NameTaken, text).suggesting(suggestion.as_str())
    }

    /// Lets somebody in whose name is settled. Returns that name.
    fn enter(&mut self, newcomer: Newcomer, person: PersonId) -> Nick {
        let Newcomer { conn, link, dialect, hello, on_taken, missing } = newcomer;
        let visits = hello.visit;
        let entry = Conn { person, link, dialect, visits, catching_up: Vec::new(), reading: false };
        let via = Some(dialect.name()).filter(|name| *name != "native");
        let Some(known) = self.people.get_mut(person) else { return hello.name };
        let name = known.name.clone();
        let arrives = !known.is_here();
        known.conns.push(conn);
        known.via = via;
        if let Some(profile) = &hello.profile {
            known.profile = profile.clone();
            self.about.console.profile(&name, profile);
        }
        self.conns.insert(conn, entry);
        // The welcome tells of everything so far.
        self.has_seen_rooms(conn, person);
        self.settle_visit(person, arrives);
        if arrives {
            self.join(person, &RoomName::lobby(), Some(conn));
        }
        for wanted in &hello.resume {
            if let Conversation::Room(room) = &wanted.room
                && self.has_room_for_more(person)
            {
                self.join(person, room, Some(conn));
            }
        }
        let (welcome, more) = self.welcome(person, name.clone());
        self.has_seen_rooms(conn, person);
        self.tell(conn, &Event::Welcome(Box::new(welcome)));
        for room in more {
            self.tell(conn, &Event::Room(room));
        }
        if on_taken == OnTaken::Number && name.key() != hello.name.key() {
            let text = format!("the name {} is taken: here you are {name}", hello.name);
            // It is no part of the answer, which some dialects want alone in a read.
            self.tell_all([conn], &Event::Error(Refusal::new(Code::NameTaken, text)));
        }
        self.start_hearing(conn, person, &hello, missing);
        name
    }

    /// A connection is shown all of its person's rooms as they are now.
    fn has_seen_rooms(&mut self, conn: ConnId, person: PersonId) {
        let rooms = self.people.get(person).map(|known| &known.rooms);
        for key in rooms.into_iter().flatten() {
            if let Some(room) = self.conversations.rooms.get_mut(key) {
                room.untold.shown(conn);
            }
        }
    }

    fn start_hearing(&mut self, conn: ConnId, person: PersonId, hello: &Hello, missing: Permit) {
        let wanted = self.wanted(conn, hello);
        self.plan_resume(conn, &wanted, missing);
        let rooms = self.people.get(person).map(|known| known.rooms.clone()).unwrap_or_default();
        for key in rooms {
            let Some(channel) = self.conversations.rooms.get(&key).map(|room| room.channel) else {
                continue;
            };
            if !self.is_catching_up(conn, channel) {
                self.hear(conn, &key);
            }
        }
        self.due.catch_up.push(conn);
    }

    /// The welcome, and the rooms that did not fit into its frame.
    fn welcome(&self, person: PersonId, name: Nick) -> (Welcome, Vec<RoomInfo>) {
        let rooms = self.people.get(person).into_iter().flat_map(|known| &known.rooms);
        let rooms = rooms.filter_map(|key| self.conversations.rooms.get(key));
        let mut rooms: Vec<_> = rooms.map(Room::info).collect();
        // The lobby comes first: it is where everybody starts.
        rooms.sort_by_key(|room| room.name.as_str() != limit::LOBBY);
        let mut left = WELCOME_BYTES;
        let fit = rooms.iter().take_while(|room| spend(&mut left, room_bytes(room))).count();
        // The first fits by itself, however long the names in it are.
        let more = rooms.split_off(fit.max(1).min(rooms.len()));
        let mut directs = self.directs_of(person);
        let mut left = WELCOME_BYTES / 2;
        let fit =
            directs.iter().take_while(|direct| spend(&mut left, direct.name.as_str().len() + 80));
        directs.truncate(fit.count());
        let welcome = Welcome {
            version: limit::VERSION,
            name,
            server: self.about.name.clone(),
            log: self.about.log.clone(),
            directs,
            rooms,
        };
        (welcome, more)
    }

    /// Whether somebody may be in one room more.
    pub(super) fn has_room_for_more(&self, person: PersonId) -> bool {
        self.people.get(person).is_some_and(|known| known.rooms.len() < limit::ROOMS_MOST)
    }

    fn directs_of(&self, person: PersonId) -> Vec<DirectInfo> {
        let directs = self.conversations.directs.of(person).filter(|(_, direct)| direct.last > 0);
        let mut directs: Vec<DirectInfo> = directs
            .filter_map(|(other, direct)| {
                let name = self.people.get(other)?.name.clone();
                let log = Some(self.identity(direct.channel));
                Some(DirectInfo { name, last: direct.last, log })
            })
            .collect();
        directs.sort_by(|one, other| one.name.cmp(&other.name));
        directs
    }

    /// Puts somebody into a room and tells the others; `except` is told otherwise. Returns false
    /// when they were in it.
    pub(super) fn join(
        &mut self,
        person: PersonId,
        name: &RoomName,
        except: Option<ConnId>,
    ) -> bool {
        let marks = self.people.marks(person);
        let Some(known) = self.people.get_mut(person) else { return false };
        if !known.rooms.insert(name.key()) {
            return false;
        }
        let (nick, known_via, conns) = (known.name.clone(), known.via, known.conns.clone());
        let room = self.conversations.room(name);
        let member = Member { person, name: nick.clone(), via: known_via, marks };
        room.members.insert(nick.key(), member);
        let (info, room_name) = (room.info(), room.name.clone());
        let via = known_via.map(Cow::Borrowed);
        let joined = Event::Joined(Presence {
            via,
            marks,
            ..Presence::one(room_name.clone(), nick.clone())
        });
        for &conn in conns.iter().filter(|conn| Some(**conn) != except) {
            self.tell(conn, &Event::Room(info.clone()));
            self.hear(conn, &name.key());
            self.tell(conn, &joined);
        }
        self.about.console.joined(&nick, &room_name, known_via);
        let change = Change { came: true, name: nick, via: known_via, marks };
        self.change(&name.key(), change, &conns);
        true
    }

    /// Takes somebody out of a room and tells everybody who was in it.
    pub(super) fn part(&mut self, person: PersonId, key: &RoomKey) {
        let Some(known) = self.people.get_mut(person) else { return };
        known.rooms.remove(key);
        let (nick, conns, visits) = (known.name.clone(), known.conns.clone(), known.visits);
        let Some(room) = self.conversations.rooms.get_mut(key) else { return };
        room.members.remove(&nick.key());
        conns.iter().for_each(|&conn| room.deafen(conn));
        let (name, channel) = (room.name.clone(), room.channel);
        self.about.console.left(&nick, &name);
        let left = Presence::one(name, nick.clone());
        self.tell_all(conns.iter().copied(), &Event::Left(left));
        self.change(key, Change::left(nick, visits), &[]);
        if self.conversations.rooms.get(key).is_some_and(Room::is_idle) {
            self.conversations.rooms.remove(key);
            self.due.changes.remove(key);
        }
        for conn in conns {
            self.stop_catching_up(conn, channel);
        }
    }

    /// A connection is over; with the last one its person leaves.
    pub(super) fn gone(&mut self, conn: ConnId) {
        let Some(Conn { person, link, .. }) = self.conns.remove(&conn) else { return };
        link.finish();
        let Some(known) = self.people.get_mut(person) else { return };
        known.conns.retain(|other| *other != conn);
        let (rooms, still_here) = (known.rooms.clone(), known.is_here());
        for key in &rooms {
            if let Some(room) = self.conversations.rooms.get_mut(key) {
                room.deafen(conn);
            }
            if !still_here {
                self.part(person, key);
            }
        }
        if !still_here && let Some(known) = self.people.get_mut(person) {
            known.away = Line::default();
        }
        if still_here {
            self.settle_visit(person, false);
        }
        if !still_here && person.is_guest() {
            self.people.forget(person);
            self.conversations.forget(person);
        }
    }
}

/// Takes bytes from a budget; false when they do not fit any more.
pub(super) fn spend(left: &mut usize, bytes: usize) -> bool {
    let fits = *left >= bytes;
    *left = left.saturating_sub(bytes);
    fits
}

/// How many bytes a room takes in a frame, never too few.
fn room_bytes(room: &RoomInfo) -> usize {
    let names: usize = room.members.iter().map(|name| name.as_str().len() + 3).sum();
    let via: usize = room.via.keys().map(|name| name.as_str().len() + 20).sum();
    let marks: usize = room.marks.keys().map(|name| name.as_str().len() + 30).sum();
    let board = 2 * room.board.announcement.len() + 100;
    room.name.as_str().len() + 2 * room.topic.len() + names + via + marks + board + 100
}

pub(super) fn hash(token: &Token) -> TokenHash {
    Sha256::digest(token.secret()).into()
}

/// A number that no guest has had before.
fn guest() -> Result<PersonId, Refusal> {
    let random = getrandom::u64().map_err(|error| {
        Refusal::new(Code::Forbidden, format!("the server has no random numbers: {error}"))
    })?;
    let positive = i64::try_from(random >> 1).unwrap_or(i64::MAX);
    Ok(PersonId(-positive.max(1)))
}
