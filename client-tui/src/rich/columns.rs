//! Which column of a row is which byte of the text, and back. Columns count from where the text of
//! the row begins, behind its edge.

use std::ops::Range;

use super::layout::{BAR, Edge, Row, has_bars};
use super::{Format, Piece};
use crate::cells;

/// What is seen in some columns of a row.
struct Glyph {
    bytes: Range<usize>,
    columns: Range<usize>,
    link: Option<usize>,
}

impl Edge {
    /// Columns before the text, in rows of this width.
    pub(crate) fn columns(self, width: usize) -> usize {
        let columns = match self {
            Self::Indent(indent) => indent,
            Self::Quote(depth, indent) => usize::from(depth) * BAR + indent,
            Self::Head(_) | Self::Code { .. } | Self::Fold { block: Some(_), .. }
                if has_bars(width) =>
            {
                BAR
            }
            Self::Head(_) | Self::Code { .. } | Self::Fold { .. } => 0,
        };
        columns.min(width)
    }

    /// Whether the row shows what was written, and not only what it is about.
    fn is_text(self) -> bool {
        !matches!(self, Self::Head(_) | Self::Fold { .. })
    }
}

impl Row {
    /// Its pieces, without the spaces at its end: nobody wants those underlined or marked.
    pub(crate) fn seen<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Piece> + 'a {
        let last = self.pieces.len().saturating_sub(1);
        self.pieces.iter().enumerate().map(move |(index, piece)| {
            let mut piece = piece.clone();
            if index == last && piece.shown.is_none() {
                piece.end = piece.start + piece.text(text).trim_end_matches(' ').len();
            }
            piece
        })
    }

    /// The bytes of what stands in this column: a whole grapheme; behind the last, and where nothing
    /// was written, none.
    pub(crate) fn bytes_at(&self, text: &str, column: usize) -> Range<usize> {
        let glyphs = self.glyphs(text);
        let under = glyphs.iter().find(|glyph| column < glyph.columns.end);
        match under.or(glyphs.last()) {
            Some(glyph) if column < glyph.columns.end => glyph.bytes.clone(),
            Some(last) => last.bytes.end..last.bytes.end,
            None => self.start..self.start,
        }
    }

    /// Which of the text's links stands in this column.
    pub(crate) fn link_at(&self, text: &str, column: usize) -> Option<usize> {
        let glyphs = self.glyphs(text);
        glyphs.iter().find(|glyph| glyph.columns.contains(&column))?.link
    }

    /// The columns in which some of these bytes stand.
    pub(crate) fn columns_of(&self, text: &str, bytes: &Range<usize>) -> Range<usize> {
        let glyphs = self.glyphs(text);
        let within =
            |glyph: &&Glyph| glyph.bytes.start < bytes.end && bytes.start < glyph.bytes.end;
        let first = glyphs.iter().find(within).map_or(0, |glyph| glyph.columns.start);
        let last = glyphs.iter().rfind(within).map_or(first, |glyph| glyph.columns.end);
        first..last
    }

    fn glyphs(&self, text: &str) -> Vec<Glyph> {
        let mut glyphs = Vec::new();
        let mut column = 0;
        for piece in self.seen(text).filter(|_| self.edge.is_text()) {
            let whole = piece.shown.is_some();
            for grapheme in cells::graphemes(piece.text(text)) {
                let start = piece.start + grapheme.at;
                let bytes =
                    if whole { piece.start..piece.end } else { start..start + grapheme.text.len() };
                let columns = column..column + grapheme.width;
                column = columns.end;
                glyphs.push(Glyph { bytes, columns, link: piece.link });
            }
        }
        glyphs
    }
}

impl Piece {
    /// Whether it is the sign before an item of a list, which is shown as another one.
    pub(super) fn is_bullet(&self) -> bool {
        self.shown.is_some() && self.link.is_none() && !self.format.has(Format::ASIDE)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Folds, layout, parse};
    use super::*;

    /// What stands in a column of a row of a text that is 12 columns wide.
    fn check(text: &str, (row, column): (usize, usize), expected: &str) {
        let rich = parse(text);
        let rows = layout::rows(text, &rich, 12, Folds::Long);
        let bytes = rows[row].bytes_at(text, column);
        assert_eq!(&text[bytes.clone()], expected, "{text:?}");
        let columns = rows[row].columns_of(text, &bytes);
        assert!(columns.is_empty() == bytes.is_empty());
        assert!(columns.is_empty() || columns.contains(&column), "{columns:?}");
    }

    #[test]
    fn a_column_is_a_whole_grapheme() {
        check("one two three", (0, 1), "n");
        check("one two three", (1, 0), "t");
        check("one two three", (0, 11), "");
        check("漢字", (0, 1), "漢");
        check("漢字", (0, 2), "字");
        check("👩‍👩‍👧 x", (0, 1), "👩‍👩‍👧");
        check("e\u{301}x", (0, 0), "e\u{301}");
        check("שלום", (0, 1), "ל");
        check("**bold** x", (0, 0), "b");
        check("- item", (0, 0), "- ");
        check("```\nlet x;\n```", (0, 4), "x");
        check("```rs\nlet x;\n```", (0, 1), "");
        check("", (0, 3), "");
    }

    #[test]
    fn links_are_found_in_every_row_of_theirs() {
        let text = "see https://example.org/a now";
        let rows = layout::rows(text, &parse(text), 12, Folds::Long);
        let found: Vec<_> = rows.iter().map(|row| row.link_at(text, 0)).collect();
        assert_eq!(found, [None, Some(0), Some(0), None]);
    }

    #[test]
    fn edges_take_what_is_drawn() {
        let check = |edge: Edge, width, expected| assert_eq!(edge.columns(width), expected);
        check(Edge::Indent(2), 20, 2);
        check(Edge::Quote(2, 2), 20, 6);
        check(Edge::Code { block: 0, rest: false }, 20, 2);
        check(Edge::Code { block: 0, rest: false }, 8, 0);
        check(Edge::Quote(3, 0), 4, 4);
    }
}
