//! The editor: a text, a cursor that stands between graphemes, and its undo. It does not know
//! where the text will go, nor what was sent before.
//!
//! No key looks at the whole text, which may be a megabyte: changes are kept as pieces, and rows
//! are wrapped anew only around them. What is left is moving bytes, which takes microseconds.

use unicode_segmentation::UnicodeSegmentation;

use super::kill_ring::KillRing;
use super::motion;
use super::undo::{Change, Undo};
use super::wraps::Wraps;
use crate::cells::{self, Row};
use crate::keymap::Edit;

/// The longest text that can be edited, in bytes: far more than can be sent, so that whatever was
/// pasted can be cut down here.
pub(crate) const EDITOR_BYTES: usize = 2 * 1024 * 1024;

/// What the key before did, where the next one may go on with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    Typed,
    Erased,
    Killed,
    /// Put a killed text here.
    Yanked {
        start: usize,
        end: usize,
    },
    /// Went up or down from this column.
    Climbed(usize),
}

/// A text being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Editor {
    text: String,
    cursor: usize,
    /// New lines in the text.
    newlines: usize,
    undo: Undo,
    wraps: Wraps,
    last: Last,
}

impl Editor {
    /// An editor that holds `text`, the cursor behind it.
    pub(crate) fn with(text: &str) -> Self {
        let newlines = newlines(text);
        Self { text: text.to_owned(), cursor: text.len(), newlines, ..Self::default() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor is, in bytes.
    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Lines of the text, however they wrap.
    pub(crate) fn lines(&self) -> usize {
        self.newlines + 1
    }

    /// Puts `text` at the cursor; `false`, and nothing done, when it would be too much.
    pub(crate) fn insert(&mut self, text: &str) -> bool {
        if !self.has_room(0, text) {
            return false;
        }
        let typed = text.graphemes(true).nth(1).is_none();
        // A word is undone as one step, with the spaces behind it.
        let blank = |text: &str| text.ends_with(char::is_whitespace);
        let begins = !blank(text) && blank(&self.text[..self.cursor]);
        let joins = typed && self.last == Last::Typed && !begins && text != "\n";
        self.splice(self.cursor, self.cursor, text, joins);
        self.last = if typed { Last::Typed } else { Last::Other };
        true
    }

    /// Puts characters at the cursor that came together, as if each came alone; `false` when the
    /// last was too much.
    pub(crate) fn type_in(&mut self, typed: &str) -> bool {
        // Those that make no grapheme with what stands behind go in at once, and are wrapped once:
        // the cursor would stop behind each of them anyway.
        let behind = self.text[self.cursor..].chars().next();
        let apart = typed.chars().all(|c| !c.is_control() && is_apart(c, behind));
        if !apart || !self.has_room(0, typed) {
            let mut fits = true;
            for c in typed.chars() {
                fits = self.insert(c.encode_utf8(&mut [0; 4]));
            }
            return fits;
        }
        let blank = |text: &str| text.ends_with(char::is_whitespace);
        let mut joins = self.last == Last::Typed
            && (typed.starts_with(char::is_whitespace) || !blank(&self.text[..self.cursor]));
        self.put(self.cursor, self.cursor, typed);
        for word in words(typed) {
            let (at, inserted) = (self.cursor, word.to_owned());
            self.cursor += word.len();
            let (cursor_before, cursor_after) = (at, self.cursor);
            let change =
                Change { at, removed: String::new(), inserted, cursor_before, cursor_after };
            self.undo.record(change, joins);
            joins = false;
        }
        self.last = Last::Typed;
        true
    }

    /// Replaces the bytes from `start` to the cursor.
    pub(crate) fn replace_before_cursor(&mut self, start: usize, text: &str) {
        if self.has_room(self.cursor - start, text) {
            self.splice(start, self.cursor, text, false);
        }
    }

    /// Replaces everything; can be undone.
    pub(crate) fn set(&mut self, text: &str) {
        self.splice(0, self.text.len(), text, false);
    }

    /// Takes the text out; what could be undone goes with it.
    pub(crate) fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.undo.clear();
        self.last = Last::Other;
        self.cursor = 0;
        self.newlines = 0;
        self.wraps.edited("", 0, text.len(), 0);
        text
    }

    /// Does what a key asks for.
    pub(crate) fn apply(&mut self, edit: Edit, kills: &mut KillRing) {
        let (text, at) = (self.text.as_str(), self.cursor);
        match edit {
            Edit::Left => self.go(motion::before(text, at)),
            Edit::Right => self.go(motion::behind(text, at)),
            Edit::WordLeft => self.go(motion::word_before(text, at)),
            Edit::WordRight => self.go(motion::word_behind(text, at)),
            Edit::Home => self.go(motion::line_start(text, at)),
            Edit::End => self.go(motion::line_end(text, at)),
            Edit::Backspace => self.erase(motion::before(text, at), at),
            Edit::Delete => self.erase(at, motion::behind(text, at)),
            Edit::KillWordBack => self.kill(motion::word_before(text, at), at, kills),
            Edit::KillRunBack => self.kill(motion::run_before(text, at), at, kills),
            Edit::KillWordForward => self.kill(at, motion::word_behind(text, at), kills),
            Edit::KillToStart => {
                // At the start of a line, the new line itself goes; at its end, likewise.
                let start = motion::line_start(text, at);
                let start = if start == at { motion::before(text, at) } else { start };
                self.kill(start, at, kills);
            }
            Edit::KillToEnd => {
                let end = motion::line_end(text, at);
                let end = if end == at { motion::behind(text, at) } else { end };
                self.kill(at, end, kills);
            }
            Edit::Transpose => self.transpose(),
            Edit::Yank => self.yank(kills),
            Edit::YankOlder => self.yank_older(kills),
            Edit::Undo => self.undo(),
            Edit::Redo => self.redo(),
        }
    }

    /// Moves a row up or down, as the text is wrapped at `width`; `false` at the edge.
    pub(crate) fn move_row(&mut self, width: usize, down: bool) -> bool {
        self.lay_out(width);
        let (row, here) = self.place();
        let column = if let Last::Climbed(column) = self.last { column } else { here };
        let target = if down { row + 1 } else { row.wrapping_sub(1) };
        let rows = self.wraps.rows();
        let Some(target) = rows.get(target).copied() else { return false };
        let mut at = target.start;
        let mut passed = 0;
        for grapheme in cells::graphemes(&self.text[target.start..target.end]) {
            if passed + grapheme.width > column {
                break;
            }
            passed += grapheme.width;
            at = target.start + grapheme.at + grapheme.text.len();
        }
        let at = motion::floor(&self.text, at);
        // The end of a wrapped row is the start of the next: stay on the row.
        let on_next = at > target.start && rows[self.wraps.row_of(at)].start != target.start;
        self.go(if on_next { motion::before(&self.text, at) } else { at });
        self.last = Last::Climbed(column);
        true
    }

    /// Wraps the text at `width` columns, where that is not done yet.
    pub(crate) fn lay_out(&mut self, width: usize) {
        self.wraps.lay_out(&self.text, width);
    }

    /// The rows, as last laid out.
    pub(crate) fn rows(&self) -> &[Row] {
        self.wraps.rows()
    }

    /// The cursor's row and column among them.
    pub(crate) fn place(&self) -> (usize, usize) {
        let row = self.wraps.row_of(self.cursor);
        let start = self.rows().get(row).map_or(self.cursor, |row| row.start);
        (row, cells::width(&self.text[start..self.cursor]))
    }

    /// Puts the cursor at a byte, or where the grapheme around it ends.
    pub(crate) fn go(&mut self, at: usize) {
        self.cursor = motion::snapped(&self.text, at.min(self.text.len()));
        self.last = Last::Other;
    }

    pub(crate) fn undo(&mut self) {
        self.last = Last::Other;
        let Some(change) = self.undo.back() else { return };
        let (at, end, cursor) =
            (change.at, change.at + change.inserted.len(), change.cursor_before);
        let removed = change.removed.clone();
        self.put(at, end, &removed);
        self.cursor = cursor;
    }

    fn redo(&mut self) {
        self.last = Last::Other;
        let Some(change) = self.undo.forward() else { return };
        let (at, end, cursor) = (change.at, change.at + change.removed.len(), change.cursor_after);
        let inserted = change.inserted.clone();
        self.put(at, end, &inserted);
        self.cursor = cursor;
    }

    fn has_room(&self, removed: usize, text: &str) -> bool {
        self.text.len() - removed + text.len() <= EDITOR_BYTES
    }

    fn erase(&mut self, start: usize, end: usize) {
        if start < end {
            let joins = self.last == Last::Erased;
            self.splice(start, end, "", joins);
            self.last = Last::Erased;
        }
    }

    fn kill(&mut self, start: usize, end: usize, kills: &mut KillRing) {
        if start < end {
            let joins = self.last == Last::Killed;
            kills.kill(&self.text[start..end], start < self.cursor, joins);
            self.splice(start, end, "", false);
            self.last = Last::Killed;
        }
    }

    fn yank(&mut self, kills: &KillRing) {
        let Some(text) = kills.newest() else { return };
        let start = self.cursor;
        if self.insert(text) {
            self.last = Last::Yanked { start, end: start + text.len() };
        }
    }

    /// Right after a yank: the text killed before the one that was put in, in its place.
    fn yank_older(&mut self, kills: &mut KillRing) {
        let Last::Yanked { start, end } = self.last else { return };
        kills.rotate();
        let Some(text) = kills.newest().filter(|text| self.has_room(end - start, text)) else {
            return;
        };
        self.splice(start, end, text, false);
        self.last = Last::Yanked { start, end: start + text.len() };
    }

    /// Exchanges the graphemes around the cursor, at the end of a line the two before it.
    fn transpose(&mut self) {
        let (text, at) = (self.text.as_str(), self.cursor);
        let at_end = motion::line_end(text, at) == at;
        let middle = if at_end { motion::before(text, at) } else { at };
        let start = motion::before(text, middle);
        let end = motion::behind(text, middle);
        if start >= middle || start < motion::line_start(text, at) {
            return;
        }
        let swapped = format!("{}{}", &text[middle..end], &text[start..middle]);
        self.splice(start, end, &swapped, false);
    }

    /// Replaces a piece of the text, and puts the cursor behind it; can be undone.
    fn splice(&mut self, start: usize, end: usize, text: &str, joins: bool) {
        let removed = self.text[start..end].to_owned();
        let cursor_before = self.cursor;
        self.put(start, end, text);
        // Two texts that meet may make one grapheme: the cursor must not stand inside it.
        self.cursor = motion::snapped(&self.text, start + text.len());
        self.last = Last::Other;
        if !removed.is_empty() || !text.is_empty() {
            let (inserted, cursor_after) = (text.to_owned(), self.cursor);
            let change = Change { at: start, removed, inserted, cursor_before, cursor_after };
            self.undo.record(change, joins);
        }
    }

    fn put(&mut self, start: usize, end: usize, text: &str) {
        self.newlines -= newlines(&self.text[start..end]);
        self.newlines += newlines(text);
        self.text.replace_range(start..end, text);
        self.wraps.edited(&self.text, start, end - start, text.len());
    }
}

/// Whether there is surely a boundary between a character and the one behind it.
fn is_apart(c: char, behind: Option<char>) -> bool {
    match behind {
        None | Some('\n') => true,
        Some(behind @ ' '..='~') => {
            matches!(c, ' '..='~')
                || [c, behind].iter().collect::<String>().graphemes(true).count() == 2
        }
        Some(_) => false,
    }
}

/// Words, each with the spaces behind it.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let spaces = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let next = rest[spaces..]
            .find(|c: char| !c.is_whitespace())
            .map_or(rest.len(), |length| spaces + length);
        let (word, behind) = rest.split_at(next);
        rest = behind;
        (!word.is_empty()).then_some(word)
    })
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
