//! Code that was coloured, by what it says: the same code is coloured once, wherever it stands.

use std::collections::VecDeque;

use crate::highlight::{Run, Snippet};

/// Snippets that are asked for at a time; the rest is asked for when these are answered.
pub(crate) const ASKED_MOST: usize = 8;

/// Snippets whose colours are kept.
const KNOWN_MOST: usize = 64;

/// Blocks on one screen that are coloured, the newest of them: fewer than are kept, or those that
/// are seen would push each other out for ever.
pub(crate) const SEEN_MOST: usize = 48;

/// Bytes of code that is worth the time.
const CODE_BYTES: usize = 16 * 1024;

/// What is known of code.
#[derive(Debug, Default)]
pub(crate) struct Highlights {
    /// The latest last.
    known: VecDeque<(Snippet, Vec<Run>)>,
    asked: Vec<Snippet>,
}

impl Highlights {
    /// The colours of some code, as far as they are known.
    pub(crate) fn get(&self, language: &str, code: &str) -> &[Run] {
        let known = self.known.iter().find(|(snippet, _)| is(snippet, language, code));
        known.map_or(&[], |(_, runs)| runs)
    }

    /// The same as a snippet to ask for, unless it is known, or asked for, or there are too many
    /// being asked for; the asking is noted.
    pub(crate) fn ask(&mut self, language: &str, code: &str) -> Option<Snippet> {
        let known = self.known.iter().any(|(snippet, _)| is(snippet, language, code))
            || self.asked.iter().any(|snippet| is(snippet, language, code));
        let unwanted = language.is_empty() || code.len() > CODE_BYTES;
        if known || unwanted || self.asked.len() >= ASKED_MOST {
            return None;
        }
        let snippet = Snippet { language: language.to_owned(), code: code.to_owned() };
        self.asked.push(snippet.clone());
        Some(snippet)
    }

    /// Takes an answer.
    pub(crate) fn take(&mut self, snippet: Snippet, runs: Vec<Run>) {
        self.asked.retain(|asked| *asked != snippet);
        self.known.push_back((snippet, runs));
        if self.known.len() > KNOWN_MOST {
            self.known.pop_front();
        }
    }
}

fn is(snippet: &Snippet, language: &str, code: &str) -> bool {
    snippet.language == language && snippet.code == code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::highlight::Role;

    #[test]
    fn code_is_asked_for_once_and_little_of_it_at_a_time() {
        let mut highlights = Highlights::default();
        let first = highlights.ask("rust", "0").unwrap();
        assert_eq!(highlights.ask("rust", "0"), None);
        assert_eq!(highlights.ask("", "0"), None);
        for number in 1..ASKED_MOST {
            assert!(highlights.ask("rust", &number.to_string()).is_some());
        }
        assert_eq!(highlights.ask("rust", "one more"), None);
        highlights.take(first, vec![Run { end: 1, role: Role::Number }]);
        assert_eq!(highlights.get("rust", "0").len(), 1);
        assert_eq!(highlights.ask("rust", "0"), None);
        assert!(highlights.ask("rust", "one more").is_some());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut highlights = Highlights::default();
        for number in 0..1000 {
            let snippet = highlights.ask("rust", &number.to_string()).unwrap();
            highlights.take(snippet, Vec::new());
        }
        assert_eq!(highlights.known.len(), KNOWN_MOST);
    }
}
