//! The writing thread: numbers what is said, and stores a batch in one transaction.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use tokio::sync::mpsc;

use super::forget::Forgetting;
use super::{Append, seq};
use crate::log::{Account, ChannelId, LogError, Record, Said, Stored};

/// The newest number of each channel that was written to.
pub(super) type Newest = HashMap<ChannelId, i64>;

/// One transaction for each batch, until nobody can send any more.
pub(super) fn write_all(mut connection: Connection, mut appends: mpsc::Receiver<Append>) {
    let mut newest = Newest::new();
    let mut forgetting = Forgetting::default();
    while let Some(Append { records, answer }) = appends.blocking_recv() {
        let stored = write(&mut connection, &records, &mut newest);
        if stored.is_err() {
            // What the failed batch counted was rolled back with it.
            newest.clear();
        }
        // Whoever asked may have gone; the batch is stored all the same.
        answer.send(stored).ok();
        // What cannot be forgotten now is tried again with a later batch.
        forgetting.work(&mut connection, &records, &newest).ok();
    }
}

fn write(
    connection: &mut Connection,
    records: &[Record],
    newest: &mut Newest,
) -> Result<Vec<Stored>, LogError> {
    let transaction = connection.transaction()?;
    let mut stored = Vec::new();
    for record in records {
        match record {
            Record::Said(said) => stored.push(insert(&transaction, said, newest)?),
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
    newest: &mut Newest,
) -> Result<Stored, LogError> {
    let next = match newest.get(&said.channel) {
        Some(last) => last + 1,
        None => last(transaction, said.channel)? + 1,
    };
    let added = transaction
        .prepare_cached("INSERT INTO sent VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?
        .execute(params![said.author.0, said.id.as_str(), said.channel.0, next])?;
    if added == 0 {
        return stored_before(transaction, said);
    }
    transaction
        .prepare_cached("INSERT INTO message VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![
            said.channel.0,
            next,
            said.at,
            said.author.0,
            said.from.as_str(),
            said.text.as_str(),
            said.id.as_str()
        ])?;
    newest.insert(said.channel, next);
    Ok(Stored::New { seq: seq(next) })
}

fn last(transaction: &Transaction<'_>, channel: ChannelId) -> Result<i64, LogError> {
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
