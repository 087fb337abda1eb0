//! What a client may ask, and its bytes on the native wire.

use std::borrow::Cow;
use std::fmt;

use bytes::BytesMut;
use serde::{Deserialize, Serialize};

use crate::error::{Code, Refusal};
use crate::json::{self, Head};
use crate::limit;
use crate::message::{Conversation, MessageId};
use crate::name::{Nick, RoomName};
use crate::text::{Line, Text};

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
        }
    }
}

/// What others may know of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The name as in the class list.
    pub full_name: Line,
    /// The school's number.
    pub student_id: Line,
    /// The account on GitHub.
    pub github: Line,
}

impl Profile {
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
        decode_as(&head, line).map_err(|refusal| match head.id() {
            Some(id) if id.len() <= limit::ID_BYTES => refusal.answering(id),
            _ => refusal,
        })
    }

    /// Writes the request as one line of the native wire, its `\n` included.
    pub fn encode(&self, out: &mut BytesMut) {
        crate::event::encode_line(self, out);
    }
}

fn decode_as(head: &Head<'_>, line: &[u8]) -> Result<Request, Refusal> {
    match &*head.kind {
        "say" => json::body::<SayWire<'_>>(line)?.request(),
        "tell" => json::body::<TellWire<'_>>(line)?.request(),
        "hello" => json::body::<HelloWire<'_>>(line)?.request(),
        "join" => Ok(Request::Join { room: room(&json::body::<RoomWire<'_>>(line)?.room)? }),
        "part" => Ok(Request::Part { room: room(&json::body::<RoomWire<'_>>(line)?.room)? }),
        "rename" => Ok(Request::Rename { name: nick(&json::body::<NameWire<'_>>(line)?.name)? }),
        "topic" => json::body::<TopicWire<'_>>(line)?.request(),
        "history" => json::body::<HistoryWire<'_>>(line)?.request(),
        "members" => json::body::<MembersWire<'_>>(line)?.request(),
        "time" => Ok(Request::Time),
        "ping" => Ok(Request::Ping),
        "pong" => Ok(Request::Pong),
        "bye" => Ok(Request::Bye),
        other => {
            let text = format!("no request is called ‘{}’", Line::cut(other, 40));
            Err(Refusal::new(Code::UnknownType, text))
        }
    }
}

#[derive(Deserialize)]
struct SayWire<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    room: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

impl SayWire<'_> {
    fn request(&self) -> Result<Request, Refusal> {
        Ok(Request::Say { id: id(&self.id)?, room: room(&self.room)?, text: text(&self.text)? })
    }
}

#[derive(Deserialize)]
struct TellWire<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    to: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

impl TellWire<'_> {
    fn request(&self) -> Result<Request, Refusal> {
        Ok(Request::Tell { id: id(&self.id)?, to: nick(&self.to)?, text: text(&self.text)? })
    }
}

#[derive(Deserialize)]
struct HelloWire<'a> {
    version: u32,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default, borrow)]
    token: Option<Cow<'a, str>>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    client: Option<String>,
    #[serde(default)]
    profile: Option<Profile>,
    #[serde(default, borrow)]
    resume: Vec<ResumeWire<'a>>,
}

#[derive(Deserialize)]
struct ResumeWire<'a> {
    #[serde(borrow)]
    room: Cow<'a, str>,
    #[serde(default)]
    after: u64,
    #[serde(default)]
    log: Option<String>,
}

impl HelloWire<'_> {
    fn request(self) -> Result<Request, Refusal> {
        if self.version != limit::VERSION {
            let text = format!(
                "version {} is not spoken here, version {} is: use a client of that version",
                self.version,
                limit::VERSION
            );
            return Err(Refusal::new(Code::BadVersion, text));
        }
        let token = self.token.map(|raw| Token::new(&raw).ok_or_else(bad_token)).transpose()?;
        if self.resume.len() > limit::RESUME_MOST {
            let text = format!("at most {} conversations can be resumed", limit::RESUME_MOST);
            return Err(Refusal::new(Code::BadFrame, text));
        }
        Ok(Request::Hello(Box::new(Hello {
            version: self.version,
            name: nick(&self.name)?,
            token,
            code: self.code,
            client: self.client.map(|client| Line::cut(&client, limit::FIELD_BYTES)),
            profile: self.profile.as_ref().map(Profile::cut),
            resume: self.resume.into_iter().map(ResumeWire::resume).collect::<Result<_, _>>()?,
        })))
    }
}

impl ResumeWire<'_> {
    fn resume(self) -> Result<Resume, Refusal> {
        Ok(Resume { room: conversation(&self.room)?, after: self.after, log: self.log })
    }
}

#[derive(Deserialize)]
struct RoomWire<'a> {
    #[serde(borrow)]
    room: Cow<'a, str>,
}

