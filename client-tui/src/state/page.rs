//! What of a scrollback is on the screen, and where its reader is. The place is an entry and a byte
//! of its text: neither arrivals, nor back-fill, nor another width move it.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::entry::{Entry, Key};
use super::scrollback::Scrollback;

/// Lines of one person within this time count as one turn.
const TURN_MS: i64 = 5 * 60 * 1000;

/// How far back an entry of the same day is looked for.
const DATE_LOOK_BACK: usize = 64;

/// The room that a page has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Columns of text.
    pub(crate) width: usize,
    /// Rows, when at the bottom.
    pub(crate) height: usize,
}

impl Shape {
    /// Rows while reading history: one is the marker's, where there is room for it.
    fn reading_height(self) -> usize {
        if self.height >= 4 { self.height - 1 } else { self.height }
    }
}

/// Where the reader is, and what is seen from there.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// `None` is the bottom, whatever comes.
    anchor: Option<Anchor>,
    /// Messages that came since the bottom was left.
    below: usize,
    page: Vec<PageRow>,
    shape: Shape,
    /// The last entry that `/clear` put out of sight, until somebody scrolls up.
    cleared: Option<Key>,
}

/// The top row of the page while reading history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Anchor {
    key: Key,
    /// The first byte of the row; `None` for the date above the entry.
    byte: Option<usize>,
}

/// One row of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageRow {
    /// Which entry.
    pub(crate) entry: usize,
    /// Which row of its wrapped text; `None` for the date above it.
    pub(crate) row: Option<usize>,
    /// Whether the name is shown.
    pub(crate) name: bool,
    /// Whether the time is shown.
    pub(crate) time: bool,
}

/// A row of an entry, the date above it counted as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spot {
    entry: usize,
    row: usize,
}

impl Reader {
    pub(crate) fn is_at_bottom(&self) -> bool {
        self.anchor.is_none()
    }

    pub(crate) fn go_to_bottom(&mut self) {
        self.anchor = None;
        self.below = 0;
    }

    /// A new message came in at the end.
    pub(super) fn arrived(&mut self) {
        if self.anchor.is_some() {
            self.below += 1;
        }
    }

    /// An entry got another key.
    pub(super) fn follow(&mut self, from: Key, to: Key) {
        if let Some(anchor) = self.anchor.as_mut().filter(|anchor| anchor.key == from) {
            anchor.key = to;
        }
    }

    /// Whether less than a page is known above what is seen.
    pub(super) fn is_near_top(&self) -> bool {
        let cleared = self.cleared.is_some();
        !cleared && self.page.first().is_none_or(|top| top.entry < self.shape.height)
    }
}

impl Scrollback {
    /// The rows that are seen, as last laid out.
    pub(crate) fn page(&self) -> &[PageRow] {
        &self.reader.page
    }

    /// While reading history: how many messages have come since.
    pub(crate) fn reading_history(&self) -> Option<usize> {
        self.reader.anchor.map(|_| self.reader.below)
    }

    /// The number of the first message seen, for those who look from outside.
    pub(crate) fn top_message(&self) -> Option<u64> {
        let top = self.page().first().and_then(|row| self.entry(row.entry))?;
        top.key.is_stored().then_some(top.key.seq)
    }

    pub(crate) fn go_to_bottom(&mut self) {
        self.reader.go_to_bottom();
    }

    /// Works out the page anew.
    pub(crate) fn lay_out(&mut self, shape: Shape, zone: &TimeZone) {
        self.reader.shape = shape;
        if let Some(anchor) = self.reader.anchor {
            let top = self.find_spot(anchor, zone);
            if self.rows_from(top, shape.height + 1, zone) > shape.height {
                self.reader.page = self.page_from(top, shape.reading_height(), zone);
                return;
            }
            self.reader.go_to_bottom();
        }
        let bottom = Spot { entry: self.entries.len(), row: 0 };
        let top = self.back(bottom, shape.height, zone);
        let top = self.below_cleared(top);
        self.reader.page = self.page_from(top, shape.height, zone);
    }

