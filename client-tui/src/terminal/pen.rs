//! Writes cells as terminals understand them: where, how it looks, where it leads to, and what it
//! is; each only where it is not clear from the cell before.
//!
//! Puts the cursor right behind characters on whose width terminals disagree.

use std::io::{self, Write};

use crossterm::queue;
use crossterm::style::{Attribute, Colors, SetAttribute, SetColors};
use crossterm::terminal::{Clear, ClearType};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::style::{Color, Modifier};
use ratatui_crossterm::IntoCrossterm;

use super::hyperlinks::Links;
use crate::cells;

/// What cells can have besides colours.
const ATTRIBUTES: [(Modifier, Attribute); 9] = [
    (Modifier::BOLD, Attribute::Bold),
    (Modifier::DIM, Attribute::Dim),
    (Modifier::ITALIC, Attribute::Italic),
    (Modifier::UNDERLINED, Attribute::Underlined),
    (Modifier::SLOW_BLINK, Attribute::SlowBlink),
    (Modifier::RAPID_BLINK, Attribute::RapidBlink),
    (Modifier::REVERSED, Attribute::Reverse),
    (Modifier::HIDDEN, Attribute::Hidden),
    (Modifier::CROSSED_OUT, Attribute::CrossedOut),
];

/// Cells that are written once more rather than passed over: as many as the bytes that say where
/// to go.
const BRIDGED_MOST: u16 = 7;

/// How characters look that are written now.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Dress {
    colours: (Color, Color),
    modifier: Modifier,
}

impl Dress {
    fn of(cell: &Cell) -> Self {
        Self { colours: (cell.fg, cell.bg), modifier: cell.modifier }
    }
}

/// What terminals begin and end with.
const PLAIN: Dress = Dress { colours: (Color::Reset, Color::Reset), modifier: Modifier::empty() };

/// A terminal that is written to, stretch by stretch.
pub(super) struct Pen<'a> {
    out: &'a mut Vec<u8>,
    /// `None` where links must not be written.
    links: Option<&'a Links>,
    /// Where the next character goes by itself, if that is known.
    at: Option<(u16, u16)>,
    dress: Dress,
    link: Option<u32>,
}

impl<'a> Pen<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, links: Option<&'a Links>) -> Self {
        Self { out, links, at: None, dress: PLAIN, link: None }
    }

    /// Writes cells of a row, each in the column behind the one before.
    pub(super) fn put(&mut self, to: (u16, u16), cells: &[Cell], row: &[Cell]) -> io::Result<()> {
        let (mut x, y) = to;
        for cell in cells {
            self.go((x, y), row);
            if !self.is_dressed(cell) {
                self.lead_to(cells::link_of(cell))?;
                self.dress(Dress::of(cell))?;
            }
            let symbol = cell.symbol();
            self.write(symbol);
            x = x.saturating_add(1);
            self.at = is_sure(symbol).then_some((x, y));
        }
        Ok(())
    }

    fn write(&mut self, symbol: &str) {
        match symbol.as_bytes() {
            // Nearly always; copying it as a piece is then a call more.
            [byte] => self.out.push(*byte),
            symbol => self.out.extend_from_slice(symbol),
        }
    }

    /// Blanks a row from there on.
    pub(super) fn clear(&mut self, from: (u16, u16), row: &[Cell]) -> io::Result<()> {
        self.go(from, row);
        self.lead_to(None)?;
        self.dress(PLAIN)?;
        self.at = Some(from);
        queue!(self.out, Clear(ClearType::UntilNewLine))
    }

    /// Goes to a place in a row: by way of a few cells that are as they were, where writing these
    /// once more takes fewer bytes than to say where.
    fn go(&mut self, (x, y): (u16, u16), row: &[Cell]) {
        let between = match self.at {
            Some(at) if at == (x, y) => return,
            Some((from, same)) if same == y && from < x && x - from <= BRIDGED_MOST => {
                row.get(usize::from(from)..usize::from(x))
            }
            _ => None,
        };
        match between {
            Some(cells) if cells.iter().all(|cell| self.takes_a_byte(cell)) => {
                cells.iter().for_each(|cell| self.write(cell.symbol()));
            }
            _ => self.jump((x, y)),
        }
    }

    /// Says where to go, without the ways of formatting: a new picture has many such places.
    fn jump(&mut self, (x, y): (u16, u16)) {
        self.out.extend_from_slice(b"\x1b[");
        number(self.out, u32::from(y) + 1);
        self.out.push(b';');
        number(self.out, u32::from(x) + 1);
        self.out.push(b'H');
    }

    /// Whether what is written now looks like a cell, and leads where it does.
    fn is_dressed(&self, cell: &Cell) -> bool {
        self.dress == Dress::of(cell) && self.link == cells::link_of(cell)
    }

    /// Whether a cell takes nothing but its one byte.
    fn takes_a_byte(&self, cell: &Cell) -> bool {
        cell.symbol().len() == 1 && self.is_dressed(cell)
    }

    /// Leaves the terminal as it was found; to be called behind the last cell.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.lead_to(None)?;
        self.dress(PLAIN)
    }

    fn lead_to(&mut self, link: Option<u32>) -> io::Result<()> {
        if self.link == link {
            return Ok(());
        }
        let address = |number: Option<u32>| self.links?.address(number?);
        match (address(self.link), address(link)) {
            (_, Some(address)) => {
                let number = link.unwrap_or_default();
                write!(self.out, "\x1b]8;id={number};{address}\x1b\\")?;
            }
            (Some(_), None) => self.out.extend_from_slice(b"\x1b]8;;\x1b\\"),
            (None, None) => {}
        }
        self.link = link;
        Ok(())
    }

    fn dress(&mut self, wanted: Dress) -> io::Result<()> {
        if self.dress == wanted {
            return Ok(());
        }
        if !self.dress.modifier.difference(wanted.modifier).is_empty() || wanted == PLAIN {
            // Taking off one by one would take off more: nothing ends boldness alone.
            queue!(self.out, SetAttribute(Attribute::Reset))?;
            self.dress = PLAIN;
        }
        let more = wanted.modifier.difference(self.dress.modifier);
        for (modifier, attribute) in ATTRIBUTES {
            if more.contains(modifier) {
                queue!(self.out, SetAttribute(attribute))?;
            }
        }
        if self.dress.colours != wanted.colours {
            let (fg, bg) = wanted.colours;
            queue!(self.out, SetColors(Colors::new(fg.into_crossterm(), bg.into_crossterm())))?;
        }
        self.dress = wanted;
        Ok(())
    }
}

