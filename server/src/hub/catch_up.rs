//! Catching up: a connection that resumes gets what it missed, page by page from the log, and
//! hears a conversation live from the moment it has everything.

use std::sync::Arc;

use bytes::BytesMut;
use chat_protocol::event::{DirectMessage, HistoryPage, RoomMessage};
use chat_protocol::message::{Conversation, Message};
use chat_protocol::{Code, Event, Hello, Nick, Page, Refusal, Resume, RoomKey, RoomName, limit};
use futures::FutureExt;

use super::directs::{Pair, pair};
use super::room::Listener;
use super::search::Searched;
use super::state::{Conn, Hub};
use super::{ConnId, Permit};
use crate::log::{ChannelId, Extract, Kept, LogError, PersonId};

/// A conversation that a connection has not caught up with.
pub(super) struct CatchUp {
    whose: Whose,
    channel: ChannelId,
    /// What is to be read next.
    page: Page,
    /// Given back with the last of a connection's.
    _missing: Arc<Permit>,
}

enum Whose {
    Room(RoomKey),
    Direct(Pair),
}

/// What was read, or found.
pub(super) enum ReadDone {
    CatchUp(ConnId, ChannelId, Result<Extract, LogError>),
    History(ConnId, Conversation, Result<Extract, LogError>, Permit),
    Search(ConnId, Searched),
}

impl Hub {
    /// Whether this connection is still to be given older messages of this channel.
    pub(super) fn is_catching_up(&self, conn: ConnId, channel: ChannelId) -> bool {
        let conn = self.conns.get(&conn);
        conn.is_some_and(|conn| conn.catching_up.iter().any(|one| one.channel == channel))
    }

    /// Gives up what a connection has not been given of this channel.
    pub(super) fn stop_catching_up(&mut self, conn: ConnId, channel: ChannelId) {
        if let Some(conn) = self.conns.get_mut(&conn) {
            conn.catching_up.retain(|one| one.channel != channel);
        }
    }

    /// Lets a connection hear its person's room: at once, or when it has caught up.
    pub(super) fn hear(&mut self, conn: ConnId, key: &RoomKey) {
        let Some(Conn { link, dialect, .. }) = self.conns.get(&conn) else { return };
        let listener = Listener { conn, link: Arc::clone(link), dialect: *dialect };
        let Some(room) = self.conversations.rooms.get_mut(key) else { return };
        if !room.listeners.iter().any(|listener| listener.conn == conn) {
            room.listeners.push(listener);
        }
    }

    /// What somebody who comes in is to see of what was said before: what they `resume`, or what
    /// people of their dialect are shown.
    pub(super) fn wanted(&self, conn: ConnId, hello: &Hello) -> Vec<Resume> {
        let lobby = RoomName::lobby();
        let looks_back = self.conns.get(&conn).map_or(0, |conn| conn.dialect.looks_back());
        if looks_back == 0 {
            return hello.resume.clone();
        }
        let last = self.conversations.rooms.get(&lobby.key()).map_or(0, |room| room.last);
        let after = last.saturating_sub(looks_back);
        vec![Resume { room: Conversation::Room(lobby), after, log: None }]
    }

    /// Plans what a newcomer is to catch up with. The rooms in it have been joined.
    pub(super) fn plan_resume(&mut self, conn: ConnId, wanted: &[Resume], missing: Permit) {
        let missing = Arc::new(missing);
        for wanted in wanted {
            match self.plan(conn, wanted, &missing) {
                Ok(Some(catch_up)) => {
                    if let Some(conn) = self.conns.get_mut(&conn) {
                        conn.catching_up.retain(|other| other.channel != catch_up.channel);
                        conn.catching_up.push(catch_up);
                    }
                }
                Ok(None) => {}
                Err(refusal) => self.tell(conn, &Event::Error(refusal.about(&wanted.room))),
            }
        }
    }

