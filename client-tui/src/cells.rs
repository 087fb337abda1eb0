//! How text falls into terminal cells: safe graphemes and their widths, wrapping, cutting, and the
//! one way by which text gets into a buffer. Nothing here knows what the text means.

use chat_protocol::text::is_unwanted;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Bytes of one grapheme that are drawn; what stacks higher is mischief, and costs every redraw.
const GRAPHEME_BYTES: usize = 64;

/// A row of wrapped text: a range of bytes, without the new line that ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// One grapheme that may be drawn.
pub(crate) struct Grapheme<'a> {
    /// Where it starts, in bytes.
    pub(crate) at: usize,
    /// Itself.
    pub(crate) text: &'a str,
    /// The columns that it takes; never 0.
    pub(crate) width: usize,
}

/// The graphemes of `text` that may be drawn. Whatever steers, reorders or takes no room is left
/// out, although the protocol's types are clean: this is the last gate before the terminal.
pub(crate) fn graphemes(text: &str) -> impl Iterator<Item = Grapheme<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at;
            let rest = text.get(start..)?;
            if let Some(text) = narrow(rest) {
                at += text.len();
                return Some(Grapheme { at: start, text, width: 1 });
            }
            let text = next_grapheme(rest)?;
            at += text.len();
            if let Some((text, width)) = drawn(text) {
                return Some(Grapheme { at: start, text, width });
            }
        }
    })
}

/// The first character of a text, where it takes a cell by itself, and what follows is another
/// grapheme: that is so of nearly all of every picture, and asking Unicode's tables is most of its
/// cost.
fn narrow(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    // Between ASCII characters there is a boundary, but for a new line of two.
    if let [first, second, ..] = bytes
        && is_plain_byte(*first)
        && second.is_ascii()
    {
        return text.get(..1);
    }
    let mut chars = text.chars();
    let first = chars.next().filter(|first| is_narrow(*first))?;
    chars.next().is_none_or(is_narrow).then(|| &text[..first.len_utf8()])
}

/// Whether a character takes one cell, and no part of a grapheme with another such: Latin letters
/// up to U+017F, and what this client draws itself.
const fn is_narrow(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{17f}')
        || matches!(c, '\u{2010}'..='\u{2027}' | '‹' | '›' | '\u{2190}'..='\u{21ff}' | '∙')
        || matches!(c, '─'..='●' | '★' | '✓' | '✗')
}

/// The grapheme that a text begins with.
fn next_grapheme(text: &str) -> Option<&str> {
    match text.chars().nth(1) {
        None => Some(text).filter(|text| !text.is_empty()),
        Some(_) => text.graphemes(true).next(),
    }
}

/// What is drawn of a grapheme, and in how many columns.
fn drawn(grapheme: &str) -> Option<(&str, usize)> {
    // Controls, bidi signs and separators are graphemes of their own, so the first character tells.
    let first = grapheme.chars().next()?;
    if is_unwanted(first) || matches!(first, '\n' | '\u{2028}' | '\u{2029}') {
        return None;
    }
    let text = bounded(grapheme);
    let width = text.width();
    (width > 0).then_some((text, width))
}

/// Whether each of these bytes is a character that takes one cell, without asking further.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().copied().all(is_plain_byte)
}

