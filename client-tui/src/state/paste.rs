//! A paste that is too much to be put in unasked, or a text that is too long to be sent: what it is,
//! and what can be done with it. Nothing is done until somebody has chosen.

use chat_protocol::{Conversation, limit, text};

use super::input::EDITOR_BYTES;
use super::motion;
use crate::cells;
use crate::rich::fence::{self, block, fence};

/// Lines up to which a paste is an ordinary one.
const ORDINARY_LINES: usize = 10;

/// Messages that are sent at once at most: more would be a flood.
const MESSAGES: usize = 32;

/// Columns between tab stops.
const TAB: usize = 4;

/// A paste, or a text, that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paste {
    pub(crate) text: String,
    /// Whether it stands in the input already.
    pub(crate) typed: bool,
    /// Where it was pasted: it goes there, or nowhere.
    pub(crate) to: Conversation,
    /// What can be done with it, and which of that is marked.
    pub(crate) choices: Vec<Choice>,
    pub(crate) chosen: usize,
}

/// What can be done with a paste.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Into the text, as a block of code.
    Block,
    /// To the others, as so many messages that each are a block of code.
    Messages(usize),
    /// To the others, as so many messages, cut at line ends.
    Parts(usize),
    /// Into the text, as it is; whether it can be sent from there.
    AsIs {
        sendable: bool,
    },
    /// Into the text, so many bytes of it.
    Trim(usize),
    Drop,
    /// Nothing: it stays in the input.
    GoOn,
}

impl Choice {
    /// Whether others see something of it at once.
    pub(crate) fn sends(self) -> bool {
        matches!(self, Self::Messages(_) | Self::Parts(_))
    }

    /// The key that marks it.
    pub(crate) fn key(self) -> char {
        match self {
            Self::Block => 'c',
            Self::Messages(_) | Self::Parts(_) => 's',
            Self::AsIs { .. } => 'i',
            Self::Trim(_) => 't',
            Self::Drop => 'd',
            Self::GoOn => 'g',
        }
    }
}

impl Paste {
    /// Asks about a cleaned text if it is no ordinary paste into a draft of so many bytes.
    pub(crate) fn guard(text: &str, draft: usize, to: &Conversation) -> Option<Self> {
        let whole = text.trim_end_matches('\n');
        let long = whole.len() + draft > limit::TEXT_BYTES;
        if !long && lines(whole) <= ORDINARY_LINES {
            return None;
        }
        let (text, to) = (text.to_owned(), to.clone());
        let choices = choices(whole, draft);
        // Enter may be on its way already.
        let chosen = choices.iter().position(|choice| !choice.sends()).unwrap_or(0);
        Some(Self { text, typed: false, to, choices, chosen })
    }

    /// Asks about a typed text if it is too long for one message, but not for several.
    pub(crate) fn too_long(text: &str, to: &Conversation) -> Option<Self> {
        if text.len() <= limit::TEXT_BYTES || text.len() > MESSAGES * limit::TEXT_BYTES {
            return None;
        }
        let choices = vec![Choice::GoOn, Choice::Parts(pieces(text, limit::TEXT_BYTES).len())];
        Some(Self { text: text.to_owned(), typed: true, to: to.clone(), choices, chosen: 0 })
    }

    pub(crate) fn lines(&self) -> usize {
        lines(self.text.trim_end_matches('\n'))
    }

    /// What is put into the text, or sent, message by message.
    pub(crate) fn texts(&self, choice: Choice) -> Vec<String> {
        let whole = self.text.trim_end_matches('\n');
        match choice {
            Choice::Block => vec![as_block(whole)],
            Choice::Messages(_) => blocks(whole),
            Choice::AsIs { .. } => vec![self.text.clone()],
            Choice::Trim(bytes) => vec![self.text.get(..bytes).unwrap_or_default().to_owned()],
            Choice::Parts(_) => {
                pieces(whole, limit::TEXT_BYTES).into_iter().map(str::to_owned).collect()
            }
            Choice::Drop | Choice::GoOn => Vec::new(),
        }
    }
}

