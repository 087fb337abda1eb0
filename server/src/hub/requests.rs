//! What people who are known ask for.

use chat_protocol::event::MembersPage;
use chat_protocol::message::{Conversation, MessageId};
use chat_protocol::{
    Code, Event, Line, Nick, Page, Refusal, Request, RoomKey, RoomName, Text, limit,
};

use super::catch_up::{no_such_name, too_many_rooms};
use super::directs::pair;
use super::people::Claim;
use super::room::{Room, marks, via};
use super::standstill::is_look;
use super::state::{Conn, Hub};
use super::{ConnId, Permit};
use crate::log::{Account, PersonId, Record, Said};

impl Hub {
    /// Deals with one request. Messages and plain answers join the round; everything else first
    /// closes it, because it may change who hears what.
    pub(super) async fn request(&mut self, conn: ConnId, request: Request, permit: Permit) {
        let Some((person, _)) = self.person_of(conn) else { return };
        match request {
            Request::Say { id, room, text } => self.say(conn, (id, room, text), permit),
            Request::Tell { id, to, text } => self.tell_person(conn, (id, to, text), permit),
            request if is_look(&request) => self.look(conn, person, request, permit),
            Request::Search(search) => self.search(conn, person, search, permit),
            Request::Pong => {}
            Request::Hello(_) => {
                let text = "you have said hello already: use rename to change your name";
                let refusal = Refusal::new(Code::BadFrame, text);
                self.round.answer(conn, Event::Error(refusal), permit);
            }
            Request::Profile(profile) => {
                let answer = self.set_profile(person, profile);
                self.round.answer(conn, answer, permit);
            }
            other => {
                self.commit().await;
                // Held until it is answered.
                let mut permit = Some(permit);
                let done = match other {
                    Request::Join { room } => self.join_room(conn, person, &room),
                    Request::Part { room } => self.part_room(person, &room),
                    Request::Rename { name } => self.rename(conn, person, name).await,
                    Request::Topic { room, text } => self.set_topic(person, &room, text).await,
                    Request::Announce { room, text } => self.announce(person, &room, text),
                    Request::Timer { room, seconds } => self.set_timer(person, &room, seconds),
                    Request::Away { text } => self.set_away(conn, person, text),
                    Request::History { room, page, limit } => {
                        self.history(conn, room, (page, limit), &mut permit)
                    }
                    _ => {
                        self.bye(conn);
                        Ok(())
                    }
                };
                if let Err(refusal) = done {
                    self.tell(conn, &Event::Error(refusal));
                }
            }
        }
    }

    /// Answers, when the round ends, what changes nothing and is answered from memory.
    pub(super) fn look(
        &mut self,
        conn: ConnId,
        person: PersonId,
        request: Request,
        permit: Permit,
    ) {
        let answer = self.look_up(person, request).unwrap_or_else(Event::Error);
        self.round.answer(conn, answer, permit);
    }

    fn look_up(&self, person: PersonId, request: Request) -> Result<Event, Refusal> {
        match request {
            Request::Ping => Ok(Event::Pong),
            Request::Time => Ok(Event::Time { at: self.about.clock.now() }),
            Request::Members { room, after } => self.members(person, &room, after),
            Request::Whois { name } => self.whois(person, &name),
            Request::Rooms { after } => Ok(self.list_rooms(after.as_ref())),
            other => Err(Refusal::new(Code::UnknownType, format!("nothing to look up: {other:?}"))),
        }
    }

    fn say(&mut self, conn: ConnId, (id, name, text): (MessageId, RoomName, Text), permit: Permit) {
        let key = name.key();
        let Some((person, known)) = self.person_of(conn) else { return };
        if !known.rooms.contains(&key) {
            let refusal = not_member(&name).answering(id.as_str());
            return self.round.answer(conn, Event::Error(refusal), permit);
        }
        let from = known.name.clone();
        let Some(room) = self.conversations.rooms.get(&key) else { return };
        if !room.stored {
            self.round.add(room.record());
        }
        let said = Said {
            channel: room.channel,
            author: person,
            from,
            id,
            at: self.about.clock.now(),
            text,
        };
        self.round.say_in_room(conn, key, said, permit);
    }

    fn tell_person(
        &mut self,
        conn: ConnId,
        (id, to, text): (MessageId, Nick, Text),
        permit: Permit,
    ) {
        let Some((person, known)) = self.person_of(conn) else { return };
        let from = known.name.clone();
        let found = self.people.find(&to).and_then(|other| Some((other, self.people.get(other)?)));
        let Some((other, recipient)) = found else {
            if known.via == Some("comma") {
                self.about.console.nobody(&from, &to);
            }
            let refusal = no_such_name(&to).answering(id.as_str());
            return self.round.answer(conn, Event::Error(refusal), permit);
        };
        let to = recipient.name.clone();
        let people = pair(person, other);
        let direct = self.conversations.direct(people);
        let channel = direct.channel;
        if !direct.stored {
            self.round.add(Record::Direct { channel, people });
        }
        let said = Said { channel, author: person, from, id, at: self.about.clock.now(), text };
        self.round.say_to(conn, people, to, said, permit);
    }

    fn join_room(
        &mut self,
        conn: ConnId,
        person: PersonId,
        name: &RoomName,
    ) -> Result<(), Refusal> {
        let is_in = self.room_of(person, name).is_ok();
        if !is_in && !self.has_room_for_more(person) {
            return Err(too_many_rooms().about(name));
        }
        if !self.join(person, name, None) {
            // They are in it already, and get to see it again.
            let room = self.conversations.room(name);
            room.untold.shown(conn);
            let info = room.info();
            self.tell(conn, &Event::Room(info));
        }
        Ok(())
    }

