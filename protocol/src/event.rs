//! What a server may say, and its bytes on the native wire.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::{BufMut, BytesMut};
use serde::de::IgnoredAny;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use crate::error::{Code, Refusal};
use crate::json;
use crate::marks::{Marks, MarksOf};
use crate::message::{Conversation, Message, MessageId};
use crate::name::{Nick, RoomName};
use crate::text::{Line, Text};

mod board;
mod directory;
mod search;

pub use board::{Announcement, Board, Timer, TimerChange, TimerNews};
pub use directory::{RoomSummary, RoomsPage, Whois};
pub use search::{Hit, SearchPage};

/// One thing that a server says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The answer to `hello`.
    Welcome(Box<Welcome>),
    /// A message of this connection is stored.
    Ack(Ack),
    /// Somebody said something in a room.
    Message(RoomMessage),
    /// Somebody said something to one person.
    Direct(DirectMessage),
    /// One is now in this room.
    Room(RoomInfo),
    /// People entered a room.
    Joined(Presence),
    /// People left a room.
    Left(Presence),
    /// Somebody goes by another name.
    Renamed {
        /// The name until now.
        from: Nick,
        /// The name from now on.
        to: Nick,
    },
    /// A room's topic changed.
    Topic {
        /// Which room.
        room: RoomName,
        /// What it is about; empty when the topic was taken away.
        text: Line,
        /// Who changed it.
        by: Nick,
    },
    /// A room's line was set, or taken away.
    Announce(Announcement),
    /// A room's countdown began, was taken away, or is over.
    Timer(TimerNews),
    /// A page of a conversation's messages.
    History(HistoryPage),
    /// A page of a room's members.
    Members(MembersPage),
    /// Who somebody is.
    Whois(Box<Whois>),
    /// Somebody is away, or back.
    Away {
        /// Who.
        name: Nick,
        /// Why; empty when they are back.
        text: Line,
    },
    /// A page of the rooms that there are.
    Rooms(RoomsPage),
    /// A page of what was found.
    Search(SearchPage),
    /// The server's time.
    Time {
        /// Unix milliseconds.
        at: i64,
    },
    /// Asks for a `pong`.
    Ping,
    /// Answers a `ping`.
    Pong,
    /// The server closes the connection.
    Bye {
        /// Why, for people.
        text: String,
    },
    /// Something asked for was not done.
    Error(Refusal),
    /// A frame of a later version: to be passed over.
    #[serde(skip)]
    Unknown,
}

/// The answer to `hello`: who one is, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The protocol's version.
    pub version: u32,
    /// One's own name.
    pub name: Nick,
    /// The server's name, for people.
    pub server: Line,
    /// The identity of the server's log, which `seq`s count in.
    pub log: String,
    /// One's direct conversations.
    #[serde(default)]
    pub directs: Vec<DirectInfo>,
    /// The rooms one is in.
    pub rooms: Vec<RoomInfo>,
}

/// A direct conversation, as `welcome` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectInfo {
    /// With whom.
    pub name: Nick,
    /// Its newest `seq`.
    pub last: u64,
    /// The conversation's identity: a name that comes to mean another person has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// A room as one finds it on entering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomInfo {
    /// Its name, as it was first spelt.
    pub name: RoomName,
    /// What it is about; empty without a topic.
    #[serde(default)]
    pub topic: Line,
    /// Its newest `seq`; 0 when nobody has spoken yet.
    pub last: u64,
    /// How many people are in it.
    pub count: usize,
    /// The first of them, in the order of their names.
    pub members: Vec<Nick>,
    /// The dialects of those who came by another than the native one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub via: BTreeMap<Nick, Cow<'static, str>>,
    /// What else is to be known of some of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: MarksOf,
    /// What it shows its members.
    #[serde(flatten)]
    pub board: Board,
}

/// A message of this connection is stored, and under which number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// The sender's id for it.
    pub id: MessageId,
    /// Where it went.
    pub room: Conversation,
    /// Its number there.
    pub seq: u64,
    /// When it was stored, in Unix milliseconds.
    pub at: i64,
    /// Between two people: the conversation's identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// A message in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomMessage {
    /// Where.
    pub room: RoomName,
    /// The message itself.
    #[serde(flatten)]
    pub message: Message,
}

