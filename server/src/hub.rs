//! The hub: who is here, in which rooms, and who hears what. One task owns all of it.
//!
//! Commands come in through one bounded inbox. A *round* is a run of messages, ended by anything
//! that changes who is listening: its messages are stored in one transaction, and only then is
//! anybody told. So history and every screen agree on the order, and nobody sees what could still
//! be lost. The hub does not know doors, and never waits for a connection.

use std::sync::Arc;

use chat_protocol::{Hello, Nick, Refusal, Request};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use crate::doors::{Dialect, OnTaken};
use crate::link::Link;

mod board;
mod catch_up;
mod directory;
mod directs;
mod entry;
mod fanout;
mod inbox;
mod people;
mod presence;
mod requests;
mod room;
mod round;
mod search;
mod standstill;
mod state;
mod task;
mod visits;

pub(crate) use task::{House, Opened, start};

/// Commands that may wait for the hub; a connection that finds the inbox full waits, and its peer
/// with it. Senders are served in the order they came, so one that floods cannot push ahead.
const INBOX: usize = 1024;

/// Requests of one connection that may be under way; a peer that sends more is read again when
/// one has been answered.
pub(crate) const WINDOW: u32 = 64;

/// A connection's number, unique within this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConnId(pub(crate) u64);

/// A place in a connection's window of requests that are under way; given back when the request
/// has been answered.
pub(crate) type Permit = OwnedSemaphorePermit;

/// What connections ask of the hub.
pub(crate) enum Command {
    /// Somebody says who they are.
    Hello(Newcomer, oneshot::Sender<Result<Nick, Refusal>>),
    /// Somebody known asks for something.
    Request(ConnId, Request, Permit, Haste),
    /// Somebody known asks who is in the lobby.
    People(ConnId, Permit),
    /// Somebody sent what no request could be made of: answered in its turn.
    Refuse(ConnId, Refusal, Permit),
    /// Everything that the hub pushed to this link has been written.
    Drained(ConnId),
    /// The connection is over.
    Gone(ConnId),
}

/// When a request is dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Haste {
    /// As soon as it can be.
    Now,
    /// With the next one of somebody else's, or after a moment: its peer is slowed down for the
    /// sake of the others anyway, and so it costs them no round of its own.
    WithOthers,
}

/// A connection that is not known yet.
pub(crate) struct Newcomer {
    /// Its number.
    pub(crate) conn: ConnId,
    /// Its socket.
    pub(crate) link: Arc<Link>,
    /// How it is spoken to.
    pub(crate) dialect: &'static dyn Dialect,
    /// Who it says it is.
    pub(crate) hello: Box<Hello>,
    /// What to do when that name is taken.
    pub(crate) on_taken: OnTaken,
    /// Given back when it has caught up with everything that it missed.
    pub(crate) missing: Permit,
}

/// The way to the hub.
#[derive(Clone)]
pub(crate) struct Handle {
    inbox: mpsc::Sender<Command>,
}

/// The hub has stopped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopped;

impl Handle {
    /// Hands a command over, waiting while the inbox is full.
    pub(crate) async fn send(&self, command: Command) -> Result<(), Stopped> {
        self.inbox.send(command).await.map_err(|_| Stopped)
    }

    /// Introduces a newcomer. What the hub has to say to them is in their outbox when this returns.
    /// `None` when they have `left` before they were let in: then they never are.
    pub(crate) async fn hello(
        &self,
        newcomer: Newcomer,
        left: impl Future<Output = ()>,
    ) -> Result<Option<Result<Nick, Refusal>>, Stopped> {
        let (answer, mut answered) = oneshot::channel();
        self.send(Command::Hello(newcomer, answer)).await?;
        tokio::select! {
            biased;
            answer = &mut answered => answer.map(Some).map_err(|_| Stopped),
            () = left => {
                answered.close();
                // They may have been let in just before.
                Ok(answered.try_recv().ok())
            }
        }
    }
}
