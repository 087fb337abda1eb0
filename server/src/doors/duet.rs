//! The duet dialect: turn by turn, for two-way lab clients that send, wait for an answer, print it
//! and ask their user again. What is said in the room is what they are answered.

use bytes::{BufMut, BytesMut};
use chat_protocol::text::floor_boundary;
use chat_protocol::{Code, Event, Hello, Nick, Refusal, Request};
use tokio::time::Instant;

use super::line::{is_text, lines};
use super::saying::Saying;
use super::{Asked, Came, Dialect, Door, News, OnTaken};

/// What one answer holds at most: two-way clients read with `recv(1024)`.
const ANSWER_BYTES: usize = 1_024;

/// Turns that may be owed: whoever sends more without reading gets no more answers for it.
const TURNS: usize = 64;

/// How people of the duet dialect are spoken to.
pub(crate) struct Duet;

impl Dialect for Duet {
    fn name(&self) -> &'static str {
        "duet"
    }

    fn print(&self, event: &Event, out: &mut BytesMut) {
        match event {
            Event::Message(said) => {
                print_lines(&format!("{}: ", said.message.from), &said.message.text, out);
            }
            Event::Direct(said) => {
                print_lines(&format!("{} (to you): ", said.message.from), &said.message.text, out);
            }
            Event::Error(refusal) => print_lines("SERVER: ", &refusal.text, out),
            _ => {}
        }
    }

    fn print_goodbye(&self, _: &mut BytesMut) {}
}

/// The text's lines, each with the name before it, and none longer than an answer with its end.
fn print_lines(name: &str, text: &str, out: &mut BytesMut) {
    for mut line in lines(text) {
        loop {
            let room = (ANSWER_BYTES - 1).saturating_sub(name.len());
            let (begin, rest) = line.split_at(floor_boundary(line, room));
            out.put_slice(name.as_bytes());
            out.put_slice(begin.as_bytes());
            out.put_u8(b'\n');
            line = rest;
            if line.is_empty() {
                break;
            }
        }
    }
}

/// A person of the duet dialect.
#[derive(Default)]
pub(crate) struct DuetDoor {
    introduced: bool,
    saying: Saying,
    /// Messages that wait for an answer.
    turns: usize,
}

impl Door for DuetDoor {
    fn dialect(&self) -> &'static dyn Dialect {
        &Duet
    }

    fn next(&mut self, buffer: &mut BytesMut, came: Came) -> Option<Result<Asked, Refusal>> {
        if !self.introduced {
            self.introduced = true;
            let hello = Hello::guest(Nick::guest());
            return Some(Ok(Asked::Hello(Box::new(hello), OnTaken::Invent)));
        }
        loop {
            if let Some(part) = self.saying.next() {
                return Some(Ok(part));
            }
            let whole = if came == Came::Ended { buffer.len() } else { whole(buffer) };
            if whole == 0 {
                return None;
            }
            let message = buffer.split_to(whole);
            let message = String::from_utf8_lossy(&message);
            self.turns = (self.turns + 1).min(TURNS);
            if !is_text(message.trim()) {
                let text = "this is not text, so it was not sent: what you send is one message";
                return Some(Err(Refusal::new(Code::BadText, text)));
            }
            if message.trim().eq_ignore_ascii_case("bye") {
                return Some(Ok(Asked::Request(Request::Bye)));
            }
            self.saying.begin(message.trim_end_matches(['\r', '\n']));
        }
    }

    fn news(&mut self, _: Instant, _: bool) -> News {
        match self.turns {
            0 => News::Later,
            // Behind this answer another may come before it is read: a line ends between them.
            turns => News::Lines { most: ANSWER_BYTES, end: turns > 1 },
        }
    }

    fn told(&mut self) {
        self.turns = self.turns.saturating_sub(1);
    }
}

/// How many bytes are whole characters: the last one may have come in part only.
fn whole(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(door: &mut DuetDoor, read: &[u8], came: Came) -> Vec<String> {
        let mut buffer = BytesMut::from(read);
        let mut out = Vec::new();
        while let Some(asked) = door.next(&mut buffer, came) {
            out.push(match asked {
                Ok(Asked::Hello(hello, on_taken)) => format!("hello {} {on_taken:?}", hello.name),
                Ok(Asked::Request(Request::Say { text, .. })) => text.as_str().to_owned(),
                Ok(other) => format!("{other:?}"),
                Err(refusal) => format!("{:?}", refusal.code),
            });
        }
        out
    }

    #[test]
    fn a_read_is_a_message_and_a_turn() {
        let mut door = DuetDoor::default();
        let mut check = |read: &[u8], expected: &[&str], turns: usize| {
            assert_eq!(asked(&mut door, read, Came::More), expected, "{read:?}");
            assert_eq!(door.turns, turns, "{read:?}");
        };
        check(b"", &["hello guest Invent"], 0);
        check(b"hi", &["hi"], 1);
        check(b"one\ntwo\n", &["one\ntwo"], 2);
        check(b"\n", &[], 3);
        check(b"\x00\x01\x02", &["BadText"], 4);
        check("é".as_bytes(), &["é"], 5);
        check(&"é".as_bytes()[..1], &[], 5);
        check(b" BYE\r\n", &["Request(Bye)"], 6);
        door.told();
        assert_eq!(door.turns, 5);
        assert_eq!(asked(&mut door, b"caf\xc3", Came::Ended), ["caf\u{FFFD}"]);
    }

    #[test]
    fn every_line_fits_an_answer_and_carries_the_name() {
        let mut out = BytesMut::new();
        print_lines("ann: ", &format!("{}\nb", "é".repeat(800)), &mut out);
        let printed = String::from_utf8(out.to_vec()).unwrap();
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.starts_with("ann: ") && line.len() <= ANSWER_BYTES));
        assert_eq!(lines[2], "ann: b");
    }
}
