//! What is printed next, and what is to be asked for: no message is missing, and none comes twice.
//! No I/O.
//!
//! Of each conversation it knows the number printed last. The next number is printed as it comes;
//! a higher one is let go, and everything behind the last one printed is asked for instead, because
//! whatever is shown live is stored already. So nothing is kept here, however much comes.

use bytes::BytesMut;
use chat_protocol::event::{DirectMessage, HistoryPage, RoomMessage};
use chat_protocol::{
    Code, Conversation, Event as Frame, Message, Nick, Page, Refusal, Request, Resume, RoomName,
    Welcome, limit,
};

use crate::words;

/// Where to begin.
#[derive(Clone, Copy, Debug)]
pub(crate) enum From {
    /// With the last so many messages.
    Last(u64),
    /// Behind the message of this number.
    Behind(u64),
}

/// A message, and whom it was said to if that was one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) message: Message,
    pub(crate) to: Nick,
}

impl Said {
    /// The line in which the wire has it, its new line included.
    pub(crate) fn line(&self, room: &Conversation) -> BytesMut {
        let message = self.message.clone();
        let frame = match room {
            Conversation::Room(room) => Frame::Message(RoomMessage { room: room.clone(), message }),
            Conversation::Direct(_) => {
                Frame::Direct(DirectMessage { to: self.to.clone(), log: None, message })
            }
        };
        let mut line = BytesMut::new();
        frame.encode(&mut line);
        line
    }
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Print(Conversation, Said),
    Ask(Request),
    /// The welcome does not show one in this room. A `room` frame may do so right behind it: not
    /// all rooms find place in the welcome.
    Unseen(RoomName),
    /// A page could not be read just now: [`Follow::again`] asks for it once more, in a moment.
    Unread,
    /// The server has us, perhaps again.
    Back,
    /// Something that people should know.
    Say(String),
    /// The server does not do what is needed.
    Refused(Refusal),
}

/// The conversations that are followed.
#[derive(Debug)]
pub(crate) struct Follow {
    from: From,
    talks: Vec<Talk>,
    /// One's own name, as of the last welcome.
    own: Option<Nick>,
    /// Whether the link is up and we are welcome.
    live: bool,
}

#[derive(Debug)]
struct Talk {
    room: Conversation,
    /// The number printed last; unknown before the first answer.
    printed: Option<u64>,
    /// The highest number known to be there.
    known: u64,
    /// Whether a page is on its way.
    asked: bool,
    /// The identity of the log that the numbers count in.
    log: Option<String>,
    /// One is in it.
    member: bool,
}

impl Follow {
    pub(crate) fn new(rooms: Vec<Conversation>, from: From) -> Self {
        let mut follow = Self { from, talks: Vec::new(), own: None, live: false };
        for room in rooms {
            if follow.find(&room).is_none() {
                follow.talks.push(Talk {
                    room,
                    printed: None,
                    known: 0,
                    asked: false,
                    log: None,
                    member: false,
                });
            }
        }
        follow
    }

    /// Whether the server has welcomed us before.
    pub(crate) fn is_welcome(&self) -> bool {
        self.own.is_some()
    }

    /// Whether everything that there was is printed.
    pub(crate) fn is_through(&self) -> bool {
        self.live
            && self.talks.iter().all(|talk| {
                talk.member && !talk.asked && talk.printed.is_some_and(|seq| seq >= talk.known)
            })
    }

    /// How many messages are known to be there, of the conversation that is followed.
    pub(crate) fn known(&self) -> u64 {
        self.talks.first().map_or(0, |talk| talk.known)
    }

    /// The link is down.
    pub(crate) fn lost(&mut self) {
        self.live = false;
        for talk in &mut self.talks {
            (talk.asked, talk.member) = (false, false);
        }
    }

    /// What to go on with, now that the link is back.
    pub(crate) fn resume(&self) -> Vec<Resume> {
        let resumed = self.talks.iter().filter_map(|talk| {
            let (room, log) = (talk.room.clone(), talk.log.clone());
            Some(Resume { room, after: talk.printed?, log })
        });
        resumed.take(limit::RESUME_MOST).collect()
    }

