//! Which conversations there are, which is open, and what is unread in the others.

use std::collections::{BTreeMap, BTreeSet};

use chat_protocol::{Conversation, Line, NameKey, Nick, RoomKey, RoomName};

use super::board::Board;
use super::compose::Compose;
use super::kill_ring::KillRing;
use super::roster::Roster;
use super::scrollback::Scrollback;
use super::searches::Searches;
use crate::keymap::Edit;

/// Conversations that others can bring about at most. What is said in more of them waits on the
/// server.
const MOST: usize = 1_000;

/// One conversation, as this client knows it.
#[derive(Debug)]
pub(crate) struct Talk {
    /// Where it is: a room, or one person.
    pub(crate) address: Conversation,
    /// The address as it is compared.
    folded: String,
    pub(crate) topic: Line,
    pub(crate) board: Board,
    /// Empty for a person.
    pub(crate) roster: Roster,
    pub(crate) scrollback: Scrollback,
    pub(crate) compose: Compose,
    pub(crate) unread: Unread,
    /// Whether one is in the room; of a person always.
    pub(crate) member: bool,
    /// Whether the last hello asked for what was missed here, so that it will be told by itself.
    pub(crate) resumed: bool,
    /// Between two people: the conversation's identity, once the server has told it.
    pub(crate) log: Option<String>,
    /// From where `/msg` led here: the way back, if nobody is here.
    pub(crate) came_from: Option<Conversation>,
    /// When it was opened last, counted in openings; 0 if it never was.
    pub(crate) opened: u64,
}

/// What came in while the conversation was not open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) messages: usize,
    /// How many of them concern oneself.
    pub(crate) mentions: usize,
}

impl Unread {
    /// `3`, `3 !1` when one of them concerns oneself, `!3` when all do; nothing for none.
    pub(crate) fn words(self) -> String {
        match (self.messages, self.mentions) {
            (0, _) => String::new(),
            (messages, 0) => messages.to_string(),
            (messages, mentions) if mentions >= messages => format!("!{messages}"),
            (messages, mentions) => format!("{messages} !{mentions}"),
        }
    }

    /// The same where there is room for a word: `3 new`, `!1 of 3 new`, `!3 new`.
    pub(crate) fn told(self) -> String {
        match (self.mentions, self.messages) {
            (0, messages) => format!("{messages} new"),
            (mentions, messages) if mentions >= messages => format!("!{messages} new"),
            (mentions, messages) => format!("!{mentions} of {messages} new"),
        }
    }
}

impl Talk {
    fn new(address: Conversation) -> Self {
        let member = matches!(address, Conversation::Direct(_));
        Self {
            folded: fold(&address),
            address,
            topic: Line::default(),
            board: Board::default(),
            roster: Roster::default(),
            scrollback: Scrollback::default(),
            compose: Compose::default(),
            unread: Unread::default(),
            member,
            resumed: false,
            log: None,
            came_from: None,
            opened: 0,
        }
    }

    /// Its name with its sign: `#lobby`, `@bob`.
    pub(crate) fn title(&self) -> String {
        crate::words::title(&self.address)
    }

    /// With whom it is, if with one person.
    pub(crate) fn with(&self) -> Option<&Nick> {
        match &self.address {
            Conversation::Room(_) => None,
            Conversation::Direct(name) => Some(name),
        }
    }

    pub(crate) fn is_room(&self) -> bool {
        matches!(self.address, Conversation::Room(_))
    }

    /// Messages came that nobody has seen, from this number on.
    pub(crate) fn take_unread(&mut self, seq: u64, messages: usize, mentions: usize) {
        if self.unread == Unread::default() {
            // The rule above what was new before has done its work.
            self.scrollback.forget_unread();
        }
        self.scrollback.unread_from(seq);
        self.unread.messages = self.unread.messages.saturating_add(messages);
        self.unread.mentions = self.unread.mentions.saturating_add(mentions);
    }

    /// The highest number that was read, where it is known.
    pub(crate) fn read_up_to(&self) -> Option<u64> {
        match self.unread.messages {
            0 => self.scrollback.resume_after(),
            _ => self.scrollback.unread_after(),
        }
    }

    /// Moves the conversation to another address; returns the one until now.
    fn move_to(&mut self, address: Conversation) -> Conversation {
        self.folded = fold(&address);
        std::mem::replace(&mut self.address, address)
    }
}

/// An address by the rules of its names, with its sign.
pub(crate) fn fold(address: &Conversation) -> String {
    match address {
        Conversation::Room(name) => format!("#{}", name.key().as_str()),
        Conversation::Direct(name) => format!("@{}", name.key().as_str()),
    }
}

/// All conversations, in the order in which they came to be; there is always the lobby, so that
/// one is always open.
#[derive(Debug)]
pub(crate) struct Conversations {
    talks: Vec<Talk>,
    open: usize,
    /// How often a conversation was opened.
    openings: u64,
    /// The first one that the list shows, if it was scrolled since the open one was opened.
    top: Option<usize>,
    /// Rooms left by one's own wish: what was still on its way does not bring them back.
    left: BTreeSet<RoomKey>,
    /// People whose conversation was closed, and the newest number seen there.
    closed: BTreeMap<NameKey, u64>,
    /// What was killed while writing: in one conversation, to be yanked in another.
    kills: KillRing,
    pub(crate) searches: Searches,
}

