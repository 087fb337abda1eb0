//! Links as terminals know them (OSC 8), so that an address can be clicked however it is wrapped,
//! and is clicked whole. Terminals that do not know them show the text alone.
//!
//! Puts the cursor right behind characters on whose width terminals disagree.
//!
//! A cell says by its number which link it is of, see `cells::link`; here numbers become
//! such that the same one never stands for another address than in the picture before, so that what
//! is redrawn is right, and the numbers are taken out again before anything is drawn.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::rc::Rc;

use crossterm::queue;
use crossterm::style::Print;
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};
use ratatui::style::Color;
use ratatui_crossterm::CrosstermBackend;

use super::wide::Wide;
use crate::cells;

/// The addresses of the picture being drawn, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Links {
    numbers: HashMap<String, u32>,
    last: u32,
}

impl Links {
    /// Gives every cell the number of its address: the one that this had in the last picture, or
    /// a new one.
    pub(super) fn number(&mut self, buffer: &mut Buffer, addresses: Vec<String>) {
        let mut before = std::mem::take(&mut self.numbers);
        let mut numbers = Vec::with_capacity(addresses.len());
        for address in addresses {
            let address = clean(&address);
            let known = self.numbers.get(&address).copied();
            let number = known.or_else(|| before.remove(&address)).unwrap_or_else(|| {
                self.last = self.last % cells::LINKS_MOST + 1;
                self.last
            });
            numbers.push(number);
            self.numbers.insert(address, number);
        }
        for cell in &mut buffer.content {
            if let Some(index) = cells::link_of(cell) {
                let number = usize::try_from(index).ok().and_then(|index| numbers.get(index));
                cell.underline_color = number.map_or(Color::Reset, |number| cells::link(*number));
            }
        }
    }

    fn address(&self, number: u32) -> Option<&str> {
        let found = self.numbers.iter().find(|(_, known)| **known == number);
        found.map(|(address, _)| address.as_str())
    }
}

/// Nothing but visible ASCII gets into an escape sequence, whoever made the address.
fn clean(address: &str) -> String {
    address.chars().filter(char::is_ascii_graphic).collect()
}

/// Whether this terminal is known to print what it does not understand of such sequences.
pub(super) fn are_shown(term: &str) -> bool {
    !["", "dumb", "linux"].contains(&term) && !term.starts_with("vt")
}

/// Whether all terminals agree how wide a cell is. Behind one of several characters they may not:
/// there the cursor is put where it belongs, which every run begins with.
fn is_sure(cell: &Cell) -> bool {
    cell.symbol().chars().nth(1).is_none()
}

/// The most that is drawn on, whatever size a terminal claims to have: each cell takes memory.
const SIZE_MOST: Size = Size { width: 1_000, height: 500 };

/// Draws with links.
#[derive(Debug)]
pub(super) struct Linked<W: Write> {
    inner: CrosstermBackend<W>,
    /// `None` where links must not be written.
    links: Option<Rc<RefCell<Links>>>,
    wide: Wide,
}

impl<W: Write> Linked<W> {
    pub(super) fn new(output: W, links: Option<Rc<RefCell<Links>>>) -> Self {
        Self { inner: CrosstermBackend::new(output), links, wide: Wide::default() }
    }

    /// Draws cells of the same link, or of none.
    fn run(&mut self, cells: &[(u16, u16, &Cell)]) -> io::Result<()> {
        let Some(number) = cells.first().and_then(|(_, _, cell)| cells::link_of(cell)) else {
            return self.inner.draw(cells.iter().copied());
        };
        let plain: Vec<(u16, u16, Cell)> = cells
            .iter()
            .map(|(x, y, cell)| {
                let mut cell = (*cell).clone();
                cell.underline_color = Color::Reset;
                (*x, *y, cell)
            })
            .collect();
        let address = self.links.as_ref().and_then(|links| {
            links
                .borrow()
                .address(number)
                .filter(|address| !address.is_empty())
                .map(ToOwned::to_owned)
        });
        if let Some(address) = &address {
            queue!(self.inner, Print(format_args!("\x1b]8;id={number};{address}\x1b\\")))?;
        }
        self.inner.draw(plain.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
        if address.is_some() {
            queue!(self.inner, Print("\x1b]8;;\x1b\\"))?;
        }
        Ok(())
    }
}

impl<W: Write> Write for Linked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

impl<W: Write> Backend for Linked<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let cells = self.wide.uncover(content);
        let same = |a: &Cell, b: &Cell| a.underline_color == b.underline_color && is_sure(a);
        for run in cells.chunk_by(|a, b| same(a.2, b.2)) {
            self.run(run)?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.wide.clear();
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.wide.clear();
        self.inner.clear_region(clear_type)
    }

