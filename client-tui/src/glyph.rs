//! The signs that we draw ourselves and that are not ASCII: one table, with what stands for each
//! where nothing but ASCII shall be drawn. Everything is written with the signs; whether they are
//! replaced is decided once, when the picture is whole. What other people wrote stays as it is:
//! its cells say whose they are.
//!
//! To add a sign: a row. A test finds those that have none.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Style};

/// Signs, with their stand-ins, all of which take one cell.
const GLYPHS: &[(&str, char, char)] = &[
    ("what is chosen, and where one types", '›', '>'),
    ("what the server says", '‹', '<'),
    ("between two words on one row", '·', '-'),
    ("something is left out, or is going on", '…', '~'),
    ("sent, not acknowledged", '→', '>'),
    ("to be sent again", '↻', '@'),
    ("a row of code that goes on", '↪', '\\'),
    ("the key, or more above", '↑', '^'),
    ("the key, or more below", '↓', 'v'),
    ("the key", '←', '<'),
    ("more rows above", '▲', '^'),
    ("more rows below", '▼', 'v'),
    ("words for the reader", '▸', '>'),
    ("a notice", '∙', '-'),
    ("one of a list", '•', '*'),
    ("linked", '●', '*'),
    ("not linked", '◌', 'o'),
    ("not linked yet", '○', 'o'),
    ("failed", '✗', 'x'),
    ("done", '✓', '+'),
    ("who hosts", '★', '*'),
    ("beside a quotation", '▎', '|'),
    ("beside code that was copied", '┃', '|'),
    ("an edge", '│', '|'),
    ("an edge", '─', '-'),
    ("a corner", '╭', '+'),
    ("a corner", '╮', '+'),
    ("a corner", '╰', '+'),
    ("a corner", '╯', '+'),
    ("a block of large letters", '█', '#'),
    ("the upper half of one", '▀', '"'),
    ("the lower half of one", '▄', '_'),
    ("the left half of one", '▌', '|'),
    ("the right half of one", '▐', '|'),
    ("a quarter of one", '▘', '\''),
    ("a quarter of one", '▝', '\''),
    ("a quarter of one", '▖', '.'),
    ("a quarter of one", '▗', '.'),
    ("two quarters of one", '▚', '\\'),
    ("two quarters of one", '▞', '/'),
    ("three quarters of one", '▙', 'L'),
    ("three quarters of one", '▟', 'J'),
    ("three quarters of one", '▛', 'F'),
    ("three quarters of one", '▜', '7'),
    ("at least", '≥', '>'),
    ("before a line for all", '▶', '>'),
    ("beside what somebody says on the wall", '┊', '|'),
    ("a person's sign", '■', '#'),
    ("a person's sign", '◆', '%'),
    ("a person's sign", '□', '='),
    ("a person's sign", '△', '^'),
    ("a person's sign", '◇', '+'),
    ("a person's sign", '▽', 'v'),
    ("from one to another", '–', '-'),
    ("times", '×', 'x'),
    ("before what is quoted", '“', '"'),
    ("behind what is quoted", '”', '"'),
    ("before a name", '‘', '\''),
    ("behind a name", '’', '\''),
];

/// How a cell says that somebody else wrote what is in it: by the colour of a line under it, as
/// links do. So it is erased with the cell.
const THEIRS: Color = Color::Indexed(0);

/// The style for something that is not ours to change.
pub(crate) fn theirs(style: Style) -> Style {
    Style { underline_color: style.underline_color.or(Some(THEIRS)), ..style }
}

