//! The link to a server: connects, keeps alive, carries frames; reconnects with back-off and
//! jitter. What the frames mean is decided elsewhere.
//!
//! [`Link`] is the client's end, [`Worker`] the end that owns the socket; two bounded queues lie
//! between them, so that the worker may run on a thread of its own.

mod backoff;
mod connect;
mod connection;
mod frames;
mod heartbeat;
mod pace;
mod visit;
mod worker;

use std::time::Duration;

use chat_protocol::{Heard, Request, Token};
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::effect::Target;

pub use worker::Worker;

/// Commands that may wait for the worker. It takes them as fast as it wakes, so that a full queue
/// means that it does not run; [`Link::command`] says what happens then.
const COMMANDS: usize = 256;

/// Events that may wait for the client. When they do, the worker stops reading, and the server
/// feels it: nothing is lost and nothing grows.
const EVENTS: usize = 4;

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
        /// The secret that goes with the target's name; guests have none.
        token: Option<Token>,
    },
    /// Frames that came in, in order; everything that one read brought, at most some hundred.
    Frames(Vec<chat_protocol::Event>),
    /// What a lab's server was heard to say, in order; at most some hundred things.
    Heard(Vec<Heard>),
    /// A ping was answered after this time.
    RoundTrip(Duration),
    /// No answer has come for so long, which is longer than a living link takes. Frames may still
    /// come, but ours do not seem to arrive; `RoundTrip` ends this state, `Down` may follow.
    Silent(Duration),
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
    /// A chat server answers, but its first frame cannot be read; why not.
    #[error("the greeting cannot be read: {0}")]
    BadGreeting(String),
    /// The server closed the link.
    #[error("closed by the server")]
    Closed,
    /// It took the connection, and did not greet.
    #[error("the other side does not greet")]
    Ungreeted,
    /// Nothing was heard for too long.
    #[error("gone silent")]
    Silent,
    /// Any other error of the operating system, in its words.
    #[error("{0}")]
    Other(String),
}

/// Something asked of the link.
#[derive(Debug)]
pub enum Command {
    /// Connect, and keep connected; replaces an earlier target.
    Connect {
        /// Where to.
        target: Target,
        /// The secret that goes with the target's name; guests have none.
        token: Option<Token>,
    },
    /// Try again at once instead of waiting.
    RetryNow,
    /// Close the link and stay away.
    Disconnect,
    /// Send this; dropped when the link is down.
    Send(Request),
    /// Drop the link and make a new one: something that was to be sent is lost.
    Renew,
}

/// A command or an event, with the number of the `Connect` or `Disconnect` it belongs to: what an
/// earlier link still had to say must not be taken for news of the present one.
pub type Stamped<T> = (u64, T);

/// The client's end of the link. It never waits.
#[derive(Debug)]
pub struct Link {
    commands: mpsc::Sender<Stamped<Command>>,
    events: mpsc::Receiver<Stamped<Event>>,
    era: u64,
    /// What found the queue full and may not be lost: the newest order that replaces all earlier
    /// ones, so one is enough.
    overdue: Option<Stamped<Command>>,
}

/// A link and its worker, which does nothing until it is run.
#[must_use]
pub fn link() -> (Link, Worker) {
    let (command_sender, command_receiver) = mpsc::channel(COMMANDS);
    let (event_sender, event_receiver) = mpsc::channel(EVENTS);
    let link = Link { commands: command_sender, events: event_receiver, era: 0, overdue: None };
    (link, Worker::new(command_receiver, event_sender))
}

impl Link {
    /// Gives an order, without waiting.
    ///
    /// When the queue is full, a request is dropped and the link is renewed instead, because after
    /// [`Event::Up`] the client sends again whatever was not acknowledged; any other order is kept
    /// and handed over by [`Self::next`].
    pub fn command(&mut self, command: Command) {
        if matches!(command, Command::Connect { .. } | Command::Disconnect) {
            self.era += 1;
        }
        if let Some(overdue) = self.overdue.take() {
            self.offer(overdue);
        }
        if self.overdue.is_none() {
            self.offer((self.era, command));
        } else {
            self.keep((self.era, command));
        }
    }

    fn offer(&mut self, command: Stamped<Command>) {
        match self.commands.try_send(command) {
            Ok(()) | Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(command)) => self.keep(command),
        }
    }

    fn keep(&mut self, (era, command): Stamped<Command>) {
        match command {
            Command::Connect { .. } | Command::Disconnect => self.overdue = Some((era, command)),
            Command::RetryNow | Command::Send(_) | Command::Renew => {
                self.overdue.get_or_insert((era, Command::Renew));
            }
        }
    }

    /// The link's next news; `None` when the worker is gone. Also hands over what is overdue.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let settling = self.overdue.is_some();
            let stamped = tokio::select! {
                biased;
                permit = self.commands.reserve(), if settling => {
                    if let (Ok(permit), Some(overdue)) = (permit, self.overdue.take()) {
                        permit.send(overdue);
                    }
                    continue;
                }
                stamped = self.events.recv() => stamped,
            };
            match stamped {
                Some((era, event)) if era == self.era => return Some(event),
                Some(_) => {}
                None => return None,
            }
        }
    }
}
