//! The log on disk: SQLite in WAL mode, one thread that writes and one that reads.
//!
//! The hub hands over whole batches and waits for each, so that a batch is one transaction and
//! one fsync: that is the group commit.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use chat_protocol::{Line, Nick, Page, RoomName};
use futures::FutureExt;
use futures::future::BoxFuture;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use tokio::sync::{mpsc, oneshot};

use super::{
    Account, ChannelId, Extract, Log, LogError, PersonId, Record, Said, Snapshot, Stored,
    StoredDirect, StoredRoom,
};

mod extract;

/// Batches or reads that may wait for a thread: the hub hands over one batch at a time, and a few
/// reads for each connection at most. Whoever finds the queue full waits.
const QUEUE: usize = 256;

/// How long a batch waits for another program that holds the database, a backup say, before its
/// messages are refused. Everybody waits with it.
const BUSY: std::time::Duration = std::time::Duration::from_secs(1);

/// The schema, step by step: `PRAGMA user_version` counts the steps taken.
const MIGRATIONS: &[&str] = &[include_str!("migrations/001.sql")];

type Answer<T> = oneshot::Sender<Result<T, LogError>>;

struct Append {
    records: Arc<Vec<Record>>,
    answer: Answer<Vec<Stored>>,
}

struct Read {
    channel: ChannelId,
    page: Page,
    limit: usize,
    answer: Answer<Extract>,
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
    joins: Vec<JoinHandle<()>>,
}

impl SqliteLog {
    /// Opens the log at `path`, which is made if it is not there, and reads its snapshot.
    ///
    /// # Errors
    /// When it cannot be opened, or is of a later version.
    pub fn open(path: &Path) -> Result<(Self, Snapshot), LogError> {
        let mut writer = Connection::open(path)?;
        prepare(&writer)?;
        migrate(&mut writer)?;
        let snapshot = snapshot(&writer)?;
        let reader = Connection::open(path)?;
        reader.pragma_update(None, "query_only", true)?;
        let (appends, appends_in) = mpsc::channel(QUEUE);
        let (reads, reads_in) = mpsc::channel(QUEUE);
        let joins = vec![
            spawn("log-writer", move || write_all(writer, appends_in))?,
            spawn("log-reader", move || read_all(&reader, reads_in))?,
        ];
        let threads = Mutex::new(Some(Threads { appends, reads, joins }));
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
            let read = Read { channel, page, limit, answer };
            sender?.send(read).await.map_err(|_| closed())?;
            answered.await.map_err(|_| closed())?
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'static, ()> {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner).take();
        async move {
            let Some(Threads { appends, reads, joins }) = threads else { return };
            drop((appends, reads));
            let joined = tokio::task::spawn_blocking(move || {
                for join in joins {
                    // A thread that panicked has nothing left to store.
                    join.join().ok();
                }
            });
            joined.await.ok();
        }
        .boxed()
    }
}

fn prepare(connection: &Connection) -> Result<(), LogError> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    // Bounds what the write-ahead log keeps of the disk after a large batch.
    connection.pragma_update(None, "journal_size_limit", 16 * 1024 * 1024)?;
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), LogError> {
    let done: isize = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(done).unwrap_or(usize::MAX);
    if done > MIGRATIONS.len() {
        return Err(LogError(format!(
            "it was written by a later version (schema {done}, this one knows {})",
            MIGRATIONS.len()
        )));
    }
    for (step, script) in MIGRATIONS.iter().enumerate().skip(done) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(script)?;
        if step == 0 {
            let insert = "INSERT INTO meta (key, value) VALUES ('log', ?1)";
            transaction.execute(insert, [new_identity()?])?;
        }
        transaction.pragma_update(
            None,
            "user_version",
            isize::try_from(step + 1).unwrap_or(isize::MAX),
        )?;
        transaction.commit()?;
    }
    Ok(())
}

/// A new log's identity: 128 random bits in hexadecimal.
pub(crate) fn new_identity() -> Result<String, LogError> {
    let high = getrandom::u64().map_err(|error| LogError(error.to_string()))?;
    let low = getrandom::u64().map_err(|error| LogError(error.to_string()))?;
    Ok(format!("{high:016x}{low:016x}"))
}

fn snapshot(connection: &Connection) -> Result<Snapshot, LogError> {
    let log =
        connection.query_row("SELECT value FROM meta WHERE key = 'log'", [], |row| row.get(0))?;
    let last_channel = connection.query_row(
        "SELECT max(coalesce((SELECT max(channel) FROM room), 0),
                    coalesce((SELECT max(channel) FROM direct), 0))",
        [],
        |row| row.get(0),
    )?;
    Ok(Snapshot {
        log,
        rooms: rooms(connection)?,
        directs: directs(connection)?,
        accounts: accounts(connection)?,
        last_channel,
    })
}

/// The newest `seq` of a channel: one seek, however long the channel is.
const LAST: &str = "coalesce((SELECT max(seq) FROM message WHERE message.channel = t.channel), 0)";