    fn part_room(&mut self, person: PersonId, name: &RoomName) -> Result<(), Refusal> {
        self.room_of(person, name)?;
        self.part(person, &name.key());
        Ok(())
    }

    /// The room of this name, if this person is in it.
    pub(super) fn room_of(&self, person: PersonId, name: &RoomName) -> Result<&Room, Refusal> {
        let key = name.key();
        let is_in = self.people.get(person).is_some_and(|known| known.rooms.contains(&key));
        let room = self.conversations.rooms.get(&key).filter(|_| is_in);
        room.ok_or_else(|| not_member(name))
    }

    async fn rename(&mut self, conn: ConnId, person: PersonId, to: Nick) -> Result<(), Refusal> {
        let Some(known) = self.people.get(person) else { return Ok(()) };
        let (from, token) = (known.name.clone(), known.token);
        if from == to {
            self.tell(conn, &Event::Renamed { from, to });
            return Ok(());
        }
        let own_key = from.key() == to.key();
        if !own_key && self.people.claim(&to, None) != Claim::Free {
            return Err(self.name_taken(&to));
        }
        if let Some(token) = token {
            self.store(Record::Account(Account { person, name: to.clone(), token })).await?;
        }
        // What is told of either name from now on is of somebody else: also in rooms that they have
        // left, and of those who had the new one before.
        self.tell_changes_of(&from);
        self.tell_changes_of(&to);
        self.people.rename(person, to.clone());
        for key in self.rooms_of(person) {
            if let Some(room) = self.conversations.rooms.get_mut(&key)
                && let Some(mut member) = room.members.remove(&from.key())
            {
                member.name = to.clone();
                room.members.insert(to.key(), member);
            }
        }
        let hearers = self.hearers_of(person);
        self.about.console.renamed(&from, &to);
        self.tell_all(hearers, &Event::Renamed { from, to });
        Ok(())
    }

    /// Every connection of those who share a room with somebody, and their own, each once.
    pub(super) fn hearers_of(&self, person: PersonId) -> Vec<ConnId> {
        let rooms = self.rooms_of(person);
        let mut hearers: Vec<_> = rooms.iter().flat_map(|key| self.conns_in(key)).collect();
        hearers.extend(self.people.get(person).into_iter().flat_map(|known| known.conns.clone()));
        hearers.sort_unstable();
        hearers.dedup();
        hearers
    }

    pub(super) fn rooms_of(&self, person: PersonId) -> Vec<RoomKey> {
        self.people
            .get(person)
            .map(|known| known.rooms.iter().cloned().collect())
            .unwrap_or_default()
    }

    async fn set_topic(
        &mut self,
        person: PersonId,
        name: &RoomName,
        text: Line,
    ) -> Result<(), Refusal> {
        let room = self.room_of(person, name)?;
        let (channel, name) = (room.channel, room.name.clone());
        self.store(Record::Room { channel, name: name.clone(), topic: text.clone() }).await?;
        // While it was stored, the last one in the room may have been taken out, and it with them.
        let Some(room) = self.conversations.rooms.get_mut(&name.key()) else { return Ok(()) };
        room.topic = text.clone();
        room.stored = true;
        if let Some(by) = self.people.get(person).map(|known| known.name.clone()) {
            let key = name.key();
            self.tell_changes(&key);
            self.tell_room(&key, &Event::Topic { room: name, text, by }, None);
        }
        Ok(())
    }

    fn members(
        &self,
        person: PersonId,
        name: &RoomName,
        after: Option<Nick>,
    ) -> Result<Event, Refusal> {
        let room = self.room_of(person, name)?;
        let from =
            after.map_or(std::ops::Bound::Unbounded, |name| std::ops::Bound::Excluded(name.key()));
        let rest = room.members.range((from, std::ops::Bound::Unbounded));
        let rest: Vec<_> = rest.map(|(_, member)| member).take(limit::MEMBERS_PAGE + 1).collect();
        let more = rest.len() > limit::MEMBERS_PAGE;
        let shown = || rest.iter().copied().take(limit::MEMBERS_PAGE);
        let page = MembersPage {
            room: room.name.clone(),
            members: shown().map(|member| member.name.clone()).collect(),
            via: via(shown()),
            marks: marks(shown()),
            more,
        };
        Ok(Event::Members(page))
    }

    fn history(
        &mut self,
        conn: ConnId,
        whose: Conversation,
        wanted: (Page, usize),
        permit: &mut Option<Permit>,
    ) -> Result<(), Refusal> {
        let Some((person, _)) = self.person_of(conn) else { return Ok(()) };
        let (whose, channel) = match whose {
            Conversation::Room(name) => {
                let room = self.room_of(person, &name)?;
                (Conversation::Room(room.name.clone()), Some(room.channel))
            }
            Conversation::Direct(name) => {
                let other = self.people.find(&name).ok_or_else(|| no_such_name(&name))?;
                let direct = self.conversations.directs.get(&pair(person, other));
                (Conversation::Direct(name), direct.map(|direct| direct.channel))
            }
        };
        if let Some(permit) = permit.take() {
            self.read_history(conn, whose, channel, wanted, permit);
        }
        Ok(())
    }

    /// Somebody leaves of their own accord.
    fn bye(&mut self, conn: ConnId) {
        if let Some(Conn { link, dialect, .. }) = self.conns.get(&conn) {
            let mut out = bytes::BytesMut::new();
            dialect.print_goodbye(&mut out);
            if link.push(out.freeze()) == crate::link::Pushed::First {
                self.due.flush.push(std::sync::Arc::clone(link));
            }
        }
        self.gone(conn);
    }
}

fn not_member(name: &RoomName) -> Refusal {
    Refusal::new(Code::NotMember, format!("you are not in {name}: join it first")).about(name)
}
