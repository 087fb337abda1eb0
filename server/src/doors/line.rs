//! The line dialect: the first line is one's name, every later one a message. For `nc`, telnet
//! and the first chat client that everybody writes.

use std::borrow::Cow;

use bytes::{BufMut, BytesMut};
use chat_protocol::event::{Announcement, Presence, TimerChange, TimerNews};
use chat_protocol::limit::FRAME_BYTES;
use chat_protocol::{Code, Event, Hello, LineCodec, Message, MessageId, Nick, Refusal, Request};

use super::saying::Saying;
use super::{Asked, Came, Dialect, Door, OnTaken, telnet};

/// What takes the place of a tab, which nobody's text may hold.
const TAB: &str = "    ";

/// How people of the line dialect are spoken to.
pub(crate) struct Line;

impl Dialect for Line {
    fn name(&self) -> &'static str {
        "line"
    }

    fn print(&self, event: &Event, out: &mut BytesMut) {
        match event {
            Event::Message(said) => print_message(&said.message, "", out),
            Event::Direct(said) => print_message(&said.message, " (to you)", out),
            Event::Welcome(welcome) => server(out, &format!("{} joined", welcome.name)),
            // Who only visits comes and goes without a word.
            Event::Joined(presence) | Event::Left(presence) if presence.marks.visit => {}
            Event::Joined(Presence { names, .. }) => {
                names.iter().for_each(|name| server(out, &format!("{name} joined")));
            }
            Event::Left(Presence { names, .. }) => {
                names.iter().for_each(|name| server(out, &format!("{name} left")));
            }
            Event::Renamed { from, to } => server(out, &format!("{from} is now {to}")),
            Event::Topic { text, by, .. } => server(out, &format!("{by} set the topic: {text}")),
            Event::Announce(Announcement { text, by, .. }) if text.is_empty() => {
                server(out, &format!("{by} took the announcement away"));
            }
            Event::Announce(Announcement { text, by, .. }) => {
                server(out, &format!("{by} announces: {text}"));
            }
            Event::Timer(TimerNews { change, .. }) => server(out, &timer(change)),
            Event::Bye { text } => server(out, text),
            Event::Error(refusal) => server(out, &refusal.text),
            _ => {}
        }
    }

    fn print_goodbye(&self, out: &mut BytesMut) {
        out.put_slice(b"DONE\n");
    }
}

/// What became of a countdown, for people.
fn timer(change: &TimerChange) -> String {
    match change {
        TimerChange::Set(timer, by) => format!("{by} set a timer: {}", timer.words()),
        TimerChange::TakenAway(by) => format!("{by} took the timer away"),
        TimerChange::Over(_) => "time is up".to_owned(),
    }
}

/// The lines of a text, as whoever reads them may take them to end: Python's `splitlines` knows
/// more ends than `\n`, and cleaning leaves these two.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\u{2028}', '\u{2029}'])
}

/// A text of several lines carries the name on every line, so that nobody can forge one.
pub(super) fn print_message(message: &Message, to: &str, out: &mut BytesMut) {
    for line in lines(&message.text) {
        out.put_slice(format!("{}{to}: {line}\n", message.from).as_bytes());
    }
}

pub(super) fn server(out: &mut BytesMut, text: &str) {
    for line in lines(text) {
        out.put_slice(b"SERVER: ");
        out.put_slice(line.as_bytes());
        out.put_u8(b'\n');
    }
}

/// Reads a command; the id is for what it may say.
pub(super) type Command = fn(&str, MessageId) -> Result<Asked, Refusal>;

/// How far a peer has come.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Nameless,
    Named,
    /// What came in the place of a name was nobody's: nothing more is heard, and they leave.
    Refused,
    Gone,
}

/// A person of the line dialect.
#[derive(Default)]
pub(crate) struct LineDoor {
    codec: LineCodec,
    stage: Stage,
    saying: Saying,
    /// For people at netcat: what a line means that begins with a slash.
    at_netcat: Option<Command>,
}