    fn append_lines(&mut self, lines: u16) -> io::Result<()> {
        self.inner.append_lines(lines)
    }

    fn size(&self) -> io::Result<Size> {
        let Size { width, height } = self.inner.size()?;
        Ok(Size { width: width.min(SIZE_MOST.width), height: height.min(SIZE_MOST.height) })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    /// A picture: a text, and the addresses of its cells by their first and last column.
    type Picture<'a> = (&'a str, &'a [(u16, u16, &'a str)]);

    /// What is written when the last of these pictures follows the one before.
    fn written(pictures: &[Picture<'_>]) -> String {
        let links = Rc::new(RefCell::new(Links::default()));
        let mut bytes = Vec::new();
        let area = Rect::new(0, 0, 6, 1);
        let mut before = Buffer::empty(area);
        for (text, spans) in pictures {
            let mut buffer = Buffer::empty(area);
            cells::put(&mut buffer, (0, 0), 6, text, Style::new());
            let mut addresses = Vec::new();
            for (from, to, address) in *spans {
                let number = u32::try_from(addresses.len()).unwrap();
                for x in *from..=*to {
                    buffer[(x, 0)].underline_color = cells::link(number);
                }
                addresses.push((*address).to_owned());
            }
            links.borrow_mut().number(&mut buffer, addresses);
            bytes.clear();
            let mut backend = Linked::new(&mut bytes, Some(Rc::clone(&links)));
            backend.draw(before.diff(&buffer).into_iter()).unwrap();
            before = buffer;
        }
        let written = String::from_utf8(bytes).unwrap();
        // Colours are told anew in every run, and say nothing here.
        written.replace("\x1b[39m\x1b[49m\x1b[59m\x1b[0m", "")
    }

    #[test]
    fn a_link_is_written_around_its_cells() {
        assert_eq!(
            written(&[("ab cd", &[(3, 4, "http://x")])]),
            "\x1b[1;1Hab\x1b]8;id=1;http://x\x1b\\\x1b[1;4Hcd\x1b]8;;\x1b\\"
        );
    }

    #[test]
    fn a_cell_of_another_link_is_drawn_anew_and_no_other() {
        let first: Picture<'_> = ("ab", &[(0, 0, "http://x"), (1, 1, "http://y")]);
        assert_eq!(written(&[first, first]), "");
        // What was first is second now: it is the same address, and need not be drawn.
        let swapped: Picture<'_> = ("ab", &[(1, 1, "http://y"), (0, 0, "http://x")]);
        assert_eq!(written(&[first, swapped]), "");
        let other: Picture<'_> = ("ab", &[(0, 0, "http://z"), (1, 1, "http://y")]);
        assert_eq!(written(&[first, other]), "\x1b]8;id=3;http://z\x1b\\\x1b[1;1Ha\x1b]8;;\x1b\\");
        assert_eq!(written(&[first, ("ab", &[])]), "\x1b[1;1Hab");
    }

    #[test]
    fn no_address_ends_its_sequence() {
        let hostile = "http://x\x1b\\\x07\u{9c}\n é";
        assert_eq!(
            written(&[("a", &[(0, 0, hostile)])]),
            "\x1b]8;id=1;http://x\\\x1b\\\x1b[1;1Ha\x1b]8;;\x1b\\"
        );
    }

    #[test]
    fn behind_what_may_be_wider_elsewhere_the_cursor_is_put_right() {
        assert_eq!(written(&[("👩‍👧ab", &[])]), "\x1b[1;1H👩‍👧\x1b[1;3Hab");
        assert_eq!(written(&[("aשb", &[])]), "\x1b[1;1H\u{2068}a\x1b[1;2Hשb\u{2069}");
    }

    #[test]
    fn where_links_are_garbage_there_are_none() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 1));
        cells::put(&mut buffer, (0, 0), 2, "ab", Style::new());
        buffer[(0, 0)].underline_color = cells::link(1);
        let mut bytes = Vec::new();
        let before = Buffer::empty(buffer.area);
        Linked::new(&mut bytes, None).draw(before.diff(&buffer).into_iter()).unwrap();
        let written = String::from_utf8(bytes).unwrap();
        assert!(written.contains('a') && !written.contains("\x1b]") && !written.contains("58:"));
        for (term, expected) in [("xterm-256color", true), ("linux", false), ("vt220", false)] {
            assert_eq!(are_shown(term), expected, "{term}");
        }
    }
}
