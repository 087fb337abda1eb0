//! Doors: what each dialect must do. A door is a pure codec between bytes and words; doors do not
//! know each other, and nothing behind them knows doors.

use std::time::Duration;

use bytes::BytesMut;
use chat_protocol::{Event, Hello, Nick, Refusal, Request};
use tokio::time::Instant;

pub(crate) mod comma;
pub(crate) mod daytime;
pub(crate) mod duet;
pub(crate) mod http;
pub(crate) mod kind;
pub(crate) mod line;
pub(crate) mod native;
pub(crate) mod nc;
pub(crate) mod pickle;
mod saying;
mod sniff;
mod telnet;
#[cfg(test)]
mod tests;

pub(crate) use sniff::{Sniffed, sniff};

/// How a dialect says what the hub tells everybody. Without state, so that what one event looks
/// like is worked out once for all who share the dialect.
pub(crate) trait Dialect: Send + Sync {
    /// The dialect's name, as `via` carries it.
    fn name(&self) -> &'static str;

    /// Appends what this event looks like; nothing where the dialect has no way to say it.
    fn print(&self, event: &Event, out: &mut BytesMut);

    /// Appends what answers somebody who said that they leave.
    fn print_goodbye(&self, out: &mut BytesMut) {
        self.print(&Event::Bye { text: "goodbye".to_owned() }, out);
    }

    /// Appends who is in the lobby, for a peer that asked for it.
    fn print_people(&self, people: &[Nick], out: &mut BytesMut) {
        let _ = (people, out);
    }

    /// Whether members of it are sent `ping`s, and must answer.
    fn heartbeat(&self) -> bool {
        false
    }

    /// Whether members of it are answered that what they said has been stored.
    fn acknowledges(&self) -> bool {
        false
    }

    /// How many of the last messages somebody sees who comes in.
    fn looks_back(&self) -> u64 {
        0
    }
}

/// What somebody behind a door asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Who they are.
    Hello(Box<Hello>, OnTaken),
    /// Who is in the lobby, all of them.
    People,
    /// Anything else.
    Request(Request),
}

/// Why a door is asked for what has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// There may be more.
    More,
    /// Nothing more has come for as long as [`Door::pause`] says.
    Paused,
    /// Nothing more will come.
    Ended,
}

/// Whether a peer may be told now what others say and do. What it asked for, it gets at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// From now on at once.
    Now,
    /// Not before this time, or before something changes.
    NotBefore(Instant),
    /// So many bytes of whole lines, as soon as there are any; the last one's end only when asked
    /// for.
    Lines {
        /// How many bytes.
        most: usize,
        /// Whether the last one's end comes along.
        end: bool,
    },
    /// Not before something changes. Who begins so is told everything in turn, answers too.
    Later,
}

/// What to do when the name in a `hello` is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnTaken {
    /// Refuse, and suggest another: the client can ask again.
    Refuse,
    /// Put a number behind it and say so.
    Number,
    /// Always put a number behind it: no name was given.
    Invent,
}

/// One peer's side of a dialect: turns bytes into requests.
pub(crate) trait Door: Send + Sync {
    /// How this peer is spoken to.
    fn dialect(&self) -> &'static dyn Dialect;

    /// Appends what a peer is told that has said nothing yet; `server` is the server's name.
    fn greet(&self, server: &str, out: &mut BytesMut) {
        let _ = (server, out);
    }

    /// Takes the next thing asked out of the buffer; `None` when it holds no whole one.
    fn next(&mut self, buffer: &mut BytesMut, came: Came) -> Option<Result<Asked, Refusal>>;

    /// How long nothing more must have come for what is there to be whole; `None` where the bytes
    /// themselves say where something ends.
    fn pause(&self) -> Option<Duration> {
        None
    }

    /// Whether the peer, which is known, may be told news now; `answered` says that everything it
    /// asked for has been answered.
    fn news(&mut self, now: Instant, answered: bool) -> News {
        let _ = (now, answered);
        News::Now
    }

    /// News went out, as [`News::Lines`] allowed.
    fn told(&mut self) {}
}