    /// Puts everything out of sight but what is on its way; scrolling up brings it back.
    pub(crate) fn clear(&mut self) {
        self.go_to_bottom();
        let kept = self.entries.iter().rev().find(|entry| !entry.key.is_unsent());
        self.reader.cleared = kept.map(|entry| entry.key);
    }

    /// The spot, or the first behind what was put out of sight.
    fn below_cleared(&self, top: Spot) -> Spot {
        let Some(cleared) = self.reader.cleared else { return top };
        let entry = self.find(cleared).map_or_else(|next| next, |index| index + 1);
        if top.entry < entry { Spot { entry, row: 0 } } else { top }
    }

    /// Moves the page up by some rows.
    pub(crate) fn scroll_up(&mut self, rows: usize, zone: &TimeZone) {
        self.reader.cleared = None;
        let Some(top) = self.top(zone) else { return };
        let top = self.back(top, rows, zone);
        self.go(top, zone);
    }

    /// Moves the page down by some rows, at most to the bottom.
    pub(crate) fn scroll_down(&mut self, rows: usize, zone: &TimeZone) {
        if self.reader.is_at_bottom() {
            return;
        }
        let Some(mut top) = self.top(zone) else { return };
        for _ in 0..rows {
            let rows = self.block(top.entry, zone);
            if top.row + 1 < rows {
                top.row += 1;
            } else if top.entry + 1 < self.entries.len() {
                top = Spot { entry: top.entry + 1, row: 0 };
            }
        }
        self.go(top, zone);
    }

    /// Moves the page to the oldest entry known.
    pub(crate) fn scroll_to_top(&mut self, zone: &TimeZone) {
        self.reader.cleared = None;
        if !self.entries.is_empty() {
            self.go(Spot { entry: 0, row: 0 }, zone);
        }
    }

    /// Rows that PgUp and PgDn move by: a page, two rows of it kept for the eye.
    pub(crate) fn page_step(&self) -> usize {
        self.reader.shape.reading_height().saturating_sub(2).max(1)
    }

    fn go(&mut self, top: Spot, zone: &TimeZone) {
        let dated = usize::from(self.is_dated(top.entry, zone));
        self.block(top.entry, zone);
        let Some(entry) = self.entries.get(top.entry) else { return };
        let row = top.row.checked_sub(dated).and_then(|row| entry.rows().get(row));
        self.reader.anchor = Some(Anchor { key: entry.key, byte: row.map(|row| row.start) });
        self.lay_out(self.reader.shape, zone);
    }

    /// The top row of the page as it is now.
    fn top(&mut self, zone: &TimeZone) -> Option<Spot> {
        if let Some(anchor) = self.reader.anchor {
            return (!self.entries.is_empty()).then(|| self.find_spot(anchor, zone));
        }
        let bottom = Spot { entry: self.entries.len(), row: 0 };
        let top = self.back(bottom, self.reader.shape.height, zone);
        (top.entry < self.entries.len()).then_some(top)
    }

    fn find_spot(&mut self, anchor: Anchor, zone: &TimeZone) -> Spot {
        let found = self.find(anchor.key);
        let entry = found.unwrap_or_else(|next| next.min(self.entries.len().saturating_sub(1)));
        self.block(entry, zone);
        let dated = usize::from(self.is_dated(entry, zone));
        let row = match (found, anchor.byte) {
            (Ok(_), Some(byte)) => {
                let rows = self.entries.get(entry).map_or(&[][..], Entry::rows);
                dated + rows.iter().rposition(|row| row.start <= byte).unwrap_or(0)
            }
            _ => 0,
        };
        Spot { entry, row }
    }