/// What can be done, that first which sends nothing and keeps the text whole.
fn choices(whole: &str, draft: usize) -> Vec<Choice> {
    let mut choices = Vec::new();
    let room = limit::TEXT_BYTES.saturating_sub(draft);
    let sendable = whole.len() <= room;
    // The fences, and a new line where the draft ends.
    let fits_as_block = as_block(whole).len() < room;
    if fits_as_block {
        choices.push(Choice::Block);
    }
    // What is a block already is one as it is.
    let same = fits_as_block && fence::only_block(whole).is_some();
    if whole.len() + draft <= EDITOR_BYTES && !same {
        choices.push(Choice::AsIs { sendable });
    }
    if !fits_as_block {
        let count = blocks(whole).len();
        if (1..=MESSAGES).contains(&count) {
            choices.push(Choice::Messages(count));
        }
    }
    let trimmed = trimmed(whole, room);
    if !sendable && trimmed > 0 {
        choices.push(Choice::Trim(trimmed));
    }
    choices.push(Choice::Drop);
    choices
}

/// Bytes of whole lines, else of whole graphemes, that fit.
fn trimmed(text: &str, room: usize) -> usize {
    let most = motion::floor(text, room);
    match text[..most].rfind('\n') {
        Some(newline) if most < text.len() => newline,
        _ => most,
    }
}

fn lines(text: &str) -> usize {
    text.matches('\n').count() + 1
}

/// A text as a block of code: as it is, if it is one.
fn as_block(text: &str) -> String {
    match fence::only_block(text) {
        Some(_) => text.trim_matches('\n').to_owned(),
        None => block("", text),
    }
}

/// Blocks that each fit a message; none if that takes more fences than code. Of what is a block
/// already, the code.
fn blocks(text: &str) -> Vec<String> {
    let code = fence::only_block(text);
    let (language, text) = match &code {
        Some(code) => (&text[code.language.clone()], &text[code.body.clone()]),
        None => ("", text),
    };
    let fences = 2 * (fence(text).len() + 1) + language.len();
    if fences > limit::TEXT_BYTES / 2 {
        return Vec::new();
    }
    let pieces = pieces(text, limit::TEXT_BYTES - fences);
    pieces.into_iter().map(|piece| block(language, piece)).collect()
}

/// Pieces of at most so many bytes, cut at line ends where a line fits. Empty ones are left out:
/// they could not be sent.
fn pieces(text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.len() > most {
        let cut = motion::floor(rest, most);
        // A grapheme that alone is too long is cut, too.
        let cut = if cut == 0 { text::floor_boundary(rest, most) } else { cut };
        let (end, next) = match rest[..cut].rfind('\n') {
            _ if rest[cut..].starts_with('\n') => (cut, cut + 1),
            Some(newline) if newline > 0 => (newline, newline + 1),
            _ => (cut, cut),
        };
        pieces.push(&rest[..end]);
        rest = &rest[next..];
    }
    pieces.push(rest);
    pieces.retain(|piece| !piece.trim().is_empty());
    pieces
}

/// What is pasted, as text: line ends of any kind are new lines, tabs reach to the next stop, and
/// what steers a terminal is gone. Of more than can be edited, the start.
pub(crate) fn cleaned(raw: &str) -> String {
    let raw = &raw[..text::floor_boundary(raw, 2 * EDITOR_BYTES)];
    let text = if raw.contains('\t') { without_tabs(raw) } else { text::clean(raw) };
    if text.len() <= EDITOR_BYTES {
        return text;
    }
    text[..motion::floor(&text, EDITOR_BYTES)].to_owned()
}

