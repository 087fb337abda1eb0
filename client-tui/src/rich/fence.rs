//! Blocks of code: what a fence is, for all who read one and for who puts one up.
//!
//! A line of three back-ticks or more opens a block, with a language or the first line of code
//! behind them, but no more ticks. A line of at least as many ticks alone closes it; where no such
//! line follows, ticks behind a line of code do, or else the end of the text.

use std::ops::Range;

use super::Code;

/// Back-ticks of the shortest fence.
const LEAST: usize = 3;

/// Bytes of a language's name.
const LANGUAGE_BYTES: usize = 20;

/// A part of a text.
#[derive(Debug)]
pub(crate) enum Part {
    /// A line, without its end.
    Line(Range<usize>),
    Code(Code),
}

/// The parts of a text from this byte on, one after the other.
pub(crate) fn parts(text: &str, from: usize) -> Parts<'_> {
    Parts { text, at: from, unclosed: usize::MAX }
}

/// A text as a block of code in a language, or in none, that nothing in it closes.
pub(crate) fn block(language: &str, text: &str) -> String {
    let fence = fence(text);
    format!("{fence}{language}\n{text}\n{fence}")
}

/// The block of code that a text is, if it is one from its first line to its last, which closes it.
pub(crate) fn only_block(text: &str) -> Option<Code> {
    let start = text.len() - text.trim_start_matches('\n').len();
    let whole = text.trim_end_matches('\n');
    let mut parts = parts(whole, start.min(whole.len()));
    let (Some(Part::Code(code)), None) = (parts.next(), parts.next()) else { return None };
    // Behind a body that no line closes there is nothing, or there are the ticks behind its code.
    let closed = whole[code.body.end..].starts_with('\n');
    closed.then_some(code)
}

/// More back-ticks than stand together anywhere in a text.
pub(crate) fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(LEAST.max(longest + 1))
}

pub(crate) struct Parts<'a> {
    text: &'a str,
    at: usize,
    /// Fences of so many ticks are closed by no line from here on: nobody looks twice, so that
    /// reading takes time in proportion to the text.
    unclosed: usize,
}

impl Iterator for Parts<'_> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.at > self.text.len() {
            return None;
        }
        if let Some((code, next)) = self.code() {
            self.at = next;
            return Some(Part::Code(code));
        }
        let line = self.at..line_end(self.text, self.at);
        self.at = line.end + 1;
        Some(Part::Line(line))
    }
}

impl Parts<'_> {
    /// The block that begins with this line, and where the text goes on; `None` if none does.
    fn code(&mut self) -> Option<(Code, usize)> {
        let text = self.text;
        let (start, info) = opening(text, self.at)?;
        let ticks = info.start - start;
        // What is more than a name is the first line: people write that way.
        let language = language(text, info.clone());
        let first = match (&language, text[info.clone()].trim().is_empty()) {
            (None, false) => info.start,
            _ => info.end + 1,
        };
        let closed = self.closed(first, ticks).or_else(|| closed_behind_code(text, first, ticks));
        let (end, next) = closed.unwrap_or((text.len(), text.len() + 1));
        let body = first..end;
        let nothing = text.get(body.clone()).is_none_or(|body| body.trim().is_empty());
        let language = language.unwrap_or(info.start..info.start);
        (!nothing).then_some((Code { start, language, body }, next))
    }

    /// Where a body ends that a line of ticks closes, and where the text goes on behind that line.
    fn closed(&mut self, first: usize, ticks: usize) -> Option<(usize, usize)> {
        if ticks >= self.unclosed {
            return None;
        }
        let closes = |line: &Range<usize>| {
            let line = self.text[line.clone()].trim();
            line.len() >= ticks && line.bytes().all(|byte| byte == b'`')
        };
        let Some(line) = lines(self.text, first).find(closes) else {
            self.unclosed = ticks;
            return None;
        };
        Some((line.start.saturating_sub(1).max(first), line.end + 1))
    }
}

/// Where the fence that this line opens a block with begins, and what stands behind it.
fn opening(text: &str, at: usize) -> Option<(usize, Range<usize>)> {
    let end = line_end(text, at);
    let sign = text[at..end].trim_start_matches(' ');
    let info = sign.trim_start_matches('`');
    let opens = sign.len() - info.len() >= LEAST && !info.contains('`');
    opens.then_some((end - sign.len(), end - info.len()..end))
}