    /// Takes a frame; says what is to be done.
    pub(crate) fn take(&mut self, frame: Frame) -> Vec<Step> {
        match frame {
            Frame::Welcome(welcome) => self.welcome(*welcome),
            Frame::Room(info) => {
                let room = Conversation::Room(info.name);
                self.find(&room).map(|at| self.enter(at, info.last)).unwrap_or_default()
            }
            Frame::Message(RoomMessage { room, message }) => {
                self.said(&Conversation::Room(room), message, None)
            }
            Frame::Direct(DirectMessage { to, message, log }) => {
                let own = self.own.as_ref().is_some_and(|own| own.key() == message.from.key());
                let other = if own { to.clone() } else { message.from.clone() };
                let room = Conversation::Direct(other);
                if let Some(at) = self.find(&room) {
                    self.talks[at].log = log.or(self.talks[at].log.take());
                }
                self.said(&room, message, Some(to))
            }
            Frame::History(page) => self.page(page),
            Frame::Renamed { from, to } => {
                self.renamed(&from, &to);
                Vec::new()
            }
            Frame::Error(refusal) => self.refused(refusal),
            _ => Vec::new(),
        }
    }

    fn welcome(&mut self, welcome: Welcome) -> Vec<Step> {
        (self.own, self.live) = (Some(welcome.name.clone()), true);
        let mut steps = vec![Step::Back];
        for at in 0..self.talks.len() {
            match self.talks[at].room.clone() {
                Conversation::Room(room) => {
                    self.talks[at].log = Some(welcome.log.clone());
                    match welcome.rooms.iter().find(|info| info.name.key() == room.key()) {
                        Some(info) => steps.extend(self.enter(at, info.last)),
                        None => steps.push(Step::Unseen(room)),
                    }
                }
                Conversation::Direct(name) => {
                    let key = name.key();
                    let direct = welcome.directs.iter().find(|direct| direct.name.key() == key);
                    if let Some(direct) = direct {
                        self.talks[at].log = direct.log.clone();
                    }
                    steps.extend(self.enter(at, direct.map_or(0, |direct| direct.last)));
                }
            }
        }
        steps
    }

    /// One is in a conversation whose newest number is `last`. What came before the link broke is
    /// brought by the server itself, behind the number that we told.
    fn enter(&mut self, at: usize, last: u64) -> Vec<Step> {
        let talk = &mut self.talks[at];
        talk.member = true;
        talk.known = talk.known.max(last);
        if talk.printed.is_some() {
            return Vec::new();
        }
        let mut steps = Vec::new();
        talk.printed = Some(match self.from {
            From::Last(count) => last.saturating_sub(count),
            From::Behind(seq) if seq > last => {
                let (room, messages) = (words::title(&talk.room), counted(last));
                let words = format!("{room} has {messages} only: going on behind the newest");
                steps.push(Step::Say(words));
                last
            }
            From::Behind(seq) => seq,
        });
        steps.extend(self.ask(at));
        steps
    }

    /// Asks for what is missing, if that was not done already.
    fn ask(&mut self, at: usize) -> Vec<Step> {
        let talk = &mut self.talks[at];
        let page = match talk.printed {
            Some(printed) if printed < talk.known => Page::After(printed),
            Some(_) => return Vec::new(),
            // Another log begins with its newest page.
            None => Page::Newest,
        };
        if !talk.member || std::mem::replace(&mut talk.asked, true) {
            return Vec::new();
        }
        let room = talk.room.clone();
        vec![Step::Ask(Request::History { room, page, limit: limit::HISTORY_PAGE })]
    }

    /// Asks again for what could not be read.
    pub(crate) fn again(&mut self) -> Vec<Step> {
        (0..self.talks.len()).flat_map(|at| self.ask(at)).collect()
    }

    /// A message comes by itself.
    fn said(&mut self, room: &Conversation, message: Message, to: Option<Nick>) -> Vec<Step> {
        let Some(at) = self.find(room) else { return Vec::new() };
        let talk = &mut self.talks[at];
        talk.known = talk.known.max(message.seq);
        match talk.printed {
            // Its numbers count in a log that we know nothing of yet.
            None => talk.printed = Some(message.seq.saturating_sub(1)),
            // What is far ahead is brought by a page, and what the page brings is passed over.
            Some(printed) if message.seq > printed + 1 => return self.ask(at),
            Some(_) => {}
        }
        self.print(at, message, to).into_iter().collect()
    }

