//! How a text as it is meant falls into rows of a width. Words wrap under themselves; code keeps its
//! columns and goes on in another row behind a word rather than within one. What of it is not shown
//! because it is long is decided in `fold`.

use super::cut::cut;
use super::fold::{self, Folds};
use super::{Block, Code, Format, Line, Piece, Rich};
use crate::cells;

/// Columns of a bar beside code or a quote, with the space behind it.
pub(crate) const BAR: usize = 2;

/// Below this width there are no bars and nothing hangs: every column is the text's.
const NARROW: usize = 12;

/// What stands before the text of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// Empty columns.
    Indent(usize),
    /// As many bars of quoting, and empty columns.
    Quote(u8, usize),
    /// The language of which block of code.
    Head(usize),
    /// A line of which block of code, or the rest of one.
    Code { block: usize, rest: bool },
    /// How many lines are folded here: of which block of code, or of the whole text.
    Fold { block: Option<usize>, hidden: usize },
}

impl Edge {
    /// The block of code that the row is of, if it is of one.
    pub(crate) fn block(self) -> Option<usize> {
        match self {
            Self::Head(block) | Self::Code { block, .. } => Some(block),
            Self::Fold { block, .. } => block,
            Self::Indent(_) | Self::Quote(..) => None,
        }
    }
}

/// A row of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The first byte of it; rises from row to row.
    pub(crate) start: usize,
    pub(crate) edge: Edge,
    pub(crate) pieces: Vec<Piece>,
}

impl Piece {
    /// What is drawn of it.
    pub(crate) fn text<'a>(&self, text: &'a str) -> &'a str {
        self.shown.unwrap_or_else(|| text.get(self.start..self.end).unwrap_or_default())
    }
}

/// Whether bars have room beside the text.
pub(crate) fn has_bars(width: usize) -> bool {
    width >= NARROW
}

/// The rows of a text; there is always at least one.
pub(crate) fn rows(text: &str, rich: &Rich, width: usize, folds: Folds) -> Vec<Row> {
    let mut rows = Vec::new();
    for block in rich.seen() {
        match block {
            Block::Line(line) => wrap(text, line, width, &mut rows),
            Block::Code(block) => {
                if let Some(code) = rich.codes.get(*block) {
                    self::code(text, code, *block, width, folds, &mut rows);
                }
            }
        }
    }
    if fold::is_long(text, rich, folds) {
        fold::cut(&mut rows, folds);
    }
    rows
}

/// The lines of a block, each with its first byte.
pub(super) fn lines<'a>(text: &'a str, code: &Code) -> impl Iterator<Item = (usize, &'a str)> {
    let mut at = code.body.start;
    text[code.body.clone()].trim_end_matches('\n').split('\n').map(move |line| {
        let start = at;
        at += line.len() + 1;
        (start, line)
    })
}

fn code(text: &str, code: &Code, block: usize, width: usize, folds: Folds, rows: &mut Vec<Row>) {
    let room = if has_bars(width) { width - BAR } else { width };
    if !code.language.is_empty() {
        let pieces = vec![Piece::new(code.language.clone(), Format::PLAIN)];
        rows.push(Row { start: code.start, edge: Edge::Head(block), pieces });
    }
    let count = lines(text, code).count();
    let shown = fold::shown(count, folds);
    for (start, line) in lines(text, code).take(shown) {
        let mut rest = false;
        for cut in cut(line, room) {
            let range = start + cut.start..start + cut.end;
            let edge = Edge::Code { block, rest };
            let start = range.start;
            let pieces =
                if range.is_empty() { vec![] } else { vec![Piece::new(range, Format::CODE)] };
            rows.push(Row { start, edge, pieces });
            rest = true;
        }
    }
    if let Some((start, _)) = lines(text, code).nth(shown) {
        let edge = Edge::Fold { block: Some(block), hidden: count - shown };
        rows.push(Row { start, edge, pieces: Vec::new() });
    }
}

/// One grapheme of a line, and the piece that it is of.
struct Glyph {
    piece: usize,
    start: usize,
    end: usize,
    width: usize,
    space: bool,
}

fn glyphs(text: &str, line: &Line) -> Vec<Glyph> {
    // A byte is a grapheme nearly always.
    let bytes = line.pieces.iter().map(|piece| piece.end - piece.start).sum();
    let mut glyphs = Vec::with_capacity(bytes);
    for (index, piece) in line.pieces.iter().enumerate() {
        let (start, end) = (piece.start, piece.end);
        if piece.shown.is_some() {
            let width = cells::width(piece.text(text));
            glyphs.push(Glyph { piece: index, start, end, width, space: false });
            continue;
        }
        glyphs.extend(cells::graphemes(piece.text(text)).map(|grapheme| Glyph {
            piece: index,
            start: start + grapheme.at,
            end: start + grapheme.at + grapheme.text.len(),
            width: grapheme.width,
            space: grapheme.text == " ",
        }));
    }
    glyphs
}

/// Wraps a line at its words; spaces may hang over the edge.
fn wrap(text: &str, line: &Line, width: usize, rows: &mut Vec<Row>) {
    match fits(text, line, width) {
        true => {
            let pieces = line.pieces.iter().filter(|piece| piece.start < piece.end).cloned();
            let (edge, pieces) = (Edge::Indent(0), pieces.collect());
            rows.push(Row { start: line.start, edge, pieces });
        }
        false => wrap_glyphs(text, line, width, rows),
    }
}

