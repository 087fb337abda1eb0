//! What of a scrollback is on the screen, and where its reader is. The place is an entry and a byte
//! of its text: neither arrivals, nor back-fill, nor another width move it.

use jiff::tz::TimeZone;

use super::entry::Entry;
use super::jump::Led;
use super::reader::{Anchor, Place, Shape};
use super::scrollback::Scrollback;

/// Lines of one person within this time count as one turn.
const TURN_MS: i64 = 5 * 60 * 1000;

/// How far back an entry of the same day is looked for, among those that are shown.
const DATE_LOOK_BACK: usize = 64;

/// What is in a row of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// The date above an entry.
    Date,
    /// The rule above the first unread message.
    New,
    /// On the wall: the empty row above an entry.
    Gap,
    /// On the wall: the name above what somebody says.
    Name,
    /// This row of the entry's text.
    Text(usize),
}

/// One row of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageRow {
    /// Which entry.
    pub(crate) entry: usize,
    pub(crate) line: Line,
    /// Whether the name is shown.
    pub(crate) name: bool,
    /// Whether the time is shown.
    pub(crate) time: bool,
}

/// What stands above an entry.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heads {
    pub(super) date: bool,
    pub(super) new: bool,
    /// On the wall.
    pub(super) gap: bool,
    pub(super) name: bool,
}

impl Heads {
    /// What stands there, from above.
    fn lines(self) -> impl Iterator<Item = Line> {
        let all = [
            (self.date, Line::Date),
            (self.new, Line::New),
            (self.gap, Line::Gap),
            (self.name, Line::Name),
        ];
        all.into_iter().filter_map(|(stands, line)| stands.then_some(line))
    }

    fn rows(self) -> usize {
        self.lines().count()
    }

    /// What is in this row of the entry and its heads.
    fn line(self, row: usize) -> Line {
        self.lines().nth(row).unwrap_or_else(|| Line::Text(row - self.rows()))
    }
}

/// A row of an entry, what stands above it counted as rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) entry: usize,
    pub(super) row: usize,
}

impl Scrollback {
    /// The rows that are seen, as last laid out.
    pub(crate) fn page(&self) -> &[PageRow] {
        &self.reader.page
    }

    /// While reading history: how many messages have come since, and are below what is seen.
    pub(crate) fn reading_history(&self) -> Option<usize> {
        self.reader.anchor.map(|_| self.new_below())
    }

    fn new_below(&self) -> usize {
        let (below, last) = (self.reader.below, self.page().last());
        // Of those that are not here nobody sees any.
        let Some(last) = last.filter(|_| !self.is_apart()) else { return below };
        // What stands above a message is not yet the message.
        let first = last.entry + usize::from(matches!(last.line, Line::Text(_)));
        let behind = self.entries.iter().skip(first);
        behind.filter(|entry| entry.author().is_some()).take(below).count()
    }

    /// The number of the first message seen, for those who look from outside.
    pub(crate) fn top_message(&self) -> Option<u64> {
        let top = self.page().first().and_then(|row| self.entry(row.entry))?;
        top.key.is_stored().then_some(top.key.seq)
    }

    pub(crate) fn go_to_bottom(&mut self) {
        self.leave_excerpt();
        self.reader.go_to_bottom();
    }

    /// Works out the page anew.
    pub(crate) fn lay_out(&mut self, shape: Shape, zone: &TimeZone) {
        self.reader.shape = shape;
        self.try_landing(zone);
        self.try_arriving(zone);
        // What is held goes out of sight at the bottom, as when somebody had scrolled up.
        if let Some(anchor) = self.reader.anchor.or(self.reader.held) {
            let top = self.find_spot(anchor, zone);
            // What is apart from the newest messages goes on below, even if that is not here yet.
            if self.is_apart() || self.rows_from(top, shape.height + 1, zone) > shape.height {
                self.reader.anchor = Some(anchor);
                let page = self.page_from(top, shape.reading_height(), zone);
                self.reader.page = self.with_name(page);
                return;
            }
            self.reader.reach_bottom();
        }
        let bottom = Spot { entry: self.entries.len(), row: 0 };
        let top = self.back(bottom, shape.height, zone);
        let top = self.below_cleared(top);
        let page = self.page_from(top, shape.height, zone);
        self.reader.page = self.with_name(page);
    }

    /// Puts everything out of sight but what is on its way; scrolling up brings it back.
    pub(crate) fn clear(&mut self) {
        self.go_to_bottom();
        let kept = self.entries.iter().rev().find(|entry| !entry.key.is_unsent());
        self.reader.cleared = kept.map(|entry| entry.key);
    }

