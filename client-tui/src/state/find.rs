//! Ctrl-S: looking for something in a conversation, letter by letter. What is loaded is looked
//! through at once; the server tells of the rest. The draft is not touched.

use std::collections::BTreeMap;

use chat_protocol::{Message, Query};
use jiff::tz::TimeZone;

use super::entry::{Entry, Key};
use super::excerpt::Bookmark;
use super::input::Editor;
use super::pending_search::{News, PendingSearch};
use super::scrollback::Scrollback;

/// Bytes of texts that are looked through at once, from the newest on: no key waits longer.
const AT_ONCE_BYTES: usize = 512 * 1024;

/// A search that is going on.
#[derive(Debug)]
pub(crate) struct Find {
    /// What is looked for.
    pub(crate) editor: Editor,
    pub(crate) query: Query,
    /// Messages that have it, each with the byte where it stands: all there are from the newest down
    /// to some number.
    hits: BTreeMap<u64, usize>,
    chosen: Option<u64>,
    /// Where the reader was.
    pub(crate) origin: Bookmark,
    /// What was shown whole there.
    pub(crate) unfolded: Vec<Key>,
    /// The newest number that was seen there.
    from: u64,
    pub(crate) pending: PendingSearch,
    /// Whether the reader wants to see an older one as soon as it is known.
    stepping: bool,
}

impl Find {
    /// Begins where the reader is.
    pub(crate) fn begin(scrollback: &Scrollback) -> Self {
        let from = match scrollback.reading_history() {
            Some(_) => scrollback.newest_seen().unwrap_or(u64::MAX),
            None => u64::MAX,
        };
        Self {
            editor: Editor::default(),
            query: Query::default(),
            hits: BTreeMap::new(),
            chosen: None,
            origin: scrollback.bookmark(),
            unfolded: scrollback.unfolded(),
            from,
            pending: PendingSearch::default(),
            stepping: false,
        }
    }

    /// Looks for what is typed now. The hit that is shown stays if it has that, too.
    pub(crate) fn look(&mut self, scrollback: &Scrollback, zone: &TimeZone) {
        self.query = Query::parse(self.editor.text());
        self.hits.clear();
        self.stepping = false;
        if self.query.is_empty() {
            self.chosen = None;
            return;
        }
        let mut left = AT_ONCE_BYTES;
        for entry in scrollback.newest_first() {
            let Some(rest) = left.checked_sub(entry.text().len()) else { break };
            left = rest;
            self.try_entry(entry, zone);
        }
        let from = self.chosen.unwrap_or(self.from);
        if let Some(entry) = self.chosen.and_then(|seq| scrollback.stored(seq)) {
            self.try_entry(entry, zone);
        }
        self.chosen = self.hits.range(..=from).next_back().map(|(seq, _)| *seq);
    }

    fn try_entry(&mut self, entry: &Entry, zone: &TimeZone) {
        let Some(from) = entry.author() else { return };
        let by = |wanted: &chat_protocol::Nick| wanted.key() == from.key();
        let said = self.query.from.is_empty() || self.query.from.iter().any(by);
        if said && is_before(&self.query, entry.at, zone) && self.query.matches(entry.text()) {
            self.hits.insert(entry.key.seq, self.place(entry.text()));
        }
    }

    /// Where in a text that has it, it stands.
    fn place(&self, text: &str) -> usize {
        self.query.spans(text).first().map_or(0, |span| span.start)
    }

    /// What the server found.
    pub(crate) fn take<'a>(&mut self, found: impl Iterator<Item = &'a Message>) {
        for message in found {
            let at = self.place(message.text.as_str());
            self.hits.entry(message.seq).or_insert(at);
        }
        if self.stepping {
            self.step(true);
        }
    }

    /// Chooses where nothing is chosen: the newest above the reader, or, when it is known that there
    /// is none, the nearest below.
    pub(crate) fn choose(&mut self) {
        if self.chosen.is_none() {
            let above = self.hits.range(..=self.from).next_back();
            let known = !self.pending.is_pending() && !self.pending.has_more();
            let below = self.hits.range(self.from..).next().filter(|_| known);
            self.chosen = above.or(below).map(|(seq, _)| *seq);
        }
    }

    /// Goes to the hit before the one that is shown, or behind it; `false` when there is none.
    pub(crate) fn step(&mut self, older: bool) -> bool {
        let Some(chosen) = self.chosen else { return false };
        let next = match older {
            true => self.hits.range(..chosen).next_back(),
            false => self.hits.range(chosen.saturating_add(1)..).next(),
        };
        let next = next.map(|(seq, _)| *seq);
        self.stepping = older && next.is_none() && self.is_open();
        self.chosen = next.or(self.chosen);
        next.is_some()
    }

    /// Whether an older one is waited for.
    pub(crate) fn is_stepping(&self) -> bool {
        self.stepping
    }

    /// The hit to be shown: the message, and the byte.
    pub(crate) fn chosen(&self) -> Option<(u64, usize)> {
        let chosen = self.chosen?;
        Some((chosen, self.hits.get(&chosen).copied().unwrap_or_default()))
    }

    /// Whether there may be hits that are not known.
    fn is_open(&self) -> bool {
        self.pending.is_pending() || self.pending.has_more()
    }

    /// Whether something is looked for, and there is none: over a link it is waited for what the
    /// server says.
    pub(crate) fn is_failing(&self, linked: bool) -> bool {
        !self.query.is_empty() && self.hits.is_empty() && !(linked && self.is_open())
    }

    /// How many there are, and which is shown: `3 of 17`.
    pub(crate) fn count(&self, linked: bool) -> String {
        let more = if self.is_open() { "+" } else { "" };
        match (self.hits.len(), self.chosen) {
            _ if self.query.is_empty() => String::new(),
            (0, _) if linked && self.is_open() => "searching…".to_owned(),
            (0, _) => "not found".to_owned(),
            (count, None) => format!("{count}{more}"),
            (count, Some(chosen)) => {
                let place = self.hits.range(chosen.saturating_add(1)..).count() + 1;
                format!("{place} of {count}{more}")
            }
        }
    }

    /// Why the server has not told of all of it, in words.
    pub(crate) fn trouble(&self) -> Option<&str> {
        match &self.pending.news {
            News::Failed(words) => Some(words),
            News::Found { complete: false } => Some("the server is still indexing"),
            _ => None,
        }
    }
}