fn is_plain_byte(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

fn bounded(grapheme: &str) -> &str {
    if grapheme.len() <= GRAPHEME_BYTES {
        return grapheme;
    }
    &grapheme[..chat_protocol::text::floor_boundary(grapheme, GRAPHEME_BYTES)]
}

/// The columns that `text` takes on one row.
pub(crate) fn width(text: &str) -> usize {
    if is_plain(text.as_bytes()) {
        return text.len();
    }
    graphemes(text).map(|grapheme| grapheme.width).sum()
}

/// `text` cut to `most` columns, with an ellipsis where something is missing.
pub(crate) fn fit(text: &str, most: usize) -> String {
    if text.len() <= most && is_plain(text.as_bytes()) {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut column = 0;
    for grapheme in graphemes(text) {
        if column + grapheme.width > most {
            while column + 1 > most {
                let Some((at, last)) = out.grapheme_indices(true).next_back() else {
                    return String::new();
                };
                column -= last.width();
                out.truncate(at);
            }
            out.push('…');
            return out;
        }
        column += grapheme.width;
        out.push_str(grapheme.text);
    }
    out
}

/// Wraps `text` at words into rows of at most `width` columns. Every byte but new lines belongs to
/// a row; spaces may hang over the edge. There is always at least one row.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut base = 0;
    for line in text.split('\n') {
        wrap_line(line, base, width.max(1), &mut rows);
        base += line.len() + 1;
    }
    rows
}

fn wrap_line(line: &str, base: usize, width: usize, rows: &mut Vec<Row>) {
    // A plain line takes a cell a byte: most of a flood fits, and is not looked at further.
    if line.len() <= width && is_plain(line.as_bytes()) {
        rows.push(Row { start: base, end: base + line.len() });
        return;
    }
    let (mut start, mut column) = (0, 0);
    // Where the row may end: behind a space or a wide character; the byte, and the column there.
    let mut gap: Option<(usize, usize)> = None;
    for grapheme in graphemes(line) {
        let space = grapheme.text == " ";
        // Twice at most: what is left of a row cut at a gap may still be too long by a cell.
        while column + grapheme.width > width && !space && grapheme.at > start {
            let (cut, at_column) = gap.take().unwrap_or((grapheme.at, column));
            rows.push(Row { start: base + start, end: base + cut });
            start = cut;
            column -= at_column;
        }
        column += grapheme.width;
        if space || grapheme.width > 1 {
            gap = Some((grapheme.at + grapheme.text.len(), column));
        }
    }
    rows.push(Row { start: base + start, end: base + line.len() });
}

/// Draws `text` from `x` on, in columns before `limit`; returns the column behind it. A wide
/// character that does not fit whole is left out. Text that runs from right to left turns nothing
/// around but itself.
pub(crate) fn put(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    limit: u16,
    text: &str,
    style: Style,
) -> u16 {
    let end = put_part(buffer, (x, y), limit, text, style);
    if runs_leftwards(text) {
        isolate(buffer, (x, y), end);
    }
    end
}

/// The same for a part of a text, which is to be isolated as a whole.
pub(crate) fn put_part(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    limit: u16,
    text: &str,
    style: Style,
) -> u16 {
    let area = buffer.area;
    let limit = usize::from(limit.min(area.right()));
    if y < area.top() || y >= area.bottom() || x < area.left() {
        return x;
    }
    if is_plain(text.as_bytes()) {
        return put_plain(buffer, (x, y), limit, text, style);
    }
    let mut column = usize::from(x);
    for grapheme in graphemes(text) {
        if column + grapheme.width > limit {
            break;
        }
        let at = u16::try_from(column).unwrap_or(u16::MAX);
        match buffer.cell_mut((at, y)) {
            // One character in one cell needs nothing of its neighbours.
            Some(cell) if grapheme.width == 1 && grapheme.text.chars().nth(1).is_none() => {
                cell.set_symbol(grapheme.text).set_style(style);
            }
            _ => _ = buffer.set_stringn(at, y, grapheme.text, grapheme.width, style),
        }
        column += grapheme.width;
    }
    u16::try_from(column).unwrap_or(u16::MAX)
}

/// The same for a text of which each byte takes a cell.
fn put_plain(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    limit: usize,
    text: &str,
    style: Style,
) -> u16 {
    let room = limit.saturating_sub(usize::from(x)).min(text.len());
    if room == 0 {
        return x;
    }
    let first = buffer.index_of(x, y);
    let cells = buffer.content.get_mut(first..first + room).unwrap_or_default();
    for (at, cell) in cells.iter_mut().enumerate() {
        cell.set_symbol(&text[at..=at]).set_style(style);
    }
    u16::try_from(usize::from(x) + room).unwrap_or(u16::MAX)
}

/// Whether a text holds letters that run from right to left.
pub(crate) fn runs_leftwards(text: &str) -> bool {
    !text.is_ascii()
        && text.chars().any(|c| {
            matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}')
                || matches!(c, '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
        })
}

/// First strong isolate: what follows has its own direction, until [`POP`].
const ISOLATE: char = '\u{2068}';

/// Pop directional isolate.
const POP: char = '\u{2069}';

/// Isolates what stands from `x` to before `end`, so that it does not reorder the rest of its row.
///
/// Terminals keep a sign without width in the cell before it. So the first sign is put behind what
/// is left of the text, where there is something, and each is replaced with its cell.
pub(crate) fn isolate(buffer: &mut Buffer, (x, y): (u16, u16), end: u16) {
    let area = buffer.area;
    let end = end.min(area.right());
    if y < area.top() || y >= area.bottom() || x < area.left() || x >= end {
        return;
    }
    let Some(last) = (x..end).rev().find(|&last| !is_behind_wide(buffer, x, last, y)) else {
        return;
    };
    let symbol = format!("{}{POP}", buffer[(last, y)].symbol());
    buffer[(last, y)].set_symbol(&symbol);
    if x > area.left() {
        let symbol = buffer[(x - 1, y)].symbol();
        let symbol = format!("{}{ISOLATE}", symbol.trim_end_matches(ISOLATE));
        buffer[(x - 1, y)].set_symbol(&symbol);
    } else {
        let symbol = format!("{ISOLATE}{}", buffer[(x, y)].symbol());
        buffer[(x, y)].set_symbol(&symbol);
    }
}

/// Whether a cell is the second half of a wide character, which is never drawn.
fn is_behind_wide(buffer: &Buffer, first: u16, x: u16, y: u16) -> bool {
    x > first && buffer[(x - 1, y)].symbol().width() > 1
}

/// Links that can be told apart in a picture.
pub(crate) const LINKS_MOST: u32 = 0x00ff_ffff;

/// How a cell says which link it is of: by the colour of a line under it, which nothing else here
/// uses. So it is compared and erased with the cell.
pub(crate) fn link(number: u32) -> Color {
    let [_, r, g, b] = number.to_be_bytes();
    Color::Rgb(r, g, b)
}

/// The link that a cell is of.
pub(crate) fn link_of(cell: &Cell) -> Option<u32> {
    match cell.underline_color {
        Color::Rgb(r, g, b) => Some(u32::from_be_bytes([0, r, g, b])),
        _ => None,
    }
}

/// The same, so that the text ends before `limit`; returns the column at which it begins.
pub(crate) fn put_right(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    limit: u16,
    text: &str,
    style: Style,
) -> u16 {
    let room = usize::from(limit.saturating_sub(x));
    let text = fit(text, room);
    let start = limit.saturating_sub(u16::try_from(width(&text)).unwrap_or(limit)).max(x);
    put(buffer, (start, y), limit, &text, style);
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, width: usize, expected: &[&str]) {
        let rows = wrap(text, width);
        let rows: Vec<&str> = rows.iter().map(|row| &text[row.start..row.end]).collect();
        assert_eq!(rows, expected, "{text:?} in {width}");
    }

    #[test]
    fn text_wraps_at_words() {
        check("", 10, &[""]);
        check("one two three", 8, &["one two ", "three"]);
        check("one\n\ntwo", 8, &["one", "", "two"]);
        check("abcdefgh", 3, &["abc", "def", "gh"]);
        check("a abcdefgh", 4, &["a ", "abcd", "efgh"]);
        check("  let x = 1;", 20, &["  let x = 1;"]);
        check("漢字漢字", 5, &["漢字", "漢字"]);
        check("x     y", 3, &["x     ", "y"]);
        check("fits", 4, &["fits"]);
        check("é fits", 6, &["é fits"]);
        check("a\u{7}b", 2, &["a\u{7}b"]);
        check("漢", 1, &["漢"]);
    }

    #[test]
    fn widths_are_those_of_graphemes() {
        let check = |text, expected| assert_eq!(width(text), expected, "{text:?}");
        check("ann", 3);
        check("漢字", 4);
        check("👩‍👩‍👧", 2);
        check("🇩🇪", 2);
        check("e\u{301}", 1);
        check("a\u{202E}b\u{200B}c\u{2028}d", 4);
    }

    #[test]
    fn what_does_not_fit_is_cut_with_a_mark() {
        let check = |text, most, expected| assert_eq!(fit(text, most), expected);
        check("hello", 5, "hello");
        check("hello", 4, "hel…");
        check("漢字漢", 4, "漢…");
        check("hello", 0, "");
        check("x\u{7}y", 2, "xy");
    }

    /// The symbols of a row of ten cells, after `text` was put at `x`.
    fn check_put(x: u16, text: &str, expected: &[&str]) {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 10, 1));
        let end = put(&mut buffer, (x, 0), 10, text, Style::new());
        let symbols: Vec<&str> = (0..10).map(|x| buffer[(x, 0)].symbol()).collect();
        assert_eq!(symbols[..expected.len()], *expected, "{text:?}");
        assert_eq!(usize::from(end - x), width(text));
        for cell in &buffer.content {
            assert!(cell.symbol().width() <= 2);
        }
    }

    #[test]
    fn what_runs_leftwards_is_isolated() {
        check_put(1, "ab", &[" ", "a", "b", " "]);
        check_put(1, "שלום", &[" \u{2068}", "ש", "ל", "ו", "ם\u{2069}", " "]);
        check_put(0, "של", &["\u{2068}ש", "ל\u{2069}", " "]);
        check_put(1, "ש漢", &[" \u{2068}", "ש", "漢\u{2069}", " ", " "]);
        check_put(1, "שa", &[" \u{2068}", "ש", "a\u{2069}", " "]);
    }

    #[test]
    fn a_cell_says_its_link() {
        for number in [0, 1, 0x0001_0203, LINKS_MOST] {
            let mut cell = Cell::default();
            cell.underline_color = link(number);
            assert_eq!(link_of(&cell), Some(number));
        }
        assert_eq!(link_of(&Cell::default()), None);
    }

    #[test]
    fn what_is_narrow_takes_a_cell_and_joins_with_nothing_narrow() {
        let all: Vec<char> = ('\0'..=char::MAX).filter(|c| is_narrow(*c)).collect();
        assert!(all.len() > 600);
        for &c in &all {
            assert_eq!(c.to_string().width(), 1, "{c:?}");
            assert!(!is_unwanted(c), "{c:?}");
        }
        let mut pair = String::new();
        for &first in &all {
            for &second in &all {
                pair.clear();
                pair.extend([first, second]);
                let is_boundary =
                    pair.graphemes(true).next().is_some_and(|one| one.chars().eq([first]));
                assert!(is_boundary && pair.width() == 2, "{pair:?}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn boundaries_are_those_of_unicode(text in "([ -~]|\\r\\n|\\PC|[à·…─↑]|[\u{301}\u{200D}\u{600}🇩👩]){0,20}") {
            let all: Vec<(usize, &str)> = text.grapheme_indices(true).collect();
            for grapheme in graphemes(&text) {
                proptest::prop_assert!(all.contains(&(grapheme.at, grapheme.text)));
                proptest::prop_assert_eq!(grapheme.width, grapheme.text.width());
            }
            let drawn = |text: &str| !text.contains(|c| is_unwanted(c) || "\n\u{2028}\u{2029}".contains(c));
            let seen = all.iter().filter(|(_, text)| text.width() > 0 && drawn(text)).count();
            proptest::prop_assert_eq!(graphemes(&text).count(), seen);
        }

        #[test]
        fn rows_lose_nothing_and_fit(text in "[ a漢é\n👩‍👧]{0,60}", columns in 2_usize..12) {
            let rows = wrap(&text, columns);
            let mut end = 0;
            for row in &rows {
                proptest::prop_assert!(text[end..row.start].chars().all(|c| c == '\n'));
                proptest::prop_assert!(width(text[row.start..row.end].trim_end()) <= columns);
                end = row.end;
            }
            proptest::prop_assert_eq!(end, text.len());
        }
    }
}
