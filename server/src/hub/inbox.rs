//! What is asked of the hub, in order: what waits, what is being dealt with, and what is set aside
//! while the log does not answer.

use std::collections::HashSet;

use chat_protocol::Request;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::standstill::SIGN;
use super::{Command, ConnId, INBOX};

pub(super) struct Inbox {
    commands: mpsc::Receiver<Command>,
    /// Who asks for something in what is being dealt with.
    asking: Vec<ConnId>,
    /// What came while the log did not answer, and waits for it. Each connection's window bounds
    /// what it adds, and nobody comes in meanwhile; of those who want to, each adds one hello, which
    /// is dropped when they have gone.
    aside: Vec<Command>,
    /// While the log does not answer: who is owed an answer, and so is answered nothing else.
    owed: HashSet<ConnId>,
    /// When who waits is given the next sign of life.
    pub(super) sign_at: Instant,
    /// Nobody asks for anything any more.
    pub(super) ended: bool,
    pub(super) stop: CancellationToken,
    /// The server stops, and the log has not answered in time: nothing is stored any more.
    pub(super) given_up: bool,
}

impl Inbox {
    pub(super) fn new(commands: mpsc::Receiver<Command>, stop: CancellationToken) -> Self {
        Self {
            commands,
            asking: Vec::new(),
            aside: Vec::new(),
            owed: HashSet::new(),
            sign_at: Instant::now(),
            ended: false,
            stop,
            given_up: false,
        }
    }

    /// Takes what waits, and says how much that was: nothing at the end. Safe to cancel.
    pub(super) async fn take(&mut self, waiting: &mut Vec<Command>) -> usize {
        if !self.aside.is_empty() {
            let taken = self.aside.len();
            waiting.append(&mut self.aside);
            return taken;
        }
        self.commands.recv_many(waiting, INBOX).await
    }

    /// From now on nobody can ask for anything more.
    pub(super) fn close(&mut self) {
        self.commands.close();
    }

    /// These are dealt with next.
    pub(super) fn begin(&mut self, commands: &[Command]) {
        self.asking.clear();
        self.asking.extend(commands.iter().filter_map(owed_to));
        self.sign_at = Instant::now() + SIGN;
    }

    /// The log does not answer. Who asked for something in what is being dealt with may have been
    /// answered already, and is taken for one who waits: answers never change places.
    pub(super) fn stand_still(&mut self) {
        self.owed.clear();
        self.owed.extend(&self.asking);
        self.owed.extend(self.aside.iter().filter_map(owed_to));
    }

    /// Takes what comes while the log does not answer. Safe to cancel.
    pub(super) async fn take_meanwhile(&mut self, taken: &mut Vec<Command>) {
        self.ended = self.commands.recv_many(taken, INBOX).await == 0;
    }

    /// Whether something that this connection has asked for waits for the log.
    pub(super) fn is_owed(&self, conn: ConnId) -> bool {
        self.owed.contains(&conn)
    }

    /// Keeps a command until the log has answered.
    pub(super) fn set_aside(&mut self, command: Command) {
        self.owed.extend(owed_to(&command));
        self.aside.push(command);
    }

    /// Those who are to be given a sign of life now. Who wanted to come in and has gone is let go,
    /// and their socket with them.
    pub(super) fn sign(&mut self) -> Vec<ConnId> {
        self.sign_at = Instant::now() + SIGN;
        self.aside
            .retain(|command| !matches!(command, Command::Hello(_, answer) if answer.is_closed()));
        self.owed.iter().copied().collect()
    }
}

/// Whose answers must not change places with the one to this.
fn owed_to(command: &Command) -> Option<ConnId> {
    match command {
        // Nothing is answered to the one, and nothing waits for the other.
        Command::Request(_, Request::Pong | Request::Search(_), ..) => None,
        Command::Request(conn, ..) | Command::People(conn, _) | Command::Refuse(conn, ..) => {
            Some(*conn)
        }
        Command::Hello(..) | Command::Drained(_) | Command::Gone(_) => None,
    }
}