    /// The spot, or the first behind what was put out of sight.
    pub(super) fn below_cleared(&self, top: Spot) -> Spot {
        let Some(cleared) = self.reader.cleared else { return top };
        let entry = self.find(cleared).map_or_else(|next| next, |index| index + 1);
        if top.entry < entry { Spot { entry, row: 0 } } else { top }
    }

    /// Moves the page up by some rows.
    pub(crate) fn scroll_up(&mut self, rows: usize, zone: &TimeZone) {
        self.reader.led = Led::default();
        self.reader.cleared = None;
        self.forget_goal();
        let Some(top) = self.top(zone) else { return };
        let top = self.back(top, rows, zone);
        self.go(top, zone);
    }

    /// Moves the page down by some rows, at most to the bottom.
    pub(crate) fn scroll_down(&mut self, rows: usize, zone: &TimeZone) {
        if self.reader.is_at_bottom() {
            return;
        }
        self.reader.led = Led::default();
        self.forget_goal();
        let Some(from) = self.top(zone) else { return };
        let mut top = from;
        for _ in 0..rows {
            if top.row + 1 < self.block(top.entry, zone) {
                top.row += 1;
            } else if let Some(entry) = self.shown_from(top.entry + 1) {
                top = Spot { entry, row: 0 };
            } else {
                break;
            }
        }
        if self.is_apart() {
            // No farther than what is here fills the page: the rest is on its way.
            let end = Spot { entry: self.part().end, row: 0 };
            let lowest = self.back(end, self.reader.shape.reading_height(), zone);
            top = top.min(lowest).max(from);
        }
        self.go(top, zone);
    }

    /// Moves the page to the oldest entry known.
    pub(crate) fn scroll_to_top(&mut self, zone: &TimeZone) {
        self.reader.led = Led::default();
        self.reader.cleared = None;
        self.forget_goal();
        let part = self.part();
        if !part.is_empty() {
            self.go(Spot { entry: part.start, row: 0 }, zone);
        }
    }

    /// Rows that PgUp and PgDn move by: a page, two rows of it kept for the eye.
    pub(crate) fn page_step(&self) -> usize {
        self.reader.shape.reading_height().saturating_sub(2).max(1)
    }

    /// Moves the page so that this is its top row, or to the bottom if that is seen then.
    pub(super) fn go(&mut self, top: Spot, zone: &TimeZone) {
        self.stay_at(top, zone);
        self.lay_out(self.reader.shape, zone);
    }

    /// From now on this is the top row of the page.
    pub(super) fn stay_at(&mut self, top: Spot, zone: &TimeZone) {
        let Some(anchor) = self.anchor(top, zone) else { return };
        // Who goes to what was put out of sight brings it back.
        self.reader.cleared = self.reader.cleared.filter(|&cleared| cleared < anchor.key);
        self.reader.anchor = Some(anchor);
        self.reader.held = None;
    }

    /// A row, however the entry is wrapped.
    pub(super) fn anchor(&mut self, top: Spot, zone: &TimeZone) -> Option<Anchor> {
        self.block(top.entry, zone);
        let heads = self.heads(top.entry, zone);
        let entry = self.entries.get(top.entry)?;
        let place = match heads.line(top.row) {
            Line::Date | Line::Gap => Place::Date,
            Line::New => Place::New,
            Line::Name => Place::Name,
            Line::Text(row) => Place::Byte(entry.rows().get(row).map_or(0, |row| row.start)),
        };
        Some(Anchor { key: entry.key, place })
    }

    /// The top row of the page as it is now.
    pub(super) fn top(&mut self, zone: &TimeZone) -> Option<Spot> {
        if let Some(anchor) = self.reader.anchor {
            return (!self.entries.is_empty()).then(|| self.find_spot(anchor, zone));
        }
        let bottom = Spot { entry: self.entries.len(), row: 0 };
        let top = self.back(bottom, self.reader.shape.height, zone);
        let top = self.below_cleared(top);
        (top.entry < self.entries.len()).then_some(top)
    }

    fn find_spot(&mut self, anchor: Anchor, zone: &TimeZone) -> Spot {
        let is_shown = |&index: &usize| self.shows(&self.entries[index]);
        let found = match self.find(anchor.key) {
            Ok(index) => Some(index).filter(is_shown).ok_or(index),
            missing => missing,
        };
        let last = self.part().end.saturating_sub(1);
        let entry = found.unwrap_or_else(|next| self.shown_from(next).unwrap_or(last));
        self.block(entry, zone);
        let heads = self.heads(entry, zone);
        let row = match (found, anchor.place) {
            (Ok(_), Place::Byte(byte)) => {
                let rows = self.entries.get(entry).map_or(&[][..], Entry::rows);
                heads.rows() + rows.iter().rposition(|row| row.start <= byte).unwrap_or(0)
            }
            (Ok(_), Place::New) => usize::from(heads.date),
            (Ok(_), Place::Name) => usize::from(heads.gap),
            _ => 0,
        };
        Spot { entry, row }
    }

