//! Places in a text: graphemes, words and lines before and behind a byte. All of them look only as
//! far as they must, whatever the text's size.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// The start of the grapheme before `at`.
pub(crate) fn before(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0)
}

/// The end of the grapheme behind `at`.
pub(crate) fn behind(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    cursor.next_boundary(text, 0).ok().flatten().unwrap_or(text.len())
}

/// `at`, or the end of the grapheme that it is inside of.
pub(crate) fn snapped(text: &str, at: usize) -> usize {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    if cursor.is_boundary(text, 0).unwrap_or(true) { at } else { behind(text, at) }
}

/// The start of the word before `at`.
pub(crate) fn word_before(text: &str, at: usize) -> usize {
    text[..at].unicode_word_indices().next_back().map_or(0, |(start, _)| start)
}

/// The end of the word behind `at`.
pub(crate) fn word_behind(text: &str, at: usize) -> usize {
    let word = text[at..].unicode_word_indices().next();
    word.map_or(text.len(), |(start, word)| at + start + word.len())
}

/// The start of what stands between white space before `at`.
pub(crate) fn run_before(text: &str, at: usize) -> usize {
    let run = text[..at].trim_end();
    run.char_indices().rev().find(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8())
}

/// The start of the line that `at` is in.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The end of the line that `at` is in.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// The last grapheme boundary at or before `at`.
pub(crate) fn floor(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    let at = chat_protocol::text::floor_boundary(text, at);
    if snapped(text, at) == at { at } else { before(text, at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found() {
        let check = |find: fn(&str, usize) -> usize, text: &str, expected: usize| {
            let at = text.find('|').unwrap();
            assert_eq!(find(&text.replace('|', ""), at), expected, "{text:?}");
        };
        check(before, "a👩‍👩‍👧|", 1);
        check(behind, "|🇩🇪x", 8);
        check(word_before, "don't stop|", 6);
        check(word_before, "don't|", 0);
        check(word_before, "a--|", 0);
        check(word_behind, "a| -- bc d", 7);
        check(run_before, "see a.b/c-d  |", 4);
        check(run_before, "  |", 0);
        check(line_start, "a\nb|c\nd", 2);
        check(line_end, "a\n|bc\nd", 4);
        check(floor, "e\u{301}|x", 3);
        assert_eq!(floor("e\u{301}x", 1), 0);
        assert_eq!(floor("e\u{301}x", 2), 0);
    }
}
