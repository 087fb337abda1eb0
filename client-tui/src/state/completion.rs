//! A completion that is offered: what a word may become. What is offered is worked out in
//! `update::complete`; nothing here changes the text.

/// Rows of candidates that are shown at a time.
pub(crate) const ROWS: usize = 8;

/// What a word before the cursor may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Completion {
    /// Where in the text the word starts.
    pub(crate) start: usize,
    pub(crate) candidates: Vec<Candidate>,
    /// Which of them stands in the text; none as long as nobody asked for one, and then neither
    /// Enter nor the arrows have to do with it.
    pub(crate) chosen: Option<usize>,
}

/// One of the texts that a word may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// What is put into the text.
    pub(crate) insert: String,
    /// What is shown.
    pub(crate) label: String,
    /// A word about it.
    pub(crate) about: String,
}

impl Completion {
    /// The candidate after the chosen one, or before it.
    pub(crate) fn next(&self, forward: bool) -> usize {
        let count = self.candidates.len().max(1);
        match (self.chosen, forward) {
            (Some(chosen), true) => (chosen + 1) % count,
            (Some(chosen), false) => (chosen + count - 1) % count,
            (None, true) => 0,
            (None, false) => count - 1,
        }
    }

    /// The candidates that are shown, around the chosen one.
    pub(crate) fn window(&self, rows: usize) -> std::ops::Range<usize> {
        let count = self.candidates.len();
        let rows = rows.min(count);
        let first = self.chosen.unwrap_or(0).saturating_sub(rows / 2).min(count - rows);
        first..first + rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(count: usize, chosen: Option<usize>, next: usize, window: std::ops::Range<usize>) {
        let (insert, label, about) = (String::new(), String::new(), String::new());
        let candidate = Candidate { insert, label, about };
        let completion = Completion { start: 0, candidates: vec![candidate; count], chosen };
        assert_eq!((completion.next(true), completion.window(ROWS)), (next, window));
    }

    #[test]
    fn the_chosen_one_is_shown() {
        check(3, None, 0, 0..3);
        check(3, Some(2), 0, 0..3);
        check(20, None, 0, 0..8);
        check(20, Some(10), 11, 6..14);
        check(20, Some(19), 0, 12..20);
    }
}
