//! The door for people at netcat: asks for a name, shows what was said last, and knows a few
//! commands. Otherwise it is the line dialect.

use bytes::{BufMut, BytesMut};
use chat_protocol::text::TextError;
use chat_protocol::{Code, Event, MessageId, Nick, Refusal, Request, Text};

use super::line::{Line, LineDoor, server};
use super::{Asked, Came, Dialect, Door};
use crate::words::nobody;

/// Messages that somebody sees who comes in.
const LAST: u64 = 10;

const HELP: &str = "what you type, everybody reads; /who lists who is here, \
                    /msg NAME TEXT tells one of them, /quit leaves";

/// How people at netcat are spoken to.
pub(crate) struct Nc;

impl Dialect for Nc {
    fn name(&self) -> &'static str {
        "nc"
    }

    fn print(&self, event: &Event, out: &mut BytesMut) {
        Line.print(event, out);
        if let Event::Welcome(_) = event {
            server(out, HELP);
        }
    }

    fn print_people(&self, people: &[Nick], out: &mut BytesMut) {
        let names: Vec<&str> = people.iter().map(Nick::as_str).collect();
        server(out, &format!("{} here: {}", names.len(), names.join(", ")));
    }

    fn print_goodbye(&self, out: &mut BytesMut) {
        Line.print_goodbye(out);
    }

    fn looks_back(&self) -> u64 {
        LAST
    }
}

/// A person at netcat.
pub(crate) struct NcDoor(LineDoor);

impl Default for NcDoor {
    fn default() -> Self {
        Self(LineDoor::at_netcat(command))
    }
}

impl Door for NcDoor {
    fn dialect(&self) -> &'static dyn Dialect {
        &Nc
    }

    fn greet(&self, name: &str, out: &mut BytesMut) {
        server(out, &format!("welcome to {name}"));
        out.put_slice(b"Your name: ");
    }

    fn next(&mut self, buffer: &mut BytesMut, came: Came) -> Option<Result<Asked, Refusal>> {
        self.0.next(buffer, came)
    }
}

/// What a line asks that begins with a slash.
fn command(line: &str, id: MessageId) -> Result<Asked, Refusal> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word.to_lowercase().as_str() {
        "/who" => Ok(Asked::People),
        "/msg" => tell(rest.trim(), id),
        "/quit" => Ok(Asked::Request(Request::Bye)),
        "/help" => Err(Refusal::new(Code::UnknownType, HELP)),
        _ => Err(Refusal::new(Code::UnknownType, format!("no such command: {HELP}"))),
    }
}

/// Something to one person, whose name is in quotes when it is of several words.
fn tell(rest: &str, id: MessageId) -> Result<Asked, Refusal> {
    let quoted = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'));
    let (name, text) = quoted.or_else(|| rest.split_once(' ')).unwrap_or((rest, ""));
    let missing = "/msg wants a name and a text, as in /msg ann see you at four";
    let missing = || Refusal::new(Code::BadText, missing);
    let text = Text::new(text.trim()).map_err(|error| match error {
        TextError::Empty => missing(),
        error => Refusal::new(Code::BadText, format!("{error}: it was not sent")),
    })?;
    let to = Nick::new(name).map_err(|_| nobody(name))?;
    Ok(Asked::Request(Request::Tell { id, to, text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let asked = match command(line, MessageId::from(7)) {
            Ok(Asked::Request(Request::Tell { to, text, .. })) => {
                format!("{to} < {}", text.as_str())
            }
            Ok(Asked::Request(Request::Bye)) => "bye".to_owned(),
            Ok(Asked::People) => "people".to_owned(),
            Ok(other) => format!("{other:?}"),
            Err(refusal) => refusal.text,
        };
        assert!(asked.starts_with(expected), "{line}: {asked}");
    }

    #[test]
    fn commands() {
        check("/who", "people");
        check("/WHO ", "people");
        check("/quit", "bye");
        check("/help", "what you type");
        check("/dance", "no such command: what you type");
        check("/", "no such command");
        check("/msg ann  see you", "ann < see you");
        check("/msg \"ann lee\" hi", "ann lee < hi");
        check("/msg ann", "/msg wants a name and a text");
        check("/msg", "/msg wants a name and a text");
        check("/msg ! hi", "nobody here is called ‘!’");
    }
}
