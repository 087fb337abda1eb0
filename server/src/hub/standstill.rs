//! What goes on while the log does not answer, as with a disk that hangs: who has nothing to do with
//! it is answered all the same, everybody else waits in their turn, and a stop does not wait for long.

use std::sync::Arc;
use std::time::Duration;

use chat_protocol::Request;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::state::Hub;
use super::task::until;
use super::{Command, INBOX, Permit, WINDOW};
use crate::log::{LogError, Record, Stored};

/// How long everybody waits for the log: so long nobody notices, and no disk takes longer that is
/// well.
const PROMPT: Duration = Duration::from_millis(250);

/// After how long whoever runs the server is told.
const TROUBLE: Duration = Duration::from_secs(2);

/// From the word to stop, how long the log may take: time is left to say goodbye.
const LAST: Duration = Duration::from_secs(1);

/// Commands that are set aside for what they have to wait for; more stay in the queue, and who sends
/// them waits.
const ASIDE: usize = 4 * INBOX;

/// What is asked of the hub, in order.
pub(super) struct Inbox {
    commands: mpsc::Receiver<Command>,
    /// What came while the log did not answer, and waits for it.
    aside: Vec<Command>,
    /// Nobody asks for anything any more.
    ended: bool,
    stop: CancellationToken,
    /// The server stops, and the log has not answered in time: nothing is stored any more.
    pub(super) given_up: bool,
}

impl Inbox {
    pub(super) fn new(commands: mpsc::Receiver<Command>, stop: CancellationToken) -> Self {
        Self { commands, aside: Vec::new(), ended: false, stop, given_up: false }
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
}

impl Hub {
    /// Stores records, and answers meanwhile what it can, should that take long; `None` when the
    /// server stops before they are stored. Then nobody knows what became of them: nobody is told,
    /// and whoever sends them again gets the answer.
    pub(super) async fn append(
        &mut self,
        records: Arc<Vec<Record>>,
    ) -> Option<Result<Vec<Stored>, LogError>> {
        if self.inbox.given_up {
            return None;
        }
        let mut append = self.log.append(records);
        if let Ok(stored) = timeout(PROMPT, &mut append).await {
            return Some(stored);
        }
        // What has been said before need not wait.
        self.flush();
        let stop = self.inbox.stop.clone();
        let mut trouble = Some(Instant::now() + TROUBLE);
        let mut last = None;
        let mut taken = Vec::new();
        loop {
            let room = ASIDE.saturating_sub(self.inbox.aside.len()).min(INBOX);
            tokio::select! {
                biased;
                stored = &mut append => return Some(stored),
                () = until(last), if last.is_some() => {
                    self.inbox.given_up = true;
                    return None;
                }
                () = until(trouble), if trouble.is_some() => {
                    trouble = None;
                    self.about.console.trouble("the disk does not answer: what is said waits for it");
                }
                () = stop.cancelled(), if last.is_none() => last = Some(Instant::now() + LAST),
                count = self.inbox.commands.recv_many(&mut taken, room),
                    if room > 0 && !self.inbox.ended =>
                {
                    self.inbox.ended = count == 0;
                    self.answer_meanwhile(&mut taken);
                }
            }
        }
    }

    /// Answers those who ask for nothing that the log has to do with, and sets the others aside.
    fn answer_meanwhile(&mut self, taken: &mut Vec<Command>) {
        for command in taken.drain(..) {
            match command {
                Command::Request(conn, request, permit, _)
                    if is_look(&request) && is_alone(&permit) =>
                {
                    if let Some((person, _)) = self.person_of(conn) {
                        self.look(conn, person, request, permit);
                    }
                }
                Command::People(conn, permit) if is_alone(&permit) => {
                    self.round.answer_people(conn, permit);
                }
                command => self.inbox.aside.push(command),
            }
        }
        self.tell_answers();
        self.flush();
    }
}

/// Whether a request changes nothing and is answered from memory.
pub(super) fn is_look(request: &Request) -> bool {
    matches!(
        request,
        Request::Ping
            | Request::Time
            | Request::Members { .. }
            | Request::Whois { .. }
            | Request::Rooms { .. }
    )
}

/// Whether nothing else that its connection has asked for is under way: answers keep the order of
/// their requests.
fn is_alone(permit: &Permit) -> bool {
    permit.semaphore().available_permits() + 1 == WINDOW as usize
}
