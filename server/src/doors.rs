//! Doors: what each dialect must do. A door is a pure codec between bytes and words; doors do not
//! know each other, and nothing behind them knows doors.

use bytes::BytesMut;
use chat_protocol::{Event, Hello, Refusal, Request};

pub(crate) mod http;
pub(crate) mod line;
pub(crate) mod native;

/// How a dialect says what the hub tells everybody. Without state, so that what one event looks
/// like is worked out once for all who share the dialect.
pub(crate) trait Dialect: Send + Sync {
    /// The dialect's name, as `via` carries it.
    fn name(&self) -> &'static str;

    /// Appends what this event looks like; nothing where the dialect has no way to say it.
    fn print(&self, event: &Event, out: &mut BytesMut);

    /// Appends what answers somebody who said that they leave.
    fn print_goodbye(&self, out: &mut BytesMut) {
        self.print(&Event::Bye { text: "goodbye".to_owned() }, out);
    }

    /// Whether members of it are sent `ping`s, and must answer.
    fn heartbeat(&self) -> bool {
        false
    }
}

/// What somebody behind a door asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Who they are.
    Hello(Box<Hello>, OnTaken),
    /// Anything else.
    Request(Request),
}

/// What to do when the name in a `hello` is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnTaken {
    /// Refuse, and suggest another: the client can ask again.
    Refuse,
    /// Put a number behind it and say so.
    Number,
    /// Always put a number behind it: no name was given.
    Invent,
}

/// One peer's side of a dialect: turns bytes into requests.
pub(crate) trait Door: Send + Sync {
    /// How this peer is spoken to.
    fn dialect(&self) -> &'static dyn Dialect;

    /// Takes the next thing asked out of the buffer; `None` when it holds no whole one. `ended`
    /// says that no more bytes will come.
    fn next(&mut self, buffer: &mut BytesMut, ended: bool) -> Option<Result<Asked, Refusal>>;
}

/// What the first bytes of a connection tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sniffed {
    /// Too little has come to tell.
    Undecided,
    /// JSON lines.
    Native,
    /// Plain text.
    Line,
    /// A web browser, or a program like one.
    Http,
    /// TLS, which this server does not speak.
    Tls,
}

/// Tells the dialect by the first bytes, as soon as they are enough to tell.
pub(crate) fn sniff(bytes: &[u8]) -> Sniffed {
    match bytes.first() {
        None => Sniffed::Undecided,
        Some(b'{') => Sniffed::Native,
        Some(0x16) => Sniffed::Tls,
        Some(_) => {
            let mut sniffed = Sniffed::Line;
            for method in http::METHODS {
                if bytes.starts_with(method) {
                    return Sniffed::Http;
                }
                if method.starts_with(bytes) {
                    sniffed = Sniffed::Undecided;
                }
            }
            sniffed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Sniffed) {
        assert_eq!(sniff(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn first_bytes_tell_the_dialect() {
        check(b"", Sniffed::Undecided);
        check(b"{", Sniffed::Native);
        check(b"\x16\x03\x01", Sniffed::Tls);
        check(b"ann", Sniffed::Line);
        check(b"\n", Sniffed::Line);
        check(b"\xff\x00", Sniffed::Line);
        check(b"G", Sniffed::Undecided);
        check(b"GE", Sniffed::Undecided);
        check(b"Gina", Sniffed::Line);
        check(b"GET", Sniffed::Undecided);
        check(b"GET\n", Sniffed::Line);
        check(b"GET /", Sniffed::Http);
        check(b"HEAD / HTTP/1.0", Sniffed::Http);
        check(b"PUSHY\n", Sniffed::Line);
    }
}