#[derive(Deserialize)]
struct NameWire<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct TopicWire<'a> {
    #[serde(borrow)]
    room: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

impl TopicWire<'_> {
    fn request(&self) -> Result<Request, Refusal> {
        let text = Line::new(&self.text, limit::TOPIC_BYTES)
            .map_err(|error| Refusal::new(Code::BadText, error.to_string()))?;
        Ok(Request::Topic { room: room(&self.room)?, text })
    }
}

#[derive(Deserialize)]
struct HistoryWire<'a> {
    #[serde(borrow)]
    room: Cow<'a, str>,
    #[serde(default)]
    before: Option<u64>,
    #[serde(default)]
    after: Option<u64>,
    #[serde(default)]
    limit: Option<u64>,
}

impl HistoryWire<'_> {
    fn request(&self) -> Result<Request, Refusal> {
        let page = match (self.before, self.after) {
            (Some(_), Some(_)) => {
                let text = "history takes ‘before’ or ‘after’, not both";
                return Err(Refusal::new(Code::BadFrame, text));
            }
            (_, Some(after)) => Page::After(after),
            (before, None) => before.map_or(Page::Newest, Page::Before),
        };
        let limit = match self.limit {
            None => limit::HISTORY_DEFAULT,
            Some(wanted) => {
                usize::try_from(wanted).unwrap_or(limit::HISTORY_PAGE).clamp(1, limit::HISTORY_PAGE)
            }
        };
        Ok(Request::History { room: conversation(&self.room)?, page, limit })
    }
}

#[derive(Deserialize)]
struct MembersWire<'a> {
    #[serde(borrow)]
    room: Cow<'a, str>,
    #[serde(default, borrow)]
    after: Option<Cow<'a, str>>,
}

impl MembersWire<'_> {
    fn request(&self) -> Result<Request, Refusal> {
        let after = match self.after.as_deref() {
            None | Some("") => None,
            Some(after) => Some(nick(after)?),
        };
        Ok(Request::Members { room: room(&self.room)?, after })
    }
}

fn bad_token() -> Refusal {
    let (least, most) = (limit::TOKEN_CHARS.start(), limit::TOKEN_CHARS.end());
    Refusal::new(Code::BadFrame, format!("a token has {least} to {most} characters"))
}

fn id(raw: &str) -> Result<MessageId, Refusal> {
    MessageId::new(raw).map_err(|error| Refusal::new(Code::BadFrame, error.to_string()))
}

fn room(raw: &str) -> Result<RoomName, Refusal> {
    RoomName::new(raw).map_err(|error| Refusal::new(Code::BadRoom, error.to_string()))
}

fn nick(raw: &str) -> Result<Nick, Refusal> {
    Nick::new(raw).map_err(|error| {
        let refusal = Refusal::new(Code::BadName, error.to_string());
        match Nick::repair(raw) {
            Some(repaired) => refusal.suggesting(repaired.as_str()),
            None => refusal,
        }
    })
}

fn conversation(raw: &str) -> Result<Conversation, Refusal> {
    match raw.strip_prefix('@') {
        Some(name) => nick(name).map(Conversation::Direct),
        None => room(raw).map(Conversation::Room),
    }
}

fn text(raw: &str) -> Result<Text, Refusal> {
    Text::new(raw).map_err(|error| Refusal::new(Code::BadText, error.to_string()))
}
