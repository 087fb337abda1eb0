//! What is remembered of the server that one is at: from earlier runs, until it is put to use, and
//! for later ones.

use std::collections::BTreeMap;

use chat_protocol::{Conversation, RoomName};

use super::conversations::{Conversations, fold};
use super::rhythm::Rhythm;
use crate::effect::Target;
use crate::places::{Change, Mark, Places, is_same};

/// Pages asked for by themselves at most: of other conversations they are asked for when opened.
const PAGES_MOST: usize = 32;

/// The memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Everything, as this client would have it written.
    pub(crate) places: Places,
    /// Of which server, by its log, the rest is.
    here: Option<(Target, String)>,
    /// Marks of earlier runs that no room has told its number for yet.
    marks: Vec<Mark>,
    /// Whether somebody of whom there is no mark has first written since.
    knows_all: bool,
    /// What is unread by its number only, by the folded address: see [`Span`].
    spans: BTreeMap<String, Span>,
    pages: usize,
    /// What was handed on to be written, by the folded address.
    written: BTreeMap<String, Mark>,
    /// When that is done.
    pub(crate) rhythm: Rhythm,
}

/// Numbers that were counted before anybody knew what was said under them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The highest number read.
    pub(crate) read: u64,
    /// The highest number counted.
    pub(crate) last: u64,
    /// How many of them are not shown as unread before the page that was asked for tells whose
    /// they are.
    pub(crate) hidden: usize,
}

impl Memory {
    /// What earlier runs know is all there is.
    pub(crate) fn new(places: Places) -> Self {
        Self { places, ..Self::default() }
    }

    /// The first welcome of a server: what is remembered of it counts from now on.
    pub(crate) fn arrive(&mut self, target: Target, log: String) {
        let places = std::mem::take(&mut self.places);
        let place = places.place(&target);
        let marks = place.map_or_else(Vec::new, |place| place.marks(&log));
        let knows_all = place.is_some_and(|place| place.knows_all(&log));
        *self = Self { marks, knows_all, here: Some((target, log)), ..Self::new(places) };
    }

    /// The server's log is another: numbers mean nothing any more.
    pub(crate) fn forget_numbers(&mut self) {
        self.marks.retain(|mark| matches!(mark.room, Conversation::Room(_)));
        self.marks.iter_mut().for_each(|mark| mark.read = None);
        self.spans.clear();
    }

    /// Rooms of earlier runs in which one is not yet again.
    pub(crate) fn rooms(&self) -> Vec<RoomName> {
        let room = |mark: &Mark| match &mark.room {
            Conversation::Room(room) => Some(room.clone()),
            Conversation::Direct(_) => None,
        };
        self.marks.iter().filter_map(room).collect()
    }

    /// How far a conversation was read in earlier runs, if that is known; told once.
    pub(crate) fn take_read(&mut self, address: &Conversation, log: Option<&str>) -> Option<u64> {
        let index = self.marks.iter().position(|mark| is_same(&mark.room, address));
        let mark = index.map(|index| self.marks.remove(index));
        match (address, mark) {
            (Conversation::Room(_), mark) => mark?.read,
            // Another person under a name that was known.
            (_, Some(mark)) if mark.log.as_deref() != log => Some(0),
            (_, Some(mark)) => mark.read,
            (_, None) => self.knows_all.then_some(0),
        }
    }

    /// Whether one more page is to be asked for now.
    pub(crate) fn wants_page(&mut self) -> bool {
        self.pages += 1;
        self.pages <= PAGES_MOST
    }

    /// These numbers were counted as unread, or will be.
    pub(crate) fn count(&mut self, address: &Conversation, span: Span) {
        self.spans.insert(fold(address), span);
    }

    /// What is not shown as unread of a conversation, from now on will be.
    pub(crate) fn reveal(&mut self, address: &Conversation) -> Option<(u64, usize)> {
        let span = self.spans.get_mut(&fold(address)).filter(|span| span.hidden > 0)?;
        Some((span.read, std::mem::take(&mut span.hidden)))
    }

    /// What was counted of a conversation; told once.
    pub(crate) fn take_span(&mut self, address: &Conversation) -> Option<Span> {
        self.spans.remove(&fold(address))
    }

    /// What is to be written, if anything is.
    pub(crate) fn change(
        &mut self,
        (target, log): (&Target, &str),
        talks: &Conversations,
    ) -> Option<Change> {
        if self.here.as_ref().is_none_or(|(known, same)| known != target || same != log) {
            self.here = Some((target.clone(), log.to_owned()));
            self.written.clear();
        }
        let left = self.left(target, log, talks);
        let mut marks = marks(talks);
        for mark in &mut marks {
            // What is not shown as unread yet is not read for that.
            let span = self.spans.get(&fold(&mark.room)).filter(|span| span.hidden > 0);
            mark.read = span.map(|span| span.read).or(mark.read);
        }
        // What was put away is read.
        for mark in self.places.place(target).map(|place| place.marks(log)).unwrap_or_default() {
            if let Some(read) = talks.seen_in_closed(&mark.room) {
                marks.push(Mark { read: Some(read), ..mark });
            }
        }
        marks.retain(|mark| self.written.get(&fold(&mark.room)) != Some(mark));
        for mark in &marks {
            self.written.insert(fold(&mark.room), mark.clone());
        }
        let change = Change { target: target.clone(), log: log.to_owned(), marks, left };
        let news = !change.marks.is_empty() || !change.left.is_empty();
        (news && self.places.apply(&change)).then_some(change)
    }

    /// Rooms that are remembered, and were left since.
    fn left(&mut self, target: &Target, log: &str, talks: &Conversations) -> Vec<Conversation> {
        let known = self.places.place(target).map(|place| place.marks(log)).unwrap_or_default();
        let rooms = known.into_iter().map(|mark| mark.room);
        let left: Vec<_> = rooms.filter(|room| talks.has_left(room)).collect();
        for room in &left {
            self.written.remove(&fold(room));
        }
        left
    }
}

/// How far everything is read now. What has not been numbered yet is not known.
fn marks(talks: &Conversations) -> Vec<Mark> {
    let talks = talks.iter().filter(|talk| talk.member);
    let marks = talks.map(|talk| Mark {
        room: talk.address.clone(),
        log: talk.log.clone(),
        read: talk.read_up_to(),
    });
    marks.filter(|mark| matches!(mark.room, Conversation::Room(_)) || mark.read.is_some()).collect()
}
