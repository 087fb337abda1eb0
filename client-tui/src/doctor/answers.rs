//! What terminals answer, byte by byte: whole sequences, told apart from whatever is typed meanwhile.
//!
//! Not what `input` does with the same bytes: there, nothing was asked but the background, and what
//! ends with `R` is a key (F3 with Shift is `CSI 1;2R`, as is a cursor in column 2 of row 1). Here
//! everything is an answer, and no key but Ctrl-C means anything. What a background is, both read by
//! the same code.

use crate::input::background::is_light;

/// Bytes of one answer that are kept; a longer one is none.
const MOST: usize = 4_096;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// `CSI … final`: what stands between, and the final byte.
    Control(String, char),
    /// `OSC … ST`.
    System(String),
    /// `DCS … ST`.
    Device(String),
    /// Ctrl-C was pressed.
    Interrupt,
}

/// What has come and is no whole answer yet.
#[derive(Debug, Default)]
pub(super) struct Answers {
    state: State,
    text: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    Control,
    /// Within a text that ST ends, by its introducer.
    Text(u8),
    /// The same, and an escape has come.
    TextEscape(u8),
}

impl Answers {
    /// Takes what was read; gives the answers that are whole now.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Answer> {
        bytes.iter().filter_map(|&byte| self.byte(byte)).collect()
    }

    fn byte(&mut self, byte: u8) -> Option<Answer> {
        let (state, answer) = match (self.state, byte) {
            (State::Ground, 0x03) => (State::Ground, Some(Answer::Interrupt)),
            (State::Text(kind), 0x1b) => {
                self.state = State::TextEscape(kind);
                return None;
            }
            (State::TextEscape(kind), b'\\') | (State::Text(kind), 0x07) => {
                (State::Ground, self.text(kind))
            }
            (_, 0x1b) => (State::Escape, None),
            (State::Escape | State::TextEscape(_), b'[') => (State::Control, None),
            (State::Escape | State::TextEscape(_), b']' | b'P' | b'_' | b'^' | b'X') => {
                (State::Text(byte), None)
            }
            (State::Control, 0x40..=0x7e) => {
                let answer = Answer::Control(std::mem::take(&mut self.text), char::from(byte));
                (State::Ground, Some(answer))
            }
            (State::Control | State::Text(_), byte) if self.text.len() < MOST => {
                self.text.push(char::from(byte));
                return None;
            }
            _ => (State::Ground, None),
        };
        self.state = state;
        self.text.clear();
        answer
    }

    fn text(&mut self, kind: u8) -> Option<Answer> {
        let text = std::mem::take(&mut self.text);
        match kind {
            b']' => Some(Answer::System(text)),
            b'P' => Some(Answer::Device(text)),
            _ => None,
        }
    }
}

/// The column that a cursor report tells.
pub(super) fn column(answer: &Answer) -> Option<u16> {
    match answer {
        Answer::Control(text, 'R') => text.split(';').nth(1)?.parse().ok(),
        _ => None,
    }
}

/// What a terminal says of a mode: its number, and whether it knows it.
pub(super) fn mode(answer: &Answer) -> Option<(u16, bool)> {
    let Answer::Control(text, 'y') = answer else { return None };
    let (mode, state) = text.strip_prefix('?')?.strip_suffix('$')?.split_once(';')?;
    // 0 is unknown, and 4 is known to be off for good.
    Some((mode.parse().ok()?, matches!(state, "1" | "2" | "3")))
}

/// What a terminal says that its background is, and whether that is light: as the client itself
/// reads it.
pub(super) fn background(answer: &Answer) -> Option<(String, bool)> {
    let Answer::System(text) = answer else { return None };
    let light = is_light(text.as_bytes())?;
    Some((text.strip_prefix("11;")?.to_owned(), light))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Answer> {
        let mut answers = Answers::default();
        bytes.iter().flat_map(|&byte| answers.take(&[byte])).collect()
    }

    fn control(text: &str, end: char) -> Answer {
        Answer::Control(text.to_owned(), end)
    }

    #[test]
    fn answers_are_told_apart_from_keys() {
        let check = |bytes: &[u8], expected: &[Answer]| {
            assert_eq!(all(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        };
        check(b"typed", &[]);
        check(b"\x1b[?62;4c", &[control("?62;4", 'c')]);
        check(b"ab\x1b[1;3Rcd", &[control("1;3", 'R')]);
        check(b"\x1b]11;rgb:0/0/0\x07", &[Answer::System("11;rgb:0/0/0".to_owned())]);
        check(b"\x1b]11;x\x1b\\\x1b[c", &[Answer::System("11;x".to_owned()), control("", 'c')]);
        check(b"\x1bP1$r0m\x1b\\", &[Answer::Device("1$r0m".to_owned())]);
        check(b"\x1b]11;cut\x1b[5n", &[control("5", 'n')]);
        check(b"\x03", &[Answer::Interrupt]);
        check(b"\x1b\x1b[A", &[control("", 'A')]);
    }

    #[test]
    fn what_answers_mean() {
        assert_eq!(column(&control("12;3", 'R')), Some(3));
        assert_eq!(column(&control("12", 'R')), None);
        assert_eq!(mode(&control("?2026;2$", 'y')), Some((2026, true)));
        assert_eq!(mode(&control("?2026;0$", 'y')), Some((2026, false)));
        assert_eq!(mode(&control("?2026;4$", 'y')), Some((2026, false)));
        let light = |text: &str| background(&Answer::System(text.to_owned())).map(|found| found.1);
        assert_eq!(light("11;rgb:ffff/ffff/ffff"), Some(true));
        assert_eq!(light("11;rgb:1d/1f/21"), Some(false));
        assert_eq!(light("11;rgba:ff/ff/ff/ff"), Some(true));
        // A medium grey is light to the eye, though its numbers are in the middle.
        assert_eq!(light("11;rgb:7f/7f/7f"), Some(true));
        assert_eq!(light("11;rgb:50/50/50"), Some(false));
        assert_eq!(light("11;#fafafa"), Some(true));
        assert_eq!(light("11;rgb:ff/ff/ff\r"), None);
        assert_eq!(light("11;rgb:ff/ff"), None);
        assert_eq!(light("11;rgb:///"), None);
        assert_eq!(light("10;rgb:0/0/0"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: Vec<u8>) {
            for answer in all(&bytes) {
                _ = (column(&answer), mode(&answer), background(&answer));
            }
        }
    }
}
