//! How a message is printed: as one line for people and `grep`, or as the wire has it.

use chat_protocol::{Conversation, Nick};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::rich;
use crate::session::follow::Said;
use crate::words;

/// Colours of names: those of the sixteen that are legible on light and on dark.
const COLOURS: [u8; 6] = [31, 32, 33, 34, 35, 36];

/// How messages are printed.
#[derive(Debug)]
pub(super) enum Style {
    /// `2026-11-21 14:05:09 #lobby ann: text`.
    Line { zone: TimeZone, colours: bool },
    /// One object, as in the native protocol.
    Json,
}

impl Style {
    /// One message, with its new line.
    pub(super) fn line(&self, room: &Conversation, said: &Said) -> Vec<u8> {
        match self {
            Self::Json => said.line(room).to_vec(),
            Self::Line { zone, colours } => {
                let message = &said.message;
                let time = Timestamp::from_millisecond(message.at).unwrap_or_default();
                let time = time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S");
                let name = coloured(&message.from, *colours);
                let words = match rich::is_action(&message.text) {
                    true => format!(
                        "* {name} {}",
                        escaped(message.text[rich::ACTION.len()..].trim_start())
                    ),
                    false => format!("{name}: {}", escaped(&message.text)),
                };
                format!("{time} {} {words}\n", words::title(room)).into_bytes()
            }
        }
    }
}

fn coloured(name: &Nick, colours: bool) -> String {
    if !colours {
        return name.to_string();
    }
    let sum =
        name.as_str().bytes().fold(0_usize, |sum, byte| sum * 31 % 65_521 + usize::from(byte));
    format!("\x1b[{}m{name}\x1b[0m", COLOURS[sum % COLOURS.len()])
}

/// A text in one line: whatever begins another is shown as an escape.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\u{2028}' | '\u{2029}' => out.extend(c.escape_unicode()),
            c if chat_protocol::text::is_unwanted(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Message, Text};

    use super::*;

    fn said(text: &str) -> Said {
        let (from, at) = (Nick::new("ann").unwrap(), 1_795_251_600_000);
        let message = Message { seq: 7, from, at, text: Text::new(text).unwrap() };
        Said { message, to: Nick::new("bob").unwrap() }
    }

    fn check(style: &Style, room: &str, text: &str, expected: &str) {
        let line = style.line(&room.parse().unwrap(), &said(text));
        assert_eq!(String::from_utf8(line).unwrap(), expected);
    }

    #[test]
    fn a_message_is_a_line() {
        let plain = Style::Line { zone: TimeZone::UTC, colours: false };
        check(&plain, "lobby", "hi", "2026-11-21 09:00:00 #lobby ann: hi\n");
        check(&plain, "@bob", "a\nb", "2026-11-21 09:00:00 @bob ann: a\\nb\n");
        check(&plain, "lobby", "/me waves", "2026-11-21 09:00:00 #lobby * ann waves\n");
        check(&plain, "lobby", "a\u{2028}b", "2026-11-21 09:00:00 #lobby ann: a\\u{2028}b\n");
        let colours = Style::Line { zone: TimeZone::UTC, colours: true };
        check(&colours, "lobby", "hi", "2026-11-21 09:00:00 #lobby \x1b[35mann\x1b[0m: hi\n");
    }

    #[test]
    fn json_is_as_on_the_wire() {
        let rest = "\"seq\":7,\"from\":\"ann\",\"at\":1795251600000,\"text\":\"a\\nb\"}\n";
        check(
            &Style::Json,
            "lobby",
            "a\nb",
            &format!("{{\"type\":\"message\",\"room\":\"lobby\",{rest}"),
        );
        let direct = "{\"type\":\"direct\",\"from\":\"ann\",\"to\":\"bob\",\"seq\":7,\
                      \"at\":1795251600000,\"text\":\"x\"}\n";
        check(&Style::Json, "@bob", "x", direct);
    }
}
