//! What of a long text is shown until its reader wants all of it: the first lines of long code, and
//! the first rows of a message that is long altogether. How long one is does not depend on the
//! width of the screen: else another width would fold away what somebody is reading.

use super::layout::{Edge, Row, lines};
use super::{Block, Code, Line, Rich};
use crate::cells;

/// Rows that are shown of what is folded.
const FOLDED: usize = 12;

/// Lines of code from which on a block folds.
const FOLDS_FROM: usize = 16;

/// Rows of [`MEASURE`] columns up to which a message is shown whole.
const WHOLE: usize = 40;

/// Columns of a row when the length of a message is told.
const MEASURE: usize = 80;

/// Empty lines that are shown of many one behind the other: nobody means more than a gap.
const EMPTY: usize = 2;

/// What is folded when it is long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folds {
    Nothing,
    /// Everything but code: a classroom is shown that whole.
    LongProse,
    Long,
}

impl Rich {
    /// Its blocks, without the empty lines that make more than a gap.
    pub(super) fn seen(&self) -> impl Iterator<Item = &Block> {
        let mut empty = 0;
        self.blocks.iter().filter(move |block| {
            empty = if is_empty(block) { empty + 1 } else { 0 };
            empty <= EMPTY
        })
    }

    /// Whether something in it is so long that it folds.
    pub(crate) fn can_fold(&self, text: &str, folds: Folds) -> bool {
        let code = |code: &Code| {
            let count = lines(text, code).count();
            shown(count, folds) < count
        };
        self.codes.iter().any(code) || is_long(text, self, folds)
    }
}

fn is_empty(block: &Block) -> bool {
    matches!(block, Block::Line(Line { quote: 0, pieces, .. }) if pieces.is_empty())
}

/// How many lines are shown of a block of code that has so many.
pub(super) fn shown(count: usize, folds: Folds) -> usize {
    if folds == Folds::Long && count >= FOLDS_FROM { FOLDED } else { count }
}

/// Whether a message is long altogether.
pub(super) fn is_long(text: &str, rich: &Rich, folds: Folds) -> bool {
    let most = text.len() / MEASURE + text.bytes().filter(|&byte| byte == b'\n').count();
    if folds == Folds::Nothing || most < WHOLE {
        return false;
    }
    let height = |block: &Block| match block {
        Block::Line(line) => rows_of(prose(text, line)),
        Block::Code(_) if folds == Folds::LongProse => 0,
        Block::Code(index) => rich.codes.get(*index).map_or(0, |code| code_rows(text, code)),
    };
    rich.seen().map(height).sum::<usize>() > WHOLE
}

fn prose<'a>(text: &'a str, line: &Line) -> &'a str {
    let (first, last) = (line.pieces.first(), line.pieces.last());
    let range = first.zip(last).map(|(first, last)| first.start..last.end);
    range.and_then(|range| text.get(range)).unwrap_or_default()
}

/// The rows of a block that is folded if it is long.
fn code_rows(text: &str, code: &Code) -> usize {
    let count = lines(text, code).count();
    let shown = shown(count, Folds::Long);
    let lines = lines(text, code).take(shown).map(|(_, line)| rows_of(line)).sum::<usize>();
    lines + usize::from(!code.language.is_empty()) + usize::from(shown < count)
}

fn rows_of(line: &str) -> usize {
    let width = if line.len() <= MEASURE { line.len() } else { cells::width(line) };
    width.div_ceil(MEASURE).max(1)
}

