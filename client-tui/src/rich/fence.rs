//! Blocks of code: between ``` and ```, or the end of the text.

use std::ops::Range;

use super::Code;

const FENCE: &str = "```";

/// Bytes of a language's name.
const LANGUAGE_BYTES: usize = 20;

/// The block that begins with the line at `at`, and where the text goes on; `None` if none does.
pub(super) fn parse(text: &str, at: usize) -> Option<(Code, usize)> {
    let rest = text.get(at..)?;
    let indent = rest.len() - rest.trim_start_matches(' ').len();
    let start = at + indent;
    let info = start + FENCE.len();
    let line_end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    let words = text.get(info..line_end).filter(|_| text[start..].starts_with(FENCE))?;
    if words.contains('`') {
        return None;
    }
    // What is more than a name is the first line: people write that way.
    let language = language(text, info..line_end);
    let first = match (&language, words.trim().is_empty()) {
        (None, false) => info,
        _ => line_end + 1,
    };
    let (end, next) = end(text, first);
    let body = first..end.max(first).min(text.len());
    let nothing = text.get(body.clone()).is_none_or(|body| body.trim().is_empty());
    (!nothing).then_some((Code { start, language: language.unwrap_or(info..info), body }, next))
}

fn language(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let word = text[range.clone()].trim();
    let start = range.start + text[range.clone()].find(word)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "+#-_.".contains(c);
    let named = !word.is_empty() && word.len() <= LANGUAGE_BYTES && word.chars().all(is_name);
    // Without a line behind it, the word is all there is.
    (named && range.end < text.len()).then_some(start..start + word.len())
}

/// Where the body ends, and where the text goes on behind the sign that closes it.
fn end(text: &str, first: usize) -> (usize, usize) {
    let mut at = first;
    while at < text.len() {
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        let line = &text[at..end];
        if let Some(before) = line.trim_end().strip_suffix(FENCE) {
            // The sign alone, or behind the last line: people forget to go to the next.
            let alone = before.trim().is_empty();
            let body = if alone { at.saturating_sub(1).max(first) } else { at + before.len() };
            return (body, end + 1);
        }
        at = end + 1;
    }
    (text.len(), text.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn check(text: &str, language: &str, body: &str) {
        let rich = parse(text);
        let found: Vec<(&str, &str)> = rich
            .codes
            .iter()
            .map(|code| (&text[code.language.clone()], &text[code.body.clone()]))
            .collect();
        assert_eq!(found, [(language, body)], "{text:?}");
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
    fn what_is_no_block_stays() {
        for text in ["```a```", "```", "```\n```", "```\n\n  ", "``\na\n``"] {
            assert!(parse(text).codes.is_empty(), "{text:?}");
        }
    }
}
