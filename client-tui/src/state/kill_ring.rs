//! What was killed, to be yanked: a ring of texts as readline's. It does not know where they stood.

use std::collections::VecDeque;

/// Texts that are kept.
const MOST: usize = 32;

/// Bytes that are kept; the newest text is kept whatever its size.
const BYTES: usize = 4 * 1024 * 1024;

/// Killed texts, the newest in front.
#[derive(Clone, Debug, Default)]
pub(crate) struct KillRing {
    texts: VecDeque<String>,
}

impl KillRing {
    /// Keeps a killed text. One that was killed right after another `joins` it: before it if it
    /// stood `before`, else behind.
    pub(crate) fn kill(&mut self, text: &str, before: bool, joins: bool) {
        match self.texts.front_mut().filter(|_| joins) {
            Some(newest) if before => newest.insert_str(0, text),
            Some(newest) => newest.push_str(text),
            None => self.texts.push_front(text.to_owned()),
        }
        let bytes = |texts: &VecDeque<String>| texts.iter().map(String::len).sum::<usize>();
        while self.texts.len() > 1 && (self.texts.len() > MOST || bytes(&self.texts) > BYTES) {
            self.texts.pop_back();
        }
    }

    /// What a yank brings back.
    pub(crate) fn newest(&self) -> Option<&str> {
        self.texts.front().map(String::as_str)
    }

    /// Brings the text before the newest to the front, and the newest to the end.
    pub(crate) fn rotate(&mut self) {
        if !self.texts.is_empty() {
            self.texts.rotate_left(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kills_that_follow_each_other_join() {
        let mut ring = KillRing::default();
        ring.kill("two", true, false);
        ring.kill("one ", true, true);
        ring.kill(" three", false, true);
        assert_eq!(ring.newest(), Some("one two three"));
        ring.kill("other", false, false);
        ring.rotate();
        assert_eq!(ring.newest(), Some("one two three"));
        ring.rotate();
        assert_eq!(ring.newest(), Some("other"));
    }

    #[test]
    fn the_ring_is_bounded() {
        let mut ring = KillRing::default();
        for number in 0..100 {
            ring.kill(&number.to_string(), false, false);
        }
        assert_eq!(ring.texts.len(), MOST);
        for _ in 0..3 {
            ring.kill(&"x".repeat(BYTES), false, false);
        }
        assert_eq!(ring.texts.len(), 1);
    }
}