/// Whether something was said before the day that a query names.
fn is_before(query: &Query, at: i64, zone: &TimeZone) -> bool {
    let Some(day) = query.before else { return true };
    let at = jiff::Timestamp::from_millisecond(at);
    at.is_ok_and(|at| at.to_zoned(zone.clone()).date() < day)
}

impl Scrollback {
    /// What was said lately and is shown, the newest first.
    fn newest_first(&self) -> impl Iterator<Item = &Entry> {
        let all = self.visible(self.newest_part()..self.entries.len());
        all.rev().map(|(_, entry)| entry).filter(|entry| entry.key.is_stored())
    }

    /// A message by its number, if it is here.
    pub(crate) fn stored(&self, seq: u64) -> Option<&Entry> {
        self.find(super::entry::Key::stored(seq)).ok().and_then(|index| self.entry(index))
    }

    /// The newest number on the screen.
    fn newest_seen(&self) -> Option<u64> {
        let seen = self.page().iter().rev().filter_map(|row| self.entry(row.entry));
        seen.map(|entry| entry.key).find(|key| key.is_stored()).map(|key| key.seq)
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Nick, Text};

    use super::*;

    fn message(seq: u64, from: &str, text: &str) -> Message {
        let at = i64::try_from(seq).unwrap() * 86_400_000;
        Message { seq, from: Nick::new(from).unwrap(), at, text: Text::new(text).unwrap() }
    }

    fn scrollback() -> Scrollback {
        let mut scrollback = Scrollback::default();
        let texts = ["a deadlock", "no", "Deadlocks are dead", "no", "dead"];
        for (seq, text) in (1..).zip(texts) {
            scrollback.take_live(message(seq, if seq == 3 { "bob" } else { "ann" }, text));
        }
        scrollback
    }

    fn look(find: &mut Find, typed: &str) -> (Option<u64>, String) {
        find.editor = Editor::with(typed);
        find.look(&scrollback(), &TimeZone::UTC);
        find.choose();
        (find.chosen, find.count(true))
    }

    #[test]
    fn letters_narrow_and_what_is_shown_stays_if_it_fits() {
        let scrollback = scrollback();
        let mut find = Find::begin(&scrollback);
        let mut check = |typed, chosen, count: &str| {
            assert_eq!(look(&mut find, typed), (chosen, count.to_owned()), "{typed}");
        };
        check("", None, "");
        check("d", Some(5), "1 of 3");
        check("deadl", Some(3), "1 of 2");
        check("deadlock from:ann", Some(1), "1 of 1");
        check("deadlock", Some(1), "2 of 2");
        check("before:1970-01-03", Some(1), "1 of 1");
        check("\"", None, "");
        check("xyz", None, "not found");
    }

    #[test]
    fn keys_go_to_older_ones_and_newer_ones() {
        let mut find = Find::begin(&scrollback());
        look(&mut find, "dead");
        assert!(find.step(true) && find.step(true) && !find.step(true));
        assert_eq!((find.chosen, find.count(true).as_str()), (Some(1), "3 of 3"));
        assert!(find.step(false));
        assert_eq!(find.chosen, Some(3));
    }

    #[test]
    fn an_older_one_is_gone_to_when_the_server_tells_of_it() {
        let mut find = Find::begin(&scrollback());
        look(&mut find, "no");
        find.pending.look_for("no".to_owned(), std::time::Duration::ZERO);
        find.step(true);
        assert!(!find.step(true) && find.is_stepping() && find.count(true) == "2 of 2+");
        find.chosen = Some(2);
        let older = message(1, "ann", "x no");
        find.take([&older].into_iter());
        assert_eq!(find.chosen(), Some((1, 2)));
    }
}
