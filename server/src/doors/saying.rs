//! What people of dialects without ids say: numbered, and in parts where it is longer than one
//! message may be.

use chat_protocol::{MessageId, Request, RoomName, Text};

use super::Asked;

/// What one peer says.
#[derive(Debug, Default)]
pub(super) struct Saying {
    said: u64,
    /// Parts that are still to be said, the last one first.
    parts: Vec<Text>,
}

impl Saying {
    /// Begins to say this; nothing of what was begun before may be left.
    pub(super) fn begin(&mut self, text: &str) {
        self.parts = Text::split(text);
        self.parts.reverse();
    }

    /// The next part; `None` when everything is said.
    pub(super) fn next(&mut self) -> Option<Asked> {
        let text = self.parts.pop()?;
        Some(Asked::Request(Request::Say { id: self.id(), room: RoomName::lobby(), text }))
    }

    /// The next message's id: a number is a valid one, and a guest's ids are their own.
    pub(super) fn id(&mut self) -> MessageId {
        self.said += 1;
        MessageId::from(self.said)
    }
}
