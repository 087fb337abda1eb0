//! What has to be written where one picture follows another: ratatui's comparison, for pictures of
//! which most rows are as they were. Those are told from the others without asking how wide their
//! cells are.
//!
//! Where something takes the place of the first half of a wide character, the second is written
//! too: some terminals leave it as it was.

use std::iter::repeat;
use std::ops::Range;

use ratatui::buffer::{Buffer, Cell, CellWidth};

/// What makes an emoji of a sign that some terminals go on to draw in one cell.
const EMOJI: char = '\u{FE0F}';

/// What a screen shows where nothing was drawn.
static BLANK: Cell = Cell::EMPTY;

/// So many blank cells up to the end of a row are cleared at once: it takes fewer bytes.
const CLEARED_LEAST: usize = 4;

/// What is to be written at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change<'a> {
    /// A cell.
    Cell(&'a Cell),
    /// Nothing from there to the end of the row.
    Blank,
}

/// What is to be written in these rows, with its places, where a screen shows `before` and is
/// to show `after`; both begin at its corner and are of the same size. Where `before` has no rows,
/// the screen is blank.
pub(super) fn changes<'a>(
    before: &'a Buffer,
    after: &'a Buffer,
    rows: Range<u16>,
) -> impl Iterator<Item = (u16, u16, Change<'a>)> {
    let width = usize::from(after.area.width).max(1);
    let shown = before.content.chunks_exact(width).chain(repeat(&[][..]));
    let all = shown.zip(after.content.chunks_exact(width));
    let these = (0..).zip(all).skip(rows.start.into()).take(rows.len());
    let changed = these.filter(|(_, (before, after))| !are_same(before, after));
    changed.flat_map(|(y, (before, after))| {
        let drawn = after.iter().rposition(|cell| !is_same(&BLANK, cell));
        let end = drawn.map_or(0, |last| last + 1);
        let cells = Changes { before, after, end, next: 0, uncovered: None, behind: None };
        cells.filter_map(move |(x, change)| Some((u16::try_from(x).ok()?, y, change)))
    })
}

fn are_same(before: &[Cell], after: &[Cell]) -> bool {
    if before.is_empty() {
        return after.iter().all(|after| is_same(&BLANK, after));
    }
    before.iter().zip(after).all(|(before, after)| is_same(before, after))
}

/// Whether two cells look the same. Cells have nothing else here: no pictures lie above them. What
/// differs most is asked first.
fn is_same(one: &Cell, other: &Cell) -> bool {
    let symbols = match (one.symbol().as_bytes(), other.symbol().as_bytes()) {
        // Nearly always; comparing bytes one by one is then a call less.
        ([one], [other]) => one == other,
        (one, other) => one == other,
    };
    let looks = |cell: &Cell| (cell.fg, cell.bg, cell.underline_color, cell.modifier);
    symbols && looks(one) == looks(other)
}

/// What is to be written of a row, with the columns.
struct Changes<'a> {
    /// Behind its end, the screen is blank.
    before: &'a [Cell],
    after: &'a [Cell],
    /// From where on the row is blank.
    end: usize,
    next: usize,
    /// To be written whatever is there.
    uncovered: Option<usize>,
    /// To be written right after what was given last.
    behind: Option<usize>,
}

impl<'a> Changes<'a> {
    fn before(&self, at: usize) -> &'a Cell {
        self.before.get(at).unwrap_or(&BLANK)
    }

    /// The cell at `at` is written; returns the column to be written first.
    fn take(&mut self, at: usize, before: &Cell, after: &Cell) -> usize {
        let width = columns(after);
        self.next = at + width;
        let last = if width == 1 { before } else { self.before(self.next - 1) };
        if columns(last) > 1 {
            self.uncovered = Some(self.next);
        }
        if width > 1
            && after.symbol().contains(EMOJI)
            && let Some(half) = self.after.get(at + 1)
            && self.before(at + 1).symbol() != half.symbol()
        {
            // What may be seen beside it goes away before it is drawn: not a half of it after.
            self.behind = Some(at);
            self.next = at + 1 + columns(half);
            return at + 1;
        }
        at
    }
}

impl<'a> Iterator for Changes<'a> {
    type Item = (usize, Change<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(behind) = self.behind.take() {
            return Some((behind, Change::Cell(self.after.get(behind)?)));
        }
        loop {
            let at = self.next;
            let (before, after) = (self.before(at), self.after.get(at)?);
            if self.uncovered.take() == Some(at) || !is_same(before, after) {
                if at >= self.end && at + CLEARED_LEAST <= self.after.len() {
                    self.next = self.after.len();
                    return Some((at, Change::Blank));
                }
                let first = self.take(at, before, after);
                return Some((first, Change::Cell(self.after.get(first)?)));
            }
            self.next = at + columns(after);
        }
    }
}

/// The columns that a cell's character takes.
fn columns(cell: &Cell) -> usize {
    match cell.symbol().len() {
        // Nearly always, and looked up for every cell.
        1 => 1,
        _ => usize::from(cell.cell_width().max(1)),
    }
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
        check("漢漢", "   .", &[0, 1, 2, 3]);
        check("漢x", "字x", &[0]);
        check("漢  ", " 漢 ", &[0, 1]);
        check(" 漢 ", "漢  ", &[0, 2]);
    }

    #[test]
    fn a_row_is_cleared_where_nothing_follows() {
        let check = |before: &str, after: &str, expected: &[(u16, bool)]| {
            let (before, after) = (Buffer::with_lines([before]), Buffer::with_lines([after]));
            let found = changes(&before, &after, 0..1);
            let found: Vec<_> = found.map(|(x, _, it)| (x, it == Change::Blank)).collect();
            assert_eq!(found, expected, "{before:?} {after:?}");
        };
        check("abcd", "    ", &[(0, true)]);
        check("abcdef", "a     ", &[(1, true)]);
        check("a    b", "a     ", &[(5, false)]);
        check("a漢bcd", "b     ", &[(0, false), (1, true)]);
        check("a     ", "a     ", &[]);
    }

    #[test]
    fn behind_its_rows_a_screen_is_blank() {
        let after = Buffer::with_lines([" a ", "b  "]);
        let blank = Buffer::default();
        let found: Vec<_> = changes(&blank, &after, 0..2).collect();
        let cell = |x, y| (x, y, Change::Cell(&after[(x, y)]));
        assert_eq!(found, [cell(1, 0), cell(0, 1)]);
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
            let written: Vec<(u16, u16)> = changes(&before, &after, 0..HEIGHT)
                .flat_map(|(x, y, change)| match change {
                    Change::Cell(_) => vec![(y, x)],
                    Change::Blank => found.range((y, x)..(y, WIDTH)).copied().collect(),
                })
                .collect();
            for (x, y, change) in changes(&before, &after, 0..HEIGHT) {
                let blank = (x..WIDTH).all(|x| is_same(&BLANK, &after[(x, y)]));
                prop_assert!(blank || change != Change::Blank);
            }
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
