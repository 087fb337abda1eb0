//! Text that people wrote, cleaned of whatever could steer a terminal: [`Text`] and [`Line`].
//!
//! Cleaning happens here and nowhere else; a value of these types is always clean.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limit;

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing is left after cleaning.
    #[error("the text is empty")]
    Empty,
    /// Longer than allowed: the bytes it has, and the most it may have.
    #[error("the text has {0} bytes, at most {1} are allowed: send it in parts")]
    TooLong(usize, usize),
}

/// A message's text: 1 to [`limit::TEXT_BYTES`] bytes, several lines allowed, clean.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Text(String);

impl Text {
    /// Cleans `raw` and checks its length.
    ///
    /// # Errors
    /// When nothing is left, or more than [`limit::TEXT_BYTES`] bytes.
    pub fn new(raw: &str) -> Result<Self, TextError> {
        let text = clean(raw);
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.len() > limit::TEXT_BYTES {
            return Err(TextError::TooLong(text.len(), limit::TEXT_BYTES));
        }
        Ok(Self(text))
    }

    /// Cleans `raw` into as many texts as its length needs, none if it is empty: for dialects
    /// whose people cannot be told to try again. Parts end at character boundaries.
    pub fn split(raw: &str) -> Vec<Self> {
        let text = clean(raw);
        let mut rest = text.as_str();
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let (part, more) = rest.split_at(floor_boundary(rest, limit::TEXT_BYTES));
            parts.push(Self(part.to_owned()));
            rest = more;
        }
        parts
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One clean line, possibly empty: a topic, a field of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Line(String);

impl Line {
    /// Cleans `raw`, folds new lines and tabs to spaces, and checks its length.
    ///
    /// # Errors
    /// When more than `most` bytes are left.
    pub fn new(raw: &str, most: usize) -> Result<Self, TextError> {
        let line = Self::from(raw.to_owned());
        if line.0.len() > most {
            return Err(TextError::TooLong(line.0.len(), most));
        }
        Ok(line)
    }

    /// The same, cut to `most` bytes where it is longer.
    #[must_use]
    pub fn cut(raw: &str, most: usize) -> Self {
        let mut line = Self::from(raw.to_owned());
        let end = floor_boundary(&line.0, most);
        line.0.truncate(end);
        line
    }

    /// The line itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing on it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Line {
    fn from(raw: String) -> Self {
        Self(one_line(&raw))
    }
}

/// Takes out whatever could steer a terminal or hide: C0 except `\n`, DEL, C1, bidi controls,
/// U+200B and U+FEFF. `\r\n` and `\r` become `\n`.
pub fn clean(raw: &str) -> String {
    // Most texts are as they should be, and looked at faster than copied by characters.
    if raw.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push('\n');
            }
            '\n' => out.push('\n'),
            c if is_unwanted(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Whether cleaning takes this character out.
pub fn is_unwanted(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control() && c != '\n';
    }
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A text as one line: cleaned, and with spaces where lines ended.
#[must_use]
pub fn one_line(raw: &str) -> String {
    clean(&raw.replace(['\t', '\n', '\r'], " ")).trim().to_owned()
}

/// The last character boundary of `text` at or before `most` bytes.
#[must_use]
pub fn floor_boundary(text: &str, most: usize) -> usize {
    if text.len() <= most {
        return text.len();
    }
    (0..=most).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

impl TryFrom<String> for Text {
    type Error = TextError;
    fn try_from(raw: String) -> Result<Self, TextError> {
        Self::new(&raw)
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl Deref for Line {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expected: &str) {
        assert_eq!(clean(raw), expected, "cleaning {raw:?}");
    }

    #[test]
    fn cleaning_takes_out_what_steers_a_terminal() {
        check("plain", "plain");
        check("a\r\nb\rc\nd", "a\nb\nc\nd");
        check("\x1b[31mred\x1b[0m", "[31mred[0m");
        check("tab\tout", "tabout");
        check("bell\x07 del\x7f c1\u{9b}31m nul\0", "bell del c131m nul");
        check("\u{202E}gnp.exe\u{2069}\u{200F}\u{61C}", "gnp.exe");
        check("zero\u{200B}width\u{FEFF}", "zerowidth");
        check("family 👩‍👩‍👧 stays", "family 👩‍👩‍👧 stays");
    }

    #[test]
    fn text_has_a_length() {
        assert_eq!(Text::new(""), Err(TextError::Empty));
        assert_eq!(Text::new("\x1b\u{202E}"), Err(TextError::Empty));
        assert!(Text::new(&"x".repeat(limit::TEXT_BYTES)).is_ok());
        let long = Text::new(&"x".repeat(limit::TEXT_BYTES + 1));
        assert_eq!(long, Err(TextError::TooLong(8193, 8192)));
    }

    #[test]
    fn splitting_keeps_every_character() {
        let raw = "é".repeat(limit::TEXT_BYTES);
        let parts = Text::split(&raw);
        assert_eq!(parts.iter().map(|part| part.as_str()).collect::<String>(), raw);
        assert!(parts.iter().all(|part| part.len() <= limit::TEXT_BYTES));
        assert!(Text::split("\x1b").is_empty());
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(Line::new(" a\tb\nc ", 10).unwrap().as_str(), "a b c");
        assert_eq!(Line::cut("éé", 3).as_str(), "é");
    }

    proptest::proptest! {
        #[test]
        fn cleaning_is_idempotent(raw: String) {
            let once = clean(&raw);
            proptest::prop_assert_eq!(clean(&once), once.clone());
            proptest::prop_assert!(!once.chars().any(is_unwanted));
        }
    }
}
