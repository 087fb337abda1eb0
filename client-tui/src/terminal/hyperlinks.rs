//! Links as terminals know them (OSC 8), so that an address can be clicked however it is wrapped,
//! and is clicked whole. Terminals that do not know them show the text alone.
//!
//! A cell says by its number which link it is of, see `cells::link`; here numbers become
//! such that the same one never stands for another address than in the picture before, so that what
//! is redrawn is right.

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::style::Color;

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
        if addresses.is_empty() {
            // Then no cell leads anywhere, as in most pictures.
            return;
        }
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

    /// The address that a number stands for, if it is one.
    pub(super) fn address(&self, number: u32) -> Option<&str> {
        let found = self.numbers.iter().find(|(_, known)| **known == number);
        found.map(|(address, _)| address.as_str()).filter(|address| !address.is_empty())
    }
}

/// Nothing but visible ASCII gets into an escape sequence, whoever made the address.
fn clean(address: &str) -> String {
    address.chars().filter(char::is_ascii_graphic).collect()
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;
    use crate::terminal::changes::{Change, changes};
    use crate::terminal::pen::Pen;

    const AREA: Rect = Rect::new(0, 0, 6, 1);

    /// A picture: a text, and the addresses of its cells by their first and last column.
    type Picture<'a> = (&'a str, &'a [(u16, u16, &'a str)]);

    /// What is written when the last of these pictures follows the one before.
    fn written(pictures: &[Picture<'_>]) -> String {
        let mut links = Links::default();
        let mut out = Vec::new();
        let mut before = Buffer::empty(AREA);
        for (text, spans) in pictures {
            let mut buffer = Buffer::empty(AREA);
            cells::put(&mut buffer, (0, 0), 6, text, Style::new());
            let mut addresses = Vec::new();
            for (from, to, address) in *spans {
                let number = u32::try_from(addresses.len()).unwrap();
                for x in *from..=*to {
                    buffer[(x, 0)].underline_color = cells::link(number);
                }
                addresses.push((*address).to_owned());
            }
            links.number(&mut buffer, addresses);
            out = put(&before, &buffer, Some(&links));
            before = buffer;
        }
        String::from_utf8(out).unwrap()
    }

    fn put(before: &Buffer, after: &Buffer, links: Option<&Links>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut pen = Pen::new(&mut out, links);
        for (x, y, change) in changes(before, after, 0..AREA.height) {
            match change {
                Change::Cells(cells) => pen.put((x, y), cells, &after.content).unwrap(),
                Change::Blank => pen.clear((x, y), &after.content).unwrap(),
            }
        }
        pen.finish().unwrap();
        out
    }

    #[test]
    fn a_link_is_written_around_its_cells() {
        assert_eq!(
            written(&[("ab cd", &[(3, 4, "http://x")])]),
            "\x1b[1;1Hab \x1b]8;id=1;http://x\x1b\\cd\x1b]8;;\x1b\\"
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
        assert_eq!(written(&[first, other]), "\x1b[1;1H\x1b]8;id=3;http://z\x1b\\a\x1b]8;;\x1b\\");
        assert_eq!(written(&[first, ("ab", &[])]), "\x1b[1;1Hab");
    }

    #[test]
    fn no_address_ends_its_sequence() {
        let hostile = "http://x\x1b\\\x07\u{9c}\n é";
        assert_eq!(
            written(&[("a", &[(0, 0, hostile)])]),
            "\x1b[1;1H\x1b]8;id=1;http://x\\\x1b\\a\x1b]8;;\x1b\\"
        );
    }

    #[test]
    fn where_links_are_garbage_there_are_none() {
        let (before, mut buffer) = (Buffer::empty(AREA), Buffer::empty(AREA));
        cells::put(&mut buffer, (0, 0), 2, "ab", Style::new());
        buffer[(0, 0)].underline_color = cells::link(1);
        assert_eq!(put(&before, &buffer, None), b"\x1b[1;1Hab");
    }
}
