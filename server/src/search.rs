//! Finding what was said. One thread owns the index: it answers searches, and between them reads
//! what was stored meanwhile behind the mark it keeps. Nobody waits for it but who asked; messages
//! are stored and told without it.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chat_protocol::Query;
use futures::FutureExt;
use futures::future::BoxFuture;
use thiserror::Error;
use tokio::sync::oneshot;

use crate::log::{ChannelId, Kept, Log, LogError, PersonId, Snapshot};

mod feed;
mod index;
mod scan;
mod terms;
mod worker;

#[cfg(test)]
mod tests;

/// How long what was said waits for more, to be indexed together.
const MOMENT: Duration = Duration::from_millis(200);

/// What is looked for, and where.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// What somebody typed; its names are `authors` and `channels` besides.
    pub query: Query,
    /// Who goes by the names in the query now.
    pub authors: Vec<PersonId>,
    /// The conversations that may be looked through.
    pub channels: Vec<ChannelId>,
    /// Only what was stored before this, in Unix milliseconds.
    pub before: Option<i64>,
    /// The page behind the one that ended with this cursor.
    pub cursor: Option<String>,
    /// How many messages at most.
    pub limit: usize,
}

/// What was found, the newest first.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Messages, and where they were said.
    pub hits: Vec<(ChannelId, Kept)>,
    /// Where the next page begins; `None` when there is none.
    pub next: Option<String>,
    /// Whether all that was stored in these channels was looked at.
    pub complete: bool,
}

/// Why nothing was looked for.
#[derive(Clone, Debug, Error)]
pub enum SearchError {
    /// The cursor is none, or of an index that is no more.
    #[error("the index was made anew: search once more from the beginning")]
    Stale,
    /// The index cannot be read: it is made anew.
    #[error("the index is damaged: {0}")]
    Damaged(String),
    /// Where the index should be, there can be none.
    #[error("{0}")]
    NoPlace(String),
    /// The storage fails.
    #[error("{0}")]
    Failed(String),
}

impl From<LogError> for SearchError {
    fn from(error: LogError) -> Self {
        Self::Failed(error.0)
    }
}

/// The way to the index of a log. The thread ends with it.
#[derive(Debug)]
pub struct Finder {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What is to be found in which log.
pub struct Corpus {
    /// The log.
    pub log: Arc<dyn Log>,
    /// Its identity.
    pub identity: String,
    /// The newest message of each of its channels.
    pub last: HashMap<ChannelId, u64>,
    /// Where the index is kept; in memory without it.
    pub index: Option<PathBuf>,
}

impl Corpus {
    /// A log as it was opened, and where its index is.
    #[must_use]
    pub fn new(log: Arc<dyn Log>, snapshot: &Snapshot, index: Option<PathBuf>) -> Self {
        let rooms = snapshot.rooms.iter().map(|room| (room.channel, room.last));
        let directs = snapshot.directs.iter().map(|direct| (direct.channel, direct.last));
        let last = rooms.chain(directs).collect();
        Self { log, identity: snapshot.log.clone(), last, index }
    }
}

impl Finder {
    /// Starts the thread, which opens the index and catches up with the log. `trouble` is told
    /// what goes wrong there.
    pub fn start(corpus: Corpus, trouble: impl Fn(&str) + Send + 'static) -> Self {
        let behind = corpus.last.iter().filter(|(_, last)| **last > 0);
        let inbox = Inbox { behind: behind.map(|(c, l)| (*c, *l)).collect(), ..Inbox::default() };
        let shared = Arc::new(Shared { inbox: Mutex::new(inbox), changed: Condvar::new() });
        let worker = worker::Worker::new(Arc::clone(&shared), corpus, Box::new(trouble));
        let thread = std::thread::Builder::new().name("search".to_owned());
        let thread = thread.spawn(move || worker.run());
        if thread.is_err() {
            shared.lock().closed = true;
        }
        Self { shared, thread: Mutex::new(thread.ok()) }
    }

