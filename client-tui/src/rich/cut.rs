//! Where a line of code goes on in another row: behind a word rather than within one. The rows are
//! the line, cut: what is copied is what was written.

use std::ops::Range;

use crate::cells;

/// Cuts a line of code where the row is full: behind a space of its second half, or else behind a
/// sign there, such as a comma, or else at the cell.
pub(super) fn cut(line: &str, room: usize) -> Vec<Range<usize>> {
    if line.len() <= room && cells::is_plain(line.as_bytes()) {
        return vec![Range { start: 0, end: line.len() }];
    }
    let mut cuts = Vec::new();
    let (mut start, mut column) = (0, 0);
    // The last places to cut, each with the column that it is at.
    let (mut space, mut sign) = (None, None);
    let mut before = "";
    for grapheme in cells::graphemes(line) {
        let late = column > room / 2;
        if late && before == " " && grapheme.text != " " {
            space = Some((grapheme.at, column));
        } else if late && is_sign(before) && !is_sign(grapheme.text) {
            sign = Some((grapheme.at, column));
        }
        if column + grapheme.width > room && grapheme.at > start {
            let (at, end) = space.or(sign).unwrap_or((grapheme.at, column));
            cuts.push(start..at);
            (start, column) = (at, column - end);
            (space, sign) = (None, None);
        }
        column += grapheme.width;
        before = grapheme.text;
    }
    cuts.push(start..line.len());
    cuts
}

/// Whether a grapheme is no part of a word, nor a space.
fn is_sign(grapheme: &str) -> bool {
    let [byte] = grapheme.as_bytes() else { return false };
    byte.is_ascii_punctuation() && *byte != b'_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn code_goes_on_behind_a_word() {
        let check = |line: &str, room, expected: &[&str]| {
            let rows: Vec<&str> = cut(line, room).into_iter().map(|range| &line[range]).collect();
            assert_eq!(rows, expected, "{line:?} in {room}");
        };
        check("let answer = 42;", 12, &["let answer ", "= 42;"]);
        check("let answer = 42;", 16, &["let answer = 42;"]);
        check("call(one_argument, two)", 20, &["call(one_argument, ", "two)"]);
        check("call(one_argument)", 14, &["call(one_argum", "ent)"]);
        check("reader.lines(one)", 16, &["reader.lines(", "one)"]);
        check("a::Path::of_many", 12, &["a::Path::", "of_many"]);
        // A space near the start would leave most of the row empty.
        check("x aaaaaaaaaaaaaaaaaa", 10, &["x aaaaaaaa", "aaaaaaaaaa"]);
        check("数据结构 数据结构", 9, &["数据结构 ", "数据结构"]);
        check("数据结构数据", 5, &["数据", "结构", "数据"]);
        check("    deep", 4, &["    ", "deep"]);
        check("", 4, &[""]);
    }

    proptest! {
        #[test]
        fn rows_are_the_line_and_fit(line in "[a-z_ (),.漢]{0,80}", room in 2_usize..40) {
            let rows = cut(&line, room);
            let whole: String = rows.iter().map(|range| &line[range.clone()]).collect();
            prop_assert_eq!(&whole, &line);
            for row in rows {
                prop_assert!(cells::width(&line[row]) <= room);
            }
        }
    }
}
