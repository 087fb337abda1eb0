//! The editor: a text, a cursor that stands between graphemes, undo, and what was killed. It does
//! not know where the text will go, nor what was sent before.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use crate::cells::{self, Row};
use crate::keymap::Edit;

/// The longest text that can be edited, in bytes: more than can be sent, so that a paste which is
/// too long can still be seen and cut, but not more than can be wrapped at every key.
pub(crate) const EDITOR_BYTES: usize = 65_536;

/// Steps that can be undone; the oldest are forgotten.
const UNDO_MOST: usize = 200;

/// What changed the text last: changes of a kind are undone together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    Typed,
    KilledBack,
    KilledForward,
}

/// A text being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Editor {
    text: String,
    cursor: usize,
    undo: Vec<(String, usize)>,
    killed: String,
    last: Last,
}

impl Editor {
    /// An editor that holds `text`, the cursor behind it.
    pub(crate) fn with(text: &str) -> Self {
        Self { text: text.to_owned(), cursor: text.len(), ..Self::default() }
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

    /// Puts `text` at the cursor; `false`, and nothing done, when it would be too much.
    pub(crate) fn insert(&mut self, text: &str) -> bool {
        if self.text.len() + text.len() > EDITOR_BYTES {
            return false;
        }
        // A word is undone as one step.
        let typed = text.graphemes(true).nth(1).is_none() && !text.trim().is_empty();
        if !(typed && self.last == Last::Typed) {
            self.remember();
        }
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
        self.snap();
        self.last = if typed { Last::Typed } else { Last::Other };
        true
    }

    /// Replaces the bytes from `start` to the cursor.
    pub(crate) fn replace_before_cursor(&mut self, start: usize, text: &str) {
        self.remember();
        self.text.replace_range(start..self.cursor, text);
        self.cursor = start + text.len();
        self.snap();
    }

    /// Replaces everything; can be undone.
    pub(crate) fn set(&mut self, text: &str) {
        self.remember();
        text.clone_into(&mut self.text);
        self.cursor = self.text.len();
    }

    /// Takes the text out; what could be undone goes with it.
    pub(crate) fn take(&mut self) -> String {
        self.undo.clear();
        self.last = Last::Other;
        self.cursor = 0;
        std::mem::take(&mut self.text)
    }

    /// Does what a key asks for.
    pub(crate) fn apply(&mut self, edit: Edit) {
        match edit {
            Edit::Left => self.go(self.before(self.cursor)),
            Edit::Right => self.go(self.behind(self.cursor)),
            Edit::WordLeft => self.go(self.word_before()),
            Edit::WordRight => self.go(self.word_behind()),
            Edit::Home => self.go(self.line_start()),
            Edit::End => self.go(self.line_end()),
            Edit::Backspace => self.cut(self.before(self.cursor), self.cursor),
            Edit::Delete => self.cut(self.cursor, self.behind(self.cursor)),
            Edit::KillWordBack => self.kill(self.word_before(), self.cursor, Last::KilledBack),
            Edit::KillWordForward => {
                self.kill(self.cursor, self.word_behind(), Last::KilledForward);
            }
            Edit::KillToStart => self.kill(self.line_start(), self.cursor, Last::KilledBack),
            Edit::KillToEnd => {
                // At the end of a line, the new line itself goes.
                let end = self.line_end();
                let end = if end == self.cursor { self.behind(end) } else { end };
                self.kill(self.cursor, end, Last::KilledForward);
            }
            Edit::Yank => {
                let killed = self.killed.clone();
                self.insert(&killed);
            }
            Edit::Undo => self.undo(),
        }
    }

    /// Moves a row up or down, as the text is wrapped at `width`; `false` at the edge.
    pub(crate) fn move_row(&mut self, width: usize, down: bool) -> bool {
        let rows = self.rows(width);
        let (row, column) = self.place(&rows);
        let target = if down { row + 1 } else { row.wrapping_sub(1) };
        let Some(target) = rows.get(target) else { return false };
        let mut at = target.start;
        let mut passed = 0;
        for grapheme in cells::graphemes(&self.text[target.start..target.end]) {
            if passed + grapheme.width > column {
                break;
            }
            passed += grapheme.width;
            at = target.start + grapheme.at + grapheme.text.len();
        }
        // The end of a wrapped row is the start of the next: stay on the row.
        let next_starts_here = rows.iter().any(|row| row.start == at && row.start != target.start);
        self.go(if next_starts_here && at > target.start { self.before(at) } else { at });
        true
    }

    /// The text wrapped at `width` columns.
    pub(crate) fn rows(&self, width: usize) -> Vec<Row> {
        cells::wrap(&self.text, width)
    }

    /// The cursor's row and column among `rows`.
    pub(crate) fn place(&self, rows: &[Row]) -> (usize, usize) {
        let row = rows.iter().rposition(|row| row.start <= self.cursor).unwrap_or(0);
        let start = rows.get(row).map_or(0, |row| row.start);
        (row, cells::width(&self.text[start..self.cursor]))
    }

    fn remember(&mut self) {
        if self.undo.len() >= UNDO_MOST {
            self.undo.remove(0);
        }
        self.undo.push((self.text.clone(), self.cursor));
        self.last = Last::Other;
    }

    fn undo(&mut self) {
        if let Some((text, cursor)) = self.undo.pop() {
            self.text = text;
            self.cursor = cursor;
        }
        self.last = Last::Other;
    }

    fn go(&mut self, at: usize) {
        self.cursor = at;
        self.last = Last::Other;
    }

    fn cut(&mut self, start: usize, end: usize) {
        if start < end {
            self.remember();
            self.text.replace_range(start..end, "");
            self.cursor = start;
            self.snap();
        }
    }

    fn kill(&mut self, start: usize, end: usize, how: Last) {
        if start >= end {
            return;
        }
        let killed = self.text[start..end].to_owned();
        match how {
            Last::KilledBack if self.last == how => self.killed.insert_str(0, &killed),
            Last::KilledForward if self.last == how => self.killed.push_str(&killed),
            _ => self.killed = killed,
        }
        self.cut(start, end);
        self.last = how;
    }

    /// Two texts that meet may make one grapheme: the cursor must not stand inside it.
    fn snap(&mut self) {
        let mut cursor = GraphemeCursor::new(self.cursor, self.text.len(), true);
        if !cursor.is_boundary(&self.text, 0).unwrap_or(true) {
            self.cursor = self.behind(self.cursor);
        }
    }

    fn before(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        cursor.prev_boundary(&self.text, 0).ok().flatten().unwrap_or(0)
    }

    fn behind(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        cursor.next_boundary(&self.text, 0).ok().flatten().unwrap_or(self.text.len())
    }

    fn word_before(&self) -> usize {
        let mut words = self.text[..self.cursor].unicode_word_indices();
        words.next_back().map_or(0, |(at, _)| at)
    }

    fn word_behind(&self) -> usize {
        let mut words = self.text[self.cursor..].unicode_word_indices();
        words.next().map_or(self.text.len(), |(at, word)| self.cursor + at + word.len())
    }

    fn line_start(&self) -> usize {
        self.text[..self.cursor].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self) -> usize {
        self.text[self.cursor..].find('\n').map_or(self.text.len(), |at| self.cursor + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text after some edits, with `|` where the cursor is.
    fn check(start: &str, edits: &[Edit], expected: &str) {
        let mut editor = Editor::with(&start.replace('|', ""));
        editor.cursor = start.find('|').unwrap();
        for &edit in edits {
            editor.apply(edit);
        }
        let mut shown = editor.text.clone();
        shown.insert(editor.cursor, '|');
        assert_eq!(shown, expected, "{start:?} after {edits:?}");
    }

    #[test]
    fn the_keys_of_readline_work() {
        use Edit::{
            Backspace, Delete, End, Home, KillToEnd, KillToStart, KillWordBack, KillWordForward,
            Left, Right, Undo, WordLeft, WordRight, Yank,
        };
        check("ab|", &[Left, Backspace], "|b");
        check("a|b", &[Delete, Delete, Right], "a|");
        check("x 👩‍👩‍👧|", &[Backspace], "x |");
        check("e\u{301}|", &[Left], "|e\u{301}");
        check("one two|", &[WordLeft, WordLeft, WordRight], "one| two");
        check("one\ntw|o", &[Home], "one\n|two");
        check("o|ne\ntwo", &[End], "one|\ntwo");
        check("one two|", &[KillWordBack], "one |");
        check("one two|", &[KillWordBack, KillWordBack, Yank], "one two|");
        check("|one two", &[KillWordForward, End, Yank], " twoone|");
        check("one\ntwo|", &[KillToStart], "one\n|");
        check("o|ne\ntwo", &[KillToEnd, KillToEnd], "o|two");
        check("one|", &[KillWordBack, Undo], "one|");
    }

    #[test]
    fn undo_takes_back_words() {
        let mut editor = Editor::default();
        for c in ["h", "i", " ", "y", "o"] {
            assert!(editor.insert(c));
        }
        editor.apply(Edit::Undo);
        assert_eq!(editor.text(), "hi ");
        editor.apply(Edit::Undo);
        editor.apply(Edit::Undo);
        assert_eq!(editor.text(), "");
    }

    #[test]
    fn rows_are_climbed_as_they_are_wrapped() {
        let mut editor = Editor::with("one two three");
        assert!(editor.move_row(8, false));
        assert_eq!(editor.cursor(), 5);
        assert!(!editor.move_row(8, false));
        assert!(editor.move_row(8, true));
        assert!(!editor.move_row(8, true));
    }

    proptest::proptest! {
        #[test]
        fn the_cursor_stays_between_graphemes(
            steps in proptest::collection::vec((0_usize..16, "[a \n漢\u{301}👩\u{200D}🇩]{0,3}"), 0..60))
        {
            use Edit::*;
            let edits = [Left, Right, WordLeft, WordRight, Home, End, Backspace, Delete,
                KillWordBack, KillWordForward, KillToStart, KillToEnd, Yank, Undo];
            let mut editor = Editor::default();
            for (which, text) in steps {
                match edits.get(which) {
                    Some(&edit) => editor.apply(edit),
                    None if which == 14 => { editor.move_row(5, false); }
                    None => { editor.insert(&text); }
                }
                let mut cursor = GraphemeCursor::new(editor.cursor, editor.text.len(), true);
                proptest::prop_assert!(cursor.is_boundary(&editor.text, 0).unwrap());
            }
        }
    }
}
