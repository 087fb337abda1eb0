//! The client's side of the labs' dialects: what is sent to a server that somebody wrote in a
//! course, and what its bytes mean. Owns what the dialects have in common; each has a file.
//!
//! No I/O and no clock: that nothing more came for [`SETTLE`] is told by whoever reads, because
//! most of these servers end a message by ending a write. Whatever comes is taken for hostile.

mod comma;
mod echo;
mod line;
mod people;
mod pickle;
mod piece;
mod raw;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::BytesMut;
use thiserror::Error;

use crate::name::Nick;
use crate::request::Profile;
use crate::text::Text;

/// After so long without a byte, what has come is taken for whole.
pub const SETTLE: Duration = Duration::from_millis(50);

/// What a lab server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lab {
    /// The first line is one's name, every later one a message.
    Line,
    /// `register,NAME`, `list,friends` and `chat,NAME`.
    Comma,
    /// Pickled data: who one is, then messages.
    Pickle,
    /// Whatever a line says, and whatever comes back.
    Raw,
}

/// There is no such dialect.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no dialect ‘{0}’: line, comma, pickle or raw")]
pub struct UnknownLab(String);

/// One thing heard from a lab server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// One is registered.
    Ack,
    /// Who is there, as `list` was answered.
    Names(Vec<Nick>),
    /// Somebody said something to all.
    Said {
        /// Who.
        from: Nick,
        /// What.
        text: Text,
    },
    /// Somebody said something to us alone.
    Told {
        /// Who.
        from: Nick,
        /// What.
        text: Text,
    },
    /// Somebody came.
    Joined(Nick),
    /// Somebody went.
    Left(Nick),
    /// The server's own words.
    Notice(Text),
    /// What came, where nothing tells whose words they are.
    Raw(Text),
}

/// One side of a conversation with a lab server, from the first byte to the last.
///
/// What is sent is appended to a buffer. Where [`Lab::gap`] says so, each call's bytes want a write
/// of their own: such servers take one read for one command.
pub struct LabCodec {
    lab: Lab,
    dialect: Box<dyn Dialect>,
}

/// What every dialect can say and hear. What it has no way to say it answers with `false`, and
/// writes nothing.
trait Dialect: Send {
    fn hello(&mut self, out: &mut BytesMut);
    fn say(&mut self, text: &Text, out: &mut BytesMut) -> bool;
    fn tell(&mut self, _to: &Nick, _text: &str, _out: &mut BytesMut) -> bool {
        false
    }
    fn list(&mut self, _out: &mut BytesMut) -> bool {
        false
    }
    fn bye(&mut self, _out: &mut BytesMut) {}
    fn hear(&mut self, buffer: &mut BytesMut, settled: bool) -> Vec<Heard>;
    fn end(&mut self, buffer: &mut BytesMut) -> Vec<Heard> {
        self.hear(buffer, true)
    }
}

impl LabCodec {
    /// A codec for somebody who goes by `name`; only some dialects tell the profile.
    #[must_use]
    pub fn new(lab: Lab, name: &Nick, profile: &Profile) -> Self {
        let dialect: Box<dyn Dialect> = match lab {
            Lab::Line => Box::new(line::Line::new(name)),
            Lab::Comma => Box::new(comma::Comma::new(name)),
            Lab::Pickle => Box::new(pickle::Pickle::new(name, profile)),
            Lab::Raw => Box::new(raw::Raw),
        };
        Self { lab, dialect }
    }

    /// Says who one is; nothing where that is not asked.
    pub fn hello(&mut self, out: &mut BytesMut) {
        self.dialect.hello(out);
    }

    /// Says something to all; `false`, and nothing is written, where there is no way to.
    pub fn say(&mut self, text: &Text, out: &mut BytesMut) -> bool {
        self.dialect.say(text, out)
    }

    /// Says something to one person; `false`, and nothing is written, where there is no way to.
    /// In the comma dialect the words are the server's own, and `text` is not sent.
    pub fn tell(&mut self, to: &Nick, text: &str, out: &mut BytesMut) -> bool {
        self.dialect.tell(to, text, out)
    }

    /// Asks who is there; `false`, and nothing is written, where there is no way to.
    pub fn list(&mut self, out: &mut BytesMut) -> bool {
        self.dialect.list(out)
    }

    /// Takes leave; nothing where closing the connection is how to.
    pub fn bye(&mut self, out: &mut BytesMut) {
        self.dialect.bye(out);
    }

    /// Takes out of `buffer` whatever is whole, or all of it when it is `settled`, which is to
    /// say that nothing more came for [`SETTLE`]. At most about a frame's bytes stay.
    pub fn hear(&mut self, buffer: &mut BytesMut, settled: bool) -> Vec<Heard> {
        self.dialect.hear(buffer, settled)
    }

    /// Takes what is left when the server has closed.
    pub fn end(&mut self, buffer: &mut BytesMut) -> Vec<Heard> {
        self.dialect.end(buffer)
    }
}

impl Lab {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Line, Self::Comma, Self::Pickle, Self::Raw];

    /// Its name, as `--dialect` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Comma => "comma",
            Self::Pickle => "pickle",
            Self::Raw => "raw",
        }
    }

    /// How long to wait between two writes, where servers take one read for one command: without
    /// it two commands would be read as one. Four times what our own server waits.
    #[must_use]
    pub const fn gap(self) -> Duration {
        match self {
            Self::Comma | Self::Pickle => Duration::from_millis(200),
            Self::Line | Self::Raw => Duration::ZERO,
        }
    }
}

impl fmt::Debug for LabCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LabCodec({})", self.lab)
    }
}

impl fmt::Display for Lab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Lab {
    type Err = UnknownLab;
    fn from_str(raw: &str) -> Result<Self, UnknownLab> {
        let found = Self::ALL.into_iter().find(|lab| lab.name().eq_ignore_ascii_case(raw.trim()));
        found.ok_or_else(|| UnknownLab(raw.to_owned()))
    }
}

#[cfg(test)]
mod tests;