/// Keeps the first rows of a long message, and one that says how many are not there; behind it
/// what does not fold.
pub(super) fn cut(rows: &mut Vec<Row>, folds: Folds) {
    let counts = |row: &Row| folds == Folds::Long || row.edge.block().is_none();
    let counted = rows.iter().enumerate().filter(|(_, row)| counts(row));
    let Some((from, start)) = counted.map(|(index, row)| (index, row.start)).nth(FOLDED) else {
        return;
    };
    // A row that says that there is one more takes as much room as that.
    if rows[from..].iter().filter(|row| counts(row)).count() < 2 {
        return;
    }
    let lines = |row: &Row| match row.edge {
        Edge::Fold { hidden, .. } => hidden,
        _ => 1,
    };
    let (cut, kept): (Vec<Row>, Vec<Row>) = rows.drain(from..).partition(counts);
    let hidden = cut.iter().map(lines).sum();
    rows.push(Row { start, edge: Edge::Fold { block: None, hidden }, pieces: Vec::new() });
    rows.extend(kept);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::layout::rows;
    use super::super::parse;
    use super::*;

    const TICKS: &str = "```";

    /// How many rows are shown at this width, and how many lines each fold hides.
    fn folded(text: &str, width: usize, folds: Folds) -> (usize, Vec<usize>) {
        let rows = rows(text, &parse(text), width, folds);
        let hidden = rows.iter().filter_map(|row| match row.edge {
            Edge::Fold { hidden, .. } => Some(hidden),
            _ => None,
        });
        let hidden: Vec<usize> = hidden.collect();
        (rows.len() - hidden.len(), hidden)
    }

    fn check(text: &str, width: usize, expected: (usize, &[usize])) {
        let (shown, hidden) = folded(text, width, Folds::Long);
        assert_eq!((shown, &hidden[..]), expected, "{text:?} in {width}");
    }

    #[test]
    fn long_code_folds() {
        let code = |count: usize| format!("{TICKS}\n{}{TICKS}", "x\n".repeat(count));
        check(&code(15), 20, (15, &[]));
        check(&code(16), 20, (12, &[4]));
        // A block more than a message holds takes the rest with it.
        check(&[code(16), code(16), code(30)].join("\n"), 20, (36, &[4, 4, 18]));
        check(&[code(16), code(16), code(16), code(16)].join("\n"), 20, (12, &[52]));
    }

    #[test]
    fn long_messages_fold() {
        let text = |count: usize| vec!["x"; count].join("\n");
        check(&text(40), 20, (40, &[]));
        check(&text(41), 20, (12, &[29]));
        check(&text(41), 300, (12, &[29]));
        check(&"word ".repeat(1_600), 80, (12, &[88]));
        // What is not long does not become it on a narrow screen.
        check(&"word ".repeat(200), 10, (100, &[]));
        // Nor does anything fold where little is hidden.
        check(&"word ".repeat(800), 320, (13, &[]));
        check(&"word ".repeat(800), 250, (12, &[4]));
    }

    #[test]
    fn many_empty_lines_are_a_gap() {
        check("a\n\n\nb", 20, (4, &[]));
        check(&format!("a{}b", "\n".repeat(8_000)), 20, (4, &[]));
        check(&format!("a{}b", "\n> ".repeat(100)), 20, (12, &[89]));
        check(&format!("{TICKS}\na\n\n\n\nb\n{TICKS}"), 20, (5, &[]));
    }

    #[test]
    fn a_classroom_sees_code_whole() {
        let code = format!("{TICKS}\n{}{TICKS}", "x\n".repeat(60));
        let check = |text: &str, expected: (usize, Vec<usize>)| {
            assert_eq!(folded(text, 20, Folds::LongProse), expected, "{text:?}");
        };
        check(&code, (60, vec![]));
        check(&format!("a\n{code}\n{}", ["y"; 50].join("\n")), (72, vec![39]));
        check(&format!("{}\n{code}\nz", ["y"; 50].join("\n")), (72, vec![39]));
    }

    proptest! {
        #[test]
        fn whatever_is_said_takes_a_bounded_number_of_rows(
            parts in proptest::collection::vec(
                (proptest::sample::select(vec!["\n", "x\n", "> y\n", "- item\n", "```\n", "```rs\n",
                    "word ", "漢字", "\u{301}", "[x](https://a.org) "]), 1_usize..200), 0..20),
            width in 2_usize..200,
        ) {
            let text: String = parts.iter().map(|(part, count)| part.repeat(*count)).collect();
            let (shown, hidden) = folded(&text, width, Folds::Long);
            // As many rows as of the measure, wrapped at this width; words leave half of one empty.
            let most = WHOLE * (2 * MEASURE).div_ceil(width) + 2 * WHOLE;
            prop_assert!(shown <= most, "{shown} of {most}");
            let rich = parse(&text);
            let all = rows(&text, &rich, width, Folds::Nothing).len();
            prop_assert!(hidden.is_empty() == (shown == all));
            prop_assert!(hidden.is_empty() || rich.can_fold(&text, Folds::Long));
        }
    }
}
