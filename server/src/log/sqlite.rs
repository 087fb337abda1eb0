//! The log on disk: SQLite in WAL mode, one thread that writes and one that reads.
//!
//! The hub hands over whole batches and waits for each, so that a batch is one transaction and
//! one fsync: that is the group commit.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use chat_protocol::Page;
use futures::FutureExt;
use futures::future::BoxFuture;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{ChannelId, Extract, Kept, Log, LogError, Record, Snapshot, Stored};

mod extract;
mod forget;
mod schema;
mod snapshot;
mod writer;

pub(crate) use schema::new_identity;

/// Batches or reads that may wait for a thread: the hub hands over one batch at a time, and a few
/// reads for each connection at most. Whoever finds the queue full waits.
const QUEUE: usize = 256;

/// What a message has survived when it is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A power loss: every batch is synced to the disk.
    #[default]
    Disk,
    /// The end of this process, however it comes: the operating system has it, and writes it to
    /// the disk in its own time. A power loss may cost the last messages, never the log.
    Os,
}

type Answer<T> = oneshot::Sender<Result<T, LogError>>;

struct Append {
    records: Arc<Vec<Record>>,
    answer: Answer<Vec<Stored>>,
}

enum Read {
    Page { channel: ChannelId, page: Page, limit: usize, answer: Answer<Extract> },
    Single { places: Vec<(ChannelId, u64)>, answer: Answer<Vec<Option<Kept>>> },
}

/// A log in a folder.
#[derive(Debug)]
pub struct SqliteLog {
    /// `None` once closed.
    threads: Mutex<Option<Threads>>,
}

#[derive(Debug)]
struct Threads {
    appends: mpsc::Sender<Append>,
    reads: mpsc::Sender<Read>,
    writer: JoinHandle<()>,
    reader: JoinHandle<()>,
}

impl SqliteLog {
    /// Opens the log at `path`, which is made if it is not there, and reads its snapshot.
    ///
    /// # Errors
    /// When it cannot be opened, or is of a later version.
    pub fn open(path: &Path, durability: Durability) -> Result<(Self, Snapshot), LogError> {
        let mut writer = Connection::open(path)?;
        schema::prepare(&writer, durability)?;
        schema::migrate(&mut writer)?;
        let snapshot = snapshot::snapshot(&writer)?;
        let reader = Connection::open(path)?;
        reader.pragma_update(None, "query_only", true)?;
        let (appends, appends_in) = mpsc::channel(QUEUE);
        let (reads, reads_in) = mpsc::channel(QUEUE);
        let writer = spawn("log-writer", move || writer::write_all(writer, appends_in))?;
        let reader = spawn("log-reader", move || read_all(&reader, reads_in))?;
        let threads = Mutex::new(Some(Threads { appends, reads, writer, reader }));
        Ok((Self { threads }, snapshot))
    }

    /// A sender to one of the threads. Each is held only as long as it is needed: the log closes
    /// when the last of them is gone.
    fn sender<T>(
        &self,
        choose: impl FnOnce(&Threads) -> &mpsc::Sender<T>,
    ) -> Result<mpsc::Sender<T>, LogError> {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.as_ref().map(|threads| choose(threads).clone()).ok_or_else(closed)
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, LogError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| LogError(format!("no thread for the log: {error}")))
}

fn closed() -> LogError {
    LogError("the log is closed".to_owned())
}

impl Log for SqliteLog {
    fn append(
        &self,
        records: Arc<Vec<Record>>,
    ) -> BoxFuture<'static, Result<Vec<Stored>, LogError>> {
        let sender = self.sender(|threads| &threads.appends);
        async move {
            let (answer, answered) = oneshot::channel();
            sender?.send(Append { records, answer }).await.map_err(|_| closed())?;
            answered.await.map_err(|_| closed())?
        }
        .boxed()
    }

    fn read(
        &self,
        channel: ChannelId,
        page: Page,
        limit: usize,
    ) -> BoxFuture<'static, Result<Extract, LogError>> {
        let sender = self.sender(|threads| &threads.reads);
        async move {
            let (answer, answered) = oneshot::channel();
            let read = Read::Page { channel, page, limit, answer };
            sender?.send(read).await.map_err(|_| closed())?;
            answered.await.map_err(|_| closed())?
        }
        .boxed()
    }

    fn fetch(
        &self,
        places: Vec<(ChannelId, u64)>,
    ) -> BoxFuture<'static, Result<Vec<Option<Kept>>, LogError>> {
        let sender = self.sender(|threads| &threads.reads);
        async move {
            let (answer, answered) = oneshot::channel();
            sender?.send(Read::Single { places, answer }).await.map_err(|_| closed())?;
            answered.await.map_err(|_| closed())?
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'static, ()> {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner).take();
        async move {
            let Some(Threads { appends, reads, writer, reader }) = threads else { return };
            // The writer is the last: who closes last takes the log together in one file, and who
            // only reads cannot. A thread that panicked has nothing left to store.
            let joined = tokio::task::spawn_blocking(move || {
                drop(reads);
                reader.join().ok();
                drop(appends);
                writer.join().ok();
            });
            joined.await.ok();
        }
        .boxed()
    }
}

fn seq(raw: i64) -> u64 {
    u64::try_from(raw).unwrap_or(0)
}

/// The reading thread: one page after the other, until nobody can ask any more.
fn read_all(connection: &Connection, mut reads: mpsc::Receiver<Read>) {
    while let Some(read) = reads.blocking_recv() {
        // Whoever asked may have gone.
        match read {
            Read::Page { channel, page, limit, answer } => {
                answer.send(extract::read(connection, channel, page, limit)).ok();
            }
            Read::Single { places, answer } => {
                answer.send(extract::fetch(connection, &places)).ok();
            }
        }
    }
}

impl From<rusqlite::Error> for LogError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}
