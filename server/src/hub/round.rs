//! A round: messages gathered, stored together, and then told to everybody, each link once.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::BytesMut;
use chat_protocol::event::{DirectMessage, RoomMessage};
use chat_protocol::message::{Conversation, Message, MessageId};
use chat_protocol::{Ack, Code, Event, Nick, Refusal, RoomKey};

use super::directs::Pair;
use super::fanout::Segments;
use super::room::Listener;
use super::state::{Conn, Hub};
use super::{ConnId, Permit};
use crate::log::{LogError, Record, Said, Stored};

/// Bytes after which a round is closed, or links are flushed in between: bounds what is pushed to a
/// link before it is written, so that nobody who reads is closed for being slow, however much comes
/// in at once.
pub(super) const WEIGHT: usize = 128 * 1024;

/// What was gathered since the last commit.
#[derive(Default)]
pub(super) struct Round {
    records: Vec<Record>,
    slots: Vec<Slot>,
    weight: usize,
}

/// One thing to be told once the round is stored.
struct Slot {
    conn: ConnId,
    what: What,
    /// Given back to the connection's window when the slot has been dealt with.
    _permit: Permit,
}

enum What {
    /// The next [`Record::Said`] of the round, said in a room.
    Room(RoomKey),
    /// The next [`Record::Said`] of the round, said to one person.
    Direct { pair: Pair, to: Nick },
    /// An answer that waits its turn.
    Answer(Reply),
}

/// What one connection is answered.
#[derive(Clone)]
enum Reply {
    Event(Event),
    /// Who is in the lobby.
    People,
}

impl Round {
    /// Adds what is to be stored without an answer of its own.
    pub(super) fn add(&mut self, record: Record) {
        self.records.push(record);
    }

    pub(super) fn say_in_room(&mut self, conn: ConnId, room: RoomKey, said: Said, permit: Permit) {
        self.say(conn, What::Room(room), said, permit);
    }

    pub(super) fn say_to(
        &mut self,
        conn: ConnId,
        pair: Pair,
        to: Nick,
        said: Said,
        permit: Permit,
    ) {
        self.say(conn, What::Direct { pair, to }, said, permit);
    }

    fn say(&mut self, conn: ConnId, what: What, said: Said, permit: Permit) {
        self.weight += said.text.len() + 128;
        self.records.push(Record::Said(said));
        self.slots.push(Slot { conn, what, _permit: permit });
    }

    pub(super) fn answer(&mut self, conn: ConnId, event: Event, permit: Permit) {
        self.weight += match event {
            // They may fill a frame.
            Event::Members(_) | Event::Rooms(_) => 32 * 1024,
            Event::Whois(_) => 4 * 1024,
            _ => 128,
        };
        let what = What::Answer(Reply::Event(event));
        self.slots.push(Slot { conn, what, _permit: permit });
    }

    /// Answers who is in the lobby, as it is when the round ends.
    pub(super) fn answer_people(&mut self, conn: ConnId, permit: Permit) {
        // A crowd's list may be long.
        self.weight += 4 * 1024;
        self.slots.push(Slot { conn, what: What::Answer(Reply::People), _permit: permit });
    }

    /// Whether enough is gathered.
    pub(super) fn is_heavy(&self) -> bool {
        self.weight >= WEIGHT
    }
}

/// What a stored round has to tell.
#[derive(Default)]
struct Telling {
    /// For each room the new messages, in order, and the connection that each came from.
    rooms: Vec<(RoomKey, Vec<Event>, Vec<ConnId>)>,
    directs: Vec<(Pair, ConnId, Event)>,
    /// Acks, errors and answers for each connection, in its order.
    answers: Vec<(ConnId, Vec<Reply>)>,
    answers_of: HashMap<ConnId, usize>,
}

impl Telling {
    fn answer(&mut self, conn: ConnId, event: Event) {
        self.reply(conn, Reply::Event(event));
    }

    fn reply(&mut self, conn: ConnId, reply: Reply) {
        let index = *self.answers_of.entry(conn).or_insert_with(|| {
            self.answers.push((conn, Vec::new()));
            self.answers.len() - 1
        });
        self.answers[index].1.push(reply);
    }

    fn in_room(&mut self, room: &RoomKey, event: Event, from: ConnId) {
        let known = self.rooms.iter_mut().find(|(key, ..)| key == room);
        match known {
            Some((_, events, conns)) => {
                events.push(event);
                conns.push(from);
            }
            None => self.rooms.push((room.clone(), vec![event], vec![from])),
        }
    }
}

