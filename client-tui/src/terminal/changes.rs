//! What has to be written where one picture follows another: ratatui's comparison, for pictures of
//! which most rows are as they were. Those are told from the others without asking how wide their
//! cells are.
//!
//! Where something takes the place of the first half of a wide character, the second is written
//! too: some terminals leave it as it was.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell, CellWidth};

/// What makes an emoji of a sign that some terminals go on to draw in one cell.
const EMOJI: char = '\u{FE0F}';

/// The cells of these rows to be written, with their places, where a screen shows `before` and is
/// to show `after`; both begin at its corner and are of the same size.
pub(super) fn changes<'a>(
    before: &'a Buffer,
    after: &'a Buffer,
    rows: Range<u16>,
) -> impl Iterator<Item = (u16, u16, &'a Cell)> {
    let width = usize::from(after.area.width).max(1);
    let all = before.content.chunks_exact(width).zip(after.content.chunks_exact(width));
    let these = (0..).zip(all).skip(rows.start.into()).take(rows.len());
    let changed = these.filter(|(_, (before, after))| !are_same(before, after));
    changed.flat_map(|(y, (before, after))| {
        let cells = Changes { before, after, next: 0, uncovered: None, behind: None };
        cells.filter_map(move |x| Some((u16::try_from(x).ok()?, y, after.get(x)?)))
    })
}

fn are_same(before: &[Cell], after: &[Cell]) -> bool {
    before.iter().zip(after).all(|(before, after)| is_same(before, after))
}

/// Whether two cells look the same. Cells have nothing else here: no pictures lie above them.
fn is_same(one: &Cell, other: &Cell) -> bool {
    let looks = |cell: &Cell| (cell.fg, cell.bg, cell.underline_color, cell.modifier);
    looks(one) == looks(other)
        && match (one.symbol().as_bytes(), other.symbol().as_bytes()) {
            // Nearly always; comparing bytes one by one is then a call less.
            ([one], [other]) => one == other,
            (one, other) => one == other,
        }
}

/// The columns of a row that are to be written.
struct Changes<'a> {
    before: &'a [Cell],
    after: &'a [Cell],
    next: usize,
    /// To be written whatever is there.
    uncovered: Option<usize>,
    /// To be written right after what was given last.
    behind: Option<usize>,
}

impl Changes<'_> {
    /// The cell at `at` is written; returns the column to be written first.
    fn take(&mut self, at: usize, before: &Cell, after: &Cell) -> usize {
        let width = columns(after);
        self.next = at + width;
        let last = if width == 1 { Some(before) } else { self.before.get(self.next - 1) };
        if last.is_some_and(|last| columns(last) > 1) {
            self.uncovered = Some(self.next);
        }
        if width > 1
            && after.symbol().contains(EMOJI)
            && let (Some(was), Some(half)) = (self.before.get(at + 1), self.after.get(at + 1))
            && was.symbol() != half.symbol()
        {
            // What may be seen beside it goes away before it is drawn: not a half of it after.
            self.behind = Some(at);
            self.next = at + 1 + columns(half);
            return at + 1;
        }
        at
    }
}

impl Iterator for Changes<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if let Some(behind) = self.behind.take() {
            return Some(behind);
        }
        loop {
            let at = self.next;
            let (before, after) = (self.before.get(at)?, self.after.get(at)?);
            if self.uncovered.take() == Some(at) || !is_same(before, after) {
                return Some(self.take(at, before, after));
            }
            self.next = at + columns(after);
        }
    }
}

/// The columns that a cell's character takes.
fn columns(cell: &Cell) -> usize {
    usize::from(cell.cell_width().max(1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Modifier, Style};

    use super::*;
    use crate::cells;

    /// The columns that are written when one row follows another.
    fn check(before: &str, after: &str, expected: &[u16]) {
        let (before, after) = (Buffer::with_lines([before]), Buffer::with_lines([after]));
        let columns: Vec<u16> = changes(&before, &after, 0..1).map(|(x, ..)| x).collect();
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
        check(" 漢 ", "漢  ", &[0, 2]);
    }

    #[test]
    fn what_is_beside_an_emoji_is_gone_before_it_is_drawn() {
        check("abc", "⌨\u{FE0F}c", &[1, 0]);
        check("   ", "⌨\u{FE0F} ", &[0]);
        check("⌨\u{FE0F}c", "abc", &[0, 1]);
    }

    /// Texts at places of a picture, some above others, as the client puts them there.
    fn pictures() -> impl Strategy<Value = [Vec<(u16, u16, String, Style)>; 2]> {
        let colour = prop_oneof![Just(None), Just(Some(Color::Reset)), Just(Some(Color::Blue))];
        let style = (colour.clone(), colour, any::<bool>(), 0_u32..3);
        let style = style.prop_map(|(fg, bg, reversed, link)| {
            let style = Style { fg, bg, ..Style::new() };
            let style = if reversed { style.add_modifier(Modifier::REVERSED) } else { style };
            if link > 0 { style.underline_color(cells::link(link)) } else { style }
        });
        let text = "([ ab漢字]|e\u{301}|👩\u{200D}👧|⌨\u{FE0F}|ש){0,8}";
        let put = (0_u16..WIDTH, 0_u16..HEIGHT, text, style);
        let puts = proptest::collection::vec(put, 0..8);
        // The second is drawn above the first, or by itself.
        (puts.clone(), puts, any::<bool>()).prop_map(|(first, more, above)| {
            let second = if above { [first.clone(), more].concat() } else { more };
            [first, second]
        })
    }

    const WIDTH: u16 = 9;
    const HEIGHT: u16 = 3;

    fn buffer(puts: &[(u16, u16, String, Style)]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        for (x, y, text, style) in puts {
            cells::put(&mut buffer, (*x, *y), WIDTH, text, *style);
        }
        // No terminal shows a half of a wide character.
        for row in buffer.content.chunks_exact_mut(WIDTH.into()) {
            let mut x = 0;
            while x < row.len() {
                let end = x + columns(&row[x]);
                if end > row.len() {
                    row[x].reset();
                }
                row.iter_mut().take(end).skip(x + 1).for_each(Cell::reset);
                x = end;
            }
        }
        buffer
    }

    proptest! {
        #[test]
        fn it_is_what_ratatui_finds_and_uncovered_halves(pictures in pictures()) {
            let [before, after] = pictures.map(|puts| buffer(&puts));
            let found: BTreeSet<(u16, u16)> =
                before.diff(&after).into_iter().map(|(x, y, _)| (y, x)).collect();
            let written: Vec<(u16, u16)> =
                changes(&before, &after, 0..HEIGHT).map(|(x, y, _)| (y, x)).collect();
            let all: BTreeSet<(u16, u16)> = written.iter().copied().collect();
            prop_assert_eq!(all.len(), written.len(), "each once");
            for place in found.difference(&all) {
                prop_assert!(false, "{:?} of {:?} {:?}", place, before, after);
            }
            for (y, x) in all.difference(&found) {
                let beside = |buffer: &'_ Buffer| buffer[(x - 1, *y)].clone();
                let uncovered = beside(&before).cell_width() > 1;
                prop_assert!(uncovered || beside(&after).symbol().contains(EMOJI));
            }
        }
    }
}
