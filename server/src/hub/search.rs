//! Searching: what somebody may read is decided here, when they ask and once more when they are
//! answered; finding it is others' work.

use std::collections::HashMap;

use chat_protocol::event::{Hit, SearchPage};
use chat_protocol::message::Conversation;
use chat_protocol::{Code, Event, Line, Query, Refusal, Search};
use futures::FutureExt;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use super::catch_up::ReadDone;
use super::directs::{Direct, pair};
use super::state::Hub;
use super::{ConnId, Permit};
use crate::log::{ChannelId, Kept, PersonId};
use crate::search::{Found, SearchError, Wanted};

/// What somebody may read, and as what they know it.
pub(super) type Readable = HashMap<ChannelId, Conversation>;

/// A search that has been answered.
pub(super) struct Searched {
    query: Line,
    readable: Readable,
    found: Result<Found, SearchError>,
    _permit: Permit,
}

impl Hub {
    /// Has something looked for in all that this person may read.
    pub(super) fn search(
        &mut self,
        conn: ConnId,
        person: PersonId,
        search: Search,
        permit: Permit,
    ) {
        let Search { query: typed, limit, before, offset } = search;
        let query = Query::parse(&typed);
        let readable = self.readable(person, &query.rooms);
        let wanted = Wanted {
            authors: query.from.iter().filter_map(|name| self.people.find(name)).collect(),
            channels: readable.keys().copied().collect(),
            before: query.before.map(|day| beginning_of(day, offset)),
            cursor: before.map(|before| before.to_string()),
            limit,
            query,
        };
        let found = self.finder.find(wanted);
        let done = async move {
            let found = found.await;
            let searched = Searched { query: typed, readable, found, _permit: permit };
            ReadDone::Search(conn, searched)
        };
        self.reads.push(done.boxed());
    }

    /// The rooms that somebody is in and their directs, or those of them that are named.
    fn readable(&self, person: PersonId, named: &[Conversation]) -> Readable {
        let Some(known) = self.people.get(person) else { return Readable::new() };
        let room = |key| {
            let room = self.conversations.rooms.get(key)?;
            Some((room.channel, Conversation::Room(room.name.clone())))
        };
        let directs = &self.conversations.directs;
        let direct = |(other, direct): (PersonId, &Direct)| {
            let name = self.people.get(other)?.name.clone();
            Some((direct.channel, Conversation::Direct(name)))
        };
        if named.is_empty() {
            let directs = directs.of(person).filter_map(direct);
            return known.rooms.iter().filter_map(room).chain(directs).collect();
        }
        let named = named.iter().filter_map(|one| match one {
            Conversation::Room(name) => known.rooms.get(&name.key()).and_then(room),
            Conversation::Direct(name) => {
                let other = self.people.find(name)?;
                direct((other, directs.get(&pair(person, other))?))
            }
        });
        named.collect()
    }

    /// Tells what was found.
    pub(super) fn searched(&mut self, conn: ConnId, searched: Searched) {
        let Searched { query, readable, found, _permit } = searched;
        let Some((person, _)) = self.person_of(conn) else { return };
        let event = match found {
            Ok(Found { hits, next, complete }) => {
                let hits = hits.into_iter().filter_map(|(channel, kept)| {
                    self.hit(person, channel, readable.get(&channel)?, kept)
                });
                let hits = hits.collect();
                let next = next.map(Line::from);
                Event::Search(SearchPage { query, hits, next, complete })
            }
            Err(error @ SearchError::Stale) => {
                Event::Error(Refusal::new(Code::LogChanged, error.to_string()))
            }
            Err(error) => {
                self.about.console.trouble(&format!("nothing can be searched: {error}"));
                let text = "the server cannot search now: try again later";
                Event::Error(Refusal::new(Code::NotStored, text))
            }
        };
        self.tell(conn, &event);
    }

    /// A message as this person would read it now; `None` if they have left its room meanwhile.
    fn hit(
        &self,
        person: PersonId,
        channel: ChannelId,
        room: &Conversation,
        kept: Kept,
    ) -> Option<Hit> {
        let Kept { author, mut message } = kept;
        match room {
            Conversation::Room(name) => {
                let known = self.people.get(person)?;
                let room = self.conversations.rooms.get(known.rooms.get(&name.key())?)?;
                (room.channel == channel).then_some(())?;
            }
            // Between two people, the names of today.
            Conversation::Direct(_) => {
                if let Some(author) = self.people.get(author) {
                    message.from = author.name.clone();
                }
            }
        }
        Some(Hit { room: room.clone(), message })
    }
}

/// When a day begins, in Unix milliseconds; `offset` is in minutes east of UTC.
fn beginning_of(day: Date, offset: Option<i32>) -> i64 {
    let fixed = offset.and_then(|minutes| Offset::from_seconds(minutes * 60).ok());
    let zone = fixed.map_or_else(TimeZone::system, TimeZone::fixed);
    // A day at the very end of time has all before it.
    day.to_zoned(zone).map_or(i64::MAX, |begins| begins.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_asker_is() {
        let check = |day: &str, offset, expected: &str| {
            let expected: jiff::Timestamp = expected.parse().unwrap();
            let begins = beginning_of(day.parse().unwrap(), Some(offset));
            assert_eq!(begins, expected.as_millisecond(), "{day} at {offset}");
        };
        check("2026-11-01", 0, "2026-11-01T00:00:00Z");
        check("2026-11-01", 120, "2026-10-31T22:00:00Z");
        check("2026-11-01", -330, "2026-11-01T05:30:00Z");
        assert_eq!(beginning_of(Date::MAX, Some(-1_440)), i64::MAX);
    }
}