    fn plan(
        &mut self,
        conn: ConnId,
        wanted: &Resume,
        missing: &Arc<Permit>,
    ) -> Result<Option<CatchUp>, Refusal> {
        let Some((person, known)) = self.person_of(conn) else { return Ok(None) };
        let same_server = wanted.log.as_ref().is_none_or(|log| *log == self.about.log);
        let (whose, channel, last, same_log) = match &wanted.room {
            Conversation::Room(name) => {
                let key = name.key();
                let room = self.conversations.rooms.get(&key);
                let room =
                    room.filter(|_| known.rooms.contains(&key)).ok_or_else(too_many_rooms)?;
                (Whose::Room(key), room.channel, room.last, same_server)
            }
            Conversation::Direct(name) => {
                let other = self.people.find(name).ok_or_else(|| no_such_name(name))?;
                let pair = pair(person, other);
                let Some(direct) = self.conversations.directs.get(&pair) else {
                    // Whoever has the name now, has not talked with them.
                    let fresh = wanted.after == 0;
                    return if fresh { Ok(None) } else { Err(another_log()) };
                };
                let same = wanted.log.as_deref() == Some(&self.identity(direct.channel));
                (Whose::Direct(pair), direct.channel, direct.last, same || same_server)
            }
        };
        let page = if !same_log || wanted.after > last {
            self.tell(conn, &Event::Error(another_log().about(&wanted.room)));
            Page::Newest
        } else {
            Page::After(wanted.after)
        };
        let nothing_missed = page == Page::After(last);
        let _missing = Arc::clone(missing);
        Ok((!nothing_missed).then_some(CatchUp { whose, channel, page, _missing }))
    }

    /// Reads on for a connection whose outbox is empty.
    pub(super) fn catch_up(&mut self, id: ConnId) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        let Some(next) = conn.catching_up.first() else { return };
        if conn.reading || !conn.link.drained_or_tell() {
            return;
        }
        conn.reading = true;
        let channel = next.channel;
        let read = self.log.read(channel, next.page, limit::HISTORY_PAGE);
        self.reads.push(async move { ReadDone::CatchUp(id, channel, read.await) }.boxed());
    }

    /// Reads a page that was asked for by `history`.
    pub(super) fn read_history(
        &mut self,
        conn: ConnId,
        whose: Conversation,
        channel: Option<ChannelId>,
        (page, limit): (Page, usize),
        permit: Permit,
    ) {
        let read = channel.map(|channel| self.log.read(channel, page, limit));
        let done = async move {
            let extract = match read {
                Some(read) => read.await,
                None => Ok(Extract::default()),
            };
            ReadDone::History(conn, whose, extract, permit)
        };
        self.reads.push(done.boxed());
    }

    /// A page has been read.
    pub(super) fn read_done(&mut self, done: ReadDone) {
        match done {
            ReadDone::History(conn, room, extract, _permit) => {
                let event = match extract {
                    Ok(mut extract) => {
                        if let Conversation::Direct(_) = room {
                            self.name_anew(&mut extract);
                        }
                        Event::History(history_page(room, extract))
                    }
                    Err(error) => {
                        self.about.console.trouble(&format!("history cannot be read: {error}"));
                        Event::Error(unreadable().about(&room))
                    }
                };
                self.tell(conn, &event);
            }
            ReadDone::Search(conn, searched) => self.searched(conn, searched),
            ReadDone::CatchUp(conn, channel, Ok(extract)) => {
                self.caught_up_by(conn, channel, extract);
            }
            ReadDone::CatchUp(conn, _, Err(error)) => {
                // Going live now would leave a gap: the connection ends, and may try again.
                self.about.console.trouble(&format!("history cannot be read: {error}"));
                let mut last = BytesMut::new();
                if let Some(conn) = self.conns.get(&conn) {
                    conn.dialect.print(&Event::Error(unreadable()), &mut last);
                    conn.link.cut_short(last.freeze());
                }
                self.due.take_out.push(conn);
            }
        }
    }

    fn caught_up_by(&mut self, id: ConnId, channel: ChannelId, extract: Extract) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        conn.reading = false;
        self.due.catch_up.push(id);
        // While the page was read, its room may have been left.
        if conn.catching_up.first().is_none_or(|first| first.channel != channel) {
            return;
        }
        let mut catch_up = conn.catching_up.remove(0);
        let last = self.last_of(&catch_up.whose);
        let reached = extract.messages.last().map_or(last, |kept| kept.message.seq);
        self.tell_gap(id, &catch_up, extract.first_kept);
        self.tell_missed(id, &catch_up, extract);
        if reached < last {
            catch_up.page = Page::After(reached);
            if let Some(conn) = self.conns.get_mut(&id) {
                conn.catching_up.insert(0, catch_up);
            }
        } else if let Whose::Room(key) = &catch_up.whose {
            let still_in = self.person_of(id).is_some_and(|(_, person)| person.rooms.contains(key));
            if still_in {
                self.hear(id, key);
            }
        }
    }

    fn last_of(&self, whose: &Whose) -> u64 {
        match whose {
            Whose::Room(key) => self.conversations.rooms.get(key).map_or(0, |room| room.last),
            Whose::Direct(pair) => {
                self.conversations.directs.get(pair).map_or(0, |direct| direct.last)
            }
        }
    }

    /// Says which messages are missing because they are no longer kept.
    fn tell_gap(&mut self, conn: ConnId, catch_up: &CatchUp, first_kept: u64) {
        let Page::After(after) = catch_up.page else { return };
        if first_kept <= after + 1 {
            return;
        }
        let Some(room) = self.conversation_of(conn, &catch_up.whose) else { return };
        let text = format!("messages {} to {} are no longer kept", after + 1, first_kept - 1);
        let refusal = Refusal { first: Some(first_kept), ..Refusal::new(Code::Gap, text) };
        self.tell(conn, &Event::Error(refusal.about(room)));
    }

    fn tell_missed(&mut self, id: ConnId, catch_up: &CatchUp, mut extract: Extract) {
        let Some(room) = self.conversation_of(id, &catch_up.whose) else { return };
        if let Conversation::Direct(_) = room {
            self.name_anew(&mut extract);
        }
        if catch_up.page == Page::Newest {
            self.tell(id, &Event::History(history_page(room, extract)));
            return;
        }
        let Some(conn) = self.conns.get(&id) else { return };
        let listener = Listener { conn: id, link: Arc::clone(&conn.link), dialect: conn.dialect };
        let me = conn.person;
        let my_name = self.people.get(me).map(|person| person.name.clone());
        let log = self.identity(catch_up.channel);
        let mut out = BytesMut::new();
        for Kept { author, message } in extract.messages {
            let to = if author == me { None } else { my_name.clone() };
            listener.dialect.print(&missed(&room, message, to, &log), &mut out);
        }
        self.push_news(&listener, out.freeze());
    }

    /// Puts the names of today in the place of those of that time: between two people the name
    /// says whose conversation it is.
    fn name_anew(&self, extract: &mut Extract) {
        for Kept { author, message } in &mut extract.messages {
            if let Some(person) = self.people.get(*author) {
                message.from = person.name.clone();
            }
        }
    }

    /// A conversation as this connection's person calls it.
    fn conversation_of(&self, conn: ConnId, whose: &Whose) -> Option<Conversation> {
        match whose {
            Whose::Room(key) => {
                let room = self.conversations.rooms.get(key)?;
                Some(Conversation::Room(room.name.clone()))
            }
            Whose::Direct((low, high)) => {
                let (me, _) = self.person_of(conn)?;
                let other: PersonId = if *low == me { *high } else { *low };
                Some(Conversation::Direct(self.people.get(other)?.name.clone()))
            }
        }
    }
}

