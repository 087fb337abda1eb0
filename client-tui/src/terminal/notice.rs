//! What goes past the screen to whoever has the terminal: notices for the desktop, and titles.
//!
//! The texts come from others. Nothing that could end a sequence gets into it here, whatever was
//! done to them before, and no more than every terminal takes.

use std::io::{self, Write};

use super::known::{Multiplexer, Terminal};

/// Keeps the title as it is, and brings it back.
pub(super) const KEEP_TITLE: &[u8] = b"\x1b[22;2t";
pub(super) const RESTORE_TITLE: &[u8] = b"\x1b[23;2t";

/// Bytes of a text; GNU screen hands on 768 of a sequence.
const TEXT_BYTES: usize = 400;

/// Writes a notice as this terminal understands it. Of the two ways to tell one, a terminal that
/// knows both would show both.
pub(super) fn write_notice(
    out: &mut impl Write,
    terminal: Terminal,
    title: &str,
    text: &str,
) -> io::Result<()> {
    let (title, text) = (clean(title), clean(text));
    // Ended by BEL, as within a sequence for a multiplexer every ESC counts.
    let notice = match terminal.divides_notices {
        true => format!("\x1b]777;notify;{};{text}\x07", title.replace(';', ",")),
        // It begins with no number and `;`, which to some mean other things.
        false => format!("\x1b]9;{}: {text}\x07", title.replace(';', ",")),
    };
    match terminal.multiplexer {
        None => out.write_all(notice.as_bytes()),
        Some(Multiplexer::Tmux) => {
            write!(out, "\x1bPtmux;{}\x1b\\", notice.replace('\x1b', "\x1b\x1b"))
        }
        Some(Multiplexer::Screen) => write!(out, "\x1bP{notice}\x1b\\"),
    }
}

/// Writes the title.
pub(super) fn write_title(out: &mut impl Write, title: &str) -> io::Result<()> {
    write!(out, "\x1b]2;{}\x07", clean(title))
}

fn clean(text: &str) -> String {
    let end = crate::state::motion::floor(text, TEXT_BYTES);
    text[..end].chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(divides_notices: bool, multiplexer: Option<Multiplexer>, text: &str) -> String {
        let mut out = Vec::new();
        let terminal = Terminal { divides_notices, multiplexer };
        write_notice(&mut out, terminal, "bob", text).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_terminal_is_told_in_its_way() {
        let check = |divides, multiplexer, expected: &str| {
            assert_eq!(notice(divides, multiplexer, "hi"), expected);
        };
        check(false, None, "\x1b]9;bob: hi\x07");
        check(true, None, "\x1b]777;notify;bob;hi\x07");
        check(false, Some(Multiplexer::Tmux), "\x1bPtmux;\x1b\x1b]9;bob: hi\x07\x1b\\");
        check(false, Some(Multiplexer::Screen), "\x1bP\x1b]9;bob: hi\x07\x1b\\");
    }

    #[test]
    fn no_text_ends_its_sequence_or_is_long() {
        let hostile = "\x07\x1b\\\u{9c}\u{9d}\n\x18a";
        assert_eq!(notice(false, None, hostile), "\x1b]9;bob: \\a\x07");
        for multiplexer in [None, Some(Multiplexer::Tmux), Some(Multiplexer::Screen)] {
            assert!(notice(true, multiplexer, &"é".repeat(9_999)).len() < 768);
        }
        let mut out = Vec::new();
        write_title(&mut out, "(1) #a\x07\x1b]0;b").unwrap();
        assert_eq!(out, b"\x1b]2;(1) #a]0;b\x07");
    }
}