    /// The spot `rows` above another, or the first there is.
    fn back(&mut self, from: Spot, rows: usize, zone: &TimeZone) -> Spot {
        let mut spot = from;
        let mut left = rows;
        while left > spot.row {
            let Some(before) = spot.entry.checked_sub(1) else {
                return Spot { entry: 0, row: 0 };
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
        for entry in from.entry..self.entries.len() {
            if rows >= most + from.row {
                break;
            }
            rows += self.block(entry, zone);
        }
        rows.saturating_sub(from.row).min(most)
    }

    fn page_from(&mut self, top: Spot, height: usize, zone: &TimeZone) -> Vec<PageRow> {
        let mut page = Vec::with_capacity(height);
        for entry in top.entry..self.entries.len() {
            let rows = self.block(entry, zone);
            let dated = self.is_dated(entry, zone);
            let (new_turn, new_minute) = self.turn(entry, dated);
            let first = if entry == top.entry { top.row } else { 0 };
            for row in first..rows {
                if page.len() == height {
                    return page;
                }
                let row = row.checked_sub(usize::from(dated));
                let head = row == Some(0);
                // The first row of the page always says whose it is.
                let name = (head && new_turn) || (page.is_empty() && row.is_some());
                page.push(PageRow { entry, row, name, time: head && (new_turn || new_minute) });
            }
        }
        page
    }

    /// Measures an entry: how many rows it takes, with the date above it.
    fn block(&mut self, index: usize, zone: &TimeZone) -> usize {
        let width = self.reader.shape.width;
        let dated = usize::from(self.is_dated(index, zone));
        self.entries.get_mut(index).map_or(0, |entry| entry.measure(width).len() + dated)
    }

    /// Whether a date stands above the entry: nothing before it is of its day, or of a later one.
    /// Notices go by our clock and messages by the server's: where the two disagree about the day,
    /// the date does not go back and forth between them.
    fn is_dated(&self, index: usize, zone: &TimeZone) -> bool {
        let Some(date) = self.entries.get(index).and_then(|entry| date(entry, zone)) else {
            return false;
        };
        let before = self.entries.range(index.saturating_sub(DATE_LOOK_BACK)..index).rev();
        !before.filter_map(|entry| self::date(entry, zone)).any(|before| before >= date)
    }

    /// Whether an entry begins somebody's turn, and whether it is of another minute than the one
    /// before.
    fn turn(&self, index: usize, dated: bool) -> (bool, bool) {
        let entry = self.entries.get(index);
        let before = index.checked_sub(1).and_then(|before| self.entries.get(before));
        let (Some(entry), Some(before)) = (entry, before) else { return (true, true) };
        let same = entry.author().is_some() && entry.author() == before.author();
        let near = entry.at.saturating_sub(before.at).saturating_abs() < TURN_MS;
        (!same || !near || dated, entry.at.div_euclid(60_000) != before.at.div_euclid(60_000))
    }
}

/// The day of an entry, whatever it is.
fn date(entry: &Entry, zone: &TimeZone) -> Option<Date> {
    let at = jiff::Timestamp::from_millisecond(entry.at).ok()?;
    Some(at.to_zoned(zone.clone()).date())
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Message, Nick, Text};
    use proptest::prelude::{Strategy, any, prop_oneof};

    use super::*;

    const ZONE: TimeZone = TimeZone::UTC;

    fn message(seq: u64) -> Message {
        let from = Nick::new(if seq.is_multiple_of(3) { "ann" } else { "bob" }).unwrap();
        let words = "word ".repeat(usize::try_from(seq * 7 % 40).unwrap() + 1);
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
        (scrollback.top_message(), row.row.map_or(0, |row| entry.rows()[row].start))
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
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..60 {
            seen.extend(scrollback.page().iter().filter_map(|row| row.row));
            scrollback.scroll_up(1, &ZONE);
        }
        assert_eq!(seen.len(), 50);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Live,
        Older(u64),
        Joined,
        Width(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            proptest::strategy::Just(Step::Live),
            (1_u64..20).prop_map(Step::Older),
            proptest::strategy::Just(Step::Joined),
            (5_usize..80).prop_map(Step::Width),
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
                }
                scrollback.lay_out(Shape { width, height }, &ZONE);
                proptest::prop_assert_eq!(top(&scrollback).0, before.0);
            }
            scrollback.lay_out(Shape { width: 30, height }, &ZONE);
            proptest::prop_assert_eq!(top(&scrollback), before);
        }
    }
}
