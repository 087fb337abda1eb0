//! What can be undone, and done again: pieces of text, not whole texts, within a bound.

use std::collections::VecDeque;

/// Bytes that are kept; the newest change is kept whatever its size.
const BYTES: usize = 4 * 1024 * 1024;

/// Erased text that is undone in one step.
const ERASED_AT_ONCE: usize = 256;

/// One change: some text in place of other text, and where the cursor was and is.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) at: usize,
    pub(crate) removed: String,
    pub(crate) inserted: String,
    pub(crate) cursor_before: usize,
    pub(crate) cursor_after: usize,
}

impl Change {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.removed.len() + self.inserted.len()
    }

    /// Takes in a change that followed this one, if both are one stretch of typing or of erasing.
    fn join(&mut self, next: &Self) -> bool {
        if self.removed.is_empty() && next.removed.is_empty() {
            if next.at != self.at + self.inserted.len() {
                return false;
            }
            self.inserted.push_str(&next.inserted);
        } else if self.inserted.is_empty() && next.inserted.is_empty() {
            if self.removed.len() + next.removed.len() > ERASED_AT_ONCE {
                return false;
            }
            if next.at == self.at {
                self.removed.push_str(&next.removed);
            } else if next.at + next.removed.len() == self.at {
                self.removed.insert_str(0, &next.removed);
                self.at = next.at;
            } else {
                return false;
            }
        } else {
            return false;
        }
        self.cursor_after = next.cursor_after;
        true
    }
}

/// Changes, in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Undo {
    done: VecDeque<Change>,
    undone: Vec<Change>,
    bytes: usize,
}

impl Undo {
    /// Keeps a change; one that `joins` is undone together with the one before. What was undone
    /// cannot be done again from here on.
    pub(crate) fn record(&mut self, change: Change, joins: bool) {
        let undone = self.undone.drain(..).map(|change| change.bytes()).sum::<usize>();
        self.bytes = self.bytes.saturating_sub(undone);
        if let Some(last) = self.done.back_mut().filter(|_| joins)
            && last.join(&change)
        {
            self.bytes += change.removed.len() + change.inserted.len();
        } else {
            self.bytes += change.bytes();
            self.done.push_back(change);
        }
        while self.bytes > BYTES && self.done.len() > 1 {
            let oldest = self.done.pop_front().map_or(0, |change| change.bytes());
            self.bytes = self.bytes.saturating_sub(oldest);
        }
    }

    /// The change to be undone now.
    pub(crate) fn back(&mut self) -> Option<&Change> {
        self.undone.push(self.done.pop_back()?);
        self.undone.last()
    }

    /// The change to be done again now.
    pub(crate) fn forward(&mut self) -> Option<&Change> {
        self.done.push_back(self.undone.pop()?);
        self.done.back()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(at: usize, text: &str) -> Change {
        let (removed, inserted) = (String::new(), text.to_owned());
        Change { at, removed, inserted, cursor_before: at, cursor_after: at + text.len() }
    }

    #[test]
    fn memory_is_bounded_and_what_was_just_done_can_be_undone() {
        let mut undo = Undo::default();
        for _ in 0..100 {
            undo.record(typed(0, &"x".repeat(100_000)), false);
        }
        assert!(undo.bytes <= BYTES && undo.done.len() > 30);
        undo.record(typed(0, &"x".repeat(2 * BYTES)), false);
        assert_eq!(undo.done.len(), 1);
        assert!(undo.back().is_some() && undo.back().is_none());
        undo.record(typed(0, "x"), false);
        assert!(undo.forward().is_none() && undo.bytes < 200);
    }

    #[test]
    fn only_neighbours_join() {
        let mut undo = Undo::default();
        undo.record(typed(0, "a"), true);
        undo.record(typed(1, "b"), true);
        undo.record(typed(0, "c"), true);
        assert_eq!(undo.back().map(|change| change.inserted.as_str()), Some("c"));
        assert_eq!(undo.back().map(|change| change.inserted.as_str()), Some("ab"));
    }
}