    /// The first entry from this one on that is shown.
    fn shown_from(&self, index: usize) -> Option<usize> {
        self.visible(index..self.part().end).next().map(|(index, _)| index)
    }

    /// Whether less than a page is known above what is seen.
    pub(super) fn is_near_top(&self) -> bool {
        let height = self.reader.shape.height;
        let start = self.part().start;
        let above = |top: usize| self.visible(start..top).rev().take(height).count();
        let page = self.page().first().map(|row| row.entry);
        let bare = self.bare_page().and_then(|page| page.first()).map(|row| row.entry);
        self.reader.cleared.is_none() && bare.or(page).is_none_or(|top| above(top) < height)
    }

    /// Whether the first that is known is seen.
    pub(crate) fn is_at_top(&self) -> bool {
        let start = self.part().start;
        self.reader.cleared.is_none() && self.page().first().is_none_or(|top| top.entry <= start)
    }

    /// The spot `rows` above another, or the first there is.
    pub(super) fn back(&mut self, from: Spot, rows: usize, zone: &TimeZone) -> Spot {
        let start = self.part().start;
        let mut spot = from;
        let mut left = rows;
        while left > spot.row {
            let Some(before) = spot.entry.checked_sub(1).filter(|before| *before >= start) else {
                return Spot { entry: start, row: 0 };
            };
            left -= spot.row;
            spot = Spot { entry: before, row: self.block(before, zone) };
        }
        spot.row -= left;
        spot
    }

    /// How many rows there are from a spot to the end, counted to `most`.
    fn rows_from(&mut self, from: Spot, most: usize, zone: &TimeZone) -> usize {
        let mut rows = 0;
        for entry in from.entry..self.part().end {
            if rows >= most + from.row {
                break;
            }
            rows += self.block(entry, zone);
        }
        rows.saturating_sub(from.row).min(most)
    }

    fn page_from(&mut self, top: Spot, height: usize, zone: &TimeZone) -> Vec<PageRow> {
        let mut page = Vec::with_capacity(height);
        for entry in top.entry..self.part().end {
            let rows = self.block(entry, zone);
            if rows == 0 {
                continue;
            }
            let heads = self.heads(entry, zone);
            let (new_turn, new_minute) = self.turn(entry, heads.rows() > 0);
            let first = if entry == top.entry { top.row } else { 0 };
            for row in first..rows {
                if page.len() == height {
                    return page;
                }
                let line = heads.line(row);
                let first = line == Line::Text(0);
                // The first row of the page always says whose it is, and of when.
                let top = page.is_empty() && matches!(line, Line::Text(_));
                let name = top || (first && new_turn);
                let time = name || (first && new_minute);
                page.push(PageRow { entry, line, name, time });
            }
        }
        page
    }

    /// Measures an entry: how many rows it takes, with what stands above it. What is hidden takes
    /// none, and costs nothing: there may be thousands of it between two entries that are shown.
    pub(super) fn block(&mut self, index: usize, zone: &TimeZone) -> usize {
        if self.entries.get(index).is_none_or(|entry| !self.shows(entry)) {
            return 0;
        }
        self.measure(index);
        let Some(entry) = self.entries.get(index) else { return 0 };
        let folded = self.reader.wall && entry.counts().is_some();
        let rows = if folded { 1 } else { entry.rows().len() };
        self.heads(index, zone).rows() + rows
    }

    /// Rows of what stands above an entry.
    pub(super) fn rows_above(&self, index: usize, zone: &TimeZone) -> usize {
        self.heads(index, zone).rows()
    }

    fn heads(&self, index: usize, zone: &TimeZone) -> Heads {
        if self.reader.wall {
            return self.wall_heads(index);
        }
        let (date, new) = (self.is_dated(index, zone), self.is_divider(index));
        Heads { date, new, ..Heads::default() }
    }