/// Whether two cells look the same and lead to the same, whatever they hold.
pub(super) fn is_alike(one: &Cell, other: &Cell) -> bool {
    let looks = |cell: &Cell| (cell.fg, cell.bg, cell.underline_color, cell.modifier);
    looks(one) == looks(other)
}

/// Writes a number in decimal.
fn number(out: &mut Vec<u8>, number: u32) {
    if number > 9 {
        self::number(out, number / 10);
    }
    out.push(b'0' + (number % 10) as u8);
}

/// Whether all terminals agree that the cursor is in the next column behind a cell. Behind one of
/// several characters they may not.
fn is_sure(symbol: &str) -> bool {
    symbol.len() == 1 || (symbol.chars().nth(1).is_none() && symbol.cell_width() == 1)
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    /// What is written of a row.
    fn written(buffer: &Buffer) -> String {
        let mut out = Vec::new();
        let mut pen = Pen::new(&mut out, None);
        pen.put((0, 0), &buffer.content, &buffer.content).unwrap();
        pen.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    fn check(words: &[(&str, Style)], expected: &str) {
        let width = words.iter().map(|(word, _)| cells::width(word)).sum::<usize>();
        let width = u16::try_from(width).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        let mut x = 0;
        for (word, style) in words {
            x = cells::put(&mut buffer, (x, 0), width, word, *style);
        }
        assert_eq!(written(&buffer), expected);
    }

    #[test]
    fn looks_are_told_where_they_change() {
        let (plain, bold) = (Style::new(), Style::new().add_modifier(Modifier::BOLD));
        let red = Style::new().fg(Color::Red);
        check(&[("ab", plain)], "\x1b[1;1Hab");
        check(&[("ab", plain), ("cd", bold)], "\x1b[1;1Hab\x1b[1mcd\x1b[0m");
        check(
            &[("a", bold), ("b", plain), ("c", bold)],
            "\x1b[1;1H\x1b[1ma\x1b[0mb\x1b[1mc\x1b[0m",
        );
        check(&[("ab", red), ("c", plain)], "\x1b[1;1H\x1b[38;5;1;49mab\x1b[0mc");
        let loud = red.add_modifier(Modifier::BOLD | Modifier::ITALIC);
        check(&[("a", bold), ("b", loud)], "\x1b[1;1H\x1b[1ma\x1b[3m\x1b[38;5;1;49mb\x1b[0m");
        check(
            &[("a", loud), ("b", red)],
            "\x1b[1;1H\x1b[1m\x1b[3m\x1b[38;5;1;49ma\x1b[0m\x1b[38;5;1;49mb\x1b[0m",
        );
    }

    #[test]
    fn a_few_cells_are_written_once_more_and_many_passed_over() {
        let check = |row: &str, style: Style, places: &[u16], expected: &str| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 1));
            cells::put(&mut buffer, (0, 0), 30, row, style);
            let mut out = Vec::new();
            let mut pen = Pen::new(&mut out, None);
            for &x in places {
                let cell = std::slice::from_ref(&buffer[(x, 0)]);
                pen.put((x, 0), cell, &buffer.content).unwrap();
            }
            pen.finish().unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{places:?}");
        };
        let plain = Style::new();
        check("abcdefghijk", plain, &[0, 3], "\x1b[1;1Habcd");
        check("abcdefghijk", plain, &[0, 8], "\x1b[1;1Habcdefghi");
        check("abcdefghijk", plain, &[0, 9], "\x1b[1;1Ha\x1b[1;10Hj");
        check("aé漢b", plain, &[0, 4], "\x1b[1;1Ha\x1b[1;5Hb");
        // They look as what is written just then, or they are passed over.
        let red = Style::new().fg(Color::Red);
        check("ab", red, &[1, 3], "\x1b[1;2H\x1b[38;5;1;49mb\x1b[1;4H\x1b[0m ");
    }

    #[test]
    fn behind_what_may_be_wider_elsewhere_the_cursor_is_put_right() {
        let plain = Style::new();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        cells::put(&mut buffer, (0, 0), 4, "aשb", plain);
        assert_eq!(written(&buffer), "\x1b[1;1H\u{2068}a\x1b[1;2Hשb\u{2069}\x1b[1;4H ");
        check(&[("é!", plain)], "\x1b[1;1Hé!");
    }
}
