//! Names of people and rooms: valid once constructed, compared by their own rules.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use crate::limit;
use crate::skeleton::skeleton;

/// The key of names that would pass for the server's own.
const RESERVED: &str = "server";

/// Why a name was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// There is no character in it.
    #[error("a name needs at least one letter or digit")]
    Empty,
    /// More than [`limit::NAME_GRAPHEMES`] characters or [`limit::NAME_BYTES`] bytes.
    #[error("a name has at most {} characters", limit::NAME_GRAPHEMES)]
    TooLong,
    /// This character is not allowed here.
    #[error("a name cannot contain {}", show(*.0))]
    Character(char),
    /// A space where none may be: at an end, or beside another.
    #[error("a name cannot begin or end with a space, or have two in a row")]
    Spaces,
    /// It would look like one of the server's own lines.
    #[error("this name is the server's own")]
    Reserved,
}

/// Shows a character to a person without letting it act.
fn show(c: char) -> String {
    match c {
        ' ' => "spaces".to_owned(),
        c if is_combining_mark(c) => format!("U+{:04X} here", c as u32),
        c if c.is_control() || is_invisible(c) => format!("U+{:04X}", c as u32),
        c => format!("‘{c}’"),
    }
}

/// A person's name: 1 to 32 graphemes of letters with their marks, digits, `_ - . '` and single
/// inner spaces, in NFC.
///
/// Two nicks are the same person's when their [`NameKey`]s are equal; `==` compares the spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Nick(String);

/// What makes two nicks count as one: case-folded and reduced to its confusable skeleton
/// ([UTS #39](https://www.unicode.org/reports/tr39/#Confusable_Detection)), so that nobody can
/// pass for somebody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameKey(String);

impl Nick {
    /// Takes a name as it was given, in NFC.
    ///
    /// # Errors
    /// When it breaks a rule; nothing is repaired.
    pub fn new(raw: &str) -> Result<Self, NameError> {
        let name = nfc(raw);
        let mut before = ' ';
        for c in name.chars() {
            let allowed = if !c.is_ascii() && is_combining_mark(c) {
                before != ' ' && !is_invisible(c)
            } else if c == ' ' {
                before != ' '
            } else {
                is_name_char(c)
            };
            if !allowed {
                return Err(if c == ' ' { NameError::Spaces } else { NameError::Character(c) });
            }
            before = c;
        }
        check_length(&name)?;
        if name.ends_with(' ') {
            return Err(NameError::Spaces);
        }
        let nick = Self(name);
        if nick.is_reserved() { Err(NameError::Reserved) } else { Ok(nick) }
    }

    /// Makes a name of whatever a lab's client sent: other characters are dropped, white space
    /// becomes a single space, too long a name is cut. `None` when nothing is left.
    pub fn repair(raw: &str) -> Option<Self> {
        let mut kept = String::new();
        for c in raw.nfc() {
            let inside = !kept.is_empty() && !kept.ends_with(' ');
            if c.is_whitespace() {
                if inside {
                    kept.push(' ');
                }
            } else if is_combining_mark(c) {
                if inside && !is_invisible(c) {
                    kept.push(c);
                }
            } else if is_name_char(c) {
                kept.push(c);
            }
        }
        let mut short = String::new();
        for grapheme in kept.graphemes(true).take(limit::NAME_GRAPHEMES) {
            if short.len() + grapheme.len() > limit::NAME_BYTES {
                break;
            }
            short.push_str(grapheme);
        }
        match Self::new(short.trim_end()) {
            Err(NameError::Reserved) => Self::new("not-the-server").ok(),
            repaired => repaired.ok(),
        }
    }

    /// The name that is numbered for somebody who gave none.
    #[must_use]
    pub fn guest() -> Self {
        Self("guest".to_owned())
    }