impl Door for LineDoor {
    fn dialect(&self) -> &'static dyn Dialect {
        &Line
    }

    fn next(&mut self, buffer: &mut BytesMut, came: Came) -> Option<Result<Asked, Refusal>> {
        if let Stage::Refused | Stage::Gone = self.stage {
            buffer.clear();
            let before = std::mem::replace(&mut self.stage, Stage::Gone);
            return (before == Stage::Refused).then_some(Ok(Asked::Request(Request::Bye)));
        }
        loop {
            if let Some(part) = self.saying.next() {
                return Some(Ok(part));
            }
            let line = match self.codec.next_line(buffer) {
                None if self.at_netcat.is_some() && telnet::leaves(buffer) => {
                    buffer.clear();
                    self.codec = LineCodec::default();
                    return Some(Ok(Asked::Request(Request::Bye)));
                }
                None if came == Came::Ended => Ok(self.codec.last_line(buffer)?),
                None => return None,
                Some(line) => line,
            };
            let Ok(line) = line else {
                let text = format!("a line has at most {FRAME_BYTES} bytes: it was not sent");
                return Some(Err(Refusal::new(Code::TooLong, text)));
            };
            let at_netcat = self.at_netcat.is_some();
            if at_netcat && telnet::leaves(&line) {
                return Some(Ok(Asked::Request(Request::Bye)));
            }
            // At other doors telnet is no guest that is expected; but some of it comes before the
            // name, from programs that speak it to any port.
            let nameless = self.stage == Stage::Nameless;
            let stripped = at_netcat || nameless;
            let line = if stripped { telnet::strip(&line) } else { Cow::from(&line[..]) };
            let line = String::from_utf8_lossy(&line);
            // Programs in C may send the whole buffer that a line was read into.
            let line = line.trim_matches('\0');
            if nameless {
                return Some(self.begin(line));
            }
            if !is_text(line) {
                let text = "this is not text, so it was not sent: one line of UTF-8 is one message";
                return Some(Err(Refusal::new(Code::BadText, text)));
            }
            if line.trim().is_empty() {
                continue;
            }
            if line.trim().eq_ignore_ascii_case("exit") {
                return Some(Ok(Asked::Request(Request::Bye)));
            }
            if let (Some(command), true) = (self.at_netcat, line.starts_with('/')) {
                return Some(command(line.trim_end(), self.saying.id()));
            }
            // Code that is piped in is indented with them.
            self.saying.begin(&line.replace('\t', TAB));
        }
    }
}

/// Whether somebody may have written this: in UTF-8, or with a foreign letter here and there. Of
/// what is no text, be it a picture or noise, much is no characters; so is text in an alphabet of
/// its own that is not UTF-8, which nobody could read here either.
pub(super) fn is_text(line: &str) -> bool {
    let (mut all, mut strange) = (0, 0);
    for c in line.chars() {
        all += 1;
        strange += usize::from(c == char::REPLACEMENT_CHARACTER || (c.is_control() && c != '\t'));
    }
    strange * 3 <= all
}

/// Whether this is no try at a name, as most of what comes from a program that has mistaken the
/// port is none: neither text nor letters of some alphabet that is not UTF-8.
fn is_noise(line: &str) -> bool {
    const TYPED: [char; 4] = ['\u{8}', '\t', '\u{1b}', '\u{7f}'];
    // Keys that were pressed by mistake, and ends of lines and strings as some languages have them.
    let line = line.trim_matches(|c: char| c.is_ascii_control());
    !is_text(line) && line.chars().any(|c| c.is_ascii_control() && !TYPED.contains(&c))
}

impl LineDoor {
    /// A door for people at netcat, with these commands.
    pub(super) fn at_netcat(command: Command) -> Self {
        Self { at_netcat: Some(command), ..Self::default() }
    }

    /// Takes the first line: a name, most probably.
    fn begin(&mut self, line: &str) -> Result<Asked, Refusal> {
        if self.at_netcat.is_some() && leaves_unnamed(line.trim()) {
            return Ok(Asked::Request(Request::Bye));
        }
        if is_noise(line) {
            self.stage = Stage::Refused;
            let text = "this is not text: your name goes first, a line of UTF-8";
            return Err(Refusal::new(Code::BadText, text));
        }
        self.stage = Stage::Named;
        Ok(hello(line))
    }
}

/// Whether somebody who is asked for a name would rather go.
fn leaves_unnamed(line: &str) -> bool {
    ["exit", "/quit"].iter().any(|word| line.eq_ignore_ascii_case(word))
}

