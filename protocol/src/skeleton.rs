//! What a text looks like: its confusable skeleton
//! ([UTS #39](https://www.unicode.org/reports/tr39/#Confusable_Detection)).

use unicode_normalization::UnicodeNormalization;

// CONFUSABLES: characters in their order, each with where its prototype begins in PROTOTYPES and
// how long it is. Made by `build.rs`, which says why.
include!(concat!(env!("OUT_DIR"), "/confusables.rs"));

/// The skeleton of a text: two texts that can be taken for each other have the same.
pub(crate) fn skeleton(text: &str) -> String {
    let mut looks = String::with_capacity(text.len());
    for c in text.nfd() {
        match prototype(c) {
            Some(prototype) => looks.push_str(prototype),
            None => looks.push(c),
        }
    }
    looks.nfd().collect()
}

/// What a character is taken for, if that is something else; nothing, for those that are not seen.
fn prototype(c: char) -> Option<&'static str> {
    let at = CONFUSABLES.binary_search_by_key(&c, |(confusable, ..)| *confusable).ok()?;
    let (_, start, length) = CONFUSABLES[at];
    PROTOTYPES.get(usize::from(start)..usize::from(start) + usize::from(length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_security::confusable_detection;

    use super::*;

    /// Letters, and marks and Hangul that compose.
    const MARKED: &str = "[a-zа-яé\u{300}-\u{330}\u{1100}-\u{1180}]{0,12}";

    fn check(text: &str) {
        let expected: String = confusable_detection::skeleton(text).collect();
        assert_eq!(skeleton(text), expected, "{text:?}");
    }

    #[test]
    fn every_character_looks_as_the_standard_says() {
        for c in '\0'..=char::MAX {
            check(c.encode_utf8(&mut [0; 4]));
        }
    }

    #[test]
    fn what_looks_the_same_has_one_skeleton() {
        assert_eq!(skeleton("раураӏ"), skeleton("paypal"));
        assert_eq!(skeleton("a\u{200d}da"), skeleton("ada"));
        assert_ne!(skeleton("ada"), skeleton("bob"));
    }

    proptest! {
        #[test]
        fn every_text_looks_as_the_standard_says(text in any::<String>(), marks in MARKED) {
            check(&text);
            check(&marks);
        }
    }
}