/// What became of the conversation with somebody who took another name.
#[derive(Debug)]
pub(crate) struct Moved {
    /// Where it was until now.
    pub(crate) from: Conversation,
    /// Where it is.
    pub(crate) to: Conversation,
    /// Messages on their way to whoever had that name before, by their local numbers.
    pub(crate) strays: Vec<u32>,
}

impl Default for Conversations {
    fn default() -> Self {
        let lobby = Talk::new(Conversation::Room(RoomName::lobby()));
        let (left, closed) = (BTreeSet::new(), BTreeMap::new());
        let kills = KillRing::default();
        let (searches, talks) = (Searches::default(), vec![lobby]);
        Self { talks, open: 0, openings: 0, top: None, left, closed, kills, searches }
    }
}

impl Conversations {
    pub(crate) fn open(&self) -> &Talk {
        &self.talks[self.open]
    }

    pub(crate) fn open_mut(&mut self) -> &mut Talk {
        &mut self.talks[self.open]
    }

    /// Edits what is being written in the open one.
    pub(crate) fn edit(&mut self, edit: Edit) {
        self.talks[self.open].compose.editor.apply(edit, &mut self.kills);
    }

    /// What was killed, in whichever text.
    pub(crate) fn kills_mut(&mut self) -> &mut KillRing {
        &mut self.kills
    }

