//! How the typed text falls into rows, kept up to date piece by piece: a key in a text of a
//! megabyte wraps anew only the rows around it. How a line breaks is decided in `cells`.

use std::ops::Range;

use crate::cells::{self, Row};

/// Bytes that are wrapped at a time around a change.
const PIECE: usize = 1024;

/// Rows before a change that it may alter: a word that has become shorter moves up.
const ROWS_BEFORE: usize = 2;

/// Bytes behind a change after which a line's rows are made to meet the old ones, by a row that
/// ends early. Else a letter before a line of a megabyte would wrap all of it anew.
const MEET_WITHIN: usize = 16 * 1024;

/// The rows of a text at one width; nothing before the first [`Wraps::lay_out`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Wraps {
    width: usize,
    rows: Vec<Row>,
    /// Rows wrapped anew by edits.
    #[cfg(test)]
    anew: usize,
}

impl Wraps {
    /// Wraps `text` at `width`, unless that was done.
    pub(crate) fn lay_out(&mut self, text: &str, width: usize) {
        let width = width.max(1);
        if self.width != width {
            self.width = width;
            self.rows = cells::wrap(text, width);
        }
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    #[cfg(test)]
    pub(crate) fn anew(&self) -> usize {
        self.anew
    }

    /// `removed` bytes at `start` have become `inserted` others, and the whole is `text` now.
    pub(crate) fn edited(&mut self, text: &str, start: usize, removed: usize, inserted: usize) {
        if self.width == 0 {
            return;
        }
        let changed = self.row_of(start).saturating_sub(ROWS_BEFORE);
        let mut from = self.rows.get(changed).map_or(0, |row| row.start);
        let mut fresh = Vec::new();
        loop {
            let (rows, next) = piece(text, from, self.width);
            #[cfg(test)]
            {
                self.anew += rows.len();
            }
            for mut row in rows {
                if row.start > start + inserted {
                    // From where an old row begins behind the change, everything is as it was.
                    let old = row.start + removed - inserted;
                    if let Ok(same) = self.row_at(old) {
                        return self.meet(changed..same, &fresh, removed, inserted);
                    }
                    if let Err(next) = self.row_at(old)
                        && row.start > start + inserted + MEET_WITHIN
                        && let Some(there) = self.rows.get(next)
                        && there.start + inserted < row.end + removed
                    {
                        row.end = there.start + inserted - removed;
                        fresh.push(row);
                        return self.meet(changed..next, &fresh, removed, inserted);
                    }
                }
                fresh.push(row);
            }
            match next {
                Some(next) => from = next,
                None => break,
            }
        }
        self.rows.truncate(changed);
        self.rows.append(&mut fresh);
    }

    /// The row that holds this byte.
    pub(crate) fn row_of(&self, at: usize) -> usize {
        self.rows.partition_point(|row| row.start <= at).saturating_sub(1)
    }

    /// The row that starts exactly here, or else the next.
    fn row_at(&self, start: usize) -> Result<usize, usize> {
        self.rows.binary_search_by(|row| row.start.cmp(&start))
    }

    /// Puts fresh rows in the place of old ones, and moves those behind as the text has moved.
    fn meet(&mut self, old: Range<usize>, fresh: &[Row], removed: usize, inserted: usize) {
        let behind = old.start + fresh.len();
        self.rows.splice(old, fresh.iter().copied());
        for row in &mut self.rows[behind..] {
            row.start = row.start + inserted - removed;
            row.end = row.end + inserted - removed;
        }
    }
}

/// Some rows from `from` on, where a row starts, and where those after them start.
fn piece(text: &str, from: usize, width: usize) -> (Vec<Row>, Option<usize>) {
    let rest = &text[from..];
    let mut size = PIECE.max(width * 4);
    loop {
        let end = (size..rest.len()).find(|&at| rest.is_char_boundary(at)).unwrap_or(rest.len());
        let mut rows = cells::wrap(&rest[..end], width);
        for row in &mut rows {
            row.start += from;
            row.end += from;
        }
        if end == rest.len() {
            return (rows, None);
        }
        // The last grapheme may be cut: it decides where the row before it ends.
        if let Some(sure) = rows.len().checked_sub(2).filter(|&sure| sure > 0) {
            let next = rows[sure].start;
            rows.truncate(sure);
            return (rows, Some(next));
        }
        size *= 2;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn piece_by_piece_is_as_at_once(
            first in "[ ab漢é\n👩‍👧🇩\u{301}]{0,80}",
            edits in proptest::collection::vec(
                (0_usize..1000, 0_usize..40, "[ ab漢\n👩\u{200D}🇩\u{301}]{0,12}"), 1..12),
            width in 1_usize..14,
            long in 0_usize..3)
        {
            // Longer than a piece, so that pieces meet.
            let mut text = first.repeat(1 + long * 40);
            let mut wraps = Wraps::default();
            wraps.lay_out(&text, width);
            for (at, removed, inserted) in edits {
                let boundary = |at: usize| (0..=at.min(text.len())).rev()
                    .find(|&at| text.is_char_boundary(at)).unwrap_or(0);
                let start = boundary(at % (text.len() + 1));
                let end = boundary(start + removed).max(start);
                text.replace_range(start..end, &inserted);
                wraps.edited(&text, start, end - start, inserted.len());
                prop_assert_eq!(wraps.rows(), &cells::wrap(&text, width)[..], "{:?}", text);
            }
        }
    }

    #[test]
    fn a_key_before_a_long_line_wraps_only_what_is_near() {
        let mut text = "word ".repeat(60_000);
        let mut wraps = Wraps::default();
        wraps.lay_out(&text, 58);
        for at in 0..30 {
            text.insert(at, 'x');
            wraps.edited(&text, at, 0, 1);
        }
        // Thirty keys; what is near is what it takes to meet the old rows.
        assert!(wraps.anew < 30 * 2 * MEET_WITHIN / 58, "{} rows", wraps.anew);
        let mut end = 0;
        for row in wraps.rows() {
            assert_eq!(row.start, end);
            assert!(cells::width(text[row.start..row.end].trim_end()) <= 58);
            end = row.end;
        }
        assert_eq!(end, text.len());
    }

    #[test]
    fn a_key_in_a_large_text_wraps_only_what_is_near() {
        let line = "a line of a text that is rather long, and wraps\n";
        let mut text = line.repeat(400_000 / line.len());
        let mut wraps = Wraps::default();
        wraps.lay_out(&text, 60);
        for at in [0, 200_000, text.len()] {
            for _ in 0..20 {
                text.insert(at, 'x');
                wraps.edited(&text, at, 0, 1);
            }
        }
        assert_eq!(wraps.rows(), cells::wrap(&text, 60));
        // Sixty keys, each with what is wrapped at a time.
        assert!(wraps.anew < 60 * PIECE / line.len(), "{} rows", wraps.anew);
    }
}
