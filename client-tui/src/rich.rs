//! What people mean by the signs that they type: a text as lines of pieces, and blocks of code.
//! Pure: ranges of bytes into the text come out, and every byte is either in a piece or a sign that
//! was understood. What is not understood is left as it was typed.
//!
//! How it falls into rows is worked out in `layout`; how it looks, in the view.

mod columns;
mod cut;
mod emphasis;
pub(crate) mod fence;
pub(crate) mod fold;
mod inline;
pub(crate) mod layout;
mod links;
mod plain;
#[cfg(test)]
mod properties;

use std::ops::Range;

use fence::Part;
pub(crate) use fold::Folds;
pub(crate) use layout::{Edge, Row};
pub(crate) use links::Link;

/// What an action begins with: `/me waves`.
pub(crate) const ACTION: &str = "/me ";

/// Levels of quoting that are told apart.
const QUOTES_MOST: u8 = 3;

/// How a piece of text is meant. Several may hold at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Format(u8);

impl Format {
    pub(crate) const PLAIN: Self = Self(0);
    pub(crate) const STRONG: Self = Self(1);
    pub(crate) const EMPHASIS: Self = Self(1 << 1);
    pub(crate) const STRUCK: Self = Self(1 << 2);
    pub(crate) const CODE: Self = Self(1 << 3);
    pub(crate) const LINK: Self = Self(1 << 4);
    /// Added for the eye, such as where a link leads.
    pub(crate) const ASIDE: Self = Self(1 << 5);
    pub(crate) const QUOTE: Self = Self(1 << 6);

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn toggled(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

/// A piece of text that looks the same throughout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) format: Format,
    /// Which of the text's links it belongs to.
    pub(crate) link: Option<usize>,
    /// What is shown instead of it, such as a dot for the sign of a list.
    pub(crate) shown: Option<&'static str>,
}

impl Piece {
    fn new(range: Range<usize>, format: Format) -> Self {
        Self { start: range.start, end: range.end, format, link: None, shown: None }
    }
}

/// A line of text, or a block of code.
#[derive(Debug)]
enum Block {
    Line(Line),
    /// Which of the codes.
    Code(usize),
}

/// A line as it was typed, its signs taken away.
#[derive(Debug)]
struct Line {
    start: usize,
    /// How deep it is quoted.
    quote: u8,
    /// Pieces at its start that the rest of an item of a list stands behind.
    hang: usize,
    pieces: Vec<Piece>,
}

/// A block of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// Where the sign that opens it begins.
    pub(crate) start: usize,
    /// What it was said to be written in; empty if that was not said.
    pub(crate) language: Range<usize>,
    /// Its lines.
    pub(crate) body: Range<usize>,
}

/// A text as it is meant.
#[derive(Debug, Default)]
pub(crate) struct Rich {
    blocks: Vec<Block>,
    pub(crate) links: Vec<Link>,
    pub(crate) codes: Vec<Code>,
}

/// Whether somebody tells by this text what they do, instead of saying something.
pub(crate) fn is_action(text: &str) -> bool {
    text.strip_prefix(ACTION).is_some_and(|does| !does.trim().is_empty())
}

/// Reads a text. Takes time in proportion to its length, whatever is in it.
pub(crate) fn parse(text: &str) -> Rich {
    let mut rich = Rich::default();
    for part in parts(text) {
        match part {
            Part::Line(range) => {
                let line = line(text, range, &mut rich.links);
                rich.blocks.push(Block::Line(line));
            }
            Part::Code(code) => {
                rich.blocks.push(Block::Code(rich.codes.len()));
                rich.codes.push(code);
            }
        }
    }
    rich
}

/// The blocks of code in a text, and nothing else of what is meant by it.
pub(crate) fn codes(text: &str) -> impl Iterator<Item = Code> + '_ {
    parts(text).filter_map(|part| match part {
        Part::Code(code) => Some(code),
        Part::Line(_) => None,
    })
}