fn rooms(connection: &Connection) -> Result<Vec<StoredRoom>, LogError> {
    let query = format!("SELECT channel, name, topic, {LAST} FROM room AS t");
    let mut statement = connection.prepare(&query)?;
    let mut rows = statement.query([])?;
    let mut rooms = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(1)?;
        let topic: String = row.get(2)?;
        let name = RoomName::new(&name).map_err(|error| damaged("room name", &error))?;
        rooms.push(StoredRoom {
            channel: ChannelId(row.get(0)?),
            name,
            topic: Line::from(topic),
            last: seq(row.get(3)?),
        });
    }
    Ok(rooms)
}

fn directs(connection: &Connection) -> Result<Vec<StoredDirect>, LogError> {
    // Conversations with guests ended with their connection.
    let query = format!("SELECT channel, low, high, {LAST} FROM direct AS t WHERE low > 0");
    let mut statement = connection.prepare(&query)?;
    let rows = statement.query_map([], |row| {
        let people = (PersonId(row.get(1)?), PersonId(row.get(2)?));
        Ok(StoredDirect { channel: ChannelId(row.get(0)?), people, last: seq(row.get(3)?) })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn accounts(connection: &Connection) -> Result<Vec<Account>, LogError> {
    let mut statement = connection.prepare("SELECT person, name, token FROM account")?;
    let mut rows = statement.query([])?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(1)?;
        let name = Nick::new(&name).map_err(|error| damaged("name", &error))?;
        accounts.push(Account { person: PersonId(row.get(0)?), name, token: row.get(2)? });
    }
    Ok(accounts)
}

fn damaged(what: &str, why: &dyn std::fmt::Display) -> LogError {
    LogError(format!("it holds a damaged {what}: {why}"))
}

fn seq(raw: i64) -> u64 {
    u64::try_from(raw).unwrap_or(0)
}

/// The writing thread: one transaction for each batch, until nobody can send any more.
fn write_all(mut connection: Connection, mut appends: mpsc::Receiver<Append>) {
    let mut last = HashMap::new();
    while let Some(Append { records, answer }) = appends.blocking_recv() {
        let stored = write(&mut connection, &records, &mut last);
        if stored.is_err() {
            // What the failed batch counted was rolled back with it.
            last.clear();
        }
        // Whoever asked may have gone; the batch is stored all the same.
        answer.send(stored).ok();
    }
}

fn write(
    connection: &mut Connection,
    records: &[Record],
    last: &mut HashMap<ChannelId, i64>,
) -> Result<Vec<Stored>, LogError> {
    let transaction = connection.transaction()?;
    let mut stored = Vec::new();
    for record in records {
        match record {
            Record::Said(said) => stored.push(insert(&transaction, said, last)?),
            Record::Room { channel, name, topic } => {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO room VALUES (?1, ?2, ?3)")?
                    .execute(params![channel.0, name.as_str(), topic.as_str()])?;
            }
            Record::Direct { channel, people: (low, high) } => {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO direct VALUES (?1, ?2, ?3)")?
                    .execute([channel.0, low.0, high.0])?;
            }
            Record::Account(Account { person, name, token }) => {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO account VALUES (?1, ?2, ?3)")?
                    .execute(params![person.0, name.as_str(), token])?;
            }
        }
    }
    transaction.commit()?;
    Ok(stored)
}

fn insert(
    transaction: &Transaction<'_>,
    said: &Said,
    last: &mut HashMap<ChannelId, i64>,
) -> Result<Stored, LogError> {
    let next = match last.get(&said.channel) {
        Some(last) => last + 1,
        None => newest(transaction, said.channel)? + 1,
    };
    let added = transaction
        .prepare_cached("INSERT INTO sent VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?
        .execute(params![said.author.0, said.id.as_str(), said.channel.0, next])?;
    if added == 0 {
        return stored_before(transaction, said);
    }
    transaction.prepare_cached("INSERT INTO message VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(
        params![
            said.channel.0,
            next,
            said.at,
            said.author.0,
            said.from.as_str(),
            said.text.as_str()
        ],
    )?;
    last.insert(said.channel, next);
    Ok(Stored::New { seq: seq(next) })
}

fn newest(transaction: &Transaction<'_>, channel: ChannelId) -> Result<i64, LogError> {
    Ok(transaction
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM message WHERE channel = ?1")?
        .query_row([channel.0], |row| row.get(0))?)
}

fn stored_before(transaction: &Transaction<'_>, said: &Said) -> Result<Stored, LogError> {
    let before: Option<(i64, i64, i64, String)> = transaction
        .prepare_cached(
            "SELECT message.channel, message.seq, message.at, message.text
             FROM sent JOIN message USING (channel, seq)
             WHERE sent.author = ?1 AND sent.id = ?2",
        )?
        .query_row(params![said.author.0, said.id.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    Ok(match before {
        Some((channel, number, at, text))
            if channel == said.channel.0 && text == said.text.as_str() =>
        {
            Stored::Again { seq: seq(number), at }
        }
        _ => Stored::IdTaken,
    })
}

/// The reading thread: one page after the other, until nobody can ask any more.
fn read_all(connection: &Connection, mut reads: mpsc::Receiver<Read>) {
    while let Some(Read { channel, page, limit, answer }) = reads.blocking_recv() {
        // Whoever asked may have gone.
        answer.send(extract::read(connection, channel, page, limit)).ok();
    }
}

impl From<rusqlite::Error> for LogError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}
