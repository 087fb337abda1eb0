//! The index: an SQLite file beside the log, or a database in memory. It holds words and where they
//! are, no texts; whatever is wrong with it, it is made anew.
//!
//! Messages are indexed in blocks of 65,536, each a full-text table of its own. So a search, which
//! wants the newest first, looks at one block after the other and can stop between them, and what a
//! common beginning of words costs does not grow with the log.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chat_protocol::query::words;
use rusqlite::{Connection, ErrorCode, params};

use super::SearchError;
use super::scan::Fetch;
use super::terms::{author_term, name_term, place_term};
use crate::log::{ChannelId, Kept};

/// Counts changes of what is stored and how words are made: an index of another version is made
/// anew.
const VERSION: i64 = 1;

/// How many messages a block holds.
pub(super) const BLOCK: i64 = 1 << 16;

/// Pages of words that are merged at a time: a few milliseconds of work.
const MERGED: i64 = 64;

/// What the index keeps in memory of its file, in KiB.
const CACHE_KIB: i64 = 16 * 1024;

/// Prepared statements that are kept: two for each block that is looked at often, and a few more.
const STATEMENTS: usize = 128;

/// Up to which message each channel has been read.
pub(super) type Marks = HashMap<ChannelId, u64>;

/// An open index.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) connection: Connection,
    /// Tells this index from those before and after it, in cursors.
    pub(super) generation: i64,
    /// The id that the next message gets.
    next: i64,
    /// How many ids a block has.
    block: i64,
    /// The block whose words are being merged.
    settling: Option<i64>,
}

impl Index {
    /// Opens the index of this log at `path`, or in memory. One that is missing, damaged, of
    /// another log, or ahead of what `last` says of the channels, is made anew.
    pub(super) fn open(
        path: Option<&Path>,
        log: &str,
        last: &Marks,
        block: i64,
    ) -> Result<(Self, Marks), SearchError> {
        if let Some(path) = path {
            if path.exists()
                && let Ok(Some(opened)) = Self::existing(path, log, last, block)
            {
                return Ok(opened);
            }
            remove(path)?;
        }
        Ok((Self::create(path, log, block)?, Marks::new()))
    }