    pub(crate) fn open_index(&self) -> usize {
        self.open
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Talk> {
        self.talks.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Talk> {
        self.talks.iter_mut()
    }

    pub(crate) fn len(&self) -> usize {
        self.talks.len()
    }

    /// How many people are here: everybody is in the lobby.
    pub(crate) fn everybody(&self) -> usize {
        self.talks.first().map_or(0, |lobby| lobby.roster.count())
    }

    /// Where a conversation is, if there is one.
    pub(crate) fn find(&self, address: &Conversation) -> Option<usize> {
        // Spelling is compared before a key is made, the open one's first: this is done for every
        // message.
        if self.talks[self.open].address == *address {
            return Some(self.open);
        }
        let same = self.talks.iter().position(|talk| talk.address == *address);
        same.or_else(|| {
            let folded = fold(address);
            self.talks.iter().position(|talk| talk.folded == folded)
        })
    }

    pub(crate) fn get_mut(&mut self, address: &Conversation) -> Option<&mut Talk> {
        self.find(address).and_then(|index| self.talks.get_mut(index))
    }

    /// Whether somebody else may bring this conversation about: it is there, or there is room.
    pub(crate) fn admits(&self, address: &Conversation) -> bool {
        self.talks.len() < MOST || self.find(address).is_some()
    }

    /// The conversation, which comes to be if it was not there; and whether it is the open one.
    pub(crate) fn ensure(&mut self, address: Conversation) -> (&mut Talk, bool) {
        let index = self.find(&address).unwrap_or_else(|| {
            self.talks.push(Talk::new(address));
            self.talks.len() - 1
        });
        (&mut self.talks[index], index == self.open)
    }

    /// Opens a conversation, which comes to be if it was not there.
    pub(crate) fn go_to(&mut self, address: Conversation) {
        self.ensure(address.clone());
        if let Some(index) = self.find(&address) {
            self.go_to_index(index);
        }
    }

    /// The room that was opened last, or else the lobby.
    pub(crate) fn last_room(&self) -> usize {
        let rooms = self.talks.iter().enumerate().filter(|(_, talk)| talk.is_room());
        // Of those never opened, the first.
        let latest = rooms.rev().max_by_key(|(_, talk)| talk.opened);
        latest.map_or(0, |(index, _)| index)
    }

    pub(crate) fn go_to_index(&mut self, index: usize) {
        if index >= self.talks.len() {
            return;
        }
        if let Some(left) = self.talks.get_mut(self.open).filter(|_| self.open != index) {
            left.scrollback.pick_code(None);
            if left.unread == Unread::default() {
                left.scrollback.forget_unread();
            }
        }
        self.open = index;
        self.top = None;
        self.openings += 1;
        let talk = &mut self.talks[index];
        talk.opened = self.openings;
        talk.scrollback.want_older();
        talk.scrollback.land(talk.unread.messages);
    }

    /// The first one in a list of so many rows: the open one is seen, unless somebody scrolled.
    pub(crate) fn first_in(&self, rows: usize) -> usize {
        let top = self.top.unwrap_or((self.open + 1).saturating_sub(rows));
        top.min(self.talks.len().saturating_sub(rows))
    }

    /// Scrolls the list, of which so many rows are seen.
    pub(crate) fn scroll(&mut self, rows: usize, by: usize, up: bool) {
        let first = self.first_in(rows);
        self.top = Some(if up { first.saturating_sub(by) } else { first.saturating_add(by) });
        self.top = Some(self.first_in(rows));
    }

    /// The open conversation is read: its reader has the newest message before their eyes.
    pub(crate) fn mark_read(&mut self) {
        self.open_mut().unread = Unread::default();
    }

    /// The next conversation in which something is unread, the open one first.
    pub(crate) fn next_unread(&self) -> Option<usize> {
        let count = self.talks.len();
        let all = (0..count).map(|step| (self.open + step) % count);
        all.into_iter().find(|&index| self.talks[index].unread.messages > 0)
    }

    /// Opens the next conversation, or the one before.
    pub(crate) fn step(&mut self, forward: bool) {
        let count = self.talks.len();
        let step = if forward { 1 } else { count - 1 };
        self.go_to_index((self.open + step) % count);
    }

    /// The next conversation with news, those that concern oneself first.
    pub(crate) fn next_active(&self) -> Option<usize> {
        let count = self.talks.len();
        let others = || (1..count).map(|step| (self.open + step) % count);
        let mentioned = others().find(|&index| self.talks[index].unread.mentions > 0);
        mentioned.or_else(|| others().find(|&index| self.talks[index].unread.messages > 0))
    }

    /// Takes a conversation off the list; the lobby stays, being where everybody is. Who was in it
    /// finds themselves in the lobby.
    pub(crate) fn close(&mut self, index: usize) {
        if index == 0 || index >= self.talks.len() {
            return;
        }
        let talk = self.talks.remove(index);
        match &talk.address {
            Conversation::Room(room) => drop(self.left.insert(room.key())),
            Conversation::Direct(name) => {
                let seen = talk.scrollback.resume_after();
                seen.and_then(|seen| self.closed.insert(name.key(), seen));
            }
        }
        match self.open.cmp(&index) {
            std::cmp::Ordering::Greater => self.open -= 1,
            std::cmp::Ordering::Equal => self.go_to_index(0),
            std::cmp::Ordering::Less => {}
        }
    }

    /// Whether one left this room, and nothing since has brought one back.
    pub(crate) fn has_left(&self, address: &Conversation) -> bool {
        matches!(address, Conversation::Room(room) if self.left.contains(&room.key()))
            && self.find(address).is_none()
    }

    /// One is, or wants to be, in this room again.
    pub(crate) fn come_back(&mut self, room: &RoomName) {
        self.left.remove(&room.key());
    }

    /// The newest number seen in a conversation that was closed since.
    pub(crate) fn seen_in_closed(&self, address: &Conversation) -> Option<u64> {
        match address {
            Conversation::Direct(name) if self.find(address).is_none() => {
                self.closed.get(&name.key()).copied()
            }
            _ => None,
        }
    }

    /// The numbers seen count in a log that is no more.
    pub(crate) fn forget_closed(&mut self) {
        self.closed.clear();
    }

    /// All of them, the one that is open first, then the rooms, then people, the latest first.
    pub(crate) fn by_importance(&self) -> Vec<usize> {
        let rooms = (0..self.talks.len()).filter(|&index| self.talks[index].is_room());
        let people = (0..self.talks.len()).rev().filter(|&index| !self.talks[index].is_room());
        let others = rooms.chain(people).filter(|&index| index != self.open);
        [self.open].into_iter().chain(others).collect()
    }

    /// Somebody goes by another name; returns the rooms in which they are known.
    pub(crate) fn rename(&mut self, from: &Nick, to: &Nick) -> Vec<usize> {
        let rooms = self.talks.iter_mut().enumerate();
        rooms.filter_map(|(index, talk)| talk.roster.rename(from, to).then_some(index)).collect()
    }

    /// The conversation with somebody goes where their new name says. Whoever had that name before
    /// does not have it any more: their conversation's numbers mean nothing now, and only what was
    /// written in it is kept.
    pub(crate) fn move_direct(&mut self, from: &Nick, to: &Nick) -> Option<Moved> {
        let index = self.find(&Conversation::Direct(from.clone()))?;
        let stale = self.find(&Conversation::Direct(to.clone())).filter(|&stale| stale != index);
        let to = Conversation::Direct(to.clone());
        let from = self.talks[index].move_to(to.clone());
        let Some(stale) = stale else { return Some(Moved { from, to, strays: Vec::new() }) };
        let was_open = self.open;
        let empty = self.talks[index].compose.editor.is_empty();
        let theirs = was_open == stale || (empty && was_open != index);
        let other = self.talks.remove(stale);
        let index = index - usize::from(stale < index);
        let talk = &mut self.talks[index];
        let strays = talk.scrollback.adopt_unsent(other.scrollback);
        talk.compose.join(other.compose, theirs);
        talk.unread.messages += other.unread.messages;
        talk.unread.mentions += other.unread.mentions;
        if was_open == stale {
            self.go_to_index(index);
        } else {
            self.open -= usize::from(stale < was_open);
        }
        Some(Moved { from, to, strays })
    }

    pub(crate) fn at(&self, index: usize) -> Option<&Talk> {
        self.talks.get(index)
    }

    pub(crate) fn at_mut(&mut self, index: usize) -> Option<&mut Talk> {
        self.talks.get_mut(index)
    }
}