impl Hub {
    /// Stores what was gathered and tells everybody. Links are flushed later, once for all.
    pub(super) async fn commit(&mut self) {
        let Round { records, slots, .. } = std::mem::take(&mut self.round);
        if slots.is_empty() && records.is_empty() {
            return;
        }
        let records = Arc::new(records);
        let stored = if records.is_empty() {
            Ok(Vec::new())
        } else {
            let Some(stored) = self.append(Arc::clone(&records)).await else { return };
            stored
        };
        if let Err(error) = &stored {
            self.about.console.trouble(&format!("messages are refused, the log fails: {error}"));
        }
        self.have_indexed(&records, stored.as_deref().unwrap_or_default());
        let telling = self.settle(&records, &slots, stored);
        self.publish(telling);
        // Only now may these connections send more: what they asked for has been answered.
        drop(slots);
    }

    /// Tells the answers that were gathered, among which there is nothing to be stored.
    pub(super) fn tell_answers(&mut self) {
        // A round that stores something is committed, and then has been taken out by now.
        debug_assert!(self.round.records.is_empty(), "only answers are gathered meanwhile");
        let slots = std::mem::take(&mut self.round.slots);
        self.round.weight = 0;
        let telling = self.settle(&[], &slots, Ok(Vec::new()));
        self.publish(telling);
    }

    /// Lets the index know that there is something new; it is read in its own time.
    fn have_indexed(&self, records: &[Record], stored: &[Stored]) {
        let said = records.iter().filter_map(|record| match record {
            Record::Said(said) => Some(said.channel),
            _ => None,
        });
        let newest = said.zip(stored).filter_map(|(channel, stored)| match stored {
            Stored::New { seq } => Some((channel, *seq)),
            _ => None,
        });
        self.finder.stored(newest);
    }

    /// Works out what is to be told, and marks what the log knows now.
    fn settle(
        &mut self,
        records: &[Record],
        slots: &[Slot],
        stored: Result<Vec<Stored>, LogError>,
    ) -> Telling {
        let mut telling = Telling::default();
        let mut said = records.iter().filter_map(|record| match record {
            Record::Said(said) => Some(said),
            _ => None,
        });
        let mut outcomes = stored.as_deref().unwrap_or_default().iter();
        for slot in slots {
            if let What::Answer(reply) = &slot.what {
                telling.reply(slot.conn, reply.clone());
                continue;
            }
            let (Some(said), outcome) = (said.next(), outcomes.next()) else { break };
            let Some(conversation) = self.place(&slot.what) else { continue };
            match outcome {
                Some(&Stored::New { seq }) => {
                    self.settle_new(slot, said, seq, &mut telling);
                    telling.answer(slot.conn, self.ack(said, conversation, seq, said.at));
                }
                Some(&Stored::Again { seq, at, .. }) => {
                    telling.answer(slot.conn, self.ack(said, conversation, seq, at));
                }
                Some(Stored::IdTaken) => {
                    let text = "this id was used for another message: take a new one";
                    telling.answer(slot.conn, refused(Code::BadText, text, &said.id));
                }
                None => {
                    let text = "the server could not store this, and nobody has seen it: \
                                try again";
                    telling.answer(slot.conn, refused(Code::NotStored, text, &said.id));
                }
            }
        }
        telling
    }

    fn ack(&self, said: &Said, room: Conversation, seq: u64, at: i64) -> Event {
        let direct = matches!(room, Conversation::Direct(_));
        let log = direct.then(|| self.identity(said.channel));
        Event::Ack(Ack { id: said.id.clone(), room, seq, at, log })
    }

    /// Where a message was said, in the words of who said it.
    fn place(&self, what: &What) -> Option<Conversation> {
        match what {
            What::Room(room) => {
                let room = self.conversations.rooms.get(room)?;
                Some(Conversation::Room(room.name.clone()))
            }
            What::Direct { to, .. } => Some(Conversation::Direct(to.clone())),
            What::Answer(_) => None,
        }
    }