    /// Whether a date stands above the entry: nothing before it is of its day, or of a later one.
    /// Notices go by our clock and messages by the server's: where the two disagree about the day,
    /// the date does not go back and forth between them.
    fn is_dated(&self, index: usize, zone: &TimeZone) -> bool {
        let date = |entry: &Entry| self.days.of(entry.at, zone);
        let Some(day) = self.entries.get(index).and_then(date) else { return false };
        let before = self.visible(self.part().start..index).rev().take(DATE_LOOK_BACK);
        !before.filter_map(|(_, entry)| date(entry)).any(|before| before >= day)
    }

    /// Whether an entry begins somebody's turn, and whether it is of another minute than the one
    /// before.
    pub(super) fn turn(&self, index: usize, headed: bool) -> (bool, bool) {
        let entry = self.entries.get(index);
        let before = self.visible(self.part().start..index).next_back();
        let before = before.map(|(_, before)| before);
        let (Some(entry), Some(before)) = (entry, before) else { return (true, true) };
        // An action is read together with the name.
        let same =
            entry.author().is_some() && entry.author() == before.author() && !entry.is_action();
        let near = entry.at.saturating_sub(before.at).saturating_abs() < TURN_MS;
        (!same || !near || headed, entry.at.div_euclid(60_000) != before.at.div_euclid(60_000))
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Message, Nick, Text};
    use proptest::prelude::{Strategy, any, prop_oneof};

    use super::*;
    use crate::state::jump::Folding;

    const ZONE: TimeZone = TimeZone::UTC;

    fn message(seq: u64) -> Message {
        let from = Nick::new(if seq.is_multiple_of(3) { "ann" } else { "bob" }).unwrap();
        let count = usize::try_from(seq * 7 % 40).unwrap() + 1;
        let words = match seq % 5 {
            0 => format!("```rs\n{}```", "a line of code, not a short one\n".repeat(count)),
            1 => format!("- **{}** and `code`\n> 漢字 https://a.org/b", "bold ".repeat(count)),
            _ => "word ".repeat(count),
        };
        let at = i64::try_from(seq).unwrap() * 3_600_000;
        Message { seq, from, at, text: Text::new(&format!("{seq}: {words}")).unwrap() }
    }

    fn filled(numbers: std::ops::RangeInclusive<u64>) -> Scrollback {
        let mut scrollback = Scrollback::default();
        scrollback.take_page(numbers.map(message).collect(), true);
        scrollback.lay_out(Shape { width: 30, height: 10 }, &ZONE);
        scrollback
    }

    /// What is seen at the top: the message, and the row's first byte.
    fn top(scrollback: &Scrollback) -> (Option<u64>, usize) {
        let row = scrollback.page()[0];
        let entry = scrollback.entry(row.entry).unwrap();
        let byte = match row.line {
            Line::Text(row) => entry.rows()[row].start,
            _ => 0,
        };
        (scrollback.top_message(), byte)
    }

    #[test]
    fn what_was_cleared_comes_back_by_scrolling() {
        let mut scrollback = filled(100..=150);
        scrollback.clear();
        scrollback.lay_out(Shape { width: 30, height: 10 }, &ZONE);
        assert!(scrollback.page().is_empty() && scrollback.ask_older().is_none());
        scrollback.take_live(message(151));
        scrollback.lay_out(Shape { width: 30, height: 10 }, &ZONE);
        assert_eq!(scrollback.top_message(), Some(151));
        scrollback.scroll_up(1, &ZONE);
        assert!(scrollback.top_message() < Some(151));
    }

    #[test]
    fn what_was_cleared_hides_nothing_under_new_numbers() {
        let renumber: [fn(&mut Scrollback); 2] =
            [Scrollback::drop_numbered, |scrollback| _ = scrollback.retire()];
        for renumber in renumber {
            let mut scrollback = filled(100..=150);
            scrollback.clear();
            renumber(&mut scrollback);
            scrollback.take_live(message(1));
            scrollback.lay_out(Shape { width: 30, height: 10 }, &ZONE);
            let last = scrollback.page().last().and_then(|row| scrollback.entry(row.entry));
            assert_eq!(last.map(|entry| entry.key.seq), Some(1));
        }
    }

    #[test]
    fn unfolding_does_not_bring_back_what_was_cleared() {
        let mut scrollback = filled(100..=150);
        scrollback.clear();
        let code = Text::new(&format!("```\n{}```", "line\n".repeat(40))).unwrap();
        scrollback.take_live(Message { text: code, ..message(151) });
        let shape = Shape { width: 30, height: 30 };
        scrollback.lay_out(shape, &ZONE);
        for folding in [Folding::Unfolded, Folding::Folded] {
            assert_eq!(scrollback.toggle_fold(&ZONE), folding);
            assert_eq!(scrollback.top_message(), Some(151), "{folding:?}");
        }
        assert_eq!(scrollback.reading_history(), None);
        // A mention among it is gone to all the same.
        assert!(scrollback.go_to_mention(&Nick::new("bold").unwrap(), false, &ZONE));
        assert!(scrollback.top_message() < Some(151));
    }

