//! The picture that is on the screen, and the one that is drawn next: what differs is written.

use std::io;
use std::ops::Range;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};

use super::changes::{Change, changes};
use super::hyperlinks::Links;
use super::pen::Pen;
use crate::runtime::{Part, Picture};

/// Two pictures of the same size.
#[derive(Debug)]
pub(super) struct Canvas {
    /// Empty while the screen is blank.
    shown: Buffer,
    /// Blank, but while it is drawn.
    next: Buffer,
    /// The rows in which it is drawn.
    drawn: Range<u16>,
    /// Whether what is on the screen is anybody's guess.
    forgotten: bool,
    links: Links,
    /// Whether links may be written.
    leads: bool,
}

impl Canvas {
    /// A canvas for a screen of which nothing is known yet.
    pub(super) fn new(leads: bool) -> Self {
        let (shown, next) = (Buffer::default(), Buffer::default());
        Self { shown, next, drawn: 0..0, forgotten: true, links: Links::default(), leads }
    }

    /// The next picture is written whole.
    pub(super) fn forget(&mut self) {
        self.forgotten = true;
    }

    /// Has a picture of this size painted, or a part of it, and writes what makes the screen show
    /// it.
    pub(super) fn draw(
        &mut self,
        size: Size,
        part: Part,
        paint: &mut dyn FnMut(Part, &mut Buffer) -> Picture,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        queue!(out, BeginSynchronizedUpdate)?;
        let mut part = part;
        let area = Rect::from((Position::ORIGIN, size));
        if self.forgotten || self.next.area != area {
            queue!(out, Clear(ClearType::All))?;
            self.shown.resize(Rect::ZERO);
            self.next.resize(area);
            (self.forgotten, part) = (false, Part::Whole);
        }
        let Picture { rows, cursor, links } = paint(part, &mut self.next);
        if rows.is_none() {
            // A part has no links, and those of the rest are what they were.
            self.links.number(&mut self.next, links);
        }
        self.drawn = rows.unwrap_or(0..size.height);
        let mut pen = Pen::new(out, self.leads.then_some(&self.links));
        for (x, y, change) in changes(&self.shown, &self.next, self.drawn.clone()) {
            let row = row(&self.next, y);
            match change {
                Change::Cells(cells) => pen.put((x, y), cells, row)?,
                Change::Blank => pen.clear((x, y), row)?,
            }
        }
        pen.finish()?;
        match cursor {
            Some(Position { x, y }) => queue!(out, Show, MoveTo(x, y))?,
            None => queue!(out, Hide)?,
        }
        queue!(out, EndSynchronizedUpdate)
    }

    /// What was drawn is on the screen now. Apart from drawing, because nobody waits for it.
    pub(super) fn turn_over(&mut self) {
        if self.drawn == (0..self.next.area.height) {
            std::mem::swap(&mut self.shown, &mut self.next);
            self.next.resize(self.shown.area);
            self.next.reset();
            return;
        }
        self.shown.resize(self.next.area);
        let width = usize::from(self.next.area.width);
        let rows = usize::from(self.drawn.start) * width..usize::from(self.drawn.end) * width;
        if let (Some(shown), Some(next)) =
            (self.shown.content.get_mut(rows.clone()), self.next.content.get_mut(rows))
        {
            shown.swap_with_slice(next);
            next.iter_mut().for_each(Cell::reset);
        }
    }
}