    fn existing(
        path: &Path,
        log: &str,
        last: &Marks,
        block: i64,
    ) -> Result<Option<(Self, Marks)>, SearchError> {
        let connection = Connection::open(path)?;
        prepare(&connection)?;
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version != VERSION {
            return Ok(None);
        }
        let (of, generation): (String, i64) =
            connection.query_row("SELECT log, generation FROM meta", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let lost: i64 = connection.query_row(
            "SELECT count(*) FROM block
             WHERE 'block_' || id NOT IN (SELECT name FROM sqlite_schema)",
            [],
            |row| row.get(0),
        )?;
        let marks = marks(&connection)?;
        let ahead = marks.iter().any(|(channel, mark)| last.get(channel).is_some_and(|l| mark > l));
        if of != log || ahead || lost > 0 {
            return Ok(None);
        }
        let next = connection
            .query_row("SELECT coalesce(max(id), 0) + 1 FROM doc", [], |row| row.get(0))?;
        Ok(Some((Self { connection, generation, next, block, settling: None }, marks)))
    }

    fn create(path: Option<&Path>, log: &str, block: i64) -> Result<Self, SearchError> {
        let mut connection = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        prepare(&connection)?;
        let generation =
            getrandom::u32().map_err(|error| SearchError::Failed(error.to_string()))?;
        let generation = i64::from(generation);
        let transaction = connection.transaction()?;
        transaction.execute_batch(include_str!("schema.sql"))?;
        transaction.execute("INSERT INTO meta VALUES (?1, ?2)", params![log, generation])?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
        Ok(Self { connection, generation, next: 1, block, settling: None })
    }

    /// Which block an id is in.
    pub(super) fn block_of(&self, id: i64) -> i64 {
        id / self.block
    }

    /// The first id of a block.
    pub(super) fn first_of(&self, block: i64) -> i64 {
        block * self.block
    }

    /// The block that the next message comes into.
    pub(super) fn newest_block(&self) -> i64 {
        self.block_of(self.next)
    }

    /// Takes these messages in, in the order in which they were said.
    pub(super) fn add(&mut self, batch: &[(ChannelId, Kept)]) -> Result<(), SearchError> {
        let mut marks = Marks::new();
        let transaction = self.connection.transaction()?;
        for ((channel, kept), id) in batch.iter().zip(self.next..) {
            put(&transaction, id / self.block, id, *channel, kept)?;
            marks.insert(*channel, kept.message.seq);
        }
        for (channel, seq) in marks {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO mark VALUES (?1, ?2)")?
                .execute([channel.0, number(seq)])?;
        }
        transaction.commit()?;
        self.next += i64::try_from(batch.len()).unwrap_or(0);
        Ok(())
    }

    /// Goes on merging the words of a block that is full: each of them is looked up once then, and
    /// not once for every few batches.
    pub(super) fn settle_some(&mut self) -> Result<(), SearchError> {
        let next: Option<i64> = self
            .connection
            .prepare_cached("SELECT min(id) FROM block WHERE NOT settled AND id < ?1")?
            .query_row([self.newest_block()], |row| row.get(0))?;
        let Some(block) = next else { return Ok(()) };
        // At first a negative number: all of it is to be merged.
        let begun = self.settling.replace(block) == Some(block);
        let pages = if begun { MERGED } else { -MERGED };
        let before = self.connection.total_changes();
        let merge = format!("INSERT INTO block_{block} (block_{block}, rank) VALUES ('merge', ?1)");
        self.connection.execute(&merge, [pages])?;
        // So the full-text engine says that there was nothing left to do.
        if begun && self.connection.total_changes() - before < 2 {
            self.connection.execute("UPDATE block SET settled = 1 WHERE id = ?1", [block])?;
        }
        Ok(())
    }

    /// Which messages a block holds.
    fn held(&self, block: i64) -> Result<Vec<(i64, ChannelId, u64)>, SearchError> {
        let range = [self.first_of(block), self.first_of(block + 1)];
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, channel, seq FROM doc WHERE id >= ?1 AND id < ?2")?;
        let rows = statement.query_map(range, |row| {
            let seq: i64 = row.get(2)?;
            Ok((row.get(0)?, ChannelId(row.get(1)?), u64::try_from(seq).unwrap_or(0)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lets go of what is no longer kept in a block that is not the newest, once that is half of it.
    /// `first_kept` tells of each channel what is kept, and `fetch` reads it.
    pub(super) fn thin(
        &mut self,
        block: i64,
        first_kept: &dyn Fn(ChannelId) -> u64,
        fetch: Fetch<'_>,
    ) -> Result<(), SearchError> {
        let mut held = self.held(block)?;
        let docs = held.len();
        held.retain(|(_, channel, seq)| *seq >= first_kept(*channel));
        if 2 * held.len() > docs {
            return Ok(());
        }
        let places = held.iter().map(|(_, channel, seq)| (*channel, *seq)).collect();
        let kept = fetch(places)?;
        let (first, end) = (self.first_of(block), self.first_of(block + 1));
        let transaction = self.connection.transaction()?;
        transaction.execute_batch(&format!("DROP TABLE IF EXISTS block_{block}"))?;
        transaction.execute("DELETE FROM doc WHERE id >= ?1 AND id < ?2", [first, end])?;
        transaction.execute("DELETE FROM part WHERE block = ?1", [block])?;
        transaction.execute("DELETE FROM block WHERE id = ?1", [block])?;
        for ((id, channel, _), kept) in held.into_iter().zip(kept) {
            if let Some(kept) = kept {
                put(&transaction, block, id, channel, &kept)?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

/// Takes one message in.
fn put(
    connection: &Connection,
    block: i64,
    id: i64,
    channel: ChannelId,
    kept: &Kept,
) -> Result<(), SearchError> {
    begin_block(connection, block, kept.message.at)?;
    let (text, who) = terms(kept);
    connection
        .prepare_cached(&format!(
            "INSERT INTO block_{block} (rowid, text, who, place) VALUES (?1, ?2, ?3, ?4)"
        ))?
        .execute(params![id, text, who, place_term(channel)])?;
    connection.prepare_cached("INSERT INTO doc VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        id,
        channel.0,
        number(kept.message.seq),
        kept.message.at
    ])?;
    connection
        .prepare_cached(
            "INSERT INTO part VALUES (?1, ?2, 1) ON CONFLICT DO UPDATE SET docs = docs + 1",
        )?
        .execute([channel.0, block])?;
    Ok(())
}

fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// Notes one more message of a block, whose table of words comes to be with its first.
fn begin_block(connection: &Connection, block: i64, at: i64) -> Result<(), SearchError> {
    let known = connection
        .prepare_cached(
            "UPDATE block SET docs = docs + 1, first_at = min(first_at, ?2) WHERE id = ?1",
        )?
        .execute([block, at])?;
    if known == 0 {
        // The words come folded and cut: what is left to do is to split at spaces. Texts are not
        // stored once more, and nothing asks how long they are.
        connection.execute_batch(&format!(
            "CREATE VIRTUAL TABLE block_{block} USING fts5 (
                text, who, place, content = '', columnsize = 0,
                tokenize = \"ascii tokenchars '+#'\"
             )"
        ))?;
        let insert = "INSERT INTO block (id, docs, first_at) VALUES (?1, 1, ?2)";
        connection.execute(insert, [block, at])?;
    }
    Ok(())
}

/// What a message is found by: its words, and who said it.
fn terms(kept: &Kept) -> (String, String) {
    let mut text = String::with_capacity(kept.message.text.len() + 8);
    for word in words(&kept.message.text) {
        text.push_str(&word.text);
        text.push(' ');
    }
    let who = format!("{} {}", author_term(kept.author), name_term(&kept.message.from));
    (text, who)
}

fn prepare(connection: &Connection) -> Result<(), SearchError> {
    // Nobody else reads it: then nothing of it is mapped into memory, where a file that is cut off
    // would end the whole server (SQLite's WAL, "Use of WAL Without Shared-Memory").
    connection.pragma_update(None, "locking_mode", "exclusive")?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // What a power loss takes is indexed again, from the mark that is left.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

fn marks(connection: &Connection) -> Result<Marks, SearchError> {
    let mut statement = connection.prepare("SELECT channel, seq FROM mark")?;
    let rows = statement.query_map([], |row| {
        let seq: i64 = row.get(1)?;
        Ok((ChannelId(row.get(0)?), u64::try_from(seq).unwrap_or(0)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes an index away, with what SQLite keeps beside it.
pub(super) fn remove(path: &Path) -> Result<(), SearchError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        match std::fs::remove_file(PathBuf::from(file)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(SearchError::NoPlace(error.to_string()));
            }
            _ => {}
        }
    }
    Ok(())
}

impl From<rusqlite::Error> for SearchError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                Self::NoPlace(error.to_string())
            }
            _ => Self::Failed(error.to_string()),
        }
    }
}
