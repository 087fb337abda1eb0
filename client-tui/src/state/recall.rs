//! What was sent in one conversation, to be recalled: going through it loses neither the draft nor
//! what was changed on the way.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::input::Editor;

/// Texts that are kept; the oldest are forgotten.
const MOST: usize = 500;

/// Bytes that are kept; the newest text is kept whatever its size.
const BYTES: usize = 4 * 1024 * 1024;

/// Sent texts, the newest last.
#[derive(Debug, Default)]
pub(crate) struct Recall {
    texts: VecDeque<String>,
    bytes: usize,
    shown: Option<Shown>,
}

/// A text that was recalled into the editor.
#[derive(Debug)]
struct Shown {
    index: usize,
    /// What comes back behind the newest.
    draft: Editor,
    /// Recalled texts that were changed, and then left for others.
    changed: BTreeMap<usize, Editor>,
}

impl Recall {
    /// Keeps a text, and forgets where in them one was. Drafts that would be lost are kept before.
    pub(crate) fn keep(&mut self, text: &str) {
        for draft in self.leave() {
            self.push(&draft);
        }
        self.push(text);
    }

    /// All texts, and then the drafts that lie behind a recalled one.
    pub(crate) fn into_texts(mut self) -> Vec<String> {
        let drafts = self.leave();
        self.texts.into_iter().chain(drafts).collect()
    }

    /// The draft that lies behind a recalled text, if one does.
    pub(crate) fn hidden_draft(&self) -> Option<&str> {
        let draft = self.shown.as_ref()?.draft.text();
        (!draft.trim().is_empty()).then_some(draft)
    }

    /// Texts that were written and not sent, while `shown` stands in the editor.
    pub(crate) fn drafts(&self, shown: &str) -> Vec<String> {
        let recalled = self.shown.as_ref().and_then(|shown| self.get(shown.index));
        let behind = self.shown.iter().flat_map(|shown| {
            [shown.draft.text()].into_iter().chain(shown.changed.values().map(Editor::text))
        });
        let all = behind.chain((recalled != Some(shown)).then_some(shown));
        all.filter(|text| !text.trim().is_empty()).map(str::to_owned).collect()
    }

    /// Shows the text sent before the one shown; `false` when there is none.
    pub(crate) fn older(&mut self, editor: &mut Editor) -> bool {
        let at = self.shown.as_ref().map_or(self.texts.len(), |shown| shown.index);
        at.checked_sub(1).is_some_and(|index| self.show(index, editor))
    }

    /// Shows the text sent after the one shown, at last the draft; `false` when there is none.
    pub(crate) fn newer(&mut self, editor: &mut Editor) -> bool {
        let Some(shown) = &self.shown else { return false };
        self.show(shown.index + 1, editor)
    }

    /// Shows a text, or the draft behind the newest.
    pub(crate) fn show(&mut self, index: usize, editor: &mut Editor) -> bool {
        let Some(shown) = &mut self.shown else {
            let Some(text) = self.texts.get(index) else { return false };
            let draft = std::mem::replace(editor, Editor::with(text));
            self.shown = Some(Shown { index, draft, changed: BTreeMap::new() });
            return true;
        };
        let left = std::mem::take(editor);
        if self.texts.get(shown.index).is_some_and(|text| text != left.text()) {
            shown.changed.insert(shown.index, left);
        }
        match self.texts.get(index) {
            Some(text) => {
                let changed = shown.changed.remove(&index);
                *editor = changed.unwrap_or_else(|| Editor::with(text));
                shown.index = index;
            }
            None => {
                *editor = std::mem::take(&mut shown.draft);
                for draft in self.leave() {
                    self.push(&draft);
                }
            }
        }
        true
    }

    /// The newest text before this index that contains `words`, and where.
    pub(crate) fn find_before(&self, index: usize, words: &str) -> Option<(usize, Range<usize>)> {
        let older = self.texts.iter().enumerate().take(index).rev();
        older.filter_map(|(index, text)| Some((index, find(text, words)?))).next()
    }