/// A message between two people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectMessage {
    /// To whom; the message says from whom.
    pub to: Nick,
    /// The conversation's identity: a name that comes to mean another person has another.
    pub log: Option<String>,
    /// The message itself.
    pub message: Message,
}

impl Serialize for DirectMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Message { seq, from, at, text } = &self.message;
        let length = 5 + usize::from(self.log.is_some());
        let mut fields = serializer.serialize_struct("DirectMessage", length)?;
        fields.serialize_field("from", from)?;
        fields.serialize_field("to", &self.to)?;
        fields.serialize_field("seq", seq)?;
        fields.serialize_field("at", at)?;
        fields.serialize_field("text", text)?;
        if let Some(log) = &self.log {
            fields.serialize_field("log", log)?;
        }
        fields.end()
    }
}

/// People who entered or left a room: one as `name`, several as `names`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PresenceWire", into = "PresenceWire")]
pub struct Presence {
    /// Which room.
    pub room: RoomName,
    /// Who; never empty.
    pub names: Vec<Nick>,
    /// The dialect of all of them, when it is another than the native one.
    pub via: Option<Cow<'static, str>>,
    /// What else is to be known of all of them.
    pub marks: Marks,
}

impl Presence {
    /// One person of the native dialect.
    #[must_use]
    pub fn one(room: RoomName, name: Nick) -> Self {
        Self { room, names: vec![name], via: None, marks: Marks::default() }
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct PresenceWire {
    room: RoomName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Nick>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<Nick>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    via: Option<Cow<'static, str>>,
    #[serde(default, skip_serializing_if = "Marks::is_empty")]
    marks: Marks,
}

impl From<Presence> for PresenceWire {
    fn from(presence: Presence) -> Self {
        let Presence { room, mut names, via, marks } = presence;
        let name = if names.len() == 1 { names.pop() } else { None };
        Self { room, name, names, via, marks }
    }
}

impl TryFrom<PresenceWire> for Presence {
    type Error = &'static str;
    fn try_from(wire: PresenceWire) -> Result<Self, Self::Error> {
        let PresenceWire { room, name, mut names, via, marks } = wire;
        names.extend(name);
        if names.is_empty() {
            return Err("missing field `name`");
        }
        Ok(Self { room, names, via, marks })
    }
}

/// A page of a conversation's messages, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPage {
    /// Whose.
    pub room: Conversation,
    /// The messages, one's own among them.
    pub messages: Vec<Message>,
    /// Whether there is more in the direction that was asked for.
    pub more: bool,
}

/// A page of a room's members, in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersPage {
    /// Which room.
    pub room: RoomName,
    /// Who.
    pub members: Vec<Nick>,
    /// The dialects of those who came by another than the native one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub via: BTreeMap<Nick, Cow<'static, str>>,
    /// What else is to be known of some of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: MarksOf,
    /// Whether there are members behind the last of these.
    pub more: bool,
}

