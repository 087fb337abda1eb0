//! A conversation's messages and notices in their order, and which part of the numbering is known.
//! Nothing here wraps text when a message arrives; what is seen of it is worked out in `page`.

use std::collections::{BTreeSet, VecDeque};

use chat_protocol::{Message, Nick, Text};

use super::days::Days;
use super::entry::{Body, Entry, Key, Presence, Tone};
use super::excerpt::Excerpt;
use super::reader::Reader;

/// Entries kept while the reader is at the bottom; older messages can be fetched again.
const KEEP: usize = 5_000;

/// Entries beyond [`KEEP`] before some are dropped, so that this is not done at every message.
const SLACK: usize = 500;

/// Entries kept at most while the reader is somewhere in the history.
const KEEP_READING: usize = 50_000;

/// Pages asked for in a row that do not fill the screen, because who wrote them is ignored. After
/// these the reader says whether to go on.
const PAGES_IN_A_ROW: usize = 4;

/// Numbers known out of order before the hole below them is given up.
const LOOSE_MOST: usize = 1_000;

/// One conversation's entries.
#[derive(Debug, Default)]
pub(crate) struct Scrollback {
    pub(super) entries: VecDeque<Entry>,
    pub(super) reader: Reader,
    pub(super) days: Days,
    known: Known,
    /// How many entries at the end are on their way.
    unsent: usize,
    /// Counts notices, to order those behind the same message.
    notices: u32,
    /// What has a higher number than this was not seen yet when it came, or when the reader left.
    pub(super) unread_after: Option<u64>,
    /// The last notice of the link.
    news: Option<LinkNews>,
    pub(super) excerpt: Excerpt,
    /// Columns of the longest name of all who have written here.
    widest_author: usize,
}

/// A notice of the link, which the next one replaces while nothing stands behind it: a link that
/// breaks again and again does not push what people say off the screen.
#[derive(Clone, Copy, Debug)]
struct LinkNews {
    key: Key,
    /// How often the link broke since something else was told.
    breaks: usize,
    down: bool,
}

/// Which numbers are known.
#[derive(Debug, Default)]
struct Known {
    /// The end of the newest part without a hole: resuming behind it misses nothing.
    solid: Option<u64>,
    /// Numbers known above a hole, such as of an own message acknowledged before what came first.
    loose: BTreeSet<u64>,
    /// The lowest number known.
    first: Option<u64>,
    /// Whether the server has older ones.
    older: bool,
    /// The page that has been asked for.
    fetching: Option<Wanted>,
    /// Whether the last one could not be read: the reader asks again, not we.
    failed: bool,
    /// How many were asked for since the screen was full, or the reader did something.
    in_a_row: usize,
}

/// Which page of history is wanted next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Newest,
    Before(u64),
    After(u64),
}

impl Scrollback {
    /// On entering: the newest number is `last`. Changes nothing when numbers are known.
    pub(crate) fn expect(&mut self, last: u64) {
        if self.known.solid.is_none() {
            self.known.solid = Some(last);
            self.known.older = last > 0;
        }
    }

    /// From this message on, nothing is read. What was known to be unread before stays so.
    pub(crate) fn unread_from(&mut self, seq: u64) {
        self.unread_after.get_or_insert(seq.saturating_sub(1));
    }

    /// Everything was read: the rule above what was new goes away.
    pub(crate) fn forget_unread(&mut self) {
        self.unread_after = None;
    }

    /// The number behind which something is unread, or was until the reader leaves.
    pub(crate) fn unread_after(&self) -> Option<u64> {
        self.unread_after
    }

    /// Whether the reader sees the newest message.
    pub(crate) fn is_read(&self) -> bool {
        self.reader.is_at_bottom() && !self.is_landing()
    }

    /// The lowest number known.
    pub(super) fn first_known(&self) -> Option<u64> {
        self.known.first
    }

    /// Whether older messages than those known can be fetched.
    pub(super) fn is_open(&self) -> bool {
        self.known.older
    }

