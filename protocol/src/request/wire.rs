//! What requests look like on the native wire, before their fields are checked: each field's
//! mistake has an error code of its own.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Hello, Page, Profile, Request, Resume, Search, Token};
use crate::error::{Code, Refusal};
use crate::json::{self, Head};
use crate::limit;
use crate::message::{Conversation, MessageId};
use crate::name::{Nick, RoomName};
use crate::text::{Line, Text};

/// Reads a request whose type is known.
pub(super) fn decode(head: &Head<'_>, line: &[u8]) -> Result<Request, Refusal> {
    match &*head.kind {
        "say" => json::body::<SayWire<'_>>(line)?.request(),
        "tell" => json::body::<TellWire<'_>>(line)?.request(),
        "hello" => json::body::<HelloWire<'_>>(line)?.request(),
        "join" => Ok(Request::Join { room: room(&json::body::<RoomWire<'_>>(line)?.room)? }),
        "part" => Ok(Request::Part { room: room(&json::body::<RoomWire<'_>>(line)?.room)? }),
        "rename" => Ok(Request::Rename { name: nick(&json::body::<NameWire<'_>>(line)?.name)? }),
        "topic" => json::body::<TopicWire<'_>>(line)?.request(),
        "announce" => json::body::<TopicWire<'_>>(line)?.announcement(),
        "timer" => json::body::<TimerWire<'_>>(line)?.request(),
        "history" => json::body::<HistoryWire<'_>>(line)?.request(),
        "members" => json::body::<MembersWire<'_>>(line)?.request(),
        "whois" => Ok(Request::Whois { name: nick(&json::body::<NameWire<'_>>(line)?.name)? }),
        "profile" => Ok(Request::Profile(json::body::<Profile>(line)?.cut())),
        "away" => json::body::<AwayWire<'_>>(line)?.request(),
        "rooms" => json::body::<RoomsWire<'_>>(line)?.request(),
        "search" => Ok(json::body::<SearchWire<'_>>(line)?.request()),
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
    #[serde(default)]
    visit: bool,
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
            // One damaged entry in what a client has kept must not keep it out.
            resume: self.resume.into_iter().filter_map(|wire| wire.resume().ok()).collect(),
            visit: self.visit,
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
        Ok(Request::Topic { text: line(&self.text, limit::TOPIC_BYTES)?, room: room(&self.room)? })
    }

    fn announcement(&self) -> Result<Request, Refusal> {
        let text = line(&self.text, limit::ANNOUNCEMENT_BYTES)?;
        Ok(Request::Announce { room: room(&self.room)?, text })
    }
}

#[derive(Deserialize)]
struct TimerWire<'a> {
    #[serde(borrow)]
    room: Cow<'a, str>,
    #[serde(default)]
    seconds: u64,
}

impl TimerWire<'_> {
    fn request(&self) -> Result<Request, Refusal> {
        let seconds = u32::try_from(self.seconds).ok();
        let seconds =
            seconds.filter(|&seconds| seconds <= limit::TIMER_SECONDS).ok_or_else(|| {
                let text = format!("a timer runs for at most {} seconds", limit::TIMER_SECONDS);
                Refusal::new(Code::BadFrame, text)
            })?;
        Ok(Request::Timer { room: room(&self.room)?, seconds })
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
        let limit = most(self.limit, limit::HISTORY_DEFAULT, limit::HISTORY_PAGE);
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

#[derive(Deserialize)]
struct AwayWire<'a> {
    #[serde(default, borrow)]
    text: Cow<'a, str>,
}

impl AwayWire<'_> {
    fn request(&self) -> Result<Request, Refusal> {
        Ok(Request::Away { text: line(&self.text, limit::AWAY_BYTES)? })
    }
}

#[derive(Deserialize)]
struct RoomsWire<'a> {
    #[serde(default, borrow)]
    after: Option<Cow<'a, str>>,
}

impl RoomsWire<'_> {
    fn request(&self) -> Result<Request, Refusal> {
        let after = self.after.as_deref().filter(|after| !after.is_empty());
        Ok(Request::Rooms { after: after.map(room).transpose()? })
    }
}

#[derive(Deserialize)]
struct SearchWire<'a> {
    #[serde(borrow)]
    query: Cow<'a, str>,
    #[serde(default)]
    limit: Option<u64>,
    #[serde(default, borrow)]
    before: Option<Cow<'a, str>>,
    #[serde(default)]
    offset: Option<i64>,
}

impl SearchWire<'_> {
    /// Any of it is valid: what is too much is cut.
    fn request(&self) -> Request {
        let day = i64::from(limit::OFFSET_MINUTES);
        let offset = self.offset.map(|offset| offset.clamp(-day, day));
        Request::Search(Search {
            limit: most(self.limit, limit::SEARCH_DEFAULT, limit::SEARCH_PAGE),
            before: self.before.as_ref().map(|before| Line::cut(before, limit::CURSOR_BYTES)),
            offset: offset.and_then(|offset| i32::try_from(offset).ok()),
            ..Search::new(&self.query)
        })
    }
}

/// How many are wanted, of which a page has so many at most.
fn most(wanted: Option<u64>, default: usize, page: usize) -> usize {
    wanted.map_or(default, |wanted| usize::try_from(wanted).unwrap_or(page).clamp(1, page))
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

fn line(raw: &str, most: usize) -> Result<Line, Refusal> {
    Line::new(raw, most).map_err(|error| Refusal::new(Code::BadText, error.to_string()))
}

fn text(raw: &str) -> Result<Text, Refusal> {
    Text::new(raw).map_err(|error| Refusal::new(Code::BadText, error.to_string()))
}
