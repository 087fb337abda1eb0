//! Whose rows are kept: of the entries that were looked at last. Of others they are worked out
//! again when they are seen again.

use std::collections::VecDeque;

use super::entry::Key;
use super::scrollback::Scrollback;

/// Turns that are remembered at least.
const TURNS: usize = 512;

/// The same for every row of a screen: there are more of them than two pages have entries, so that
/// nothing is forgotten while it is seen, or worked out ahead.
const TURNS_A_ROW: usize = 6;

/// The entries whose rows were worked out or renewed, turn by turn. An entry may be there several
/// times: its last turn counts.
#[derive(Debug, Default)]
pub(super) struct Kept {
    turns: VecDeque<(Key, u64)>,
    /// The turn of the next one.
    next: u64,
}

impl Kept {
    pub(super) fn turn(&self) -> u64 {
        self.next
    }

    /// It is this entry's turn; returns one that had its turn longest ago, when there are more than
    /// so many.
    fn take(&mut self, key: Key, most: usize) -> Option<(Key, u64)> {
        self.turns.push_back((key, self.next));
        self.next += 1;
        if self.turns.len() > most { self.turns.pop_front() } else { None }
    }
}

impl Scrollback {
    /// Works out the rows of an entry, unless they are known; and forgets those of one that was
    /// looked at longest ago, when enough others were.
    pub(super) fn measure(&mut self, index: usize) {
        let (shape, wall, turn) = (self.reader.shape, self.reader.wall, self.reader.kept.turn());
        let most = TURNS.max(TURNS_A_ROW * shape.height);
        let half = u64::try_from(most / 2).unwrap_or(u64::MAX);
        let Some(entry) = self.entries.get_mut(index) else { return };
        // Renewed half-way through, what is looked at all the time is never among the oldest.
        let has_turn =
            entry.measure(shape.width, wall, turn) || entry.renew(turn, turn.saturating_sub(half));
        if has_turn
            && let Some((old, turn)) = self.reader.kept.take(entry.key, most)
            && let Ok(old) = self.find(old)
            && let Some(entry) = self.entries.get_mut(old)
        {
            entry.forget_rows(turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Message, Nick, Text};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::state::reader::Shape;

    fn room(height: usize) -> Scrollback {
        let mut scrollback = Scrollback::default();
        for seq in 1..=2_000 {
            let (from, text) = (Nick::new("ann").unwrap(), Text::new("one\ntwo").unwrap());
            scrollback.take_live(Message { seq, from, at: 0, text });
        }
        scrollback.lay_out(Shape { width: 20, height }, &TimeZone::UTC);
        scrollback
    }

    fn kept(scrollback: &Scrollback) -> usize {
        scrollback.entries.iter().filter(|entry| !entry.rows().is_empty()).count()
    }

    #[test]
    fn so_many_are_kept_and_no_more() {
        let mut scrollback = room(10);
        for index in 0..2_000 {
            scrollback.measure(index);
        }
        assert!((TURNS / 2..=TURNS).contains(&kept(&scrollback)), "{}", kept(&scrollback));
    }

    #[test]
    fn what_is_seen_is_kept_whatever_else_is_worked_out() {
        for height in [10, 200] {
            let zone = TimeZone::UTC;
            let mut scrollback = room(height);
            // What was seen at first is the oldest when somebody comes back to it.
            for rounds in 1..12 {
                for _ in 0..rounds {
                    scrollback.scroll_up(scrollback.page_step(), &zone);
                    scrollback.measure_ahead(&zone);
                }
                scrollback.go_to_bottom();
                scrollback.lay_out(Shape { width: 20, height }, &zone);
                scrollback.scroll_up(3, &zone);
                scrollback.lay_out(Shape { width: 20, height }, &zone);
                let before = scrollback.page().to_vec();
                scrollback.measure_ahead(&zone);
                assert!(scrollback.page().iter().eq(&before));
                let seen = before.iter().map(|row| &scrollback.entries[row.entry]);
                assert!(seen.clone().count() > 0);
                assert!(seen.clone().all(|entry| !entry.rows().is_empty()), "{height} {rounds}");
            }
        }
    }
}
