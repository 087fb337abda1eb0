//! Words that stand one behind the other: what a query looks for, and where a text has it.

use std::ops::Range;

use super::words::{Word, end_of_beginning, words};

/// Words that must stand one behind the other. What is between them (spaces, punctuation, the
/// ends of lines) does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The words, folded; never empty.
    pub words: Vec<String>,
    /// Whether the last one may go on: `dead` finds `deadlock`.
    pub open: bool,
}

impl Phrase {
    /// What was quoted: its words are whole. `None` when there are none.
    pub(super) fn whole(text: &str) -> Option<Self> {
        let words: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
        (!words.is_empty()).then_some(Self { words, open: false })
    }

    /// What was typed without quotes: its last word may be the beginning of one.
    pub(super) fn begun(text: &str) -> Option<Self> {
        let mut words = words(text);
        // A character that is a word of its own has no beginning.
        let open = !words.last()?.alone;
        let words = words.drain(..).map(|word| word.text).collect();
        Some(Self { words, open })
    }

    /// Where in these words it begins, in order.
    pub(super) fn places<'a>(&'a self, words: &'a [Word]) -> impl Iterator<Item = usize> + 'a {
        words.windows(self.words.len().max(1)).enumerate().filter_map(move |(at, window)| {
            let (last, before) = window.split_last()?;
            let (wanted, others) = self.words.split_last()?;
            let ends = match self.open {
                true => last.text.starts_with(wanted.as_str()),
                false => last.text == *wanted,
            };
            let fits = ends && before.iter().zip(others).all(|(word, other)| word.text == *other);
            fits.then_some(at)
        })
    }

    /// Where in this text, which has these words, it stands: as far as was looked for.
    pub(super) fn spans<'a>(
        &'a self,
        text: &'a str,
        words: &'a [Word],
    ) -> impl Iterator<Item = Range<usize>> + 'a {
        self.places(words).filter_map(move |at| {
            let found = words.get(at..at + self.words.len())?;
            let (first, last) = (found.first()?, found.last()?);
            let end = match self.words.last().filter(|_| self.open) {
                Some(begun) => end_of_beginning(text, last, begun),
                None => last.at.end,
            };
            Some(first.at.start..end)
        })
    }
}