    /// Whether any message of a known number is here.
    pub(crate) fn has_numbers(&self) -> bool {
        self.known.first.is_some()
    }

    /// The newest number is `last`, and what is missed before it will not be told: it has to be
    /// fetched.
    pub(crate) fn skip_to(&mut self, last: u64) {
        if self.known.solid.is_some_and(|solid| last > solid) {
            self.drop_numbered();
        }
        self.expect(last);
    }

    /// The number behind which nothing is known, or `None` when no number is.
    pub(crate) fn resume_after(&self) -> Option<u64> {
        self.known.solid
    }

    /// Takes a message that was just published; `false` when it was known.
    pub(crate) fn take_live(&mut self, message: Message) -> bool {
        let fresh = self.take_quietly(message);
        if fresh {
            self.reader.arrived();
        }
        fresh
    }

    /// Takes a message that was just published and is no news to the reader, who wrote it at another
    /// device or does not want to see it; `false` when it was known.
    pub(crate) fn take_quietly(&mut self, message: Message) -> bool {
        let (seq, before) = (message.seq, message.seq.saturating_sub(1));
        if self.known.solid.is_none() {
            self.expect(before);
        }
        let fresh = self.insert(message);
        if fresh {
            self.advance(seq);
            self.trim();
        }
        fresh
    }

    /// Columns of the longest name of all who have written here, whether or not they are gone.
    pub(crate) fn widest_author(&self) -> usize {
        self.widest_author
    }

    /// Whether a message of this number would be news.
    pub(crate) fn is_news(&self, seq: u64) -> bool {
        self.known.solid.is_none_or(|solid| seq > solid) && self.find(Key::stored(seq)).is_err()
    }

