//! The comma dialect: `register,NAME`, `list,friends`, `chat,NAME`. For the simulated users of a
//! lab, who read with `recv(4096)` and take what that brings for one answer.
//!
//! So nothing that they did not ask for may mix into an answer: what others say is held back until
//! the first list has been read, or is not going to be asked for, and around each further list.

use std::time::Duration;

use bytes::{BufMut, BytesMut};
use chat_protocol::limit::FRAME_BYTES;
use chat_protocol::{Code, Event, LineCodec, Nick, Refusal, Request, Text};
use tokio::time::Instant;

use super::line::{self, print_message};
use super::saying::Saying;
use super::{Asked, Came, Dialect, Door, News};
use crate::words::nobody;

/// What a connection of this dialect begins with.
pub(super) const REGISTER: &[u8] = b"register,";

/// Without a newline, a command is whole when nothing has come behind it for so long.
const PAUSE: Duration = Duration::from_millis(50);

/// How long after the answer to the first list it has been read.
const LIST_READ: Duration = Duration::from_millis(200);

/// When nobody expects any more that a list is going to be asked for.
const NO_LIST: Duration = Duration::from_secs(10);

/// What `chat` says.
const HI: &str = "hi";

const COMMANDS: &str = "there are register,NAME and list,friends and chat,NAME";

/// How people of the comma dialect are spoken to.
pub(crate) struct Comma;

impl Dialect for Comma {
    fn name(&self) -> &'static str {
        "comma"
    }

    fn print(&self, event: &Event, out: &mut BytesMut) {
        match event {
            Event::Welcome(_) => out.put_slice(b"ack"),
            Event::Message(said) => print_message(&said.message, "", out),
            Event::Direct(said) => {
                for line in line::lines(&said.message.text) {
                    out.put_slice(format!("{} says {line}\n", said.message.from).as_bytes());
                }
            }
            // Who is numbered finds their name in the list: beside `ack` there is no way to say it.
            Event::Error(refusal) if refusal.code == Code::NameTaken => {}
            Event::Error(Refusal { text, .. }) | Event::Bye { text } => {
                out.put_slice(text.replace('\n', " ").as_bytes());
                out.put_u8(b'\n');
            }
            _ => {}
        }
    }

    fn print_people(&self, people: &[Nick], out: &mut BytesMut) {
        for (index, name) in people.iter().enumerate() {
            if index > 0 {
                out.put_u8(b',');
            }
            out.put_slice(name.as_str().as_bytes());
        }
    }

    fn print_goodbye(&self, _: &mut BytesMut) {}
}

/// A person of the comma dialect.
#[derive(Default)]
pub(crate) struct CommaDoor {
    codec: LineCodec,
    registered: bool,
    saying: Saying,
    hold: Hold,
}

/// What decides how long news are held back.
#[derive(Debug, Default)]
struct Hold {
    since: Option<Instant>,
    list: List,
    /// There was a chat, or the first list has been read, or nobody expects one any more.
    free: bool,
}

/// What became of the last list.
#[derive(Clone, Copy, Debug, Default)]
enum List {
    #[default]
    None,
    Asked,
    Answered(Instant),
}

impl Hold {
    /// A list is asked for: nothing else may stand in the read that brings it.
    fn list(&mut self) {
        self.list = List::Asked;
    }

    /// Whoever chats has read what they asked for, or has not waited for it.
    fn chat(&mut self) {
        self.free |= !matches!(self.list, List::Asked);
        if let List::Answered(_) = self.list {
            self.list = List::None;
        }
    }

    fn news(&mut self, now: Instant, answered: bool) -> News {
        let since = *self.since.get_or_insert(now);
        if let List::Asked = self.list
            && answered
        {
            self.list = List::Answered(now);
        }
        let until = match self.list {
            List::Answered(at) => at + LIST_READ,
            List::Asked => now + NO_LIST,
            List::None if self.free => now,
            List::None => since + NO_LIST,
        };
        if now < until {
            return News::NotBefore(until);
        }
        self.free = true;
        self.list = List::None;
        News::Now
    }
}

impl Door for CommaDoor {
    fn dialect(&self) -> &'static dyn Dialect {
        &Comma
    }

    fn next(&mut self, buffer: &mut BytesMut, came: Came) -> Option<Result<Asked, Refusal>> {
        loop {
            let line = match self.codec.next_line(buffer) {
                None if came == Came::More => return None,
                None => Ok(self.codec.last_line(buffer)?),
                Some(line) => line,
            };
            let Ok(line) = line else {
                let text = format!("a command has at most {FRAME_BYTES} bytes; {COMMANDS}");
                return Some(Err(Refusal::new(Code::TooLong, text)));
            };
            let line = String::from_utf8_lossy(&line);
            if !line.trim().is_empty() {
                return Some(self.command(line.trim()));
            }
        }
    }

    fn pause(&self) -> Option<Duration> {
        Some(PAUSE)
    }

    fn news(&mut self, now: Instant, answered: bool) -> News {
        self.hold.news(now, answered)
    }
}

