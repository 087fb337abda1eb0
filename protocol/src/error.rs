//! Why something asked for was not done: the codes of the wire's `error` frames.

use serde::{Deserialize, Serialize};

/// What kind of refusal an `error` frame is; programs choose by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The line is not a JSON object with a `type`, or a field is missing or of the wrong kind.
    BadFrame,
    /// The line is longer than [`crate::limit::FRAME_BYTES`].
    TooLong,
    /// No request of this `type` is known; the connection goes on.
    UnknownType,
    /// `hello` asks for a version that this server does not speak.
    BadVersion,
    /// Something was asked before `hello`.
    NoHello,
    /// The name breaks the rules of [`crate::Nick`].
    BadName,
    /// The name belongs to somebody else, or somebody else is connected under it.
    NameTaken,
    /// The room name breaks the rules of [`crate::RoomName`].
    BadRoom,
    /// The text is empty after cleaning, too long, or its id was used for another text.
    BadText,
    /// The server wants a join code, and this is not it.
    BadCode,
    /// One must be in the room to do this.
    NotMember,
    /// Nobody of this name is here.
    NoSuchName,
    /// More was sent than the limits allow; try again later.
    TooFast,
    /// The message could not be stored, and nobody has seen it; try again with the same id.
    NotStored,
    /// Too much was waiting unread: the connection closes and may resume.
    TooSlow,
    /// This is not allowed.
    Forbidden,
    /// The numbers resumed from count in another log: the storage is another, or the name means
    /// somebody else. The newest page follows, if there is one.
    LogChanged,
    /// Part of what was asked for is no longer kept.
    Gap,
    /// A code of a later version.
    #[serde(other)]
    Other,
}

/// An `error` frame: what was refused, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// For programs.
    pub code: Code,
    /// For people.
    pub text: String,
    /// The message id that this answers, if it answers one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A name that would have been accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggest: Option<String>,
    /// The conversation that this is about: a room, or `@name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// With [`Code::Gap`]: the first `seq` that is still there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u64>,
}

impl Refusal {
    /// A refusal with nothing but a code and a sentence.
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), id: None, suggest: None, room: None, first: None }
    }

    /// The same, naming the message id that it answers.
    #[must_use]
    pub fn answering(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The same, offering a name that is free.
    #[must_use]
    pub fn suggesting(mut self, name: impl Into<String>) -> Self {
        self.suggest = Some(name.into());
        self
    }

    /// The same, naming the conversation that it is about.
    #[must_use]
    pub fn about(mut self, conversation: impl ToString) -> Self {
        self.room = Some(conversation.to_string());
        self
    }
}