pub(crate) fn without_tabs(raw: &str) -> String {
    // A tab is a control, so line ends are made plain before tabs go, and the rest is cleaned last.
    let plain = raw.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(plain.len());
    for (number, line) in plain.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let mut column = 0;
        for (index, part) in line.split('\t').enumerate() {
            if index > 0 {
                let stop = TAB - column % TAB;
                out.push_str(&"    "[..stop]);
                column += stop;
            }
            out.push_str(part);
            column += if part.is_ascii() { part.len() } else { cells::width(part) };
        }
    }
    text::clean(&out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lobby() -> Conversation {
        Conversation::Room(chat_protocol::RoomName::lobby())
    }

    fn check(text: &str, draft: usize, expected: Option<&[Choice]>) {
        let paste = Paste::guard(text, draft, &lobby());
        let choices = paste.as_ref().map(|paste| &paste.choices[..]);
        assert_eq!(choices, expected, "{} bytes", text.len());
    }

    #[test]
    fn only_what_is_no_ordinary_paste_is_asked_about() {
        use Choice::{AsIs, Block, Drop, Messages, Trim};
        let (fits, too_long) = (AsIs { sendable: true }, AsIs { sendable: false });
        check("one line", 0, None);
        check(&"line\n".repeat(10), 0, None);
        check(&"x".repeat(8_192), 0, None);
        check(&"line\n".repeat(11), 0, Some(&[Block, fits, Drop]));
        check(&"x".repeat(8_190), 0, None);
        check(&"x".repeat(8_190), 3, Some(&[too_long, Messages(2), Trim(8_189), Drop]));
        check(&"x".repeat(8_193), 0, Some(&[too_long, Messages(2), Trim(8_192), Drop]));
        check(&"1234567\n".repeat(1024), 0, Some(&[fits, Messages(2), Drop]));
        check(&"x".repeat(1_000_000), 0, Some(&[too_long, Trim(8_192), Drop]));
        check(&"x".repeat(9_000), 8_192, Some(&[too_long, Messages(2), Drop]));
        check(&"`".repeat(9_000), 0, Some(&[too_long, Trim(8_192), Drop]));
    }

    #[test]
    fn line_ends_tabs_and_controls_are_made_plain() {
        let check = |raw: &str, expected: &str| assert_eq!(cleaned(raw), expected, "{raw:?}");
        check("a\r\nb\rc\n", "a\nb\nc\n");
        check("a\tb\n\tc", "a   b\n    c");
        check("漢\tb", "漢  b");
        check("\u{1b}[31mred\u{202E}", "[31mred");
        assert_eq!(cleaned(&"x".repeat(5_000_000)).len(), EDITOR_BYTES);
    }

    #[test]
    fn a_text_that_is_too_long_is_sent_in_parts() {
        let asked = |text: &str| Paste::too_long(text, &lobby());
        assert_eq!(asked(&"x".repeat(8_192)), None);
        assert_eq!(asked(&"x".repeat(1_000_000)), None);
        let paste = asked(&"1234567\n".repeat(1_500)).unwrap();
        assert_eq!(paste.choices, [Choice::GoOn, Choice::Parts(2)]);
        let texts = paste.texts(Choice::Parts(2));
        assert!(texts.iter().all(|text| text.starts_with('1') && text.ends_with('7')));
    }

    #[test]
    fn what_is_marked_first_sends_nothing() {
        let check = |text: &str, draft: usize| {
            let paste = Paste::guard(text, draft, &lobby()).unwrap();
            assert!(!paste.choices[paste.chosen].sends(), "{:?}", paste.choices);
        };
        check(&"line\n".repeat(20), 0);
        check(&"x".repeat(9_000), 0);
        check(&"x".repeat(9_000), EDITOR_BYTES);
        let typed = Paste::too_long(&"x".repeat(9_000), &lobby()).unwrap();
        assert!(!typed.choices[typed.chosen].sends());
    }

    #[test]
    fn what_is_a_block_of_code_gets_no_second_fence() {
        let check = |text: &str, expected: &str| assert_eq!(as_block(text), expected, "{text:?}");
        check("a\nb", "```\na\nb\n```");
        check("```rust\na\n```", "```rust\na\n```");
        check("\n```\na\n```\n", "```\na\n```");
        check("see:\n```\na\n```", "````\nsee:\n```\na\n```\n````");
        check("```\na\n```\n```\nb\n```", "````\n```\na\n```\n```\nb\n```\n````");
        check("```\nnever closed", "````\n```\nnever closed\n````");
        let code = format!("```py\n{}```", "x = 1\n".repeat(12));
        let paste = Paste::guard(&code, 0, &lobby()).unwrap();
        assert_eq!(paste.choices, [Choice::Block, Choice::Drop]);
        assert_eq!(paste.texts(Choice::Block), [code]);
        let long = format!("```py\n{}```", "x = 1\n".repeat(2_000));
        let paste = Paste::guard(&long, 0, &lobby()).unwrap();
        let texts = paste.texts(Choice::Messages(2));
        let whole = |text: &String| text.starts_with("```py\nx") && text.ends_with("1\n```");
        assert!(texts.len() == 2 && texts.iter().all(whole), "{texts:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn messages_hold_everything_and_fit(lines in proptest::collection::vec("[a漢 ]{0,3000}", 1..12)) {
            let text = lines.join("\n");
            let text = text.trim_end_matches('\n');
            let mut joined = String::new();
            for part in blocks(text) {
                prop_assert!(part.len() <= limit::TEXT_BYTES);
                let inner = part.strip_prefix("```\n").and_then(|part| part.strip_suffix("\n```"));
                joined.push_str(inner.unwrap());
            }
            let codes = blocks(text).iter().map(|part| crate::rich::codes(part).count()).sum::<usize>();
            prop_assert_eq!(codes, blocks(text).len());
            let plain = |text: &str| text.replace('\n', "");
            prop_assert_eq!(plain(&joined), plain(text));
        }
    }
}
