//! The link to a server: connects, keeps alive, carries frames; reconnects with back-off and
//! jitter. What the frames mean is decided elsewhere.

use std::time::Duration;

use chat_protocol::Token;
use thiserror::Error;

/// News of the link.
#[derive(Debug)]
pub enum Event {
    /// An attempt to connect has begun, the first being 1.
    Trying {
        /// Which attempt since the link was last up.
        attempt: u32,
    },
    /// The link is up: `hello` is expected from us now.
    Up {
        /// The secret that goes with the target's name.
        token: Token,
    },
    /// Frames that came in, in order; everything that one read brought, at most some hundred.
    Frames(Vec<chat_protocol::Event>),
    /// A ping was answered after this time.
    RoundTrip(Duration),
    /// Nothing was heard for longer than a living link would be silent; `Frames` or `RoundTrip`
    /// ends this state, `Down` follows if it lasts.
    Silent,
    /// The link is down.
    Down {
        /// Why.
        failure: Failure,
        /// When the next attempt will be made, from now; `None` when there will be none because
        /// it makes no sense.
        retry_in: Option<Duration>,
    },
}

/// Why a link could not be made, or broke. The words for people are composed by the view.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// No address is known for the host's name.
    #[error("unknown host")]
    UnknownHost,
    /// The machine is there, but nothing listens on the port.
    #[error("connection refused")]
    Refused,
    /// Nothing answered in time.
    #[error("timed out")]
    TimedOut,
    /// There is no way to that network from here.
    #[error("unreachable")]
    Unreachable,
    /// Something answers that is no chat server; its first bytes, cleaned.
    #[error("the other side is no chat server")]
    NotChat(String),
    /// The server closed the link.
    #[error("closed by the server")]
    Closed,
    /// Nothing was heard for too long.
    #[error("gone silent")]
    Silent,
    /// Any other error of the operating system, in its words.
    #[error("{0}")]
    Other(String),
}