/// A row's cells.
fn row(buffer: &Buffer, y: u16) -> &[Cell] {
    let width = usize::from(buffer.area.width);
    let first = usize::from(y) * width;
    buffer.content.get(first..first + width).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use proptest::prelude::*;
    use ratatui::style::{Color, Modifier, Style};

    use super::*;
    use crate::cells;

    const SIZE: Size = Size { width: 10, height: 3 };

    /// Texts with their places and looks.
    type Puts = Vec<(u16, u16, String, Style)>;

    /// Draws pictures one after the other; what a terminal shows then.
    fn shown(pictures: &[Puts]) -> vt100::Parser {
        let [rows, columns] = [SIZE.height, SIZE.width].map(|most| NonZero::new(most).unwrap());
        let mut terminal = vt100::Parser::new(rows, columns, 0);
        let mut canvas = Canvas::new(true);
        for puts in pictures {
            let mut out = Vec::new();
            let mut paint = |_, buffer: &mut Buffer| {
                for (x, y, text, style) in puts {
                    cells::put(buffer, (*x, *y), SIZE.width, text, *style);
                }
                Picture::default()
            };
            canvas.draw(SIZE, Part::Whole, &mut paint, &mut out).unwrap();
            canvas.turn_over();
            terminal.process(&out);
        }
        terminal
    }

    /// The cells of a screen: what is in them, the ground, and how it looks where there is anything.
    fn cells_of(terminal: &vt100::Parser) -> Vec<(String, vt100::Color, Option<Look>)> {
        let screen = terminal.screen();
        let places = (0..SIZE.height).flat_map(|y| (0..SIZE.width).map(move |x| (y, x)));
        let cells = places.map(|(y, x)| screen.cell(y, x).unwrap());
        let look = |cell: &vt100::Cell| (cell.fgcolor(), cell.bold());
        let seen = |cell: &vt100::Cell| {
            let symbol = cell.contents().trim();
            (symbol.to_owned(), cell.bgcolor(), (!symbol.is_empty()).then(|| look(cell)))
        };
        cells.map(seen).collect()
    }

    type Look = (vt100::Color, bool);

    fn puts() -> impl Strategy<Value = Puts> {
        let colour = prop_oneof![Just(Color::Reset), Just(Color::Red), Just(Color::Rgb(1, 2, 3))];
        let style = (colour.clone(), colour, any::<bool>()).prop_map(|(fg, bg, bold)| {
            let style = Style::new().fg(fg).bg(bg);
            if bold { style.add_modifier(Modifier::BOLD) } else { style }
        });
        let put = (0..SIZE.width, 0..SIZE.height, "[ ab漢é]{0,8}", style);
        proptest::collection::vec(put, 0..6)
    }

    proptest! {
        #[test]
        fn whatever_was_there_the_last_picture_is_shown(
            pictures in proptest::collection::vec(puts(), 1..5))
        {
            let last = pictures.last().cloned().unwrap_or_default();
            prop_assert_eq!(cells_of(&shown(&pictures)), cells_of(&shown(&[last])));
        }
    }

    /// What is written for the last of these pictures.
    fn written(canvas: &mut Canvas, words: &str, cursor: Option<Position>) -> String {
        let mut out = Vec::new();
        let mut paint = |_, buffer: &mut Buffer| {
            cells::put(buffer, (0, 0), SIZE.width, words, Style::new());
            Picture { cursor, ..Picture::default() }
        };
        canvas.draw(SIZE, Part::Whole, &mut paint, &mut out).unwrap();
        canvas.turn_over();
        let out = String::from_utf8(out).unwrap();
        out.replace("\x1b[?2026h", "").replace("\x1b[?2026l", "")
    }

    #[test]
    fn only_what_differs_is_written() {
        let mut canvas = Canvas::new(true);
        let mut check = |words: &str, cursor: Option<(u16, u16)>, forget: bool, expected: &str| {
            if forget {
                canvas.forget();
            }
            assert_eq!(written(&mut canvas, words, cursor.map(Position::from)), expected);
        };
        check("ab", None, false, "\x1b[2J\x1b[1;1Hab\x1b[?25l");
        check("ab", Some((2, 0)), false, "\x1b[?25h\x1b[1;3H");
        check("ac", Some((2, 0)), false, "\x1b[1;2Hc\x1b[?25h\x1b[1;3H");
        check("ac", None, true, "\x1b[2J\x1b[1;1Hac\x1b[?25l");
    }

    #[test]
    fn another_size_is_drawn_whole() {
        let draw = |canvas: &mut Canvas, (width, height): (u16, u16)| {
            let mut out = Vec::new();
            let mut paint = |_, buffer: &mut Buffer| {
                assert!(buffer.content.iter().all(|cell| *cell == Cell::EMPTY));
                cells::put(buffer, (width - 2, height - 1), width, "ab", Style::new());
                Picture::default()
            };
            canvas.draw(Size { width, height }, Part::Whole, &mut paint, &mut out).unwrap();
            canvas.turn_over();
            String::from_utf8(out).unwrap()
        };
        let mut canvas = Canvas::new(true);
        for size in [(10, 3), (6, 2), (12, 4), (3, 12), (10, 3)] {
            assert_eq!(draw(&mut canvas, size), draw(&mut Canvas::new(true), size));
            assert_eq!(draw(&mut canvas, size), "\x1b[?2026h\x1b[?25l\x1b[?2026l");
        }
    }

    #[test]
    fn a_part_leaves_the_rest_as_it_was() {
        let mut canvas = Canvas::new(true);
        let mut check = |part: Part, words: [&str; 2], expected: &str| {
            let mut out = Vec::new();
            let mut paint = |part: Part, buffer: &mut Buffer| {
                for (y, words) in (0..).zip(words) {
                    cells::put(buffer, (0, y), SIZE.width, words, Style::new());
                }
                Picture { rows: (part == Part::Foot).then_some(1..2), ..Picture::default() }
            };
            canvas.draw(SIZE, part, &mut paint, &mut out).unwrap();
            canvas.turn_over();
            let written = String::from_utf8(out).unwrap();
            let written = written.replace("\x1b[?2026h", "").replace("\x1b[?25l\x1b[?2026l", "");
            assert_eq!(written, expected, "{words:?}");
        };
        // Of a screen of which nothing is known, everything is drawn.
        check(Part::Foot, ["ab", "cd"], "\x1b[2J\x1b[1;1Hab\x1b[2;1Hcd");
        check(Part::Foot, ["", "ce"], "\x1b[2;2He");
        check(Part::Whole, ["ab", "cf"], "\x1b[2;2Hf");
        check(Part::Foot, ["", "c"], "\x1b[2;2H\x1b[K");
        check(Part::Whole, ["a", "c"], "\x1b[1;2H\x1b[K");
    }
}