fn parts(text: &str) -> fence::Parts<'_> {
    fence::parts(text, if is_action(text) { ACTION.len() } else { 0 })
}

/// A text in which no sign means anything: a line of the client's own.
pub(crate) fn literal(text: &str) -> Rich {
    let mut rich = Rich::default();
    let mut start = 0;
    for line in text.split('\n') {
        let end = start + line.len();
        let pieces = vec![Piece::new(start..end, Format::PLAIN)];
        rich.blocks.push(Block::Line(Line { start, quote: 0, hang: 0, pieces }));
        start = end + 1;
    }
    rich
}

fn line(text: &str, range: Range<usize>, links: &mut Vec<Link>) -> Line {
    let start = range.start;
    let mut at = start;
    let mut quote = 0;
    while quote < QUOTES_MOST && sign(text, at..range.end, "> ") {
        at += 2;
        quote += 1;
    }
    // People leave the space away on an empty line of a quote.
    if quote < QUOTES_MOST && &text[at..range.end] == ">" {
        at += 1;
        quote += 1;
    }
    let format = if quote > 0 { Format::QUOTE } else { Format::PLAIN };
    let mut pieces = Vec::new();
    if let Some((indent, marker)) = marker(text, at..range.end) {
        if indent > at {
            pieces.push(Piece::new(at..indent, format));
        }
        let bullet = text[indent..marker].starts_with(['-', '*', '+']);
        let shown = bullet.then_some("• ");
        pieces.push(Piece { shown, ..Piece::new(indent..marker, format) });
        at = marker;
    }
    let hang = pieces.len();
    inline::scan(text, at..range.end, format, links, &mut pieces);
    Line { start, quote, hang, pieces }
}

/// Whether this sign of ASCII stands there, and nothing is attached to it that would be lost.
fn sign(text: &str, range: Range<usize>, sign: &str) -> bool {
    let Some(rest) = text[range].strip_prefix(sign) else { return false };
    rest.chars().next().is_none_or(|c| !inline::joins(c))
}

/// Where the sign of an item of a list begins and ends, with its space: `- `, `* `, `12. `.
fn marker(text: &str, range: Range<usize>) -> Option<(usize, usize)> {
    let line = &text[range.clone()];
    let indent = line.len() - line.trim_start_matches(' ').len();
    let item = &line[indent..];
    let digits = item.len() - item.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut rest = item[digits..].chars();
    let is_sign =
        matches!((digits, rest.next()), (0, Some('-' | '*' | '+')) | (1..=3, Some('.' | ')')));
    let words = rest.as_str().strip_prefix(' ')?;
    let attached = words.chars().next().is_none_or(inline::joins);
    let end = range.start + indent + digits + 2;
    (is_sign && !attached && !words.trim().is_empty()).then_some((range.start + indent, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is seen of the text, a row a line, however wide.
    pub(super) fn shown(text: &str) -> String {
        let rich = parse(text);
        let rows = layout::rows(text, &rich, 10_000, Folds::Nothing);
        let row = |row: &Row| row.pieces.iter().map(|piece| piece.text(text)).collect::<String>();
        rows.iter().map(row).collect::<Vec<_>>().join("\n")
    }

    fn check(text: &str, expected: &str) {
        assert_eq!(shown(text), expected, "{text:?}");
    }

    #[test]
    fn lists_and_quotes_are_known() {
        check("- milk\n* eggs\n + ham", "• milk\n• eggs\n • ham");
        check("1. one\n12) twelve", "1. one\n12) twelve");
        check("> so you said\n>> no\n>_<", "so you said\n>> no\n>_<");
        check("-1 is not an item\n-\n- ", "-1 is not an item\n-\n- ");
        check("2020. That was a year", "2020. That was a year");
        check(">\n> > two", "\ntwo");
    }

    #[test]
    fn an_action_loses_its_command() {
        check("/me waves *hard*", "waves hard");
        check("/mean", "/mean");
    }

    #[test]
    fn lines_stay_lines() {
        check("a\n\nb", "a\n\nb");
        check("", "");
    }
}
