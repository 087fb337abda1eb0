//! Asking the server what it finds: a moment after the last letter, one request at a time, and page
//! after page as somebody wants to see them.

use std::time::Duration;

use chat_protocol::event::SearchPage;
use chat_protocol::{Line, Search, limit};

/// How long nothing more must have been typed.
const PAUSE: Duration = Duration::from_millis(150);

/// Pages without a hit that are gone on from without being asked for.
const EMPTY_MOST: usize = 20;

/// What is asked, and what has become of it.
#[derive(Debug, Default)]
pub(crate) struct PendingSearch {
    query: String,
    /// When something is to be asked, if it is.
    due: Option<Duration>,
    /// What has been asked and not been answered.
    asked: Option<Search>,
    /// Asks for the page behind those that have come.
    next: Option<Line>,
    /// Pages without a hit in a row.
    empty: usize,
    pub(crate) news: News,
}

/// What the server said last about what is looked for now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum News {
    #[default]
    Nothing,
    /// What it found; not everything while it has not looked at everything yet.
    Found { complete: bool },
    /// Why it finds nothing, in words.
    Failed(String),
}

/// What a page is to who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The first page: what was found before is out of date.
    First,
    Next,
    /// It answers something else.
    None,
}

impl PendingSearch {
    /// Looks for this from now on; for nothing when it is empty.
    pub(crate) fn look_for(&mut self, query: String, now: Duration) {
        if self.query == query {
            return;
        }
        let due = (!query.is_empty()).then_some(now + PAUSE);
        let asked = self.asked.take();
        *self = Self { query, due, asked, ..Self::default() };
    }

    /// Looks for the same again, without waiting.
    pub(crate) fn look_again(&mut self, now: Duration) {
        if !self.query.is_empty() {
            (self.next, self.due, self.news) = (None, Some(now), News::Nothing);
        }
    }

    /// Does not wait any longer for another letter.
    pub(crate) fn hurry(&mut self, now: Duration) {
        self.due = self.due.map(|due| due.min(now));
    }

    /// Asks for the next page, if there is one.
    pub(crate) fn want_more(&mut self, now: Duration) {
        if self.next.is_some() && !self.is_pending() {
            self.due = Some(now);
        }
    }

    /// When something is to be asked, if it is.
    pub(crate) fn due(&self) -> Option<Duration> {
        self.due.filter(|_| self.asked.is_none())
    }

    /// What to ask now, if anything; the asking is noted.
    pub(crate) fn ask(&mut self, now: Duration, offset: Option<i32>) -> Option<Search> {
        self.due().filter(|due| *due <= now)?;
        self.due = None;
        let search = Search {
            limit: limit::SEARCH_PAGE,
            before: self.next.clone(),
            offset,
            ..Search::new(&self.query)
        };
        self.asked = Some(search.clone());
        Some(search)
    }

    /// Takes an answer; what it is to what is looked for now.
    pub(crate) fn take(&mut self, page: &SearchPage, now: Duration) -> Answer {
        let Some(asked) = self.asked.take_if(|asked| asked.query == page.query) else {
            return Answer::None;
        };
        if asked.query != Search::new(&self.query).query || asked.before != self.next {
            return Answer::None;
        }
        self.news = News::Found { complete: page.complete };
        // A page that leads nowhere is the last, whatever it says.
        self.next = page.next.clone().filter(|next| asked.before.as_ref() != Some(next));
        self.empty = if page.hits.is_empty() { self.empty + 1 } else { 0 };
        if self.empty > 0 && self.empty <= EMPTY_MOST {
            self.want_more(now);
        }
        if asked.before.is_none() { Answer::First } else { Answer::Next }
    }

    /// The server will not find anything.
    pub(crate) fn fail(&mut self, words: String) {
        let query = std::mem::take(&mut self.query);
        *self = Self { query, news: News::Failed(words), ..Self::default() };
    }

    /// Whatever was asked will not be answered any more: it is asked again when the link is back.
    pub(crate) fn unsend(&mut self) {
        if self.asked.take().is_some() && !self.query.is_empty() {
            self.due.get_or_insert(Duration::ZERO);
        }
    }

    /// Whether something has been asked, and not been answered.
    pub(crate) fn is_asking(&self) -> bool {
        self.asked.is_some()
    }

    /// Whether something is asked, or will be.
    pub(crate) fn is_pending(&self) -> bool {
        self.due.is_some() || self.asked.is_some()
    }

    /// Whether the server may know of more.
    pub(crate) fn has_more(&self) -> bool {
        self.next.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn page(query: &str, next: Option<&str>) -> SearchPage {
        let next = next.map(|next| Line::from(next.to_owned()));
        SearchPage { query: Line::from(query.to_owned()), hits: Vec::new(), next, complete: true }
    }

    #[test]
    fn the_server_is_asked_when_the_typing_rests_and_once_at_a_time() {
        let mut pending = PendingSearch::default();
        pending.look_for("a".to_owned(), at(0));
        pending.look_for("ab".to_owned(), at(100));
        assert_eq!(pending.ask(at(150), None), None);
        assert_eq!(pending.due(), Some(at(250)));
        assert_eq!(pending.ask(at(250), Some(60)).unwrap().query.as_str(), "ab");
        pending.look_for("abc".to_owned(), at(260));
        assert_eq!((pending.due(), pending.is_pending()), (None, true), "one is on its way");
        assert_eq!(pending.take(&page("ab", None), at(300)), Answer::None);
        assert_eq!(pending.ask(at(410), None).unwrap().query.as_str(), "abc");
        assert_eq!(pending.take(&page("ab", None), at(420)), Answer::None, "of another search");
        assert_eq!(pending.take(&page("abc", None), at(420)), Answer::First);
        assert!(!pending.is_pending() && !pending.has_more());
    }

    #[test]
    fn pages_follow_and_those_without_hits_by_themselves() {
        let mut pending = PendingSearch::default();
        pending.look_for("a".to_owned(), at(0));
        pending.ask(at(200), None).unwrap();
        assert_eq!(pending.take(&page("a", Some("7")), at(200)), Answer::First);
        let next = pending.ask(at(200), None).unwrap();
        assert_eq!(next.before.as_deref(), Some("7"));
        assert_eq!(pending.take(&page("a", Some("7")), at(200)), Answer::Next);
        assert_eq!(pending.due(), None, "it leads nowhere");
    }

    #[test]
    fn what_a_broken_link_swallowed_is_asked_again() {
        let mut pending = PendingSearch::default();
        pending.look_for("a".to_owned(), at(0));
        pending.ask(at(200), None).unwrap();
        pending.unsend();
        assert!(pending.ask(at(300), None).is_some());
        pending.fail("no".to_owned());
        assert!(!pending.is_pending());
        pending.look_again(at(400));
        assert!(pending.ask(at(400), None).is_some());
    }
}
