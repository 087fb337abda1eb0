//! Signs within a line: finds code, links and emphasis in this order, and cuts the line into
//! pieces. A sign that something is attached to, such as an accent, is no sign.

use std::collections::HashMap;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::links::{self, Link};
use super::{Format, Piece, emphasis};

/// Signs of one kind beside each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) sign: u8,
    /// How many letters, digits and signs of wide scripts are before it in the line.
    pub(super) words: usize,
    /// What stands before it and behind it.
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
}

impl Run<'_> {
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }
}

/// Whether a character joins what stands before it in one grapheme.
pub(super) fn joins(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    let mut pair = String::from("x");
    pair.push(c);
    pair.graphemes(true).count() == 1
}

/// Whether a grapheme is part of a word written with letters; signs of scripts without spaces
/// stand for themselves.
pub(super) fn is_word(grapheme: &str) -> bool {
    grapheme.starts_with(char::is_alphanumeric) && grapheme.width() < 2
}

/// A line and where its graphemes begin.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) range: Range<usize>,
    graphemes: Vec<(usize, &'a str)>,
}

impl<'a> Source<'a> {
    fn new(text: &'a str, range: Range<usize>) -> Self {
        let graphemes = text[range.clone()].grapheme_indices(true);
        let graphemes = graphemes.map(|(at, text)| (range.start + at, text)).collect();
        Self { text, range, graphemes }
    }

    pub(super) fn line(&self) -> &'a str {
        &self.text[self.range.clone()]
    }

    /// Whether the line can be cut there without taking a grapheme apart.
    pub(super) fn is_cut(&self, at: usize) -> bool {
        at == self.range.end || self.graphemes.binary_search_by_key(&at, |(at, _)| *at).is_ok()
    }

    fn runs(&self) -> Vec<Run<'a>> {
        let mut runs: Vec<Run<'a>> = Vec::new();
        let mut before: Option<&'a str> = None;
        let mut words = 0;
        for (index, &(at, grapheme)) in self.graphemes.iter().enumerate() {
            let after = self.graphemes.get(index + 1).map(|(_, text)| *text);
            if let &[sign @ (b'`' | b'*' | b'_' | b'~')] = grapheme.as_bytes() {
                match runs.last_mut().filter(|run| run.end == at && run.sign == sign) {
                    Some(run) => (run.end, run.after) = (at + 1, after),
                    None => runs.push(Run { start: at, end: at + 1, sign, words, before, after }),
                }
            }
            words += usize::from(is_word(grapheme) || grapheme.width() > 1);
            before = Some(grapheme);
        }
        runs
    }
}

/// A part of a line that emphasis does not look into: its pieces; what lies between them is hidden.
pub(super) struct Atom {
    pub(super) range: Range<usize>,
    pub(super) pieces: Vec<Piece>,
}

/// A sign that is hidden, and changes the format from there on.
pub(super) struct Mark {
    pub(super) range: Range<usize>,
    pub(super) toggles: Format,
}

/// Cuts a line into pieces.
pub(super) fn scan(
    text: &str,
    range: Range<usize>,
    format: Format,
    links: &mut Vec<Link>,
    pieces: &mut Vec<Piece>,
) {
    let line = &text[range.clone()];
    if !line.contains(['`', '*', '_', '~']) && !line.contains("://") {
        if !range.is_empty() {
            pieces.push(Piece::new(range, format));
        }
        return;
    }
    let source = Source::new(text, range.clone());
    let runs = source.runs();
    let mut atoms = codes(&runs);
    links::find(&source, &mut atoms, links);
    atoms.sort_by_key(|atom| atom.range.start);
    let free = |run: &&Run<'_>| {
        let next = atoms.partition_point(|atom| atom.range.end <= run.start);
        atoms.get(next).is_none_or(|atom| run.end <= atom.range.start)
    };
    let runs: Vec<Run<'_>> = runs.iter().filter(free).copied().collect();
    cut(range, format, atoms, emphasis::marks(&runs), pieces);
}

/// Code between as many backticks on either side.
fn codes(runs: &[Run<'_>]) -> Vec<Atom> {
    let ticks: Vec<&Run<'_>> = runs.iter().filter(|run| run.sign == b'`').collect();
    // Without this, ticks that nothing answers would be looked for again and again.
    let mut last: HashMap<usize, usize> = HashMap::new();
    for (index, run) in ticks.iter().enumerate() {
        last.insert(run.len(), index);
    }
    let mut atoms = Vec::new();
    let mut index = 0;
    while let Some(open) = ticks.get(index) {
        index += 1;
        if last.get(&open.len()).is_none_or(|&last| last < index) {
            continue;
        }
        let close = ticks[index..].iter().position(|run| run.len() == open.len());
        if let Some(step) = close {
            let close = ticks[index + step];
            let code = Piece::new(open.end..close.start, Format::CODE);
            atoms.push(Atom { range: open.start..close.end, pieces: vec![code] });
            index += step + 1;
        }
    }
    atoms
}

/// Lays atoms and marks side by side, and text between them.
fn cut(
    range: Range<usize>,
    format: Format,
    atoms: Vec<Atom>,
    mut marks: Vec<Mark>,
    pieces: &mut Vec<Piece>,
) {
    marks.sort_by_key(|mark| mark.range.start);
    let mut marks = marks.into_iter().peekable();
    let (mut at, mut format) = (range.start, format);
    let mut push = |piece: Piece| {
        if piece.start < piece.end {
            pieces.push(piece);
        }
    };
    let behind = Atom { range: range.end..range.end, pieces: Vec::new() };
    for atom in atoms.into_iter().chain([behind]) {
        while let Some(mark) = marks.next_if(|mark| mark.range.start < atom.range.start) {
            push(Piece::new(at..mark.range.start, format));
            format = format.toggled(mark.toggles);
            at = mark.range.end;
        }
        push(Piece::new(at..atom.range.start, format));
        for piece in atom.pieces {
            push(Piece { format: piece.format.with(format), ..piece });
        }
        at = atom.range.end;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;

    fn check(text: &str, expected: &str) {
        assert_eq!(shown(text), expected, "{text:?}");
    }

    #[test]
    fn code_is_between_as_many_ticks() {
        check("run `cargo *x*` now", "run cargo *x* now");
        check("``a ` b``", "a ` b");
        check("a ` b `` c", "a ` b `` c");
        check("`a` ``b` c", "a ``b` c");
    }

    #[test]
    fn what_is_attached_to_a_sign_keeps_it() {
        check("`a`\u{301}", "`a`\u{301}");
        check("*a*\u{200d}", "*a*\u{200d}");
    }
}
