//! The hub's loop: takes what waits, stores and tells it, writes once, and waits again.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chat_protocol::{Event, RoomKey, Token};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::runtime::{self, RuntimeFlavor};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::entry::hash;
use super::inbox::Inbox;
use super::people::People;
use super::room::Conversations;
use super::round::{Round, WEIGHT};
use super::state::{About, Due, Hub};
use super::{Command, Handle, Haste, INBOX};
use crate::clock::Clock;
use crate::console::Console;
use crate::log::{Log, Snapshot};
use crate::search::{Corpus, Finder};

/// How long requests wait for others that may, at most.
const PATIENCE: Duration = Duration::from_millis(50);

/// A log that has been opened, and what it held.
pub(crate) struct Opened {
    /// The log.
    pub(crate) log: Arc<dyn Log>,
    /// What it held.
    pub(crate) snapshot: Snapshot,
    /// Where its index is kept; in memory without it.
    pub(crate) index: Option<PathBuf>,
}

/// What a server is by what it was started with.
pub(crate) struct House {
    /// Its name, for people.
    pub(crate) name: chat_protocol::Line,
    /// What the person who hosts goes by, if one does.
    pub(crate) host: Option<Token>,
    /// What messages are stamped with.
    pub(crate) clock: Clock,
}

/// Starts the hub. It runs until `stop` is cancelled or nobody can reach it any more; the log is
/// closed when the task has ended.
pub(crate) fn start(
    opened: Opened,
    house: House,
    console: Console,
    stop: CancellationToken,
) -> (Handle, JoinHandle<()>) {
    let (inbox, commands) = mpsc::channel(INBOX);
    let corpus = Corpus::new(Arc::clone(&opened.log), &opened.snapshot, opened.index);
    let host = console.clone();
    let finder = Finder::start(corpus, move |what| host.trouble(what));
    let Snapshot { log, rooms, directs, accounts, last_channel } = opened.snapshot;
    let hub = Hub {
        about: About { name: house.name, log, clock: house.clock, console },
        log: opened.log,
        finder,
        people: People::new(accounts, house.host.as_ref().map(hash)),
        conversations: Conversations::new(rooms, directs, last_channel),
        conns: HashMap::new(),
        round: Round::default(),
        reads: FuturesUnordered::new(),
        due: Due::default(),
        inbox: Inbox::new(commands, stop.clone()),
    };
    (Handle { inbox }, spawn(run(hub, stop)))
}

/// Starts it where it waits for nobody: on a thread of its own, where the runtime has several. A
/// worker would run it behind the task that woke it, and no other worker may take it from there.
fn spawn(hub: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    let runtime = runtime::Handle::current();
    match runtime.runtime_flavor() {
        RuntimeFlavor::CurrentThread => tokio::spawn(hub),
        _ => tokio::task::spawn_blocking(move || runtime.block_on(hub)),
    }
}

async fn run(mut hub: Hub, stop: CancellationToken) {
    let mut waiting = Vec::with_capacity(INBOX);
    let mut patience: Option<Instant> = None;
    loop {
        tokio::select! {
            taken = hub.inbox.take(&mut waiting) => {
                if taken == 0 {
                    break;
                }
                if can_wait(&waiting, taken) {
                    patience.get_or_insert_with(|| Instant::now() + PATIENCE);
                } else {
                    patience = None;
                    hub.handle_all(&mut waiting).await;
                }
            }
            () = until(patience), if patience.is_some() => {
                patience = None;
                hub.handle_all(&mut waiting).await;
            }
            Some(done) = hub.reads.next(), if !hub.reads.is_empty() => {
                hub.read_done(done);
                hub.settle_links();
            }
            () = at_the_first(&hub.due.changes), if !hub.due.changes.is_empty() => {
                hub.tell_due_changes();
                hub.settle_links();
            }
            () = at_the_first(&hub.due.timers), if !hub.due.timers.is_empty() => {
                hub.tell_due_timers();
                hub.settle_links();
            }
            () = stop.cancelled() => {
                // What was sent before the stop is still dealt with.
                hub.inbox.close();
                while hub.inbox.take(&mut waiting).await > 0 {
                    hub.handle_all(&mut waiting).await;
                }
                break;
            }
        }
    }
    hub.handle_all(&mut waiting).await;
    hub.say_goodbye();
    // The log closes when nobody can ask it any more.
    hub.reads.clear();
    hub.finder.close().await;
    hub.log.close().await;
}

