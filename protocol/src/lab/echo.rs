//! What one said oneself and hears again: some servers send a line to its sender too.

use std::collections::VecDeque;

use crate::name::Nick;

/// Lines that an echo is looked for.
const REMEMBERED: usize = 32;

/// The lines said last that were not heard again yet.
pub(super) struct Echo {
    own: Nick,
    said: VecDeque<String>,
}

impl Echo {
    pub(super) fn new(own: &Nick) -> Self {
        Self { own: own.clone(), said: VecDeque::new() }
    }

    /// This line goes out.
    pub(super) fn said(&mut self, line: &str) {
        self.said.push_back(line.trim().to_owned());
        if self.said.len() > REMEMBERED {
            self.said.pop_front();
        }
    }

    /// Whether this is a line of one's own come back; each comes back once, and in order.
    pub(super) fn is(&mut self, from: &Nick, text: &str) -> bool {
        let Some(at) = self.said.iter().position(|line| line == text.trim()) else { return false };
        if from.key() != self.own.key() {
            return false;
        }
        self.said.drain(..=at);
        true
    }
}
