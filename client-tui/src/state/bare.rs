//! Messages alone, as they were written, each behind the name of who said it: which rows of them
//! are seen. Nothing moves here but by the reader: what the terminal has selected would be lost.

use std::ops::Range;

use super::entry::{Body, Entry, Key, Tone};
use super::page::Line;
use super::reader::Shape;
use super::scrollback::Scrollback;
use crate::cells;

/// Where the reader of the bare view is.
#[derive(Debug)]
pub(crate) struct Bare {
    /// The message at the top, and the byte of what is shown of it at which the row begins.
    top: (Key, usize),
    rows: Vec<BareRow>,
    shape: Shape,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BareRow {
    pub(crate) entry: usize,
    /// The bytes of what is shown of it.
    pub(crate) bytes: Range<usize>,
}

/// What is shown of an entry, and the bytes of it that say whose it is; nothing of what nobody said.
pub(crate) fn shown(entry: &Entry) -> Option<(String, usize)> {
    let text = entry.text();
    match &entry.body {
        Body::Said { from, .. } if entry.is_action() => {
            let does = text.strip_prefix(crate::rich::ACTION).unwrap_or(text);
            let who = format!("* {from} ");
            Some((format!("{who}{does}"), who.len()))
        }
        Body::Said { from, .. } => {
            let who = format!("{from}: ");
            Some((format!("{who}{text}"), who.len()))
        }
        Body::Notice { tone: Tone::Server, .. } => Some((text.to_owned(), 0)),
        Body::Notice { .. } | Body::Presence(_) => None,
    }
}

/// A place: a message, and a byte of what is shown of it.
type Place = (Key, usize);

/// How far is scrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Up(usize),
    Down(usize),
    Top,
    Bottom,
}

impl Bare {
    /// An entry got another key.
    pub(super) fn follow(&mut self, from: Key, to: Key) {
        if self.top.0 == from {
            self.top.0 = to;
        }
    }
}

impl Scrollback {
    /// Begins with what is at the top of the page; at the bottom, with the newest messages.
    pub(crate) fn begin_bare(&mut self, shape: Shape) {
        let read = self.page().iter().find_map(|row| match row.line {
            Line::Text(index) => self.place_of(row.entry, index),
            _ => None,
        });
        let read = read.filter(|_| self.reading_history().is_some());
        let top = read.unwrap_or_else(|| self.bare_back(None, shape));
        self.reader.bare = Some(Bare { top, rows: Vec::new(), shape });
        self.lay_out_bare(shape);
    }

    pub(crate) fn end_bare(&mut self) {
        self.reader.bare = None;
    }

    /// The rows that are seen, while messages are seen alone.
    pub(crate) fn bare_page(&self) -> Option<&[BareRow]> {
        self.reader.bare.as_ref().map(|bare| &bare.rows[..])
    }

    /// Whether something stands below what is seen.
    pub(crate) fn has_more_below_bare(&self) -> bool {
        let Some(last) = self.bare_page().and_then(<[_]>::last) else { return false };
        let whole = self.entry(last.entry).and_then(shown).map_or(0, |(text, _)| text.len());
        last.bytes.end < whole || self.spoken(last.entry + 1..usize::MAX).next().is_some()
    }

    /// Works out anew which rows are seen.
    pub(crate) fn lay_out_bare(&mut self, shape: Shape) {
        let Some(bare) = &self.reader.bare else { return };
        let rows = self.bare_rows(bare.top, shape);
        if let Some(bare) = &mut self.reader.bare {
            (bare.rows, bare.shape) = (rows, shape);
        }
    }

    /// Moves, not beyond the ends.
    pub(crate) fn scroll_bare(&mut self, step: Step) {
        let Some(Bare { top, shape, .. }) = self.reader.bare else { return };
        let last = self.bare_back(None, shape);
        let top = match step {
            Step::Up(rows) => self.bare_back(Some(top), Shape { height: rows, ..shape }),
            Step::Top => {
                self.spoken(0..usize::MAX).next().map_or(last, |(_, entry)| (entry.key, 0))
            }
            Step::Bottom => last,
            Step::Down(rows) => {
                let below = self.bare_rows(top, Shape { height: rows + 1, ..shape });
                let row = below.get(rows);
                let moved = row.and_then(|row| Some((self.entry(row.entry)?.key, row.bytes.start)));
                moved.map_or(last, |moved| moved.min(last))
            }
        };
        if let Some(bare) = &mut self.reader.bare {
            bare.top = top;
        }
        self.lay_out_bare(shape);
    }

    /// Where a row of the page is among what is shown.
    fn place_of(&self, index: usize, row: usize) -> Option<Place> {
        let entry = self.entry(index)?;
        let start = entry.rows().get(row)?.start;
        let text = entry.text().get(start..)?;
        let (all, _) = shown(entry)?;
        // The row's own text ends what is shown, whatever stands before it.
        Some((entry.key, if row == 0 { 0 } else { all.len() - text.len() }))
    }