/// Whether everything that waits may wait on, of which so many have come just now.
fn can_wait(waiting: &[Command], taken: usize) -> bool {
    let may = |command: &Command| matches!(command, Command::Request(.., Haste::WithOthers));
    waiting.len() < INBOX && waiting.iter().rev().take(taken).all(may)
}

/// Returns at that time.
pub(super) async fn until(time: Option<Instant>) {
    if let Some(time) = time {
        tokio::time::sleep_until(time).await;
    }
}

/// Returns at the first of these times, when a room is to be told something.
async fn at_the_first(due: &HashMap<RoomKey, Instant>) {
    if let Some(at) = due.values().min() {
        tokio::time::sleep_until(*at).await;
    }
}

impl Hub {
    async fn handle_all(&mut self, waiting: &mut Vec<Command>) {
        self.inbox.begin(waiting);
        for command in waiting.drain(..) {
            self.handle(command).await;
            if self.round.is_heavy() {
                self.commit().await;
                self.settle_links();
            } else if self.due.weight >= WEIGHT {
                self.settle_links();
            }
        }
        self.commit().await;
        self.settle_links();
    }

    async fn handle(&mut self, command: Command) {
        match command {
            Command::Request(conn, request, permit, _) => {
                self.request(conn, request, permit).await;
            }
            Command::Refuse(conn, refusal, permit) => {
                self.round.answer(conn, Event::Error(refusal), permit);
            }
            Command::People(conn, permit) => self.round.answer_people(conn, permit),
            Command::Drained(conn) => self.due.catch_up.push(conn),
            Command::Hello(newcomer, answer) => {
                self.commit().await;
                self.hello(newcomer, answer).await;
            }
            Command::Gone(conn) => {
                self.commit().await;
                self.gone(conn);
            }
        }
    }

    /// Writes what was pushed, takes out who was too slow, and reads on for who catches up. Each
    /// may bring about more of the others.
    pub(super) fn settle_links(&mut self) {
        self.due.weight = 0;
        loop {
            self.flush();
            for conn in std::mem::take(&mut self.due.take_out) {
                self.gone(conn);
            }
            for conn in std::mem::take(&mut self.due.catch_up) {
                self.catch_up(conn);
            }
            if self.due.flush.is_empty() && self.due.take_out.is_empty() {
                return;
            }
        }
    }

    /// Tells everybody that the server stops.
    fn say_goodbye(&mut self) {
        let event = Event::Bye { text: "the server is stopping".to_owned() };
        let conns: Vec<_> = self.conns.keys().copied().collect();
        self.tell_all(conns, &event);
        self.flush();
        for (_, conn) in self.conns.drain() {
            conn.link.release_all();
            conn.link.finish();
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::Request;
    use tokio::sync::Semaphore;

    use super::super::ConnId;
    use super::*;

    #[test]
    fn what_may_wait_waits_for_the_first_that_may_not() {
        use Haste::{Now, WithOthers};

        let command = |haste| {
            let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
            Command::Request(ConnId(1), Request::Ping, permit, haste)
        };
        let check = |hastes: &[Haste], taken, expected| {
            let waiting: Vec<Command> = hastes.iter().copied().map(command).collect();
            assert_eq!(can_wait(&waiting, taken), expected, "{hastes:?}");
        };
        check(&[WithOthers], 1, true);
        check(&[WithOthers, WithOthers], 1, true);
        check(&[WithOthers, Now], 1, false);
        check(&[Now, WithOthers], 2, false);
        check(&[WithOthers; INBOX], 1, false);
        assert!(!can_wait(&[Command::Gone(ConnId(1))], 1));
    }
}