/// Whether a line is seen to fit a row without being measured: most of what people say is such.
fn fits(text: &str, line: &Line, width: usize) -> bool {
    let whole = match (line.pieces.first(), line.pieces.last()) {
        (Some(first), Some(last)) => text.get(first.start..last.end).unwrap_or_default(),
        _ => "",
    };
    line.quote == 0
        && whole.len() <= width
        && line.pieces.iter().all(|piece| piece.shown.is_none())
        && cells::is_plain(whole.as_bytes())
}

/// The same for any line, grapheme by grapheme.
fn wrap_glyphs(text: &str, line: &Line, width: usize, rows: &mut Vec<Row>) {
    let glyphs = glyphs(text, line);
    let bars = if has_bars(width) { usize::from(line.quote) * BAR } else { 0 };
    let hang: usize =
        glyphs.iter().filter(|glyph| glyph.piece < line.hang).map(|glyph| glyph.width).sum();
    let hang = if has_bars(width) { hang.min(width / 3) } else { 0 };
    let quote = if bars > 0 { line.quote } else { 0 };
    let edge = |indent| if quote > 0 { Edge::Quote(quote, indent) } else { Edge::Indent(indent) };
    let mut room = width.saturating_sub(bars).max(1);
    let (mut first, mut column) = (0, 0);
    // Where the row may end: the glyph behind the gap, and the column there.
    let mut gap: Option<(usize, usize)> = None;
    let mut from = line.start;
    for (index, glyph) in glyphs.iter().enumerate() {
        while column + glyph.width > room && !glyph.space && index > first {
            let (cut, at_column) = gap.take().unwrap_or((index, column));
            let indent = if first == 0 { 0 } else { hang };
            rows.push(row(line, &glyphs[first..cut], from, edge(indent)));
            room = width.saturating_sub(bars + hang).max(1);
            column -= at_column;
            from = glyphs[cut].start;
            first = cut;
        }
        column += glyph.width;
        if glyph.piece >= line.hang && (glyph.space || glyph.width > 1) {
            gap = Some((index + 1, column));
        }
    }
    let indent = if first == 0 { 0 } else { hang };
    rows.push(row(line, &glyphs[first..], from, edge(indent)));
}

fn row(line: &Line, glyphs: &[Glyph], start: usize, edge: Edge) -> Row {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut last = None;
    for glyph in glyphs {
        let piece = &line.pieces[glyph.piece];
        match pieces.last_mut().filter(|_| last == Some(glyph.piece)) {
            Some(before) => before.end = glyph.end,
            None => pieces.push(Piece { start: glyph.start, end: glyph.end, ..piece.clone() }),
        }
        last = Some(glyph.piece);
    }
    Row { start, edge, pieces }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// Rows as they would be seen, with signs for their edges.
    fn check(text: &str, width: usize, expected: &[&str]) {
        let rows = rows(text, &parse(text), width, Folds::Long);
        let shown: Vec<String> = rows
            .iter()
            .map(|row| {
                let edge = match row.edge {
                    Edge::Indent(columns) => " ".repeat(columns),
                    Edge::Quote(depth, columns) => "| ".repeat(depth.into()) + &" ".repeat(columns),
                    Edge::Head(_) => "# ".to_owned(),
                    Edge::Code { rest: false, .. } => "|·".to_owned(),
                    Edge::Code { rest: true, .. } => "|>".to_owned(),
                    Edge::Fold { hidden, .. } => format!("+{hidden}"),
                };
                edge + &row.pieces.iter().map(|piece| piece.text(text)).collect::<String>()
            })
            .collect();
        assert_eq!(shown, expected, "{text:?} in {width}");
    }

    #[test]
    fn words_wrap_whatever_their_looks() {
        check("one **two** three", 8, &["one two ", "three"]);
        check("a**bcdefghijklm**", 12, &["a**bcdefghij", "klm**"]);
        check("see **bcdefghijklmn**", 12, &["see ", "bcdefghijklm", "n"]);
        check("**漢字漢字**", 5, &["漢字", "漢字"]);
    }

    #[test]
    fn items_and_quotes_hang() {
        check("- one two three", 12, &["• one two ", "  three"]);
        check("12. one two three", 12, &["12. one two ", "    three"]);
        check("> one two three", 12, &["| one two ", "| three"]);
        check("> - one two three", 12, &["| • one two ", "|   three"]);
        check("- one two", 6, &["• one ", "two"]);
    }

    #[test]
    fn an_address_is_cut_without_a_space() {
        let url = "https://example.org/a/b";
        check(url, 14, &["https://exampl", "e.org/a/b"]);
    }

    #[test]
    fn code_keeps_its_columns() {
        check(
            "```rs\n  let x = 12;\n\n}\n```",
            12,
            &["# rs", "|·  let x = ", "|>12;", "|·", "|·}"],
        );
    }

    #[test]
    fn what_fits_a_row_falls_into_the_same_rows() {
        let texts =
            ["", "plain", "a **b** c", "12. item", "ends ", "> ", "*", "see http://a.org now"];
        let lines = texts.map(parse).into_iter().zip(texts);
        for (rich, text) in lines {
            for block in &rich.blocks {
                let Block::Line(line) = block else { continue };
                let (mut quick, mut whole) = (Vec::new(), Vec::new());
                wrap(text, line, 30, &mut quick);
                wrap_glyphs(text, line, 30, &mut whole);
                assert_eq!(quick, whole, "{text:?}");
            }
        }
    }
}