impl CommaDoor {
    fn command(&mut self, line: &str) -> Result<Asked, Refusal> {
        let mut words = line.split(',').map(str::trim);
        let (verb, operand) = (words.next().unwrap_or_default(), words.next());
        let refused = |text: &str| Err(Refusal::new(Code::BadFrame, text));
        if words.next().is_some() {
            return refused(&format!("one comma too many: {COMMANDS}"));
        }
        match (verb, operand) {
            ("register", Some(_)) if self.registered => {
                refused("you have registered already: one connection is one user")
            }
            ("register", Some(name)) => {
                self.registered = true;
                Ok(line::hello(name))
            }
            ("list", Some("friends")) if self.registered => {
                self.hold.list();
                Ok(Asked::People)
            }
            ("chat", Some(name)) if self.registered => {
                self.hold.chat();
                self.chat(name)
            }
            ("list", Some("friends")) | ("chat", Some(_)) => refused("register,NAME comes first"),
            _ => refused(&format!("no such command: {COMMANDS}")),
        }
    }

    fn chat(&mut self, name: &str) -> Result<Asked, Refusal> {
        let to = Nick::new(name).map_err(|_| nobody(name))?;
        let id = self.saying.id();
        let text = Text::new(HI).map_err(|error| Refusal::new(Code::BadText, error.to_string()))?;
        Ok(Asked::Request(Request::Tell { id, to, text }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pieces: &[&str]) -> Vec<String> {
        let mut door = CommaDoor::default();
        let mut buffer = BytesMut::new();
        let mut out = Vec::new();
        for piece in pieces {
            let (piece, came) = match piece.strip_suffix('…') {
                Some(piece) => (piece, Came::More),
                None => (*piece, Came::Paused),
            };
            buffer.extend_from_slice(piece.as_bytes());
            while let Some(asked) = door.next(&mut buffer, came) {
                out.push(match asked {
                    Ok(Asked::Hello(hello, on_taken)) => {
                        format!("hello {} {on_taken:?}", hello.name)
                    }
                    Ok(Asked::People) => "people".to_owned(),
                    Ok(Asked::Request(Request::Tell { id, to, text })) => {
                        format!("{} to {to}: {}", id.as_str(), text.as_str())
                    }
                    Ok(other) => format!("{other:?}"),
                    Err(refusal) => refusal.text,
                });
            }
        }
        out
    }

    fn check(pieces: &[&str], expected: &[&str]) {
        assert_eq!(asked(pieces), expected, "{pieces:?}");
    }

    #[test]
    fn a_command_ends_at_a_newline_or_a_pause() {
        let all = ["hello ann Number", "people", "1 to bob: hi"];
        check(&["register,ann", "list,friends", "chat,bob"], &all);
        check(&["register,ann\nlist,friends\r\nchat,bob\n…"], &all);
        check(&["regi…", "ster,…", "ann", "list,…", "friends", "chat…", ",…", "bob"], &all);
        check(&[" register , ann \n\nlist, friends", "", "chat,bob"], &all);
    }

    #[test]
    fn mistakes_are_answered() {
        let many = format!("one comma too many: {COMMANDS}");
        let none = format!("no such command: {COMMANDS}");
        check(&["register,"], &["hello guest Invent"]);
        check(&["list,friends", "chat,ann"], &["register,NAME comes first"; 2]);
        check(
            &["register,ann", "register,bob"],
            &["hello ann Number", "you have registered already: one connection is one user"],
        );
        check(
            &["register,ann", "chat,bob,cy", "dance,bob", "list", ",", "chat,\u{1b}[31m"],
            &["hello ann Number", &many, &none, &none, &none, "nobody here is called ‘[31m’"],
        );
        let long = "x".repeat(FRAME_BYTES);
        let refused = format!("a command has at most {FRAME_BYTES} bytes; {COMMANDS}");
        check(
            &[&long, "y\nregister,ann\n…"],
            &[
                &refused,
                "no such command: there are register,NAME and list,friends and chat,NAME",
                "hello ann Number",
            ],
        );
    }

    #[tokio::test(start_paused = true)]
    async fn news_wait_until_the_first_list_is_read() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut hold = Hold::default();
        assert_eq!(hold.news(at(0), true), News::NotBefore(at(10_000)));
        hold.list();
        assert!(matches!(hold.news(at(3_000), false), News::NotBefore(_)));
        assert_eq!(hold.news(at(3_005), true), News::NotBefore(at(3_205)));
        assert_eq!(hold.news(at(3_100), true), News::NotBefore(at(3_205)));
        assert_eq!(hold.news(at(3_205), true), News::Now);
        // So it is with each further list.
        hold.list();
        assert!(matches!(hold.news(at(9_000), false), News::NotBefore(_)));
        assert_eq!(hold.news(at(9_001), true), News::NotBefore(at(9_201)));
        assert_eq!(hold.news(at(9_201), true), News::Now);
    }

    #[tokio::test(start_paused = true)]
    async fn news_wait_for_no_list_when_none_is_going_to_come() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut hold = Hold::default();
        hold.news(at(0), true);
        assert_eq!(hold.news(at(10_000), true), News::Now);
        let mut hold = Hold::default();
        hold.chat();
        assert_eq!(hold.news(at(0), true), News::Now);
        // A chat behind a list that is not answered yet says nothing of whether it was read.
        let mut hold = Hold::default();
        hold.list();
        hold.chat();
        assert_eq!(hold.news(at(1), true), News::NotBefore(at(201)));
        hold.chat();
        assert_eq!(hold.news(at(2), true), News::Now);
    }
}
