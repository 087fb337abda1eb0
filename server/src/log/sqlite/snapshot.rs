//! What the hub gets to know of a log when it is opened: all of it but the messages.

use chat_protocol::{Line, Nick, RoomName};
use rusqlite::Connection;

use super::seq;
use crate::log::{Account, ChannelId, LogError, PersonId, Snapshot, StoredDirect, StoredRoom};

/// Reads it.
pub(super) fn snapshot(connection: &Connection) -> Result<Snapshot, LogError> {
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