/// A missed message as it would have been told live; `to` is oneself, or `None` when it is one's
/// own and went to the other.
fn missed(room: &Conversation, message: Message, to: Option<Nick>, log: &str) -> Event {
    match room {
        Conversation::Room(room) => Event::Message(RoomMessage { room: room.clone(), message }),
        Conversation::Direct(other) => {
            let to = to.unwrap_or_else(|| other.clone());
            Event::Direct(DirectMessage { to, log: Some(log.to_owned()), message })
        }
    }
}

fn history_page(room: Conversation, extract: Extract) -> HistoryPage {
    let messages = extract.messages.into_iter().map(|kept| kept.message).collect();
    HistoryPage { room, messages, more: extract.more }
}

/// One cannot be in as many rooms as are to be resumed.
pub(super) fn too_many_rooms() -> Refusal {
    let text = format!("one can be in {} rooms: leave one first", limit::ROOMS_MOST);
    Refusal::new(Code::Forbidden, text)
}

/// The numbers that somebody names count in another log.
fn another_log() -> Refusal {
    let text = "this conversation's log is another than before: here is what it has";
    Refusal::new(Code::LogChanged, text)
}

fn unreadable() -> Refusal {
    Refusal::new(Code::NotStored, "the server cannot read its history now: try again later")
}

/// Nobody goes by this name.
pub(super) fn no_such_name(name: &Nick) -> Refusal {
    crate::words::nobody(name.as_str())
}