    /// The same name with `-2`, `-3`, … behind it, cut so that it still fits.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Self {
        let suffix = format!("-{number}");
        let room = limit::NAME_GRAPHEMES.saturating_sub(suffix.len());
        let mut name = String::new();
        for grapheme in self.0.graphemes(true).take(room) {
            if name.len() + grapheme.len() + suffix.len() > limit::NAME_BYTES {
                break;
            }
            name.push_str(grapheme);
        }
        Self(name.trim_end().to_owned() + &suffix)
    }

    /// Whether it passes for the server's own. Every message's sender is looked at, and for the
    /// plainest names, of which no other looks like it, a key is not needed.
    fn is_reserved(&self) -> bool {
        match self.0.is_ascii() {
            true => self.0.eq_ignore_ascii_case(RESERVED),
            false => self.key().0 == RESERVED,
        }
    }

    /// What this nick is compared by.
    pub fn key(&self) -> NameKey {
        let folded: String = fold(&self.0.nfkc().collect::<String>());
        NameKey(fold(&skeleton(&folded)))
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A room's name: 1 to 32 letters, digits, `_` and `-`, in NFC.
///
/// Two names are the same room's when their [`RoomKey`]s are equal; `==` compares the spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct RoomName(String);

/// What makes two room names count as one: case-folded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomKey(String);

impl RoomName {
    /// Takes a room name as it was given, in NFC.
    ///
    /// # Errors
    /// When it breaks a rule; nothing is repaired.
    pub fn new(raw: &str) -> Result<Self, NameError> {
        let name = nfc(raw);
        let mut before = None;
        for c in name.chars() {
            let allowed = match c {
                '_' | '-' => true,
                c if c.is_ascii() => c.is_ascii_alphanumeric(),
                c if is_combining_mark(c) => before.is_some() && !is_invisible(c),
                c => c.is_alphanumeric() && !is_invisible(c),
            };
            if !allowed {
                return Err(NameError::Character(c));
            }
            before = Some(c);
        }
        check_length(&name)?;
        Ok(Self(name))
    }

    /// The room that everybody starts in.
    #[must_use]
    pub fn lobby() -> Self {
        Self(limit::LOBBY.to_owned())
    }

    /// What this name is compared by.
    pub fn key(&self) -> RoomKey {
        RoomKey(fold(&self.0))
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text in NFC, which ASCII always is.
fn nfc(raw: &str) -> String {
    if raw.is_ascii() { raw.to_owned() } else { raw.nfc().collect() }
}

fn check_length(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    // No grapheme is shorter than a byte.
    let long = name.len() > limit::NAME_GRAPHEMES;
    let too_long = name.len() > limit::NAME_BYTES
        || (long && name.graphemes(true).nth(limit::NAME_GRAPHEMES).is_some());
    if too_long { Err(NameError::TooLong) } else { Ok(()) }
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || (c.is_alphanumeric() && !is_invisible(c) && !is_combining_mark(c))
        || matches!(c, '_' | '-' | '.' | '\'')
}

/// Case folding as near to Unicode's full one as the standard library goes.
fn fold(text: &str) -> String {
    text.to_uppercase().to_lowercase()
}

/// Letters and marks that are drawn as nothing (Default_Ignorable_Code_Point): a name made of
/// them would be a hidden person.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

impl NameKey {
    /// The folded spelling, stable across versions of one server's storage.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RoomKey {
    /// The folded spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Nick {
    type Error = NameError;
    fn try_from(raw: String) -> Result<Self, NameError> {
        Self::new(&raw)
    }
}

impl TryFrom<String> for RoomName {
    type Error = NameError;
    fn try_from(raw: String) -> Result<Self, NameError> {
        Self::new(&raw)
    }
}

impl fmt::Display for Nick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(raw: &str) -> NameError {
        Nick::new(raw).expect_err(raw)
    }

    #[test]
    fn nicks_of_people() {
        for raw in ["ann", "Ann Lee", "o'neil", "j.r.-x_1", "Zoë", "李雷", "नमस्ते", "محمد"]
        {
            assert_eq!(Nick::new(raw).expect(raw).as_str(), raw);
        }
        assert_eq!(Nick::new("Zoe\u{308}").unwrap().as_str(), "Zoë", "NFC");
    }

    #[test]
    fn nicks_that_are_refused() {
        assert_eq!(refused(""), NameError::Empty);
        assert_eq!(refused(" ann"), NameError::Spaces);
        assert_eq!(refused("ann "), NameError::Spaces);
        assert_eq!(refused("a  b"), NameError::Spaces);
        assert_eq!(refused("a\x1b[31m"), NameError::Character('\x1b'));
        assert_eq!(refused("a\nb"), NameError::Character('\n'));
        assert_eq!(refused("#x"), NameError::Character('#'));
        assert_eq!(refused("\u{3164}"), NameError::Character('\u{3164}'));
        assert_eq!(refused("\u{202E}x"), NameError::Character('\u{202E}'));
        assert_eq!(refused("\u{301}x"), NameError::Character('\u{301}'));
        assert_eq!(refused("😀"), NameError::Character('😀'));
        assert_eq!(refused(&"x".repeat(33)), NameError::TooLong);
        assert_eq!(refused(&format!("z{}", "\u{32A}".repeat(200))), NameError::TooLong);
        assert_eq!(refused("Server"), NameError::Reserved);
    }

    #[test]
    fn no_other_plain_letter_looks_like_one_of_the_servers() {
        for c in (0..128).map(char::from).filter(|&c| is_name_char(c)) {
            let key = Nick(c.to_string()).key().0;
            let of_server = key.chars().any(|k| RESERVED.contains(k));
            // An m is drawn like r and n, of which the name has no n.
            let itself = RESERVED.contains(c.to_ascii_lowercase()) || c.eq_ignore_ascii_case(&'m');
            assert_eq!(of_server, itself, "{c} is {key}");
        }
        assert!(!RESERVED.contains('n'));
    }

    fn repaired(raw: &str, expected: Option<&str>) {
        assert_eq!(Nick::repair(raw).as_ref().map(Nick::as_str), expected, "repairing {raw:?}");
    }

    #[test]
    fn lab_names_are_repaired() {
        repaired("ann", Some("ann"));
        repaired("  ann\t lee \r", Some("ann lee"));
        repaired("<b>ann</b>", Some("bannb"));
        repaired("\x1b[31mred", Some("31mred"));
        repaired("😀\u{3164}", None);
        repaired("", None);
        repaired(&"é".repeat(50), Some(&"é".repeat(32)));
        repaired("SERVER", Some("not-the-server"));
    }

    #[test]
    fn confusable_nicks_have_one_key() {
        let key = |raw| Nick::new(raw).unwrap().key();
        assert_eq!(key("Ann"), key("aNN"));
        assert_eq!(key("paypal"), key("раураl"), "Cyrillic р, а, у");
        assert_eq!(key("bob"), key("b0b"));
        assert_eq!(key("Straße"), key("STRASSE"));
        assert_eq!(key("ｆｕｌｌ"), key("full"));
        assert_ne!(key("ann"), key("anna"));
        assert_ne!(key("ann"), key("ann-2"));
    }

    #[test]
    fn numbered_names_fit() {
        assert_eq!(Nick::new("ann").unwrap().numbered(2).as_str(), "ann-2");
        let long = Nick::new(&"x".repeat(32)).unwrap().numbered(10);
        assert_eq!(long.as_str(), format!("{}-10", "x".repeat(29)));
        assert!(Nick::new(long.as_str()).is_ok());
    }

    #[test]
    fn room_names() {
        for raw in ["lobby", "rust-101", "Größe", "数学_1"] {
            assert_eq!(RoomName::new(raw).expect(raw).as_str(), raw);
        }
        for raw in ["", "a b", "#rust", "@bob", "a.b", "a\x1b", &"x".repeat(33), "\u{3164}"] {
            assert!(RoomName::new(raw).is_err(), "{raw:?}");
        }
        assert_eq!(RoomName::new("Rust").unwrap().key(), RoomName::new("rUST").unwrap().key());
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_repaired_is_valid(raw: String) {
            if let Some(nick) = Nick::repair(&raw) {
                proptest::prop_assert_eq!(Nick::new(nick.as_str()), Ok(nick.clone()));
                let numbered = nick.numbered(17);
                proptest::prop_assert_eq!(Nick::new(numbered.as_str()), Ok(numbered.clone()));
            }
        }

        #[test]
        fn a_nick_is_its_own_spelling(raw: String) {
            if let Ok(nick) = Nick::new(&raw) {
                proptest::prop_assert_eq!(Nick::new(nick.as_str()), Ok(nick.clone()));
            }
        }
    }
}
