//! What goes on while the log does not answer, as with a disk that hangs: what is answered from
//! memory is, to whoever waits for nothing else. All other requests wait in their turn, and so do
//! comings and goings, countdowns and pages that have been read; who waits is given signs of life. A
//! stop does not wait for long.

use std::sync::Arc;
use std::time::Duration;

use chat_protocol::{Event, Request};
use tokio::time::{Instant, sleep_until, timeout};

use super::Command;
use super::state::Hub;
use super::task::until;
use crate::log::{LogError, Record, Stored};

/// How long everybody waits for the log: so long nobody notices, and no disk takes longer that is
/// well.
const PROMPT: Duration = Duration::from_millis(250);

/// After how long whoever runs the server is told.
const TROUBLE: Duration = Duration::from_secs(2);

/// From the word to stop, how long the log may take: time is left to say goodbye.
const LAST: Duration = Duration::from_secs(1);

/// How often who waits is given a sign of life: long before clients take their link for dead.
pub(super) const SIGN: Duration = Duration::from_secs(5);

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
        self.inbox.stand_still();
        let stop = self.inbox.stop.clone();
        let mut trouble = Some(Instant::now() + TROUBLE);
        let mut last = None;
        let mut taken = Vec::new();
        loop {
            let sign_at = self.inbox.sign_at;
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
                () = sleep_until(sign_at) => self.give_sign(),
                () = self.inbox.take_meanwhile(&mut taken), if !self.inbox.ended => {
                    self.answer_meanwhile(&mut taken);
                }
            }
        }
    }

    /// Answers those who ask for nothing that the log has to do with, and sets the others aside.
    fn answer_meanwhile(&mut self, taken: &mut Vec<Command>) {
        for command in taken.drain(..) {
            match command {
                // It asks for nothing.
                Command::Request(_, Request::Pong, ..) => {}
                Command::Request(conn, request, permit, _)
                    if is_look(&request) && !self.inbox.is_owed(conn) =>
                {
                    if let Some((person, _)) = self.person_of(conn) {
                        self.look(conn, person, request, permit);
                    }
                }
                Command::People(conn, permit) if !self.inbox.is_owed(conn) => {
                    self.round.answer_people(conn, permit);
                }
                command => self.inbox.set_aside(command),
            }
            if self.round.is_heavy() {
                self.tell_answers();
                self.flush();
            }
        }
        self.tell_answers();
        self.flush();
    }

    /// Lets everybody who waits for an answer know that the server is there.
    fn give_sign(&mut self) {
        for conn in self.inbox.sign() {
            self.tell(conn, &Event::Ping);
        }
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