/// Replaces every sign of ours in these rows of a picture.
pub(crate) fn to_ascii(buffer: &mut Buffer, rows: std::ops::Range<u16>) {
    let width = usize::from(buffer.area.width).max(1);
    let rows = usize::from(rows.start)..usize::from(rows.end);
    for row in buffer.content.chunks_exact_mut(width).take(rows.end).skip(rows.start) {
        for at in 0..width {
            let cell = &row[at];
            let ours = cell.underline_color == Color::Reset;
            let Some(stand_in) = stand_in(cell.symbol()).filter(|_| ours) else { continue };
            if cell.symbol() == "…" && is_blank(row, at + 1) && is_blank(row, at + 2) {
                // As it is written where there is room for it.
                row[at + 1].set_char('.');
                row[at + 2].set_char('.');
                row[at].set_char('.');
            } else {
                row[at].set_char(stand_in);
            }
        }
    }
}

/// Whether a cell holds nothing, and nobody wrote it.
fn is_blank(row: &[ratatui::buffer::Cell], at: usize) -> bool {
    row.get(at).is_some_and(|cell| cell.symbol() == " " && cell.underline_color == Color::Reset)
}

/// The same for a text that is not drawn, but printed or handed to the terminal.
#[must_use]
pub fn in_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match GLYPHS.iter().find(|(_, glyph, _)| *glyph == c) {
            Some((_, '…', _)) => out.push_str("..."),
            Some((.., ascii)) => out.push(*ascii),
            None => out.push(c),
        }
    }
    out
}

fn stand_in(symbol: &str) -> Option<char> {
    if symbol.is_ascii() {
        return None;
    }
    let first = symbol.chars().next()?;
    GLYPHS.iter().find(|(_, glyph, _)| *glyph == first).map(|(.., ascii)| *ascii)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cells;

    #[test]
    fn every_sign_takes_one_cell_and_stands_once() {
        for (index, (what, glyph, ascii)) in GLYPHS.iter().enumerate() {
            assert_eq!(cells::width(&glyph.to_string()), 1, "{what} {glyph}");
            assert!(ascii.is_ascii_graphic(), "{what}");
            assert!(GLYPHS[..index].iter().all(|(_, known, _)| known != glyph), "{glyph}");
        }
    }

    #[test]
    fn our_signs_are_replaced_and_other_peoples_are_not() {
        let check = |ours: &str, theirs: &str, expected: &str| {
            let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 12, 1));
            let x = cells::put(&mut buffer, (0, 0), 12, ours, Style::new());
            cells::put(&mut buffer, (x, 0), 12, theirs, super::theirs(Style::new()));
            to_ascii(&mut buffer, 0..1);
            let text: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
            assert_eq!(text.trim_end(), expected);
        };
        check("#a › ", "→ “x”", "#a > → “x”");
        check("wait…", "", "wait...");
        check("wait… · x", "", "wait~ - x");
        check("wait…", " x", "wait~ x");
        check("│é│", "", "|é|");
    }

    #[test]
    fn a_text_for_elsewhere_is_as_long_as_it_becomes() {
        assert_eq!(in_ascii("‘x’ · é…"), "'x' - é...");
    }

    /// What the program's own words hold that is not ASCII: everything within quotation marks of
    /// its source, its tests aside.
    #[test]
    fn every_sign_that_we_write_has_a_stand_in() {
        fn visit(folder: &Path, missing: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    visit(&path, missing);
                    continue;
                }
                // Files of tests, of what goes elsewhere, and of what is looked for in texts.
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let aside = ["tests.rs", "input_tests.rs", "properties.rs", "reference.rs"];
                if [&aside[..], &["emphasis.rs", "widths.rs"]].concat().contains(&&*name) {
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                let program = text.split("mod tests {").next().unwrap_or_default();
                for line in program.lines().filter(|line| !line.trim_start().starts_with("//")) {
                    let signs = line.chars().filter(|c| !c.is_ascii());
                    let unknown = |c: &char| GLYPHS.iter().all(|(_, glyph, _)| glyph != c);
                    missing.extend(signs.filter(unknown).map(|c| format!("{name}: {c}")));
                }
            }
        }
        let mut missing = Vec::new();
        visit(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut missing);
        assert!(missing.is_empty(), "no row in GLYPHS: {missing:?}");
    }
}