/// The same as a line that closes, for people who forget to go to the next line.
fn closed_behind_code(text: &str, first: usize, ticks: usize) -> Option<(usize, usize)> {
    lines(text, first).find_map(|line| {
        let words = text[line.clone()].trim_end();
        let code = words.trim_end_matches('`');
        let closes = words.len() - code.len() >= ticks && !code.trim().is_empty();
        closes.then_some((line.start + code.len(), line.end + 1))
    })
}

fn language(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let word = text[range.clone()].trim();
    let start = range.start + text[range.clone()].find(word)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "+#-_.".contains(c);
    let named = !word.is_empty() && word.len() <= LANGUAGE_BYTES && word.chars().all(is_name);
    // Without a line behind it, the word is all there is.
    (named && range.end < text.len()).then_some(start..start + word.len())
}

fn lines(text: &str, from: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = from;
    std::iter::from_fn(move || {
        let line = (at < text.len()).then(|| at..line_end(text, at))?;
        at = line.end + 1;
        Some(line)
    })
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parse;
    use super::{block, fence, only_block};

    fn found(text: &str) -> Vec<(&str, &str)> {
        let codes = parse(text).codes.into_iter();
        codes.map(|code| (&text[code.language], &text[code.body])).collect()
    }

    fn check(text: &str, language: &str, body: &str) {
        assert_eq!(found(text), [(language, body)], "{text:?}");
    }

    #[test]
    fn blocks_are_found() {
        check("```rust\nfn main() {}\n```", "rust", "fn main() {}");
        check("look:\n```\n  a\n\n  b\n```\nthere", "", "  a\n\n  b");
        check("```py\nnever closed\n", "py", "never closed\n");
        check("```\none```", "", "one");
        check("```let x = 1;\nlet y = 2;\n```", "", "let x = 1;\nlet y = 2;");
        check("  ```c++\nx\n  ```", "c++", "x");
        check("```rust", "", "rust");
    }

    #[test]
    fn at_least_as_many_ticks_close_as_opened() {
        check("````\n```\na\n```\n````\nthere", "", "```\na\n```");
        check("````md\n```\na\n", "md", "```\na\n");
        check("```\na\n`````\nthere", "", "a");
        check("```\na ``` b\n```", "", "a ``` b");
        check("````\na```\nb````", "", "a```\nb");
    }

    #[test]
    fn ticks_behind_code_close_only_what_nothing_else_does() {
        check("```\na = `b```\nc\n```\nthere", "", "a = `b```\nc");
        check("```\na```\nthere", "", "a");
        check("```\na`````\nthere", "", "a");
        assert_eq!(found("```\na\n```\n```\nb```\nthere"), [("", "a"), ("", "b")]);
    }

    #[test]
    fn what_is_no_block_stays() {
        for text in ["```a```", "```", "```\n```", "```\n\n  ", "``\na\n``"] {
            assert!(parse(text).codes.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn a_text_is_one_block_where_its_last_line_closes_what_its_first_opened() {
        let check = |text: &str, expected: Option<&str>| {
            let body = only_block(text).map(|code| &text[code.body]);
            assert_eq!(body, expected, "{text:?}");
        };
        check("```rust\na\n```", Some("a"));
        check("\n\n  ```\na\nb\n`````  \n", Some("a\nb"));
        check("````\na\n```", None);
        check("````\na\n```\n````", Some("a\n```"));
        check("```\na", None);
        check("```\na```", None);
        check("```\na\n```\nb", None);
        check("b\n```\na\n```", None);
        check("```\na\n```\n```\nb\n```", None);
        check("```\n```", None);
        check("", None);
    }

    #[test]
    fn a_fence_is_longer_than_all_ticks_inside() {
        let check = |text, expected| assert_eq!(fence(text), expected, "{text:?}");
        check("a", "```");
        check("`a``", "```");
        check("```\na\n```", "````");
        check("a ````` b", "``````");
        check(&"`".repeat(100), &"`".repeat(101));
    }

    proptest! {
        #[test]
        fn a_block_of_any_text_is_one_code(text in prop_oneof!["[`a \n]{0,60}", "(?s).{0,60}"]) {
            prop_assume!(!text.trim().is_empty());
            let block = block("", &text);
            prop_assert_eq!(found(&block), [("", text.as_str())]);
        }
    }
}
