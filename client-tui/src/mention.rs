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
    let first = folded(name.as_str()).next().and_then(|first| u8::try_from(first).ok());
    // This is asked of every text that is seen, and most are ASCII. Of the others, some reads as
    // what is.
    let (ascii, other) = if text.is_ascii() { (text, "") } else { ("", text) };
    let ascii = first.into_iter().flat_map(|first| {
        memchr::memchr2_iter(first, first.to_ascii_uppercase(), ascii.as_bytes())
    });
    let may_begin = move |byte: u8| match byte {
        0..0x80 => Some(byte.to_ascii_lowercase()) == first,
        _ => byte >= 0xC0,
    };
    let other = other.bytes().enumerate().filter(move |(_, byte)| may_begin(*byte));
    let mut behind = 0;
    let starts = ascii.chain(other.map(|(start, _)| start));
    starts.filter_map(move |start| {
        let end = start + prefix(text.get(start..)?, name.as_str()).filter(|_| start >= behind)?;
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

        /// No beginning is passed over for the sake of speed.
        #[test]
        fn wherever_it_reads_as_the_name_it_is_found(text in "[kKiİm\u{212A}é雷 @.-]{0,24}|[kKiImM @.-]{0,24}") {
            for name in ["kim", "i-m", "İm", "é", "雷k"].map(|name| Nick::new(name).unwrap()) {
                let reads = |(at, _): (usize, char)| {
                    let end = at + prefix(&text[at..], name.as_str())?;
                    let continued = continues(text[..at].chars().rev());
                    (!continued && !continues(text[end..].chars())).then_some(end)
                };
                let expected: Vec<usize> = text.char_indices().filter_map(reads).collect();
                let found: Vec<usize> = find(&text, &name).map(|range| range.end).collect();
                proptest::prop_assert_eq!(found, expected, "{}", name);
            }
        }
    }
}