impl Event {
    /// Reads one line of the native wire, without its `\n`.
    ///
    /// # Errors
    /// When it is no frame of this protocol; an unknown `type` is [`Event::Unknown`] instead.
    pub fn decode(line: &[u8]) -> Result<Self, Refusal> {
        if let Some(message) = json::at_once::<MessageWire<'_>>(line, "message") {
            return Ok(Self::Message(message?.room_message()?));
        }
        let head = json::head(line)?;
        Ok(match &*head.kind {
            "message" => Self::Message(json::body::<MessageWire<'_>>(line)?.room_message()?),
            "direct" => Self::Direct(json::body::<MessageWire<'_>>(line)?.direct_message()?),
            "ack" => Self::Ack(json::body(line)?),
            "welcome" => Self::Welcome(json::body(line)?),
            "room" => Self::Room(json::body(line)?),
            "joined" => Self::Joined(json::body(line)?),
            "left" => Self::Left(json::body(line)?),
            "renamed" => {
                let RenamedWire { from, to } = json::body(line)?;
                Self::Renamed { from, to }
            }
            "topic" => {
                let TopicWire { room, text, by } = json::body(line)?;
                Self::Topic { room, text, by }
            }
            "announce" => Self::Announce(json::body(line)?),
            "timer" => Self::Timer(json::body(line)?),
            "history" => Self::History(json::body(line)?),
            "members" => Self::Members(json::body(line)?),
            "whois" => Self::Whois(json::body(line)?),
            "away" => {
                let AwayWire { name, text } = json::body(line)?;
                Self::Away { name, text }
            }
            "rooms" => Self::Rooms(json::body(line)?),
            "search" => Self::Search(json::body(line)?),
            "time" => Self::Time { at: json::body::<TimeWire>(line)?.at },
            "ping" => Self::Ping,
            "pong" => Self::Pong,
            "bye" => {
                let text = json::body::<ByeWire>(line)?.text;
                Self::Bye { text: crate::text::clean(&text) }
            }
            "error" => Self::Error(cleaned(json::body(line)?)),
            _ => Self::Unknown,
        })
    }

    /// Writes the event as one line of the native wire, its `\n` included.
    pub fn encode(&self, out: &mut BytesMut) {
        encode_line(self, out);
    }
}

/// What `message` and `direct` frames hold: read without the buffering that flattening needs.
#[derive(Deserialize)]
struct MessageWire<'a> {
    #[serde(rename = "type")]
    _kind: IgnoredAny,
    #[serde(default, borrow)]
    room: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    to: Option<Cow<'a, str>>,
    seq: u64,
    from: Nick,
    at: i64,
    text: Text,
    #[serde(default)]
    log: Option<String>,
}

impl MessageWire<'_> {
    fn room_message(self) -> Result<RoomMessage, Refusal> {
        let raw = self.room.as_deref().unwrap_or_default();
        let room = RoomName::new(raw)
            .map_err(|error| Refusal::new(Code::BadFrame, format!("bad room: {error}")))?;
        Ok(RoomMessage { room, message: self.message() })
    }

    fn direct_message(self) -> Result<DirectMessage, Refusal> {
        let raw = self.to.as_deref().unwrap_or_default();
        let to = Nick::new(raw)
            .map_err(|error| Refusal::new(Code::BadFrame, format!("bad name: {error}")))?;
        Ok(DirectMessage { to, log: self.log.clone(), message: self.message() })
    }

    fn message(self) -> Message {
        Message { seq: self.seq, from: self.from, at: self.at, text: self.text }
    }
}

#[derive(Deserialize)]
struct RenamedWire {
    from: Nick,
    to: Nick,
}

#[derive(Deserialize)]
struct TopicWire {
    room: RoomName,
    text: Line,
    by: Nick,
}

#[derive(Deserialize)]
struct AwayWire {
    name: Nick,
    #[serde(default)]
    text: Line,
}

#[derive(Deserialize)]
struct TimeWire {
    at: i64,
}

#[derive(Deserialize)]
struct ByeWire {
    #[serde(default)]
    text: String,
}

/// A refusal whose words are safe to show, whatever server it comes from.
fn cleaned(refusal: Refusal) -> Refusal {
    let clean = |text: String| crate::text::clean(&text);
    Refusal {
        text: clean(refusal.text),
        suggest: refusal.suggest.map(clean),
        room: refusal.room.map(clean),
        ..refusal
    }
}

/// Writes any frame as one line.
pub(crate) fn encode_line<T: Serialize>(frame: &T, out: &mut BytesMut) {
    // Written to a vector first: by way of the buffer's own writer it takes half as long again.
    // Frames hold strings, numbers and lists of them, and writing to memory does not fail: if an
    // error came to be all the same, half a frame must never go out.
    if let Ok(line) = serde_json::to_vec(frame) {
        out.reserve(line.len() + 1);
        out.put_slice(&line);
        out.put_u8(b'\n');
    }
}