    /// A page comes, asked for or as the start of another log.
    fn page(&mut self, page: HistoryPage) -> Vec<Step> {
        let HistoryPage { room, messages, .. } = page;
        let Some(at) = self.find(&room) else { return Vec::new() };
        let talk = &mut self.talks[at];
        talk.asked = false;
        let first = messages.first().map(|message| message.seq);
        let last = messages.last().map_or(0, |message| message.seq);
        if talk.printed.is_none() {
            // A log without messages is printed to its end.
            talk.printed = Some(first.map_or(talk.known, |seq| seq.saturating_sub(1)));
        }
        if talk.printed.is_some_and(|printed| last <= printed) {
            // A page that leads nowhere is the last: what is missing is no longer kept.
            talk.printed = Some(talk.known);
        }
        let mut steps: Vec<Step> = Vec::new();
        for message in messages {
            steps.extend(self.print(at, message, None));
        }
        steps.extend(self.ask(at));
        steps
    }

    /// Prints a message unless it is printed already.
    fn print(&mut self, at: usize, message: Message, to: Option<Nick>) -> Option<Step> {
        let own = self.own.clone()?;
        let talk = &mut self.talks[at];
        if talk.printed.is_some_and(|printed| message.seq <= printed) {
            return None;
        }
        talk.printed = Some(message.seq);
        talk.known = talk.known.max(message.seq);
        let to = to.unwrap_or_else(|| match &talk.room {
            Conversation::Direct(other) if message.from.key() == own.key() => other.clone(),
            _ => own,
        });
        Some(Step::Print(talk.room.clone(), Said { message, to }))
    }

    fn refused(&mut self, refusal: Refusal) -> Vec<Step> {
        let room = refusal.room.as_deref().and_then(|room| room.parse().ok());
        let at = room.and_then(|room| self.find(&room));
        match (refusal.code, at) {
            (Code::LogChanged, Some(at)) => {
                let talk = &mut self.talks[at];
                // Its newest page comes by itself.
                (talk.printed, talk.known, talk.asked) = (None, 0, true);
                let room = words::title(&talk.room);
                vec![Step::Say(format!("{room}: {}", words::refusal(&refusal)))]
            }
            (Code::Gap, Some(at)) => {
                let talk = &mut self.talks[at];
                let first = refusal.first.unwrap_or(1).max(1);
                talk.printed = talk.printed.map(|printed| printed.max(first - 1));
                let room = words::title(&talk.room);
                vec![Step::Say(format!("{room}: {}", words::refusal(&refusal)))]
            }
            (Code::TooSlow, _) => vec![Step::Say(words::refusal(&refusal))],
            (Code::NotStored, at) if self.live => {
                let unread = |index| at.is_none_or(|at| at == index);
                let talks = self.talks.iter_mut().enumerate();
                talks.filter(|(index, _)| unread(*index)).for_each(|(_, talk)| talk.asked = false);
                vec![Step::Unread]
            }
            (_, _) if self.is_welcome() && self.talks.iter().all(|talk| talk.member) => Vec::new(),
            _ => vec![Step::Refused(refusal)],
        }
    }

    fn renamed(&mut self, from: &Nick, to: &Nick) {
        if self.own.as_ref().is_some_and(|own| own.key() == from.key()) {
            self.own = Some(to.clone());
        }
        if let Some(at) = self.find(&Conversation::Direct(from.clone())) {
            self.talks[at].room = Conversation::Direct(to.clone());
        }
    }

    fn find(&self, room: &Conversation) -> Option<usize> {
        self.talks.iter().position(|talk| match (&talk.room, room) {
            (Conversation::Room(one), Conversation::Room(other)) => one.key() == other.key(),
            (Conversation::Direct(one), Conversation::Direct(other)) => one.key() == other.key(),
            _ => false,
        })
    }
}

fn counted(messages: u64) -> String {
    words::counted(usize::try_from(messages).unwrap_or(usize::MAX), "message")
}

#[cfg(test)]
mod tests;
