//! Forgetting which ids were used, once they are too old for the same message to be sent again:
//! else what every message is looked up in would grow for ever.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::writer::Newest;
use crate::log::{ChannelId, LogError, Record};

/// A conversation's newest messages keep their ids however old they are.
const KEPT: i64 = 100_000;

/// So do those of this many milliseconds: twice the 24 hours that are promised, so that a clock
/// that is set right by less than a day in between breaks no promise.
const KEPT_FOR: i64 = 48 * 60 * 60 * 1_000;

/// Ids forgotten at a time. They lie scattered, and many at a time share their pages; who speaks
/// meanwhile waits some milliseconds.
const BATCH: i64 = 4_096;

/// How far each channel has got.
#[derive(Debug, Default)]
pub(super) struct Forgetting {
    /// When a channel's newest number reaches this, it is worth a look.
    look_at: HashMap<ChannelId, i64>,
}

impl Forgetting {
    /// Forgets a batch of ids of each channel that these records went to and that has enough.
    pub(super) fn work(
        &mut self,
        connection: &mut Connection,
        records: &[Record],
        newest: &Newest,
    ) -> Result<(), LogError> {
        let said = records.iter().filter_map(|record| match record {
            Record::Said(said) => Some((said.channel, said.at)),
            _ => None,
        });
        for (channel, now) in said {
            let Some(&newest) = newest.get(&channel) else { continue };
            let look_at = self.look_at.entry(channel).or_insert(KEPT + BATCH);
            if newest < *look_at {
                continue;
            }
            let forgotten = forget(connection, channel, newest - KEPT, now - KEPT_FOR)?;
            // Nothing was old enough: a batch later is soon enough to look again.
            *look_at = if forgotten { newest } else { newest + BATCH };
        }
        Ok(())
    }
}

/// Forgets the next batch of a channel's ids, of messages up to `end` that were said before
/// `before`; false when it is not to be had yet.
fn forget(
    connection: &mut Connection,
    channel: ChannelId,
    end: i64,
    before: i64,
) -> Result<bool, LogError> {
    let transaction = connection.transaction()?;
    let done: Option<i64> = transaction
        .prepare_cached("SELECT seq FROM forgotten WHERE channel = ?1")?
        .query_row([channel.0], |row| row.get(0))
        .optional()?;
    let start = done.unwrap_or(0);
    let upto = start + BATCH;
    let at: Option<i64> = transaction
        .prepare_cached("SELECT at FROM message WHERE channel = ?1 AND seq = ?2")?
        .query_row([channel.0, upto], |row| row.get(0))
        .optional()?;
    let old = at.is_some_and(|at| at < before);
    if upto > end || !old {
        return Ok(false);
    }
    transaction
        .prepare_cached(
            "DELETE FROM sent WHERE (author, id) IN
                 (SELECT author, id FROM message WHERE channel = ?1 AND seq > ?2 AND seq <= ?3)",
        )?
        .execute([channel.0, start, upto])?;
    transaction
        .prepare_cached("INSERT OR REPLACE INTO forgotten VALUES (?1, ?2)")?
        .execute(params![channel.0, upto])?;
    transaction.commit()?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Said;
    use crate::log::sqlite::schema;

    const LOBBY: ChannelId = ChannelId(1);

    /// A log with so many messages, one a millisecond.
    fn filled(messages: i64) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        for number in 1..=messages {
            let id = format!("id-{number}");
            connection
                .prepare_cached("INSERT INTO message VALUES (1, ?1, ?1, 7, 'ann', 'x', ?2)")
                .unwrap()
                .execute(params![number, id])
                .unwrap();
            connection
                .prepare_cached("INSERT INTO sent VALUES (7, ?1, 1, ?2)")
                .unwrap()
                .execute(params![id, number])
                .unwrap();
        }
        connection
    }

    /// The first number whose id is known, and how many are.
    fn known(connection: &Connection) -> (i64, i64) {
        connection
            .query_row("SELECT min(seq), count(*) FROM sent", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap()
    }

    #[test]
    fn old_ids_are_forgotten_in_batches_and_newer_ones_kept() {
        let mut connection = filled(10_000);
        let mut forget = |end, before| {
            let forgotten = forget(&mut connection, LOBBY, end, before).unwrap();
            assert_eq!(known(&connection).0 + known(&connection).1, 10_001);
            (forgotten, known(&connection).0)
        };
        assert_eq!(forget(9_000, BATCH), (false, 1), "the last of the batch is too new");
        assert_eq!(forget(9_000, BATCH + 1), (true, BATCH + 1));
        assert_eq!(
            forget(2 * BATCH - 1, 20_000),
            (false, BATCH + 1),
            "too few are beyond the last"
        );
        assert_eq!(forget(2 * BATCH, 20_000), (true, 2 * BATCH + 1));
    }

    #[test]
    fn a_channel_is_looked_at_when_it_has_enough() {
        let Record::Said(said) = crate::log::tests::said(LOBBY, 7, "new", "x") else {
            panic!("another record");
        };
        let said = Record::Said(Said { at: KEPT_FOR + 10_000, ..said });
        let mut connection = filled(5_000);
        let mut forgetting = Forgetting::default();
        let mut work = |newest| {
            let newest = Newest::from([(LOBBY, newest)]);
            forgetting.work(&mut connection, std::slice::from_ref(&said), &newest).unwrap();
            known(&connection).1
        };
        assert_eq!(work(KEPT + BATCH - 1), 5_000);
        assert_eq!(work(KEPT + BATCH), 5_000 - BATCH);
        assert_eq!(work(KEPT + BATCH + 1), 5_000 - BATCH);
    }
}