    /// The entries of a part that somebody said.
    fn spoken(&self, part: Range<usize>) -> impl DoubleEndedIterator<Item = (usize, &Entry)> {
        self.visible(part).filter(|(_, entry)| {
            matches!(entry.body, Body::Said { .. } | Body::Notice { tone: Tone::Server, .. })
        })
    }

    /// The rows from a place on, as many as there is room for.
    fn bare_rows(&self, (key, byte): Place, shape: Shape) -> Vec<BareRow> {
        let from = self.find(key).unwrap_or_else(|next| next);
        let mut rows: Vec<BareRow> = Vec::new();
        for (entry, said) in self.spoken(from..usize::MAX) {
            let before = if said.key == key { byte } else { 0 };
            let below = rows_of(entry, said, shape.width);
            rows.extend(below.into_iter().filter(|row| row.bytes.end > before || before == 0));
            if rows.len() >= shape.height {
                break;
            }
        }
        rows.truncate(shape.height);
        rows
    }

    /// The place as many rows above another as the shape is high, or above the end.
    fn bare_back(&self, from: Option<Place>, shape: Shape) -> Place {
        let (key, byte) = from.unwrap_or((Key::unsent(u32::MAX), usize::MAX));
        let until = self.find(key).map_or_else(|next| next, |index| index + 1);
        let mut left = shape.height;
        let mut first = from;
        for (entry, said) in self.spoken(0..until).rev() {
            let before = if said.key == key { byte } else { usize::MAX };
            let rows = rows_of(entry, said, shape.width);
            for row in rows.iter().rev().filter(|row| row.bytes.start < before) {
                if left == 0 {
                    break;
                }
                left -= 1;
                first = Some((said.key, row.bytes.start));
            }
            if left == 0 {
                break;
            }
        }
        first.unwrap_or((Key::stored(0), 0))
    }
}

fn rows_of(entry: usize, said: &Entry, width: usize) -> Vec<BareRow> {
    let Some((text, _)) = shown(said) else { return Vec::new() };
    let rows = cells::wrap(&text, width);
    rows.into_iter().map(|row| BareRow { entry, bytes: row.start..row.end }).collect()
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Message, Nick, Text};
    use jiff::tz::TimeZone;

    use super::*;

    const SHAPE: Shape = Shape { width: 12, height: 4 };

    fn talk() -> Scrollback {
        let mut scrollback = Scrollback::default();
        for seq in 1..=6 {
            let text = Text::new(&format!("**{seq}** and more words\nx")).unwrap();
            let from = Nick::new("ann").unwrap();
            scrollback.take_live(Message { seq, from, at: 0, text });
            scrollback.presence(0, &[Nick::new("eve").unwrap()], true);
        }
        scrollback.lay_out(Shape { width: 20, height: 5 }, &TimeZone::UTC);
        scrollback
    }

    fn seen(scrollback: &Scrollback) -> Vec<String> {
        let rows = scrollback.bare_page().unwrap().iter();
        rows.map(|row| {
            let (text, _) = shown(scrollback.entry(row.entry).unwrap()).unwrap();
            text[row.bytes.clone()].to_owned()
        })
        .collect()
    }

    #[test]
    fn messages_are_as_they_were_written_and_nothing_else_is_there() {
        let mut scrollback = talk();
        scrollback.begin_bare(SHAPE);
        assert_eq!(seen(&scrollback), ["ann: **6** ", "and more ", "words", "x"]);
    }

    #[test]
    fn it_scrolls_to_both_ends_and_not_beyond() {
        let mut scrollback = talk();
        scrollback.begin_bare(SHAPE);
        let bottom = seen(&scrollback);
        assert!(!scrollback.has_more_below_bare());
        scrollback.scroll_bare(Step::Up(3));
        assert_ne!(seen(&scrollback), bottom);
        assert!(scrollback.has_more_below_bare());
        scrollback.scroll_bare(Step::Down(3));
        assert_eq!(seen(&scrollback), bottom);
        scrollback.scroll_bare(Step::Down(9));
        assert_eq!(seen(&scrollback), bottom);
        scrollback.scroll_bare(Step::Up(1000));
        let top = seen(&scrollback);
        assert_eq!(top[0], "ann: **1** ");
        scrollback.scroll_bare(Step::Bottom);
        scrollback.scroll_bare(Step::Top);
        assert_eq!(seen(&scrollback), top);
    }

    #[test]
    fn what_comes_in_moves_nothing() {
        let mut scrollback = talk();
        scrollback.begin_bare(SHAPE);
        let before = seen(&scrollback);
        let (from, text) = (Nick::new("bob").unwrap(), Text::new("new").unwrap());
        scrollback.take_live(Message { seq: 7, from, at: 0, text });
        scrollback.lay_out_bare(SHAPE);
        assert_eq!(seen(&scrollback), before);
        assert!(scrollback.has_more_below_bare());
    }

    #[test]
    fn nothing_said_is_nothing_seen() {
        let mut scrollback = Scrollback::default();
        scrollback.begin_bare(SHAPE);
        for step in [Step::Up(3), Step::Down(3), Step::Top, Step::Bottom] {
            scrollback.scroll_bare(step);
            assert!(seen(&scrollback).is_empty());
        }
    }
}
