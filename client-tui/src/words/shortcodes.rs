//! `:smile:` and its kin in a text that is about to be sent. Never in code, and never inside of
//! another word: `std::fire::x`, `10:30:00` and `a:100:b` stay what they are.

use std::ops::Range;

use crate::rich;
use crate::words::emoji;

/// Bytes of the longest shortcode.
const LONGEST: usize = 64;

/// Longer texts are taken for what they are: they cannot be sent, and nobody waits for them.
const TEXT_BYTES: usize = chat_protocol::limit::TEXT_BYTES * 2;

/// `text` with emoji where their shortcodes stood.
pub(crate) fn replace(text: &str) -> String {
    if !text.contains(':') || text.len() > TEXT_BYTES {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    let codes = codes(text);
    let mut colons = text.match_indices(':').map(|(at, _)| at).peekable();
    while let Some(start) = colons.next() {
        let Some(&end) = colons.peek() else { break };
        let emoji = Some(&text[start + 1..end])
            .filter(|code| (1..=LONGEST).contains(&code.len()))
            .filter(|_| stands_alone(text, start, end + 1))
            .and_then(emoji::of)
            .filter(|_| !is_within(&codes, text, start));
        if let Some(emoji) = emoji {
            out.push_str(&text[done..start]);
            out.push_str(emoji.emoji);
            done = end + 1;
            colons.next();
        }
    }
    out.push_str(&text[done..]);
    out
}

/// Whether neither a letter nor another colon touches what stands there.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, ':' | '/' | '_');
    // Two of them may follow each other directly: `:fire::fire:`.
    let before = &text[..start];
    let pair = before.strip_suffix(':').and_then(|rest| rest.rsplit_once(':'));
    let follows = pair.is_some_and(|(_, code)| emoji::of(code).is_some());
    let next = text[end..].chars().next();
    (follows || !before.ends_with(joins))
        && !next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '_'))
        && !text[end..].starts_with("::")
}

/// Whether this byte of the text is in a code block, or between back-ticks of its line.
pub(crate) fn is_in_code(text: &str, at: usize) -> bool {
    text.len() <= TEXT_BYTES && is_within(&codes(text), text, at)
}

/// Where the blocks of code are.
fn codes(text: &str) -> Vec<Range<usize>> {
    rich::codes(text).map(|code| code.start..code.body.end).collect()
}

fn is_within(codes: &[Range<usize>], text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    // A cursor behind the last letter of code is still in it.
    codes.iter().any(|code| (code.start..=code.end).contains(&at))
        || line.matches('`').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(replace(text), expected, "{text:?}");
    }

    #[test]
    fn shortcodes_become_emoji_where_they_are_meant() {
        check("hi :smile:", "hi 😄");
        check(":fire::fire:", "🔥🔥");
        check("(:tada:)", "(🎉)");
        check(":+1:", "👍");
        check("a: b: :tada: c:", "a: b: 🎉 c:");
        check("no such :thing_as_this:", "no such :thing_as_this:");
    }

    #[test]
    fn colons_in_code_times_and_paths_stay() {
        check("std::fire::new()", "std::fire::new()");
        check("at 10:100:00", "at 10:100:00");
        check("`:smile:`", "`:smile:`");
        check("`x` :smile:", "`x` 😄");
        check("```\n:smile:\n```\n:smile:", "```\n:smile:\n```\n😄");
        check("````\n```\n:smile:\n````\n:smile:", "````\n```\n:smile:\n````\n😄");
        check("```a``` :smile:\n:smile:", "```a``` 😄\n😄");
        check("```\nx```\n:smile:", "```\nx```\n😄");
        check("http://a:fire:b/", "http://a:fire:b/");
        check("x:", "x:");
    }

    proptest::proptest! {
        #[test]
        fn without_shortcodes_nothing_changes(text in "[a-z: `\n]{0,40}") {
            let found = text.split(':').any(|code| emoji::of(code).is_some());
            if !found {
                proptest::prop_assert_eq!(replace(&text), text);
            }
        }
    }
}