    /// These messages were stored, the newest of their channels.
    pub fn stored(&self, newest: impl IntoIterator<Item = (ChannelId, u64)>) {
        let mut inbox = self.shared.lock();
        let slept = inbox.behind.is_empty();
        for (channel, seq) in newest {
            inbox.behind.insert(channel, seq);
            inbox.news = true;
        }
        if slept && inbox.news {
            drop(inbox);
            self.shared.changed.notify_one();
        }
    }

    /// Looks for something.
    ///
    /// # Errors
    /// When the cursor is another index's, or the index or the log cannot be read.
    pub fn find(&self, wanted: Wanted) -> BoxFuture<'static, Result<Found, SearchError>> {
        let (answer, answered) = oneshot::channel();
        let mut inbox = self.shared.lock();
        if !inbox.closed {
            inbox.jobs.push_back(Job { wanted, answer });
        }
        drop(inbox);
        self.shared.changed.notify_one();
        let closed = |_| SearchError::Failed("the search has stopped".to_owned());
        answered.map(move |found| found.map_err(closed).flatten()).boxed()
    }

    /// Ends the thread. It may still ask the log until then.
    pub fn close(&self) -> BoxFuture<'static, ()> {
        self.shared.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        async move {
            let joined = tokio::task::spawn_blocking(move || thread.map(JoinHandle::join));
            joined.await.ok();
        }
        .boxed()
    }
}

impl Drop for Finder {
    fn drop(&mut self) {
        self.shared.close();
    }
}

/// What the thread and those who ask it share.
#[derive(Debug)]
struct Shared {
    inbox: Mutex<Inbox>,
    changed: Condvar,
}

/// What waits for the thread.
#[derive(Debug, Default)]
struct Inbox {
    /// The newest message of each channel that has some which are not in the index.
    behind: HashMap<ChannelId, u64>,
    /// Whether there is something new in it.
    news: bool,
    /// Searches, one for each connection at most.
    jobs: VecDeque<Job>,
    closed: bool,
}

/// A search that waits for its answer.
#[derive(Debug)]
struct Job {
    wanted: Wanted,
    answer: oneshot::Sender<Result<Found, SearchError>>,
}

/// What the thread does next.
enum Next {
    Search(Job),
    Index,
    Stop,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let mut inbox = self.lock();
        inbox.closed = true;
        // Whoever waits is told that there will be no answer.
        inbox.jobs.clear();
        drop(inbox);
        self.changed.notify_one();
    }

    /// Waits for something to do: searches first, and indexing when it is due. What is overdue
    /// has every second turn, so that many who search cannot keep it from getting on.
    fn next(&self, turns: &mut Turns) -> Next {
        let mut inbox = self.lock();
        loop {
            if inbox.closed {
                return Next::Stop;
            }
            let left = (!inbox.behind.is_empty()).then(|| turns.left(Instant::now()));
            let overdue = left.is_some_and(|left| left.is_zero());
            if !(overdue && turns.searched)
                && let Some(job) = inbox.jobs.pop_front()
            {
                turns.searched = true;
                return Next::Search(job);
            }
            inbox = match left {
                Some(_) if overdue => {
                    turns.searched = false;
                    return Next::Index;
                }
                Some(left) => {
                    let waited = self.changed.wait_timeout(inbox, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(inbox).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

/// Whose turn it is: those who search, or the index.
#[derive(Debug, Default)]
struct Turns {
    /// When to index at the earliest; `None` until there is something to index.
    due: Option<Instant>,
    /// Whether a search had the last turn.
    searched: bool,
}

impl Turns {
    /// How long indexing has to wait: from `due` on there is none, and without it a moment for
    /// more to come.
    fn left(&mut self, now: Instant) -> Duration {
        self.due.get_or_insert_with(|| now + MOMENT).saturating_duration_since(now)
    }
}
