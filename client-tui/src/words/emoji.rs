//! Emoji by their shortcodes, as GitHub spells these: `tada` is 🎉.

use std::iter;

/// A line for each shortcode, in their order: the code, what it stands for and that one's name,
/// with tabs between. Made by `build.rs`, which says why it is a text.
const TABLE: &str = include_str!(concat!(env!("OUT_DIR"), "/emoji.txt"));

/// What a shortcode stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Emoji {
    /// The shortcode, without its colons.
    pub(crate) code: &'static str,
    /// What is sent.
    pub(crate) emoji: &'static str,
    /// Its name in Unicode.
    pub(crate) name: &'static str,
}

/// The emoji of a shortcode.
pub(crate) fn of(code: &str) -> Option<Emoji> {
    starting_with(code).next().filter(|emoji| emoji.code == code)
}

/// Every shortcode that begins so, in their order.
pub(crate) fn starting_with(start: &str) -> impl Iterator<Item = Emoji> {
    let mut rest = not_before(start);
    iter::from_fn(move || {
        let (emoji, further) = first(rest)?;
        rest = further;
        Some(emoji)
    })
    .take_while(move |emoji| emoji.code.starts_with(start))
}

/// The part of the table from the first code that does not come before this one.
fn not_before(code: &str) -> &'static str {
    // Both are beginnings of lines, or the end.
    let (mut low, mut high) = (0, TABLE.len());
    while low < high {
        let newline = TABLE.as_bytes()[low..low.midpoint(high)].iter().rposition(|&it| it == b'\n');
        let middle = newline.map_or(low, |at| low + at + 1);
        match first(&TABLE[middle..]) {
            Some((emoji, rest)) if emoji.code < code => low = TABLE.len() - rest.len(),
            _ => high = middle,
        }
    }
    &TABLE[low..]
}

/// The first line of a part of the table, and what is behind it.
fn first(part: &'static str) -> Option<(Emoji, &'static str)> {
    let (line, rest) = part.split_once('\n')?;
    let (code, line) = line.split_once('\t')?;
    let (emoji, name) = line.split_once('\t')?;
    Some((Emoji { code, emoji, name }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shortcode_is_found_and_stands_for_what_it_should() {
        let known = emojis::iter().flat_map(|emoji| emoji.shortcodes().map(move |it| (it, emoji)));
        let mut count = 0;
        for (code, emoji) in known {
            let expected = Emoji { code, emoji: emoji.as_str(), name: emoji.name() };
            assert_eq!(of(code), Some(expected));
            count += 1;
        }
        assert_eq!(TABLE.lines().count(), count);
        assert!(count > 1_000, "{count}");
    }

    #[test]
    fn what_is_no_shortcode_is_none() {
        for code in ["", "t", "tad", "tadaa", "\u{1F389}", "zzzz", "~", "tada\t", "\n", "Tada"] {
            assert_eq!(of(code), None, "{code:?}");
        }
    }

    #[test]
    fn those_that_begin_so_come_in_order() {
        let codes = |start| starting_with(start).map(|emoji| emoji.code).collect::<Vec<_>>();
        assert_eq!(codes("tad"), ["tada"]);
        assert_eq!(codes("thumbs"), ["thumbsdown", "thumbsup"]);
        assert_eq!(codes("no such"), Vec::<&str>::new());
        assert_eq!(codes("").len(), TABLE.lines().count());
        assert!(codes("").is_sorted());
    }

    proptest::proptest! {
        #[test]
        fn a_beginning_finds_what_a_walk_finds(start in "[a-z_0-9+-]{0,4}") {
            let walked = starting_with("").filter(|emoji| emoji.code.starts_with(&start));
            proptest::prop_assert!(walked.eq(starting_with(&start)));
        }
    }
}
