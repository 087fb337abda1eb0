//! A search through the index: block by block, the newest first, until a page is full or the work
//! that one search may cause is done. What the index proposes is read from the log, and the query
//! has the last word: so hits are what a reader would mark in the text, and what is no longer kept
//! is not found.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use chat_protocol::limit;
use rusqlite::{CachedStatement, params};

use super::index::Index;
use super::terms::{all_of, any_of, author_term, name_term, place_term};
use super::{Found, SearchError, Wanted};
use crate::log::{ChannelId, Kept, frame_bytes};

/// How long one search works before it answers what it has found so far.
const WORK: Duration = Duration::from_millis(50);

/// Messages that are read from the log at a time.
const READ: usize = 64;

/// If people and places leave no more than so many messages of a block, their texts are looked at
/// without asking for words: that is cheaper than a common beginning of words.
const FEW: usize = 48;

/// The part of a block that must be one's own so that the index is not asked for its places: what
/// is others' is passed over as it comes.
const MOSTLY: i64 = 4;

/// What a hit takes of a frame besides its message: the longest names of rooms and people.
const HIT_BYTES: usize = 320;

/// Reads single messages from the log.
pub(super) type Fetch<'a> =
    &'a mut dyn FnMut(Vec<(ChannelId, u64)>) -> Result<Vec<Option<Kept>>, SearchError>;

/// A message that may be a hit.
struct Candidate {
    id: i64,
    channel: ChannelId,
    seq: u64,
}

/// Whether to look on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Go {
    On,
    /// The page is full, or enough was done.
    Stop,
}

/// One search on its way.
pub(super) struct Scan<'a> {
    index: &'a Index,
    wanted: &'a Wanted,
    fetch: Fetch<'a>,
    /// What the index is asked for of the words.
    words: Option<String>,
    /// What the index is asked for of the people.
    people: Option<String>,
    /// Only what is older than this is looked at.
    bound: i64,
    until: Instant,
    bytes_left: usize,
    /// The conversations of the block that is looked at.
    ours: HashSet<ChannelId>,
    hits: Vec<(ChannelId, Kept)>,
}

impl<'a> Scan<'a> {
    /// Looks for it; whether everything was indexed is for the caller to say.
    pub(super) fn run(
        index: &'a Index,
        wanted: &'a Wanted,
        fetch: Fetch<'a>,
    ) -> Result<Found, SearchError> {
        let names = wanted.query.from.iter().map(name_term);
        let people: Vec<String> =
            names.chain(wanted.authors.iter().map(|person| author_term(*person))).collect();
        let bound = match &wanted.cursor {
            Some(cursor) => read_cursor(cursor, index.generation).ok_or(SearchError::Stale)?,
            None => i64::MAX,
        };
        let mut scan = Self {
            index,
            wanted,
            fetch,
            words: all_of(&wanted.query),
            people: any_of("who", &people),
            bound,
            until: Instant::now() + WORK,
            bytes_left: limit::HISTORY_BYTES,
            ours: HashSet::new(),
            hits: Vec::new(),
        };
        let all = wanted.query.is_empty() || scan.blocks()? == Go::On;
        let next = (!all).then(|| write_cursor(index.generation, scan.bound));
        Ok(Found { hits: scan.hits, next, complete: false })
    }

    fn blocks(&mut self) -> Result<Go, SearchError> {
        let places = self.places()?;
        let mut blocks: Vec<i64> = places.keys().copied().collect();
        blocks.sort_unstable_by(|one, other| other.cmp(one));
        blocks.retain(|block| self.index.first_of(*block) < self.bound);
        for (number, block) in blocks.into_iter().enumerate() {
            if number > 0 && Instant::now() >= self.until {
                return Ok(Go::Stop);
            }
            if self.block(block, &places[&block])? == Go::Stop {
                return Ok(Go::Stop);
            }
            self.bound = self.bound.min(self.index.first_of(block));
        }
        Ok(Go::On)
    }

    /// Which of the conversations each block has messages of, and how many.
    fn places(&self) -> Result<HashMap<i64, Vec<(ChannelId, i64)>>, SearchError> {
        let mut places: HashMap<i64, Vec<(ChannelId, i64)>> = HashMap::new();
        let newest = self.index.block_of(self.bound);
        let mut statement = self
            .index
            .connection
            .prepare_cached("SELECT block, docs FROM part WHERE channel = ?1 AND block <= ?2")?;
        // Each once: they are counted.
        let channels: BTreeSet<ChannelId> = self.wanted.channels.iter().copied().collect();
        for channel in channels {
            let mut rows = statement.query([channel.0, newest])?;
            while let Some(row) = rows.next()? {
                places.entry(row.get(0)?).or_default().push((channel, row.get(1)?));
            }
        }
        Ok(places)
    }

