//! Ctrl-R: looking for a text that was sent, letter by letter, as readline does. The draft is not
//! touched until the text that was found is taken.

use std::ops::Range;

use super::input::Editor;
use super::motion;
use super::recall::Recall;

/// Bytes that can be looked for.
const QUERY_BYTES: usize = 256;

/// A search that is going on.
#[derive(Debug, Default)]
pub(crate) struct HistorySearch {
    query: String,
    /// The text that was found last.
    found: Option<Found>,
    /// Whether there is nothing more like it.
    pub(crate) failing: bool,
}

#[derive(Debug)]
struct Found {
    index: usize,
    editor: Editor,
    /// The bytes of it that are what is looked for.
    matched: Range<usize>,
}

impl HistorySearch {
    /// What stands before the text.
    pub(crate) fn prompt(&self) -> String {
        let failing = if self.failing { "not found" } else { "search" };
        format!("{failing} ‘{}’", self.query)
    }

    /// The text that was found.
    pub(crate) fn preview(&self) -> Option<&Editor> {
        self.found.as_ref().map(|found| &found.editor)
    }

    pub(crate) fn preview_mut(&mut self) -> Option<&mut Editor> {
        self.found.as_mut().map(|found| &mut found.editor)
    }

    /// The bytes of the preview that are what was looked for.
    pub(crate) fn matched(&self) -> Range<usize> {
        self.found.as_ref().map_or(0..0, |found| found.matched.clone())
    }

    /// Looks for more than until now; what was found stays if it has that, too. `false` if that is
    /// more than can be looked for.
    pub(crate) fn narrow(&mut self, text: &str, sent: &Recall) -> bool {
        if self.query.len() + text.len() > QUERY_BYTES {
            return false;
        }
        self.query.push_str(text);
        let from = self.found.as_ref().map_or(sent.len(), |found| found.index + 1);
        self.take(sent.find_before(from, &self.query), sent);
        true
    }

    /// Looks for one letter less, from the newest on.
    pub(crate) fn widen(&mut self, sent: &Recall) {
        let at = motion::before(&self.query, self.query.len());
        self.query.truncate(at);
        if self.query.is_empty() {
            self.clear();
        } else {
            self.take(sent.find_before(sent.len(), &self.query), sent);
        }
    }

    /// Looks for nothing yet.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The text sent before the one found, or after it, that has it too.
    pub(crate) fn step(&mut self, older: bool, sent: &Recall) {
        if self.query.is_empty() {
            return;
        }
        let next = match &self.found {
            Some(found) if !older => sent.find_behind(found.index, &self.query),
            Some(found) => sent.find_before(found.index, &self.query),
            None => sent.find_before(sent.len(), &self.query),
        };
        self.take(next, sent);
    }

    /// Which text was found, and where in it the cursor goes.
    pub(crate) fn result(&self) -> Option<(usize, usize)> {
        self.found.as_ref().map(|found| (found.index, found.editor.cursor()))
    }

    fn take(&mut self, found: Option<(usize, Range<usize>)>, sent: &Recall) {
        self.failing = found.is_none();
        let Some((index, matched)) = found else { return };
        let mut editor = Editor::with(sent.get(index).unwrap_or_default());
        editor.go(matched.start);
        // Whole graphemes: half of one cannot be drawn.
        let text = editor.text();
        let matched = motion::floor(text, matched.start)..motion::snapped(text, matched.end);
        self.found = Some(Found { index, editor, matched });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_narrow_and_the_same_key_goes_on() {
        let mut sent = Recall::default();
        ["git push", "make", "git pull", "ls"].iter().for_each(|text| sent.keep(text));
        let mut search = HistorySearch::default();
        let found = |search: &HistorySearch| {
            search.preview().map_or(String::new(), |editor| editor.text().to_owned())
        };
        search.step(true, &sent);
        assert_eq!(found(&search), "");
        for letter in ["g", "i", "t"] {
            assert!(search.narrow(letter, &sent));
            assert_eq!(found(&search), "git pull");
        }
        search.step(true, &sent);
        assert_eq!((found(&search), search.failing), ("git push".to_owned(), false));
        search.step(true, &sent);
        assert_eq!((found(&search), search.failing), ("git push".to_owned(), true));
        search.step(false, &sent);
        assert_eq!((found(&search), search.failing), ("git pull".to_owned(), false));
        search.narrow("x", &sent);
        assert_eq!(search.prompt(), "not found ‘gitx’");
        search.widen(&sent);
        assert_eq!((found(&search), search.matched()), ("git pull".to_owned(), 0..3));
        assert!(!search.narrow(&"x".repeat(QUERY_BYTES), &sent));
        assert_eq!(search.prompt(), "search ‘git’");
    }

    #[test]
    fn whole_graphemes_are_marked() {
        let check = |text: &str, query: &str, expected: &str| {
            let mut sent = Recall::default();
            sent.keep(text);
            let mut search = HistorySearch::default();
            search.narrow(query, &sent);
            assert_eq!(&text[search.matched()], expected, "{query} in {text}");
        };
        check("cafe\u{301}s", "fe", "fe\u{301}");
        check("cafe\u{301}s", "\u{301}s", "e\u{301}s");
        check("to İstanbul", "i", "İ");
        check("GROẞ", "ß", "ẞ");
    }
}
