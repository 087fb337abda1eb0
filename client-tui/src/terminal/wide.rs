//! Which cells of the screen hold wide characters. When a narrow one takes the place of the first
//! half, the second is written too: some terminals leave it as it was.

use std::collections::HashSet;

use ratatui::buffer::{Cell, CellWidth};

/// Where wide characters are.
#[derive(Debug, Default)]
pub(super) struct Wide(HashSet<(u16, u16)>);

/// What a second half is when nothing else is there.
static BLANK: Cell = Cell::EMPTY;

impl Wide {
    /// Nothing is on the screen.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The cells that are to be written, the halves that they uncover among them.
    pub(super) fn uncover<'a>(
        &mut self,
        cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
    ) -> Vec<(u16, u16, &'a Cell)> {
        let mut out: Vec<(u16, u16, &'a Cell)> = Vec::new();
        let mut uncovered = None;
        for (x, y, cell) in cells {
            if let Some((ux, uy)) = uncovered.take().filter(|place| *place != (x, y)) {
                out.push((ux, uy, &BLANK));
            }
            if cell.cell_width() > 1 {
                self.0.insert((x, y));
            } else if self.0.remove(&(x, y)) {
                uncovered = Some((x + 1, y));
            }
            out.push((x, y, cell));
        }
        out.extend(uncovered.map(|(x, y)| (x, y, &BLANK)));
        out
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;

    /// The columns that are written when one row follows another.
    fn check(before: &str, after: &str, expected: &[u16]) {
        let (before, after) = (Buffer::with_lines([before]), Buffer::with_lines([after]));
        let mut wide = Wide::default();
        let empty = Buffer::empty(before.area);
        wide.uncover(empty.diff(&before).into_iter());
        let written = wide.uncover(before.diff(&after).into_iter());
        let columns: Vec<u16> = written.iter().map(|(x, ..)| *x).collect();
        assert_eq!(columns, expected, "{before:?} {after:?}");
    }

    #[test]
    fn second_halves_are_written_when_they_are_uncovered() {
        check("a漢b", "a漢c", &[3]);
        check("a漢b", "a  b", &[1, 2]);
        check("a漢b", "axyb", &[1, 2]);
        check("a漢b", "ax b", &[1, 2]);
        check("漢漢", "    ", &[0, 1, 2, 3]);
        check("漢x", "字x", &[0]);
        check("漢  ", " 漢 ", &[0, 1]);
    }
}
