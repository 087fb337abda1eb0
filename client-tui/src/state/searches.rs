//! What was looked for in everything, and the ways back from where that led.

use chat_protocol::Conversation;

use super::excerpt::Bookmark;
use super::results::Results;

/// Ways back that are kept.
const MOST: usize = 8;

/// Searches that are over.
#[derive(Debug, Default)]
pub(crate) struct Searches {
    /// The list that was closed last.
    pub(crate) results: Option<Box<Results>>,
    ways: Vec<Way>,
}

/// A way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// Where it begins: there alone it can be gone.
    at: Conversation,
    /// Where it leads.
    pub(crate) to: Conversation,
    pub(crate) place: Bookmark,
}

impl Searches {
    /// The reader was led from one place to another.
    pub(crate) fn led(&mut self, at: Conversation, to: Conversation, place: Bookmark) {
        self.ways.push(Way { at, to, place });
        if self.ways.len() > MOST {
            self.ways.remove(0);
        }
    }

    /// The way back from this conversation, if one leads back.
    pub(crate) fn way(&self, at: &Conversation) -> Option<&Way> {
        self.ways.last().filter(|way| way.at == *at)
    }

    /// The same, to be gone now.
    pub(crate) fn take_way(&mut self, at: &Conversation) -> Option<Way> {
        self.ways.pop_if(|way| way.at == *at)
    }

    /// Whoever has come to the newest of a conversation is not on their way any more.
    pub(crate) fn forget_ways(&mut self, at: &Conversation) {
        self.ways.retain(|way| way.at != *at);
    }
}
