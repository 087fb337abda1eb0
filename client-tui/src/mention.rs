//! Where a text names somebody: as a whole word by the rules of names, in any case, with an @ or
//! without.

use std::ops::Range;

use chat_protocol::Nick;
use unicode_width::UnicodeWidthChar;

/// Whether a text names somebody.
pub(crate) fn is_in(text: &str, name: &Nick) -> bool {
    find(text, name).next().is_some()
}

/// The places where a text names somebody, an @ before the name included.
pub(crate) fn find<'a>(text: &'a str, name: &'a Nick) -> impl Iterator<Item = Range<usize>> + 'a {
    let first = folded(name.as_str()).next();
    let mut behind = 0;
    text.char_indices().filter_map(move |(start, c)| {
        if start < behind || first_folded(c) != first {
            return None;
        }
        let end = start + prefix(&text[start..], name.as_str())?;
        let (before, after) = (&text[..start], &text[end..]);
        if continues(before.chars().rev()) || continues(after.chars()) {
            return None;
        }
        behind = end;
        Some(start - usize::from(before.ends_with('@'))..end)
    })
}

/// The characters of a text as they are compared.
fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

/// The first of what a character is compared as. This is asked of every character that anybody
/// writes, and most are plain.
fn first_folded(c: char) -> Option<char> {
    if c.is_ascii() { Some(c.to_ascii_lowercase()) } else { c.to_lowercase().next() }
}

/// The length of the start of `text` that reads as the name.
fn prefix(text: &str, name: &str) -> Option<usize> {
    let mut left = folded(name).peekable();
    for (at, c) in text.char_indices() {
        if left.peek().is_none() {
            return Some(at);
        }
        for c in c.to_lowercase() {
            if left.next()? != c {
                return None;
            }
        }
    }
    left.peek().is_none().then_some(text.len())
}

/// Whether a name goes on with these characters, read away from it: a letter, a mark of one, a
/// digit, or a sign that is within names with one behind it. An apostrophe ends a name: `ann's`.
fn continues(mut chars: impl Iterator<Item = char>) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || has_no_width(c);
    match chars.next() {
        Some('-' | '.') => chars.next().is_some_and(is_word),
        next => next.is_some_and(is_word),
    }
}

fn has_no_width(c: char) -> bool {
    c.width() == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, text: &str, expected: &[&str]) {
        let name = Nick::new(name).unwrap();
        let found: Vec<&str> = find(text, &name).map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{name} in {text:?}");
    }

    #[test]
    fn a_name_is_mentioned_as_a_word() {
        check("Ann", "ann: hello", &["ann"]);
        check("Ann", "hello, @ANN!", &["@ANN"]);
        check("Ann", "annual joann ann-2 ann.b 2-ann ann_ anné", &[]);
        check("Ann", "ann's, ann. (ann) ann- -ann", &["ann", "ann", "ann", "ann", "ann"]);
        check("li 雷", "hi Li 雷, hi li", &["Li 雷"]);
        check("İsa", "i\u{307}sa and İsa", &["i\u{307}sa", "İsa"]);
        check("kim", "\u{212A}IM", &["\u{212A}IM"]);
        check("a", "aaaa a", &["a"]);
        check("x-y", "x-y-z x-y", &["x-y"]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text: String) {
            let name = Nick::new("ann").unwrap();
            for range in find(&text, &name) {
                proptest::prop_assert!(text.get(range).is_some());
            }
        }
    }
}