/// Who somebody is by the first line they sent, whatever it holds.
pub(super) fn hello(line: &str) -> Asked {
    match Nick::repair(line) {
        Some(name) => Asked::Hello(Box::new(Hello::guest(name)), OnTaken::Number),
        None => Asked::Hello(Box::new(Hello::guest(Nick::guest())), OnTaken::Invent),
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::Text;

    use super::*;

    fn asked(bytes: &[u8]) -> Vec<String> {
        let mut door = LineDoor::default();
        let mut buffer = BytesMut::from(bytes);
        let mut out = Vec::new();
        while let Some(asked) = door.next(&mut buffer, Came::Ended) {
            out.push(match asked {
                Ok(Asked::Hello(hello, on_taken)) => format!("hello {} {on_taken:?}", hello.name),
                Ok(Asked::People) => "people".to_owned(),
                Ok(Asked::Request(Request::Say { id, text, .. })) => {
                    format!("{}: {}", id.as_str(), text.as_str())
                }
                Ok(other) => format!("{other:?}"),
                Err(refusal) => format!("{:?}", refusal.code),
            });
        }
        out
    }

    #[test]
    fn the_first_line_is_the_name_and_the_others_are_messages() {
        assert_eq!(
            asked(b"ann\r\nhi\r\n\r\nbye then"),
            ["hello ann Number", "1: hi", "2: bye then"]
        );
        assert_eq!(asked(b"\nhi\n"), ["hello guest Invent", "1: hi"]);
        assert_eq!(asked(b"ann\n\tx = 1\n \t \n"), ["hello ann Number", "1:     x = 1"]);
        assert_eq!(asked(b"ann\n ExIt \n"), ["hello ann Number", "Request(Bye)"]);
        assert_eq!(asked(b"ann\n\xffhi\x1b[31m\n"), ["hello ann Number", "1: \u{FFFD}hi[31m"]);
    }

    #[test]
    fn whole_buffers_of_c_hold_the_same_lines() {
        let buffer = |line: &[u8]| [line, &[0; 32][line.len()..]].concat();
        let sent = [&b"ann\n"[..], b"hi\n", b"exit\n"].map(buffer).concat();
        assert_eq!(asked(&sent), ["hello ann Number", "1: hi", "Request(Bye)"]);
    }

    #[test]
    fn long_lines_are_said_in_parts_and_longer_ones_refused() {
        let line = format!("ann\n{}\n", "x".repeat(8_193));
        let said = asked(line.as_bytes());
        assert_eq!(said.len(), 3);
        assert_eq!(said[2], "2: x");
        let line = format!("ann\n{}\nshort\n", "x".repeat(70_000));
        assert_eq!(asked(line.as_bytes()), ["hello ann Number", "TooLong", "1: short"]);
    }

    #[test]
    fn what_is_no_text_is_not_sent() {
        let check = |line: &[u8], expected| {
            assert_eq!(is_text(&String::from_utf8_lossy(line)), expected, "{line:?}");
        };
        check(b"", true);
        check(b"plain", true);
        check("déjà vu 漢字 👩‍👩‍👧".as_bytes(), true);
        check(b"d\xe9j\xe0 vu, as Windows has it", true);
        check(b"\x1b[31mred\x1b[0m", true);
        check(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", false);
        check(&[0x9f, 0x02, 0xc3, 0x41, 0x88, 0x00], false);
        assert_eq!(asked(b"ann\n\x00\x01\x02\nhi\n"), ["hello ann Number", "BadText", "1: hi"]);
    }

    #[test]
    fn what_is_no_name_of_any_kind_is_told_so_and_nothing_more_is_heard() {
        for noise in [&b"\x9f\x02\xc3\x00\n"[..], b"a\0n\0n\0\n", b"\xd0\xcf\x11\xe0\xa1\n"] {
            let sent = [noise, b"ann\nhi\n"].concat();
            let mut door = LineDoor::default();
            let mut buffer = BytesMut::from(&sent[..]);
            let mut next = || door.next(&mut buffer, Came::More);
            assert!(matches!(next(), Some(Err(Refusal { code: Code::BadText, .. }))), "{noise:?}");
            assert_eq!(next(), Some(Ok(Asked::Request(Request::Bye))));
            assert_eq!(next(), None);
            assert!(buffer.is_empty());
        }
        // In other alphabets than UTF-8, mistyped, and with a key too many.
        for (name, expected) in [
            (&b"\xe1\xee\xee\xe1\n"[..], "hello guest Invent"),
            (b"an\x08nn\n", "hello annn Number"),
            (b"\x1b[Aann\n", "hello Aann Number"),
            (b"ann\x00\n", "hello ann Number"),
            (b"ann\x00\x00\x00\x00\x00\x00\n", "hello ann Number"),
            (b"a\r\r\n", "hello a Number"),
            (b"\r\r\n", "hello guest Invent"),
            (b"\x01bo\x15\n", "hello bo Number"),
            (b"\xe1\xee\xee\r\0\n", "hello guest Invent"),
            (b"\x03\n", "hello guest Invent"),
            (b"\xff\xfb\x1f\xff\xfb\x18\xff\xfd\x01ann\r\n", "hello ann Number"),
        ] {
            assert_eq!(asked(name), [expected], "{name:?}");
        }
    }

    #[test]
    fn every_line_of_a_text_carries_the_name() {
        let message = Message {
            seq: 1,
            from: Nick::new("ann").unwrap(),
            at: 0,
            text: Text::new("one\nSERVER: bob left\u{2028}cy: hi").unwrap(),
        };
        let mut out = BytesMut::new();
        print_message(&message, "", &mut out);
        assert_eq!(&out[..], b"ann: one\nann: SERVER: bob left\nann: cy: hi\n");
    }
}
