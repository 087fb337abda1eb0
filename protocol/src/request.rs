//! What a client may ask, and its bytes on the native wire.

use std::fmt;

use bytes::BytesMut;
use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::json;
use crate::limit;
use crate::message::{Conversation, MessageId};
use crate::name::{Nick, RoomName};
use crate::text::{Line, Text};

mod wire;

/// One thing that a client asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    /// Who one is; the first frame of every connection.
    Hello(Box<Hello>),
    /// Says something in a room.
    Say {
        /// The sender's id for it.
        id: MessageId,
        /// Where.
        room: RoomName,
        /// What.
        text: Text,
    },
    /// Says something to one person.
    Tell {
        /// The sender's id for it.
        id: MessageId,
        /// To whom.
        to: Nick,
        /// What.
        text: Text,
    },
    /// Enters a room, which comes to be if it was not there.
    Join {
        /// Which.
        room: RoomName,
    },
    /// Leaves a room.
    Part {
        /// Which.
        room: RoomName,
    },
    /// Takes another name.
    Rename {
        /// Which.
        name: Nick,
    },
    /// Sets a room's topic.
    Topic {
        /// Which room.
        room: RoomName,
        /// What it is about; empty takes the topic away.
        text: Line,
    },
    /// Sets the line that a room shows its members.
    Announce {
        /// Which room.
        room: RoomName,
        /// What it says; empty takes it away.
        text: Line,
    },
    /// Begins a countdown in a room, in the place of the one that runs there.
    Timer {
        /// Which room.
        room: RoomName,
        /// How long it runs; 0 takes it away.
        seconds: u32,
    },
    /// Asks for a page of a conversation's messages.
    History {
        /// Whose.
        room: Conversation,
        /// Which part.
        #[serde(flatten)]
        page: Page,
        /// How many messages at most.
        limit: usize,
    },
    /// Asks for a page of a room's members, in the order of their names.
    Members {
        /// Which room.
        room: RoomName,
        /// Members behind this name; from the first without it.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Nick>,
    },
    /// Asks who somebody is.
    Whois {
        /// Their name.
        name: Nick,
    },
    /// Says what others may know of one from now on, all of it.
    Profile(Profile),
    /// Says that one is away.
    Away {
        /// Why; empty when one is back.
        #[serde(skip_serializing_if = "Line::is_empty")]
        text: Line,
    },
    /// Asks for a page of the rooms that there are, in the order of their names.
    Rooms {
        /// Rooms behind this name; from the first without it.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<RoomName>,
    },
    /// Looks for something in all that one may read.
    Search(Search),
    /// Asks for the server's time.
    Time,
    /// Asks for a `pong`.
    Ping,
    /// Answers the server's `ping`.
    Pong,
    /// Leaves.
    Bye,
}

/// Which part of a history: both bounds are exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The newest messages there are.
    Newest,
    /// The newest messages before this `seq`.
    Before(u64),
    /// The oldest messages after this `seq`.
    After(u64),
}

impl Serialize for Page {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(match self {
            Self::Newest => None,
            Self::Before(seq) => Some(("before", seq)),
            Self::After(seq) => Some(("after", seq)),
        })
    }
}

/// What somebody looks for, and how much of what is found they want.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Search {
    /// What [`Query::parse`](crate::Query::parse) reads; at most [`limit::QUERY_BYTES`].
    pub query: Line,
    /// How many messages at most.
    pub limit: usize,
    /// Which page: the `next` of the one before; the newest without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Line>,
    /// The time zone that the query's dates are meant in, in minutes east of UTC; the server's own
    /// without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<i32>,
}

impl Search {
    /// Looks for what was typed, cut where it is too long, in the server's time zone.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        // Once more, because the cut may have bared a space: it is echoed as it is sent.
        let query = Line::cut(&Line::cut(typed, limit::QUERY_BYTES), limit::QUERY_BYTES);
        Self { query, limit: limit::SEARCH_DEFAULT, before: None, offset: None }
    }
}

/// Who one is, and what one has already seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hello {
    /// The protocol's version, [`limit::VERSION`].
    pub version: u32,
    /// The name one wants.
    pub name: Nick,
    /// The secret that makes the name one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// The server's join code, where it wants one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The client program, for the curious.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Line>,
    /// What others may know of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Conversations to go on with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resume: Vec<Resume>,
    /// Whether one comes by a script, whose coming and going is no news.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub visit: bool,
}

impl Hello {
    /// A guest's plain hello.
    #[must_use]
    pub fn guest(name: Nick) -> Self {
        Self {
            version: limit::VERSION,
            name,
            token: None,
            code: None,
            client: None,
            profile: None,
            resume: Vec::new(),
            visit: false,
        }
    }
}

/// What others may know of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The name as in the class list.
    #[serde(skip_serializing_if = "Line::is_empty")]
    pub full_name: Line,
    /// The school's number.
    #[serde(skip_serializing_if = "Line::is_empty")]
    pub student_id: Line,
    /// The account on GitHub.
    #[serde(skip_serializing_if = "Line::is_empty")]
    pub github: Line,
}

impl Profile {
    /// Whether it tells nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same with every field cut to [`limit::FIELD_BYTES`].
    #[must_use]
    pub fn cut(&self) -> Self {
        let cut = |line: &Line| Line::cut(line, limit::FIELD_BYTES);
        Self {
            full_name: cut(&self.full_name),
            student_id: cut(&self.student_id),
            github: cut(&self.github),
        }
    }
}

/// A conversation to go on with: everything after `after` is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resume {
    /// Which conversation; a room is joined.
    pub room: Conversation,
    /// The last `seq` that one has; 0 asks for everything.
    pub after: u64,
    /// The identity of the log that `after` counts in, from the `welcome` of that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// A secret that makes a name one's own: 16 to 128 characters. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Token(String);

impl Token {
    /// Takes a token as it was given; `None` when its length is wrong.
    #[must_use]
    pub fn new(raw: &str) -> Option<Self> {
        limit::TOKEN_CHARS.contains(&raw.chars().count()).then(|| Self(raw.to_owned()))
    }

    /// The secret itself.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Request {
    /// Reads one line of the native wire, without its `\n`.
    ///
    /// # Errors
    /// With the `error` frame that answers the line.
    pub fn decode(line: &[u8]) -> Result<Self, Refusal> {
        let head = json::head(line)?;
        wire::decode(&head, line).map_err(|refusal| match head.id() {
            Some(id) if id.len() <= limit::ID_BYTES => refusal.answering(id),
            _ => refusal,
        })
    }

    /// Writes the request as one line of the native wire, its `\n` included.
    pub fn encode(&self, out: &mut BytesMut) {
        crate::event::encode_line(self, out);
    }
}