    /// Takes a page of history; `more` says whether there is more in its direction.
    pub(crate) fn take_page(&mut self, messages: Vec<Message>, more: bool) {
        let Some(messages) = self.take_around(messages, more) else { return };
        let asked = std::mem::take(&mut self.known.fetching);
        self.known.failed = false;
        let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
            self.known.older &= asked.is_none();
            self.known.solid.get_or_insert(0);
            return;
        };
        let (first, last) = (first.seq, last.seq);
        let apart = self.known.solid.is_some_and(|solid| first > solid.saturating_add(1));
        if apart {
            self.drop_numbered();
        }
        let new_ground = self.known.solid.is_none();
        self.known.solid.get_or_insert(last);
        let lowest = self.known.first;
        for message in messages {
            let seq = message.seq;
            if self.insert(message) {
                self.advance(seq);
            }
        }
        if asked.is_some() || new_ground {
            // The newest page may be overtaken by what it would have told; any other that tells
            // nothing new would be asked for again and again.
            let newest = asked == Some(Wanted::Newest);
            let goes_on = newest || lowest.is_none_or(|lowest| first < lowest);
            self.known.older = more && goes_on && first > 1;
        }
        // Even at the bottom this is history that somebody wants to read.
        self.trim_to(KEEP_READING);
    }

    /// Forgets every number and what they stood for; what is on its way stays.
    pub(crate) fn drop_numbered(&mut self) {
        self.forget_excerpt();
        self.entries.drain(..self.entries.len() - self.unsent);
        self.known = Known::default();
        self.unread_after = None;
        self.reader.begin_anew();
    }

    /// Gives the numbers up, and keeps what was said under them to be read; whether there was
    /// anything.
    pub(crate) fn retire(&mut self) -> bool {
        self.leave_excerpt();
        self.forget_excerpt();
        let numbered = self.entries.len() - self.unsent;
        for entry in self.entries.iter_mut().take(numbered) {
            self.notices += 1;
            entry.rename(Key { seq: 0, sub: self.notices });
        }
        self.known = Known::default();
        self.unread_after = None;
        self.reader.begin_anew();
        numbered > 0
    }

    /// The server no longer keeps what is before `first`: a hole that will never be filled.
    pub(crate) fn gap(&mut self, first: u64) {
        let known = &mut self.known;
        known.fetching = None;
        if known.solid.is_some_and(|solid| first > solid.saturating_add(1)) {
            known.solid = Some(first - 1);
        } else {
            known.older = false;
        }
    }

    /// The page to ask for now, if one is wanted; the asking is noted.
    pub(crate) fn ask_older(&mut self) -> Option<Wanted> {
        if !self.is_near_top() {
            self.known.in_a_row = 0;
            return None;
        }
        let known = &self.known;
        let enough = known.in_a_row >= PAGES_IN_A_ROW || self.entries.len() >= KEEP_READING;
        if !known.older
            || known.fetching.is_some()
            || known.failed
            || enough
            || self.is_asking_around()
        {
            return None;
        }
        self.known.in_a_row += 1;
        self.known.fetching = Some(self.known.first.map_or(Wanted::Newest, Wanted::Before));
        self.known.fetching
    }

    /// Whether the newest page is to be asked for although nobody is there to read it; the asking
    /// is noted.
    pub(crate) fn ask_newest(&mut self) -> bool {
        let free = !self.is_asking_around();
        let known = &mut self.known;
        let wanted = free && known.older && known.fetching.is_none() && known.first.is_none();
        if wanted {
            known.fetching = Some(Wanted::Newest);
        }
        wanted
    }

    /// Whether a page has been asked for, and has not come.
    pub(super) fn is_fetching(&self) -> bool {
        self.known.fetching.is_some()
    }

    /// Whatever was asked for will not be answered any more.
    pub(crate) fn forget_asking(&mut self) {
        self.known.fetching = None;
        self.forget_asking_around();
        self.want_older();
    }

    /// The page asked for cannot be read; `false` when none was asked for. Another is not asked
    /// for before the reader does something, so that nobody asks all the time.
    pub(crate) fn page_failed(&mut self) -> bool {
        if self.page_around_failed() {
            return true;
        }
        let asked = self.known.fetching.take().is_some();
        self.known.failed |= asked;
        asked
    }

    /// The reader wants to see older messages: what failed may be asked for again, and what did not
    /// fill the screen be gone on with.
    pub(crate) fn want_older(&mut self) {
        (self.known.failed, self.known.in_a_row) = (false, 0);
        self.want_around();
    }

    /// Everything from `first` to `last` is here, right before what was known until now.
    pub(super) fn reach_back_to(&mut self, first: u64, last: u64, older: bool) {
        let known = &mut self.known;
        known.solid.get_or_insert(last);
        known.first = Some(known.first.map_or(first, |lowest| lowest.min(first)));
        known.older = older;
        self.trim_to(KEEP_READING);
    }

    /// Shows a message that is on its way.
    pub(crate) fn push_unsent(&mut self, local: u32, at: i64, from: Nick, text: Text) {
        // Who speaks has read what is on the screen.
        if self.is_read() {
            self.unread_after = None;
        }
        let body = Body::Said { from, text, trouble: None };
        // One that comes back after a refusal stands before those written later.
        let index = self.find(Key::unsent(local)).unwrap_or_else(|index| index);
        self.entries.insert(index, Entry::new(Key::unsent(local), at, body));
        self.unsent += 1;
    }

    /// Takes over what is on its way in another conversation; returns the local numbers.
    pub(crate) fn adopt_unsent(&mut self, mut other: Self) -> Vec<u32> {
        let theirs = other.entries.split_off(other.entries.len() - other.unsent);
        let locals: Vec<u32> = theirs.iter().map(|entry| entry.key.sub).collect();
        let mut all = self.entries.split_off(self.entries.len() - self.unsent);
        all.extend(theirs);
        all.make_contiguous().sort_by_key(|entry| entry.key);
        self.unsent = all.len();
        self.entries.extend(all);
        locals
    }

    /// Whether nothing is here but one message on its way.
    pub(crate) fn holds_only(&self, local: u32) -> bool {
        self.known.first.is_none()
            && !self.known.older
            && self.unsent == 1
            && self.find(Key::unsent(local)).is_ok()
    }

    /// A message that was on its way is stored.
    pub(crate) fn settle(&mut self, local: u32, seq: u64, at: i64) {
        let Some(entry) = self.take_unsent(local) else { return };
        let Body::Said { from, text, .. } = entry.body else { return };
        self.expect(seq.saturating_sub(1));
        if self.insert(Message { seq, from, at, text }) {
            self.advance(seq);
            self.trim();
        }
        self.reader.follow(Key::unsent(local), Key::stored(seq));
    }

    /// A message that is on its way was refused, or, without words, will be tried again.
    pub(crate) fn mark(&mut self, local: u32, words: Option<String>) {
        let index = self.find(Key::unsent(local));
        let Some(entry) = index.ok().and_then(|index| self.entries.get_mut(index)) else { return };
        if let Body::Said { trouble, .. } = entry.body_mut() {
            *trouble = words;
        }
    }

    /// A message was refused for good: it stays where it is now, and scrolls away with the rest.
    pub(crate) fn give_up(&mut self, local: u32, words: String) {
        let Some(mut entry) = self.take_unsent(local) else { return };
        if let Body::Said { trouble, .. } = entry.body_mut() {
            *trouble = Some(words);
        }
        entry.key = self.notice_key();
        self.reader.follow(Key::unsent(local), entry.key);
        let end = self.entries.len() - self.unsent;
        self.entries.insert(end, entry);
    }

    /// Adds a line of the client's own.
    pub(crate) fn notice(&mut self, at: i64, tone: Tone, text: String) {
        let entry = Entry::new(self.notice_key(), at, Body::Notice { text, tone });
        let end = self.entries.len() - self.unsent;
        self.entries.insert(end, entry);
        self.trim();
    }

    /// Tells that the link broke.
    pub(crate) fn link_broke(&mut self, at: i64, text: String) {
        let breaks = self.last_news().map_or(0, |news| news.breaks) + 1;
        self.link_news(
            at,
            Tone::Trouble,
            text,
            LinkNews { key: Key::stored(0), breaks, down: true },
        );
    }

    /// Tells that the link is back, in place of that it broke, where this was told last; `None`
    /// where it was not. The words depend on how often the link broke meanwhile.
    pub(crate) fn link_came_back(
        &mut self,
        at: i64,
        words: impl FnOnce(usize) -> String,
    ) -> Option<()> {
        let news = self.last_news().filter(|news| news.down)?;
        let back = LinkNews { down: false, ..news };
        self.link_news(at, Tone::Quiet, words(news.breaks), back);
        Some(())
    }

    /// The notice of the link that stands behind everything but what is on its way.
    fn last_news(&self) -> Option<LinkNews> {
        let end = self.entries.len() - self.unsent;
        let last = end.checked_sub(1).and_then(|last| self.entries.get(last))?;
        self.news.filter(|news| news.key == last.key)
    }

    fn link_news(&mut self, at: i64, tone: Tone, text: String, news: LinkNews) {
        if self.last_news().is_none() {
            self.notice(at, tone, text);
        } else if let end @ 1.. = self.entries.len() - self.unsent {
            let entry = &mut self.entries[end - 1];
            entry.at = at;
            *entry.body_mut() = Body::Notice { text, tone };
        }
        let end = self.entries.len() - self.unsent;
        self.news = end.checked_sub(1).map(|last| LinkNews { key: self.entries[last].key, ..news });
    }

    /// Tells that people came or went, in one line with those who did before them.
    pub(crate) fn presence(&mut self, at: i64, names: &[Nick], joined: bool) {
        let end = self.entries.len() - self.unsent;
        let last = end.checked_sub(1).and_then(|last| self.entries.get_mut(last));
        if let Some(entry) = last.filter(|entry| matches!(entry.body, Body::Presence(_))) {
            if let Body::Presence(presence) = entry.body_mut() {
                presence.change(names, joined);
            }
            return;
        }
        let mut presence = Presence::default();
        presence.change(names, joined);
        let entry = Entry::new(self.notice_key(), at, Body::Presence(presence));
        self.entries.insert(end, entry);
        self.trim();
    }

    /// Everything there is, in its order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(crate) fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// Whether nobody has said anything here, as far as is known.
    pub(crate) fn is_silent(&self) -> bool {
        let told = |entry: &Entry| matches!(entry.body, Body::Notice { tone: Tone::Server, .. });
        let empty = self.known.first.is_none() && !self.known.older && self.unsent == 0;
        empty && !self.entries.iter().any(told)
    }

    /// People who spoke lately, the latest first; each once, at most `most` of them.
    pub(crate) fn recent_authors(&self, most: usize) -> Vec<&Nick> {
        let mut names: Vec<&Nick> = Vec::new();
        let entries = self.visible(0..self.entries.len()).rev().take(200);
        for name in entries.filter_map(|(_, entry)| entry.author()) {
            if !names.contains(&name) && names.len() < most {
                names.push(name);
            }
        }
        names
    }

    /// Whether no number is known that could be of another log.
    pub(crate) fn is_unnumbered(&self) -> bool {
        self.known.first.is_none() && self.known.solid.unwrap_or(0) == 0
    }

    pub(super) fn find(&self, key: Key) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.key.cmp(&key))
    }

    fn take_unsent(&mut self, local: u32) -> Option<Entry> {
        let index = self.find(Key::unsent(local)).ok()?;
        self.unsent -= 1;
        self.entries.remove(index)
    }

    /// Puts a stored message into its place; `false` when it is there, or has no valid number.
    pub(super) fn insert(&mut self, message: Message) -> bool {
        if message.seq == 0 || message.seq > u64::MAX / 2 {
            return false;
        }
        let key = Key::stored(message.seq);
        let end = self.entries.len() - self.unsent;
        let newest = end.checked_sub(1).is_none_or(|last| self.entries[last].key < key);
        let index = match newest.then_some(end) {
            Some(end) => end,
            None => match self.find(key) {
                Ok(_) => return false,
                Err(index) => index,
            },
        };
        self.widest_author = self.widest_author.max(crate::cells::width(message.from.as_str()));
        let body = Body::Said { from: message.from, text: message.text, trouble: None };
        self.entries.insert(index, Entry::new(key, message.at, body));
        true
    }

    fn advance(&mut self, seq: u64) {
        let known = &mut self.known;
        known.first = Some(known.first.map_or(seq, |first| first.min(seq)));
        let mut solid = known.solid.unwrap_or(0);
        if seq > solid.saturating_add(1) {
            known.loose.insert(seq);
            if known.loose.len() > LOOSE_MOST {
                solid = seq;
                known.loose.clear();
            }
        } else if seq > solid {
            solid = seq;
            while known.loose.first() == Some(&(solid + 1)) {
                known.loose.pop_first();
                solid += 1;
            }
        }
        known.solid = Some(solid);
    }

    fn notice_key(&mut self) -> Key {
        self.notices += 1;
        let end = self.entries.len() - self.unsent;
        let last = end.checked_sub(1).map_or(0, |last| self.entries[last].key.seq);
        Key { seq: last.max(self.known.solid.unwrap_or(0)), sub: self.notices }
    }

    fn trim(&mut self) {
        self.trim_to(if self.reader.is_at_bottom() { KEEP } else { KEEP_READING });
    }

    fn trim_to(&mut self, keep: usize) {
        let from = self.newest_part();
        let numbered = self.entries.len() - self.unsent - from;
        if numbered <= keep + SLACK {
            return;
        }
        let dropped = self.entries.drain(from..from + numbered - keep);
        if dropped.filter(|entry| entry.key.is_stored()).count() > 0 {
            self.known.older = true;
            let stored = self.entries.range(from..).find(|entry| entry.key.is_stored());
            self.known.first = stored.map(|entry| entry.key.seq);
        }
    }
}

#[cfg(test)]
mod tests;
