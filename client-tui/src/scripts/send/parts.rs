//! Bytes of any kind, as other programs write them, made texts: cleaned, and parted where they are
//! longer than a message may be. Holds one message, however much comes.

use chat_protocol::{Text, limit};

use crate::state::paste::without_tabs;

/// Bytes of a line that has no end; then it is taken as if it had.
const LINE_MOST: usize = 64 * 1024;

/// Makes texts of what comes.
#[derive(Debug)]
pub(super) struct Parts {
    /// Whether each line is a text of its own.
    lines: bool,
    /// The line that has no end yet.
    line: Vec<u8>,
    /// The text that has no end yet, never longer than a message may be.
    text: String,
}

impl Parts {
    pub(super) fn new(lines: bool) -> Self {
        Self { lines, line: Vec::new(), text: String::new() }
    }

    /// Takes more; gives the texts that are whole now.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Text> {
        let mut texts = Vec::new();
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.line.len() >= LINE_MOST {
                self.end_line(&mut texts);
            }
        }
        texts
    }

    /// The end: gives the rest.
    pub(super) fn finish(mut self) -> Vec<Text> {
        let mut texts = Vec::new();
        if !self.line.is_empty() {
            self.end_line(&mut texts);
        }
        self.end_text(&mut texts);
        texts
    }

    fn end_line(&mut self, texts: &mut Vec<Text>) {
        let line = clean(&std::mem::take(&mut self.line));
        if self.lines || self.text.len() + 1 + line.len() > limit::TEXT_BYTES {
            self.end_text(texts);
        }
        let fits = line.len() <= limit::TEXT_BYTES;
        match (self.lines, fits) {
            (false, true) => {
                if !self.text.is_empty() {
                    self.text.push('\n');
                }
                self.text.push_str(&line);
            }
            _ if line.trim().is_empty() => {}
            _ => texts.extend(Text::split(&line)),
        }
    }

    fn end_text(&mut self, texts: &mut Vec<Text>) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim_end();
        if !text.is_empty() {
            texts.extend(Text::new(text));
        }
    }
}

/// A line without its end and without what steers terminals: what stands there in the end, as one
/// would see it.
fn clean(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end_matches(['\n', '\r']);
    // Whatever counts upwards in one line goes back to its start.
    let last = line.rsplit('\r').next().unwrap_or_default();
    chat_protocol::text::clean(&without_tabs(&without_escapes(last)))
}

/// Takes out escape sequences: colours, above all.
fn without_escapes(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\x1b' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
            Some(']' | 'P' | '_' | '^' | 'X') => {
                while let Some(c) = chars.next() {
                    if c == '\x07' || (c == '\x1b' && chars.next_if_eq(&'\\').is_some()) {
                        break;
                    }
                }
            }
            // Choosing a character set takes one character more.
            Some('(' | ')' | '*' | '+' | '#' | '%') => _ = chars.next(),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: bool, pieces: &[&[u8]]) -> Vec<String> {
        let mut parts = Parts::new(lines);
        let mut texts: Vec<Text> = pieces.iter().flat_map(|piece| parts.take(piece)).collect();
        texts.extend(parts.finish());
        texts.iter().map(|text| text.to_string()).collect()
    }

    fn check(raw: &str, whole: &[&str], lines: &[&str]) {
        assert_eq!(texts(false, &[raw.as_bytes()]), whole, "{raw:?}");
        assert_eq!(texts(true, &[raw.as_bytes()]), lines, "{raw:?} by lines");
    }

    #[test]
    fn a_text_is_whole_or_by_lines() {
        check("", &[], &[]);
        check("\n \n\n", &[], &[]);
        check("one", &["one"], &["one"]);
        check("one\n\ntwo\n", &["one\n\ntwo"], &["one", "two"]);
        check("  indented\r\n", &["  indented"], &["  indented"]);
    }

    #[test]
    fn what_steers_terminals_is_left_out() {
        check("\x1b[1;31merror\x1b[0m: no\n", &["error: no"], &["error: no"]);
        check("10%\r20%\rdone\n", &["done"], &["done"]);
        check("a\tb\n", &["a   b"], &["a   b"]);
        check("\x1b]0;title\x07x\x1b]8;;http://a\x1b\\y\x1b(Bz\x1b", &["xyz"], &["xyz"]);
        assert_eq!(texts(true, &[b"\xff\xfe caf\xc3", b"\xa9\n"]), ["\u{fffd}\u{fffd} café"]);
    }

    #[test]
    fn what_is_too_long_is_parted_between_lines() {
        let line = format!("{}\n", "x".repeat(3_000));
        let parts = texts(false, &[line.repeat(5).as_bytes()]);
        assert_eq!(parts.iter().map(String::len).collect::<Vec<_>>(), [6_001, 6_001, 3_000]);
        let long = "é".repeat(limit::TEXT_BYTES);
        for lines in [false, true] {
            let parts = texts(lines, &[b"before\n", long.as_bytes(), b"\nbehind\n"]);
            assert_eq!(parts.concat(), format!("before{long}behind"));
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_kept_for_ever() {
        let mut parts = Parts::new(true);
        for _ in 0..100 {
            parts.take(&[b'x'; 10_000]);
            assert!(parts.line.len() <= LINE_MOST + 10_000);
        }
    }

    proptest::proptest! {
        #[test]
        fn pieces_do_not_matter_and_nothing_steers(
            bytes in proptest::collection::vec(proptest::prop_oneof![
                proptest::prelude::any::<u8>(),
                proptest::sample::select(b"\x1b\n\r[]\t".to_vec())], 0..300),
            size in 1_usize..40, lines: bool)
        {
            let whole = texts(lines, &[&bytes]);
            let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
            proptest::prop_assert_eq!(&texts(lines, &pieces), &whole);
            proptest::prop_assert!(!whole.concat().contains('\x1b'));
        }
    }
}
