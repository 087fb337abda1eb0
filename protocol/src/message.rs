//! What a message is: its id, where it went, and what everybody gets of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limit;
use crate::name::{NameError, Nick, RoomName};
use crate::text::Text;

/// A message's id, made up by whoever sends it: the same id again is the same message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct MessageId(String);

/// The id is not 1 to 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an id has 1 to {} bytes", limit::ID_BYTES)]
pub struct BadId;

impl MessageId {
    /// Takes an id as it was given.
    ///
    /// # Errors
    /// When it is empty or longer than [`limit::ID_BYTES`].
    pub fn new(raw: &str) -> Result<Self, BadId> {
        if raw.is_empty() || raw.len() > limit::ID_BYTES {
            return Err(BadId);
        }
        Ok(Self(raw.to_owned()))
    }

    /// The id itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<u64> for MessageId {
    /// A number as an id, for dialects that count what their people say.
    fn from(number: u64) -> Self {
        Self(number.to_string())
    }
}

impl TryFrom<String> for MessageId {
    type Error = BadId;
    fn try_from(raw: String) -> Result<Self, BadId> {
        Self::new(&raw)
    }
}

/// Where messages go: a room, or one person. On the wire a room is its name, a person `@name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Conversation {
    /// Everybody in this room.
    Room(RoomName),
    /// This person and oneself.
    Direct(Nick),
}

impl FromStr for Conversation {
    type Err = NameError;
    fn from_str(raw: &str) -> Result<Self, NameError> {
        match raw.strip_prefix('@') {
            Some(name) => Nick::new(name).map(Self::Direct),
            None => RoomName::new(raw).map(Self::Room),
        }
    }
}

impl TryFrom<String> for Conversation {
    type Error = NameError;
    fn try_from(raw: String) -> Result<Self, NameError> {
        raw.parse()
    }
}

impl From<Conversation> for String {
    fn from(conversation: Conversation) -> Self {
        conversation.to_string()
    }
}

impl fmt::Display for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(name) => write!(f, "{name}"),
            Self::Direct(name) => write!(f, "@{name}"),
        }
    }
}

/// A stored message, as `history` pages hold it; `message` and `direct` frames say where it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its number in its conversation, from 1, without gaps.
    pub seq: u64,
    /// Who said it, under the name of that moment.
    pub from: Nick,
    /// When it was stored, in Unix milliseconds by the server's clock.
    pub at: i64,
    /// What was said.
    pub text: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversations_are_told_apart_by_their_sign() {
        let room: Conversation = "rust".parse().unwrap();
        assert_eq!(room, Conversation::Room(RoomName::new("rust").unwrap()));
        let direct: Conversation = "@ann lee".parse().unwrap();
        assert_eq!(direct, Conversation::Direct(Nick::new("ann lee").unwrap()));
        assert_eq!(direct.to_string(), "@ann lee");
        assert!("".parse::<Conversation>().is_err());
        assert!("@".parse::<Conversation>().is_err());
    }

    #[test]
    fn ids_have_a_length() {
        assert!(MessageId::new("").is_err());
        assert!(MessageId::new(&"x".repeat(64)).is_ok());
        assert!(MessageId::new(&"x".repeat(65)).is_err());
    }
}