    /// The oldest text behind this index that contains `words`, and where.
    pub(crate) fn find_behind(&self, index: usize, words: &str) -> Option<(usize, Range<usize>)> {
        let newer = self.texts.iter().enumerate().skip(index + 1);
        newer.filter_map(|(index, text)| Some((index, find(text, words)?))).next()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        self.texts.get(index).map(String::as_str)
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Ends recalling; returns what would be lost by that.
    fn leave(&mut self) -> Vec<String> {
        let Some(Shown { draft, changed, .. }) = self.shown.take() else { return Vec::new() };
        changed.into_values().chain([draft]).map(|editor| editor.text().to_owned()).collect()
    }

    fn push(&mut self, text: &str) {
        if text.trim().is_empty() || self.texts.back().is_some_and(|last| last == text) {
            return;
        }
        self.bytes += text.len();
        self.texts.push_back(text.to_owned());
        while self.texts.len() > 1 && (self.texts.len() > MOST || self.bytes > BYTES) {
            self.bytes -= self.texts.pop_front().map_or(0, |text| text.len());
        }
    }
}

/// The bytes of `text` that are `words`; capitals count only if `words` has some.
fn find(text: &str, words: &str) -> Option<Range<usize>> {
    if words.chars().any(char::is_uppercase) {
        return text.find(words).map(|start| start..start + words.len());
    }
    let starts = text.char_indices().map(|(at, _)| at);
    starts.filter_map(|at| Some(at..at + folded(&text[at..], words)?)).next()
}

/// How many bytes of `text` are `words` at its start, whatever is a capital. These may be more or
/// fewer than `words` has: `ẞ` is longer than `ß`, and `İ` is an `i` with a dot.
fn folded(text: &str, words: &str) -> Option<usize> {
    let mut wanted = words.chars().peekable();
    for (at, c) in text.char_indices() {
        if wanted.peek().is_none() {
            return Some(at);
        }
        let same = c.to_lowercase().all(|c| wanted.next().is_none_or(|wanted| wanted == c));
        if !same {
            return None;
        }
    }
    wanted.peek().is_none().then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recall(texts: &[&str]) -> Recall {
        let mut recall = Recall::default();
        texts.iter().for_each(|text| recall.keep(text));
        recall
    }

    #[test]
    fn the_draft_and_what_was_changed_come_back() {
        let mut recall = recall(&["one", "two", "two"]);
        let mut editor = Editor::with("draft");
        assert!(recall.older(&mut editor) && editor.text() == "two");
        editor.insert("!");
        assert!(recall.older(&mut editor) && editor.text() == "one");
        assert!(!recall.older(&mut editor) && editor.text() == "one");
        assert!(recall.newer(&mut editor) && editor.text() == "two!");
        assert!(recall.newer(&mut editor) && editor.text() == "draft");
        assert!(!recall.newer(&mut editor) && editor.text() == "draft");
    }

    #[test]
    fn what_was_not_sent_is_told_from_what_was() {
        let mut recall = recall(&["one", "two"]);
        let mut editor = Editor::with("draft");
        assert_eq!(recall.drafts(editor.text()), ["draft"]);
        recall.older(&mut editor);
        assert_eq!(recall.drafts(editor.text()), ["draft"]);
        editor.insert("!");
        assert_eq!(recall.drafts(editor.text()), ["draft", "two!"]);
        recall.older(&mut editor);
        assert_eq!(recall.drafts(editor.text()), ["draft", "two!"]);
        assert!(Recall::default().drafts(" ").is_empty());
    }

    #[test]
    fn what_was_changed_and_left_is_kept() {
        let mut recall = recall(&["one", "two"]);
        let mut editor = Editor::with("draft");
        recall.older(&mut editor);
        editor.insert("!");
        recall.older(&mut editor);
        recall.keep("one");
        assert_eq!(recall.into_texts(), ["one", "two", "two!", "draft", "one"]);
    }

    #[test]
    fn words_are_found_in_what_was_sent() {
        let recall = recall(&["Lunch at noon?", "see LUNCH", "no"]);
        let check = |index, words, expected| {
            assert_eq!(recall.find_before(index, words), expected, "{words} before {index}");
        };
        check(3, "lunch", Some((1, 4..9)));
        check(1, "lunch", Some((0, 0..5)));
        check(3, "Lunch", Some((0, 0..5)));
        check(0, "lunch", None);
        check(3, "dinner", None);
        assert_eq!(recall.find_behind(0, "lunch"), Some((1, 4..9)));
    }

    #[test]
    fn what_is_found_may_be_longer_than_what_is_looked_for() {
        let check = |text: &str, words: &str, expected: Option<&str>| {
            assert_eq!(find(text, words).map(|range| &text[range]), expected, "{words} in {text}");
        };
        check("to İstanbul", "i", Some("İ"));
        check("İstanbul", "i\u{307}s", Some("İs"));
        check("İstanbul", "is", None);
        check("GROẞ genug", "groß", Some("GROẞ"));
        check("300 \u{212A}", "k", Some("\u{212A}"));
        check("a", "", Some(""));
        check("ab", "abc", None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_found_lies_on_boundaries(
            text in "[iİIßẞk\u{212A}\u{307}漢 ]{0,20}|.{0,20}",
            words in "[iİßẞk\u{307}漢]{0,3}|.{0,3}",
        ) {
            if let Some(range) = find(&text, &words) {
                let found = text.get(range);
                // Letter by letter: in a word, a sigma at its end is another one.
                let folded = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
                let is_it = found.is_some_and(|found| {
                    found == words || folded(found).starts_with(&words)
                });
                proptest::prop_assert!(is_it);
            }
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut recall = Recall::default();
        for number in 0..1000 {
            recall.keep(&format!("{number} {}", "x".repeat(20_000)));
        }
        assert!(recall.bytes <= BYTES && recall.len() > 100);
        recall.keep(&"y".repeat(BYTES + 1));
        assert_eq!(recall.len(), 1);
    }
}
