//! Which conversations there are, which is open, and what is unread in the others.

use chat_protocol::{Conversation, Line, Nick, RoomName};

use super::compose::Compose;
use super::roster::Roster;
use super::scrollback::Scrollback;

/// One conversation, as this client knows it.
#[derive(Debug)]
pub(crate) struct Talk {
    /// Where it is: a room, or one person.
    pub(crate) address: Conversation,
    pub(crate) topic: Line,
    /// Empty for a person.
    pub(crate) roster: Roster,
    pub(crate) scrollback: Scrollback,
    pub(crate) compose: Compose,
    pub(crate) unread: Unread,
    /// Whether one is in the room; of a person always.
    pub(crate) member: bool,
}

/// What came in while the conversation was not open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) messages: usize,
    /// How many of them concern oneself.
    pub(crate) mentions: usize,
}

impl Talk {
    fn new(address: Conversation) -> Self {
        let member = matches!(address, Conversation::Direct(_));
        Self {
            address,
            topic: Line::default(),
            roster: Roster::default(),
            scrollback: Scrollback::default(),
            compose: Compose::default(),
            unread: Unread::default(),
            member,
        }
    }

    /// Its name with its sign: `#lobby`, `@bob`.
    pub(crate) fn title(&self) -> String {
        match &self.address {
            Conversation::Room(name) => format!("#{name}"),
            Conversation::Direct(name) => format!("@{name}"),
        }
    }

    pub(crate) fn is_room(&self) -> bool {
        matches!(self.address, Conversation::Room(_))
    }

    fn is(&self, address: &Conversation) -> bool {
        match (&self.address, address) {
            (Conversation::Room(ours), Conversation::Room(other)) => {
                ours == other || ours.key() == other.key()
            }
            (Conversation::Direct(ours), Conversation::Direct(other)) => {
                ours == other || ours.key() == other.key()
            }
            _ => false,
        }
    }
}

/// All conversations, in the order in which they came to be; there is always the lobby, so that
/// one is always open.
#[derive(Debug)]
pub(crate) struct Conversations {
    talks: Vec<Talk>,
    open: usize,
}

impl Default for Conversations {
    fn default() -> Self {
        Self { talks: vec![Talk::new(Conversation::Room(RoomName::lobby()))], open: 0 }
    }
}

impl Conversations {
    pub(crate) fn open(&self) -> &Talk {
        &self.talks[self.open]
    }

    pub(crate) fn open_mut(&mut self) -> &mut Talk {
        &mut self.talks[self.open]
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

    /// Where a conversation is, if there is one.
    pub(crate) fn find(&self, address: &Conversation) -> Option<usize> {
        // Spelling is compared before keys are made, the open one's first: this is done for every
        // message.
        if self.talks[self.open].address == *address {
            return Some(self.open);
        }
        let same = self.talks.iter().position(|talk| talk.address == *address);
        same.or_else(|| self.talks.iter().position(|talk| talk.is(address)))
    }

    pub(crate) fn get_mut(&mut self, address: &Conversation) -> Option<&mut Talk> {
        self.find(address).and_then(|index| self.talks.get_mut(index))
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

    pub(crate) fn go_to_index(&mut self, index: usize) {
        if index < self.talks.len() {
            self.open = index;
            self.talks[index].unread = Unread::default();
        }
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

    /// Takes the open conversation off the list; the lobby stays, being where everybody is.
    pub(crate) fn close_open(&mut self) -> bool {
        if self.open == 0 {
            return false;
        }
        self.talks.remove(self.open);
        self.go_to_index(self.open.min(self.talks.len() - 1));
        true
    }

    /// Somebody goes by another name; returns the rooms in which they are known.
    pub(crate) fn rename(&mut self, from: &Nick, to: &Nick) -> Vec<usize> {
        let address = Conversation::Direct(from.clone());
        let taken = self.find(&Conversation::Direct(to.clone()));
        if let Some(index) = self.find(&address).filter(|&own| taken.is_none_or(|at| at == own)) {
            self.talks[index].address = Conversation::Direct(to.clone());
        }
        let rooms = self.talks.iter_mut().enumerate();
        rooms.filter_map(|(index, talk)| talk.roster.rename(from, to).then_some(index)).collect()
    }

    pub(crate) fn at_mut(&mut self, index: usize) -> Option<&mut Talk> {
        self.talks.get_mut(index)
    }
}