    /// A message is stored: its conversation has a new end, and its people are to hear of it.
    fn settle_new(&mut self, slot: &Slot, said: &Said, seq: u64, telling: &mut Telling) {
        let message =
            Message { seq, from: said.from.clone(), at: said.at, text: said.text.clone() };
        match &slot.what {
            What::Room(key) => {
                let Some(room) = self.conversations.rooms.get_mut(key) else { return };
                room.last = seq;
                room.stored = true;
                self.about.console.said(&room.name, &message);
                let event = Event::Message(RoomMessage { room: room.name.clone(), message });
                telling.in_room(key, event, slot.conn);
            }
            What::Direct { pair, to } => {
                if let Some(direct) = self.conversations.directs.get_mut(pair) {
                    direct.last = seq;
                    direct.stored = true;
                }
                let log = Some(self.identity(said.channel));
                let event = Event::Direct(DirectMessage { to: to.clone(), log, message });
                telling.directs.push((*pair, slot.conn, event));
            }
            What::Answer(_) => {}
        }
    }

    /// Messages first, acks behind them: whoever is cut off in between resumes from a number that
    /// has none missing before it.
    fn publish(&mut self, telling: Telling) {
        for (key, events, from) in telling.rooms {
            self.publish_in_room(&key, &events, &from);
        }
        for (pair, from, event) in telling.directs {
            self.publish_direct(pair, from, &event);
        }
        for (conn, replies) in telling.answers {
            let Some(Conn { link, dialect, .. }) = self.conns.get(&conn) else { continue };
            let listener = Listener { conn, link: Arc::clone(link), dialect: *dialect };
            let mut out = BytesMut::new();
            for reply in replies {
                match reply {
                    Reply::Event(event) => dialect.print(&event, &mut out),
                    Reply::People => dialect.print_people(&self.in_the_lobby(), &mut out),
                }
            }
            self.due.weight += out.len();
            self.push(&listener, out.freeze());
        }
    }

    fn publish_in_room(&mut self, key: &RoomKey, events: &[Event], from: &[ConnId]) {
        let mut own: HashMap<ConnId, Vec<usize>> = HashMap::new();
        for (index, &conn) in from.iter().enumerate() {
            own.entry(conn).or_default().push(index);
        }
        let authors = events.iter().filter_map(|event| match event {
            Event::Message(said) => Some(&said.message.from),
            _ => None,
        });
        let Some(room) = self.conversations.rooms.get(key) else { return };
        // Nobody hears somebody of whom they were not told that they are here. And one write for
        // both costs no more than one.
        if room.untold.rides_along(room.members.len())
            || authors.into_iter().any(|author| room.untold.concerns(author))
        {
            self.tell_changes(key);
        }
        let Some(room) = self.conversations.rooms.get_mut(key) else { return };
        let listeners = std::mem::take(&mut room.listeners);
        let mut segments = Segments::new(events);
        for listener in &listeners {
            let segment = segments.of(listener.dialect);
            match own.get(&listener.conn) {
                None => self.push_news(listener, segment.whole()),
                Some(own) => {
                    for piece in segment.without(own) {
                        self.push_news(listener, piece);
                    }
                }
            }
        }
        self.due.weight += segments.longest();
        if let Some(room) = self.conversations.rooms.get_mut(key) {
            room.listeners = listeners;
        }
    }

    fn publish_direct(&mut self, pair: Pair, from: ConnId, event: &Event) {
        let Some(channel) = self.conversations.directs.get(&pair).map(|direct| direct.channel)
        else {
            return;
        };
        // Nobody is told anything by somebody of whom they do not know that they are here.
        self.tell_coming_of(pair.0);
        self.tell_coming_of(pair.1);
        let mut people = vec![pair.0, pair.1];
        people.dedup();
        let conns: Vec<ConnId> = people
            .into_iter()
            .filter_map(|person| self.people.get(person))
            .flat_map(|person| person.conns.iter().copied())
            .filter(|conn| !self.is_catching_up(*conn, channel))
            .filter(|conn| *conn != from || (pair.0 == pair.1 && !self.hears_acks(from)))
            .collect();
        self.tell_all(conns, event);
    }

    /// Whether somebody sees by the answer that what they said has arrived. Who does not hears
    /// what they tell themselves as others would.
    fn hears_acks(&self, conn: ConnId) -> bool {
        self.conns.get(&conn).is_none_or(|conn| conn.dialect.acknowledges())
    }
}

fn refused(code: Code, text: &str, id: &MessageId) -> Event {
    Event::Error(Refusal::new(code, text).answering(id.as_str()))
}
