//! Reading pages of messages out of SQLite.

use chat_protocol::{Message, Nick, Page, Text};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::log::{ChannelId, Extract, Kept, LogError, PersonId, fit_frame};

const NEWEST_FIRST: &str = "SELECT seq, at, name, text, author FROM message
    WHERE channel = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";

const OLDEST_FIRST: &str = "SELECT seq, at, name, text, author FROM message
    WHERE channel = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";

/// Reads at most `limit` messages, fewer where they are large.
pub(super) fn read(
    connection: &Connection,
    channel: ChannelId,
    page: Page,
    limit: usize,
) -> Result<Extract, LogError> {
    let (query, bound, newest) = match page {
        Page::Newest => (NEWEST_FIRST, i64::MAX, true),
        Page::Before(seq) => (NEWEST_FIRST, i64::try_from(seq).unwrap_or(i64::MAX), true),
        Page::After(seq) => (OLDEST_FIRST, i64::try_from(seq).unwrap_or(i64::MAX), false),
    };
    let mut statement = connection.prepare_cached(query)?;
    // One more than wanted tells whether there is more.
    let wanted = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![channel.0, bound, wanted])?;
    let mut messages = Vec::new();
    while let Some(row) = rows.next()? {
        messages.push(kept(row)?);
    }
    let mut more = messages.len() > limit;
    messages.truncate(limit);
    if newest {
        messages.reverse();
    }
    more |= fit_frame(&mut messages, newest);
    Ok(Extract { messages, more, first_kept: 0 })
}

/// Reads single messages.
pub(super) fn fetch(
    connection: &Connection,
    places: &[(ChannelId, u64)],
) -> Result<Vec<Option<Kept>>, LogError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, at, name, text, author FROM message WHERE channel = ?1 AND seq = ?2",
    )?;
    let mut fetch = |&(channel, seq): &(ChannelId, u64)| {
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        statement.query_row([channel.0, seq], |row| Ok(kept(row))).optional()?.transpose()
    };
    places.iter().map(&mut fetch).collect()
}

fn kept(row: &Row<'_>) -> Result<Kept, LogError> {
    let name: String = row.get(2)?;
    let text: String = row.get(3)?;
    let seq = super::seq(row.get(0)?);
    let damaged = |what: &str| LogError(format!("message {seq} has a damaged {what}"));
    let message = Message {
        seq,
        at: row.get(1)?,
        from: Nick::new(&name).map_err(|_| damaged("name"))?,
        text: Text::new(&text).map_err(|_| damaged("text"))?,
    };
    Ok(Kept { author: PersonId(row.get(4)?), message })
}