    fn block(&mut self, block: i64, places: &[(ChannelId, i64)]) -> Result<Go, SearchError> {
        let (docs, first_at): (i64, i64) = self
            .index
            .connection
            .prepare_cached("SELECT docs, first_at FROM block WHERE id = ?1")?
            .query_row([block], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if self.wanted.before.is_some_and(|before| first_at >= before) {
            return Ok(Go::On);
        }
        let ours: i64 = places.iter().map(|(_, docs)| docs).sum();
        self.ours = places.iter().map(|(channel, _)| *channel).collect();
        let places: Vec<String> = places.iter().map(|(channel, _)| place_term(*channel)).collect();
        let places = (ours * MOSTLY < docs).then(|| any_of("place", &places)).flatten();
        let few = usize::try_from(ours).is_ok_and(|ours| ours <= FEW) && places.is_some();
        let who_where = and(self.people.clone(), places);
        if self.words.is_some() && (few || self.people.is_some()) {
            let mut statement = self.candidates(block, true)?;
            let mut rows = self.ask(&mut statement, block, who_where.as_deref())?;
            let mut few = Vec::new();
            while few.len() <= FEW
                && let Some(row) = rows.next()?
            {
                few.push(candidate(row)?);
            }
            drop(rows);
            if few.len() <= FEW {
                return self.judge(few);
            }
        }
        self.look_through(block, and(self.words.clone(), who_where).as_deref())
    }

    /// Judges all that the index proposes in a block, as it comes.
    fn look_through(&mut self, block: i64, asked: Option<&str>) -> Result<Go, SearchError> {
        let mut statement = self.candidates(block, asked.is_some())?;
        let mut rows = self.ask(&mut statement, block, asked)?;
        let mut some = Vec::new();
        while let Some(row) = rows.next()? {
            some.push(candidate(row)?);
            if some.len() == READ && self.judge(std::mem::take(&mut some))? == Go::Stop {
                return Ok(Go::Stop);
            }
        }
        self.judge(some)
    }

    /// The statement that proposes messages of a block, asked for something or for all of it.
    fn candidates(&self, block: i64, asked: bool) -> Result<CachedStatement<'a>, SearchError> {
        const WHERE: &str = "doc.id < ?1 AND doc.id >= ?2 AND doc.at < ?3";
        let query = if asked {
            format!(
                "SELECT doc.id, doc.channel, doc.seq FROM block_{block} AS words
                 CROSS JOIN doc ON doc.id = words.rowid
                 WHERE words.rowid < ?1 AND {WHERE} AND block_{block} MATCH ?4
                 ORDER BY words.rowid DESC"
            )
        } else {
            format!("SELECT id, channel, seq FROM doc WHERE {WHERE} ORDER BY id DESC")
        };
        Ok(self.index.connection.prepare_cached(&query)?)
    }

    fn ask<'s>(
        &self,
        statement: &'s mut CachedStatement<'a>,
        block: i64,
        asked: Option<&str>,
    ) -> Result<rusqlite::Rows<'s>, SearchError> {
        let bound = self.bound.min(self.index.first_of(block + 1));
        let before = self.wanted.before.unwrap_or(i64::MAX);
        Ok(match asked {
            Some(asked) => {
                statement.query(params![bound, self.index.first_of(block), before, asked])?
            }
            None => statement.query(params![bound, self.index.first_of(block), before])?,
        })
    }

    /// Reads what the index proposes, and keeps what is looked for.
    fn judge(&mut self, mut some: Vec<Candidate>) -> Result<Go, SearchError> {
        let last = some.last().map(|candidate| candidate.id);
        some.retain(|candidate| self.ours.contains(&candidate.channel));
        let places = some.iter().map(|candidate| (candidate.channel, candidate.seq)).collect();
        let fetched = (self.fetch)(places)?;
        for (candidate, kept) in some.iter().zip(fetched) {
            // It may be no longer kept.
            if let Some(kept) = kept.filter(|kept| self.wanted.query.matches(&kept.message.text)) {
                let bytes = frame_bytes(&kept.message) + HIT_BYTES;
                let fits = bytes <= self.bytes_left || self.hits.is_empty();
                if self.hits.len() == self.wanted.limit || !fits {
                    return Ok(Go::Stop);
                }
                self.bytes_left = self.bytes_left.saturating_sub(bytes);
                self.hits.push((candidate.channel, kept));
            }
            self.bound = candidate.id;
        }
        self.bound = last.unwrap_or(self.bound);
        let done = last.is_some() && Instant::now() >= self.until;
        Ok(if done { Go::Stop } else { Go::On })
    }
}

fn candidate(row: &rusqlite::Row<'_>) -> Result<Candidate, SearchError> {
    let seq: i64 = row.get(2)?;
    let seq = u64::try_from(seq).unwrap_or(0);
    Ok(Candidate { id: row.get(0)?, channel: ChannelId(row.get(1)?), seq })
}

/// Both, where there are two.
fn and(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one} AND {other}")),
        (one, other) => one.or(other),
    }
}

fn write_cursor(generation: i64, bound: i64) -> String {
    format!("{generation:x}-{bound}")
}

/// Where to go on, if the cursor is this index's.
fn read_cursor(cursor: &str, generation: i64) -> Option<i64> {
    let (of, bound) = cursor.split_once('-')?;
    let of = i64::from_str_radix(of, 16).ok()?;
    bound.parse().ok().filter(|_| of == generation)
}
