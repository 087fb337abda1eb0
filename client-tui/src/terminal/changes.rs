//! What has to be written where one picture follows another: ratatui's comparison, for pictures of
//! which most rows are as they were. Those are told from the others without asking how wide their
//! cells are.
//!
//! Where something takes the place of the first half of a wide character, the second is written
//! too: some terminals leave it as it was.

use std::iter::repeat;
use std::ops::Range;

use ratatui::buffer::{Buffer, Cell, CellWidth};

use super::pen::is_alike;
use super::size::WIDEST;

/// What makes an emoji of a sign that some terminals go on to draw in one cell.
const EMOJI: char = '\u{FE0F}';

/// What a screen shows where nothing was drawn.
static BLANK: Cell = Cell::EMPTY;

/// A row of it.
static BLANK_ROW: [Cell; WIDEST as usize] = [Cell::EMPTY; WIDEST as usize];

/// So many blank cells up to the end of a row are cleared at once: it takes fewer bytes.
const CLEARED_LEAST: usize = 4;

/// What is to be written at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change<'a> {
    /// Cells, each in the column behind the one before: a wide one always stands alone.
    Cells(&'a [Cell]),
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
    debug_assert!(width <= BLANK_ROW.len(), "screens are not drawn any wider");
    let shown = before.content.chunks_exact(width).chain(repeat(&BLANK_ROW[..]));
    let all = shown.zip(after.content.chunks_exact(width));
    let these = (0..).zip(all).skip(rows.start.into()).take(rows.len());
    let changed = these.filter_map(|(y, (before, after))| {
        let next = first_change(before, after, 0)?;
        let drawn = after.iter().rposition(|cell| !is_same(&BLANK, cell));
        let end = drawn.map_or(0, |last| last + 1);
        Some((y, Changes { before, after, end, next, uncovered: None, behind: None }))
    });
    changed.flat_map(|(y, changes)| {
        changes.filter_map(move |(x, change)| Some((u16::try_from(x).ok()?, y, change)))
    })
}

/// The first column from this one on in which rows differ. A second half of a wide character is
/// none.
fn first_change(before: &[Cell], after: &[Cell], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let mut rest = before.get(at..)?.iter().zip(after.get(at..)?);
        let first = at + rest.position(|(before, after)| !is_same(before, after))?;
        while at < first {
            at += columns(after.get(at)?);
        }
        if at == first {
            return Some(at);
        }
    }
}

/// Whether two cells look the same. Cells have nothing else here: no pictures lie above them. What
/// differs most is asked first.
fn is_same(one: &Cell, other: &Cell) -> bool {
    let symbols = match (one.symbol().as_bytes(), other.symbol().as_bytes()) {
        // Nearly always; comparing bytes one by one is then a call less.
        ([one], [other]) => one == other,
        (one, other) => one == other,
    };
    symbols && is_alike(one, other)
}

/// What is to be written of a row, with the columns.
struct Changes<'a> {
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

    /// Whether what is left of the row is cleared from there on.
    fn is_cleared(&self, at: usize) -> bool {
        at >= self.end && at + CLEARED_LEAST <= self.after.len()
    }

    /// So many cells from there on differ, and take one column each, where each took one before.
    fn narrow(&self, at: usize) -> usize {
        let end = if self.is_cleared(self.end) { self.end } else { self.after.len() };
        let of = |cells: &'a [Cell]| cells.get(at..end).unwrap_or_default();
        let cells = of(self.before).iter().zip(of(self.after));
        let narrow = cells.take_while(|(before, after)| {
            !is_same(before, after) && columns(before) == 1 && columns(after) == 1
        });
        narrow.count()
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
            && (self.before(at + 1).symbol() != half.symbol() || is_cluster(before))
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
            return Some((behind, Change::Cells(self.after.get(behind..=behind)?)));
        }
        let uncovered = self.uncovered.take().filter(|at| *at == self.next);
        let at = uncovered.or_else(|| first_change(self.before, self.after, self.next))?;
        if self.is_cleared(at) {
            self.next = self.after.len();
            return Some((at, Change::Blank));
        }
        let narrow = self.narrow(at);
        if narrow > 0 {
            self.next = at + narrow;
            return Some((at, Change::Cells(self.after.get(at..self.next)?)));
        }
        let first = self.take(at, self.before.get(at)?, self.after.get(at)?);
        Some((first, Change::Cells(self.after.get(first..=first)?)))
    }
}

/// Whether some terminals may have drawn a cell in another number of columns than we think.
fn is_cluster(cell: &Cell) -> bool {
    cell.symbol().chars().nth(1).is_some()
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
        let changes = changes(&before, &after, 0..1);
        let columns: Vec<u16> = changes.flat_map(|(x, _, change)| written(x, change)).collect();
        assert_eq!(columns, expected, "{before:?} {after:?}");
    }

    /// The columns of a change; of a blank one its first.
    fn written(x: u16, change: Change<'_>) -> Range<u16> {
        let count = if let Change::Cells(cells) = change { cells.len() } else { 1 };
        x..x + u16::try_from(count).unwrap()
    }

    #[test]
    fn cells_that_differ_are_written_together() {
        let check = |before: &str, after: &str, expected: &[(u16, u16)]| {
            let (before, after) = (Buffer::with_lines([before]), Buffer::with_lines([after]));
            let changes = changes(&before, &after, 0..1);
            let found = changes.map(|(x, _, change)| written(x, change));
            let found: Vec<_> = found.map(|columns| (columns.start, columns.end)).collect();
            assert_eq!(found, expected, "{before:?} {after:?}");
        };
        check("abcd", "aBCd", &[(1, 3)]);
        check("abcd", "AbcD", &[(0, 1), (3, 4)]);
        check("öüäß", "ÖÜÄß", &[(0, 3)]);
        check("abcde", "A漢DE", &[(0, 1), (1, 2), (3, 5)]);
        check("a漢de", "ABCDE", &[(0, 1), (1, 2), (2, 5)]);
        check("abcdefg", "AB     ", &[(0, 2), (2, 3)]);
        check("abcde", "AB   ", &[(0, 5)]);
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
        let cell = |x, y, at: usize| (x, y, Change::Cells(&after.content[at..=at]));
        assert_eq!(found, [cell(1, 0, 1), cell(0, 1, 3)]);
    }

    #[test]
    fn what_is_beside_an_emoji_is_gone_before_it_is_drawn() {
        check("abc", "⌨\u{FE0F}c", &[1, 0]);
        check("   ", "⌨\u{FE0F} ", &[0]);
        check("⌨\u{FE0F}c", "abc", &[0, 1]);
        // Some draw the letters of a flag side by side.
        check("🇩🇪", "⌨\u{FE0F}", &[1, 0]);
        check("漢", "⌨\u{FE0F}", &[0]);
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
                    Change::Cells(_) => written(x, change).map(|x| (y, x)).collect::<Vec<_>>(),
                    Change::Blank => found.range((y, x)..(y, WIDTH)).copied().collect(),
                })
                .collect();
            for (x, y, change) in changes(&before, &after, 0..HEIGHT) {
                let blank = (x..WIDTH).all(|x| is_same(&BLANK, &after[(x, y)]));
                prop_assert!(blank || change != Change::Blank);
                if let Change::Cells(cells) = change {
                    prop_assert!(cells.len() == 1 || cells.iter().all(|cell| columns(cell) == 1));
                }
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
