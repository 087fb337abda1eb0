//! How the database is opened: its settings, and the steps that bring an older one up to date.

use rusqlite::Connection;

use super::Durability;
use crate::log::LogError;

/// How long a batch waits for another program that holds the database, a backup say, before its
/// messages are refused. Everybody waits with it.
const BUSY: std::time::Duration = std::time::Duration::from_secs(1);

/// Pages that the writing connection keeps in memory at most, in KiB: those in which the ids of a
/// hundred thousand messages lie scattered among them.
const CACHE_KIB: i64 = 16 * 1024;

/// The schema, step by step: `PRAGMA user_version` counts the steps taken.
const MIGRATIONS: &[&str] =
    &[include_str!("../migrations/001.sql"), include_str!("../migrations/002.sql")];

/// Settings of the connection that writes.
pub(super) fn prepare(connection: &Connection, durability: Durability) -> Result<(), LogError> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    let synchronous = match durability {
        Durability::Disk => "full",
        Durability::Os => "normal",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // Bounds what the write-ahead log keeps of the disk after a large batch.
    connection.pragma_update(None, "journal_size_limit", 16 * 1024 * 1024)?;
    Ok(())
}

/// Takes the steps that were not taken yet.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), LogError> {
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
