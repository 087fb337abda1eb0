//! The log: numbers what is said, stores it, and gives it back. Everything that shall outlive the
//! process goes through [`Log::append`]; nobody is told of anything before it returned.
//!
//! An engine for several machines would be one more sibling of [`sqlite`] and [`memory`].

use std::sync::Arc;

use chat_protocol::{Line, Message, MessageId, Nick, Page, RoomName, Text};
use futures::future::BoxFuture;
use thiserror::Error;

pub mod memory;
pub mod sqlite;

/// A conversation's number within one log, given out by the hub from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(pub i64);

/// A person's number within one log: owners from 1, guests a negative number of their own for as
/// long as they are connected, never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub i64);

impl PersonId {
    /// Whether nothing of this person outlives their connection.
    #[must_use]
    pub fn is_guest(self) -> bool {
        self.0 < 0
    }
}

/// The SHA-256 of a token: tokens themselves are never stored.
pub type TokenHash = [u8; 32];

/// One thing to be kept.
#[derive(Clone, Debug)]
pub enum Record {
    /// Something was said.
    Said(Said),
    /// A room, or its topic, is new.
    Room {
        /// Its channel.
        channel: ChannelId,
        /// Its name, as it was first spelt.
        name: RoomName,
        /// What it is about.
        topic: Line,
    },
    /// Two people have a conversation.
    Direct {
        /// Its channel.
        channel: ChannelId,
        /// The two, the lower number first.
        people: (PersonId, PersonId),
    },
    /// A name is owned, or its owner goes by another.
    Account(Account),
}

/// Something said, before it has a number.
#[derive(Clone, Debug)]
pub struct Said {
    /// In which conversation.
    pub channel: ChannelId,
    /// By whom.
    pub author: PersonId,
    /// Under which name.
    pub from: Nick,
    /// The author's id for it.
    pub id: MessageId,
    /// When, in Unix milliseconds.
    pub at: i64,
    /// What.
    pub text: Text,
}

/// A name that somebody owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub person: PersonId,
    /// The name.
    pub name: Nick,
    /// What the owner proves themselves by.
    pub token: TokenHash,
}

/// What became of one [`Record::Said`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is stored under this number.
    New {
        /// Its number in its channel.
        seq: u64,
    },
    /// The same message had been stored before: this is its number and when.
    Again {
        /// Its number in its channel.
        seq: u64,
        /// When it was stored, in Unix milliseconds.
        at: i64,
    },
    /// Its author used the id for another text, or elsewhere: nothing was stored.
    IdTaken,
}

/// Why nothing was stored, or nothing could be read.
#[derive(Clone, Debug, Error)]
#[error("{0}")]
pub struct LogError(pub String);

/// What a log holds besides messages, read once at the start.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The log's identity: another storage has another.
    pub log: String,
    /// Every room.
    pub rooms: Vec<StoredRoom>,
    /// Conversations of two owners.
    pub directs: Vec<StoredDirect>,
    /// Everybody who owns a name.
    pub accounts: Vec<Account>,
    /// The highest channel number in use; 0 without any.
    pub last_channel: i64,
}

/// A room that the log knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRoom {
    /// Its channel.
    pub channel: ChannelId,
    /// Its name, as it was first spelt.
    pub name: RoomName,
    /// What it is about.
    pub topic: Line,
    /// Its newest `seq`.
    pub last: u64,
}

/// A conversation of two people that the log knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDirect {
    /// Its channel.
    pub channel: ChannelId,
    /// The two, the lower number first.
    pub people: (PersonId, PersonId),
    /// Its newest `seq`.
    pub last: u64,
}

/// A stored message, and who said it: names may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Who said it.
    pub author: PersonId,
    /// What everybody gets of it.
    pub message: Message,
}

/// A part of a channel's messages, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extract {
    /// The messages.
    pub messages: Vec<Kept>,
    /// Whether there are more in the direction that was asked for.
    pub more: bool,
    /// The first `seq` that is still kept; 0 when nothing is known of any loss.
    pub first_kept: u64,
}

/// A store of messages that numbers them.
pub trait Log: Send + Sync {
    /// Stores all of `records`, in order, or none; returns once they are kept as the
    /// log was told to keep them: by default they outlive a power loss then.
    /// The answer holds one entry for each [`Record::Said`].
    ///
    /// # Errors
    /// When the storage fails: then nothing of it is stored.
    fn append(
        &self,
        records: Arc<Vec<Record>>,
    ) -> BoxFuture<'static, Result<Vec<Stored>, LogError>>;

    /// Reads at most `limit` messages of a channel, fewer where they are large.
    ///
    /// # Errors
    /// When the storage fails.
    fn read(
        &self,
        channel: ChannelId,
        page: Page,
        limit: usize,
    ) -> BoxFuture<'static, Result<Extract, LogError>>;

    /// Reads single messages: an answer for each, in order, `None` for those that are not kept.
    ///
    /// # Errors
    /// When the storage fails.
    fn fetch(
        &self,
        places: Vec<(ChannelId, u64)>,
    ) -> BoxFuture<'static, Result<Vec<Option<Kept>>, LogError>>;

    /// Stores what is still in memory and lets the storage go. Later calls fail.
    fn close(&self) -> BoxFuture<'static, ()>;
}

/// How many bytes a message takes in a frame, roughly and never too few: what pages are cut by.
pub(crate) fn frame_bytes(message: &Message) -> usize {
    let escaped = message.text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n')).count();
    message.text.len() + escaped + message.from.as_str().len() + 80
}

/// Cuts a page of messages so that it fits a frame; says whether anything was cut off.
/// `newest` says which end is kept.
fn fit_frame(messages: &mut Vec<Kept>, newest: bool) -> bool {
    let mut left = chat_protocol::limit::HISTORY_BYTES;
    let mut fits = |kept: &Kept| {
        let bytes = frame_bytes(&kept.message);
        let fits = left >= bytes;
        left = left.saturating_sub(bytes);
        fits
    };
    let kept = if newest {
        messages.iter().rev().take_while(|message| fits(message)).count()
    } else {
        messages.iter().take_while(|message| fits(message)).count()
    };
    // One message always fits a frame, whatever its size.
    let kept = kept.max(1).min(messages.len());
    let cut = kept < messages.len();
    if newest {
        messages.drain(..messages.len() - kept);
    } else {
        messages.truncate(kept);
    }
    cut
}

#[cfg(test)]
pub(crate) mod tests;