    #[test]
    fn the_page_fills_from_the_bottom_and_scrolls_by_rows() {
        let mut scrollback = filled(100..=150);
        assert_eq!(scrollback.page().len(), 10);
        let bottom = top(&scrollback);
        scrollback.scroll_up(5, &ZONE);
        assert_eq!(scrollback.reading_history(), Some(0));
        scrollback.scroll_down(5, &ZONE);
        assert_eq!((top(&scrollback), scrollback.reading_history()), (bottom, None));
        scrollback.scroll_to_top(&ZONE);
        assert_eq!(scrollback.top_message(), Some(100));
        scrollback.scroll_down(100_000, &ZONE);
        assert_eq!(top(&scrollback), bottom);
    }

    #[test]
    fn a_message_taller_than_the_screen_can_be_read_whole() {
        let mut scrollback = Scrollback::default();
        let mut tall = message(1);
        tall.text = Text::new(&"line\n".repeat(50)).unwrap();
        scrollback.take_page(vec![tall], false);
        scrollback.lay_out(Shape { width: 30, height: 10 }, &ZONE);
        scrollback.toggle_fold(&ZONE);
        scrollback.go_to_bottom();
        scrollback.lay_out(Shape { width: 30, height: 10 }, &ZONE);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..60 {
            seen.extend(scrollback.page().iter().filter_map(|row| match row.line {
                Line::Text(row) => Some(row),
                _ => None,
            }));
            scrollback.scroll_up(1, &ZONE);
        }
        assert_eq!(seen.len(), 50);
    }

    #[test]
    fn rows_are_kept_of_few_entries() {
        let mut scrollback = filled(1000..=6000);
        scrollback.scroll_up(1_000_000, &ZONE);
        for _ in 0..2000 {
            scrollback.scroll_down(8, &ZONE);
        }
        let kept = scrollback.entries.iter().filter(|entry| !entry.rows().is_empty()).count();
        assert!((10..=600).contains(&kept), "{kept}");
        for width in 10..200 {
            scrollback.lay_out(Shape { width, height: 10 }, &ZONE);
            let page = scrollback.page();
            assert!(page.iter().all(|row| !scrollback.entries[row.entry].rows().is_empty()));
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Live,
        Older(u64),
        Joined,
        Width(usize),
        Unread,
        Read,
        Fold,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            proptest::strategy::Just(Step::Live),
            (1_u64..20).prop_map(Step::Older),
            proptest::strategy::Just(Step::Joined),
            (5_usize..80).prop_map(Step::Width),
            proptest::strategy::Just(Step::Unread),
            proptest::strategy::Just(Step::Read),
            proptest::strategy::Just(Step::Fold),
        ];
        proptest::collection::vec(step, 0..40)
    }

    proptest::proptest! {
        #[test]
        fn the_readers_place_does_not_move(steps in steps(), up in 40_usize..150, height in any::<u8>()) {
            let mut scrollback = filled(1000..=1100);
            let (mut first, mut last) = (1000, 1100);
            let height = usize::from(height % 20) + 1;
            scrollback.lay_out(Shape { width: 30, height }, &ZONE);
            scrollback.scroll_up(up, &ZONE);
            let before = top(&scrollback);
            let mut width = 30;
            for step in steps {
                match step {
                    Step::Live => { last += 1; scrollback.take_live(message(last)); }
                    Step::Older(count) => {
                        scrollback.take_page((first - count..first).map(message).collect(), true);
                        first -= count;
                    }
                    Step::Joined => scrollback.presence(0, &[Nick::new("eve").unwrap()], true),
                    Step::Width(other) => width = other,
                    Step::Unread => scrollback.unread_from(last - 50),
                    Step::Read => scrollback.forget_unread(),
                    // Twice: a row that is folded away comes back when it is unfolded.
                    Step::Fold => {
                        scrollback.toggle_fold(&ZONE);
                        proptest::prop_assert_eq!(top(&scrollback).0, before.0);
                        scrollback.toggle_fold(&ZONE);
                    }
                }
                scrollback.lay_out(Shape { width, height }, &ZONE);
                proptest::prop_assert_eq!(top(&scrollback).0, before.0);
            }
            scrollback.lay_out(Shape { width: 30, height }, &ZONE);
            proptest::prop_assert_eq!(top(&scrollback), before);
        }
    }
}
