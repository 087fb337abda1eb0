//! The pickle dialect: a lab's client pickles its profile, later ones strings to say. Plain data
//! only: what a pickle would have Python call is refused.

use std::time::Duration;

use bytes::{Buf, BytesMut};
use chat_protocol::pickle::{self, Decoder, Value};
use chat_protocol::{Code, Event, Hello, Nick, Refusal, Request};
use tokio::time::Instant;

use super::line::{Line, hello};
use super::saying::Saying;
use super::{Asked, Came, Dialect, Door, News, OnTaken};

/// How long after somebody came in their answer has been read: whoever takes the answer with
/// `recv(4096)` gets it alone.
const ANSWER_READ: Duration = Duration::from_millis(200);

/// How long nothing may come in the middle of a pickle: programs send each at once.
const UNFINISHED: Duration = Duration::from_secs(10);

/// How people of the pickle dialect are spoken to.
pub(crate) struct Pickle;

impl Dialect for Pickle {
    fn name(&self) -> &'static str {
        "pickle"
    }

    fn print(&self, event: &Event, out: &mut BytesMut) {
        match event {
            Event::Welcome(welcome) => answer(welcome.name.as_str(), "welcome", out),
            Event::Whois(whois) => answer(whois.name.as_str(), "noted", out),
            _ => {
                let mut lines = BytesMut::new();
                Line.print(event, &mut lines);
                for line in String::from_utf8_lossy(&lines).lines() {
                    pickle::encode(&Value::Text(line.to_owned()), out);
                }
            }
        }
    }

    fn print_goodbye(&self, _: &mut BytesMut) {}
}

/// What whoever sent a profile is answered.
fn answer(name: &str, message: &str, out: &mut BytesMut) {
    let text = |text: &str| Value::Text(text.to_owned());
    let entries = [("status", "ok"), ("name", name), ("message", message)];
    let entries = entries.map(|(key, value)| (text(key), text(value)));
    pickle::encode(&Value::Dict(entries.into()), out);
}

/// A person of the pickle dialect.
#[derive(Default)]
pub(crate) struct PickleDoor {
    decoder: Decoder,
    known: bool,
    /// What came is no pickle: where the next one would begin, nobody can tell.
    lost: bool,
    since: Option<Instant>,
    saying: Saying,
}

impl Door for PickleDoor {
    fn dialect(&self) -> &'static dyn Dialect {
        &Pickle
    }

    fn next(&mut self, buffer: &mut BytesMut, came: Came) -> Option<Result<Asked, Refusal>> {
        loop {
            if self.lost {
                buffer.clear();
                return Some(Ok(Asked::Request(Request::Bye)));
            }
            if let Some(part) = self.saying.next() {
                return Some(Ok(part));
            }
            if buffer.is_empty() {
                return None;
            }
            let error = match self.decoder.decode(buffer) {
                Ok(Some((value, used))) => {
                    buffer.advance(used);
                    if let Some(asked) = self.take(value) {
                        return Some(asked);
                    }
                    continue;
                }
                Ok(None) if came == Came::More => return None,
                Ok(None) => "the pickle ends in the middle: send it whole".to_owned(),
                Err(error) => error.to_string(),
            };
            self.lost = true;
            return Some(Err(Refusal::new(Code::BadFrame, error)));
        }
    }

    fn pause(&self) -> Option<Duration> {
        Some(UNFINISHED)
    }

    fn news(&mut self, now: Instant, answered: bool) -> News {
        if !answered && self.since.is_none() {
            return News::NotBefore(now + ANSWER_READ);
        }
        let until = *self.since.get_or_insert(now) + ANSWER_READ;
        if now >= until { News::Now } else { News::NotBefore(until) }
    }
}

impl PickleDoor {
    /// What a value asks; `None` when it only begins to be said.
    fn take(&mut self, value: Value) -> Option<Result<Asked, Refusal>> {
        if !std::mem::replace(&mut self.known, true) {
            return Some(Ok(introduction(&value)));
        }
        match value {
            Value::Text(text) => {
                self.saying.begin(&text);
                None
            }
            value => Some(match pickle::profile(&value) {
                Some(profile) => Ok(Asked::Request(Request::Profile(profile))),
                None => {
                    let text = "send a profile (name, student id, GitHub name) or a string to say";
                    Err(Refusal::new(Code::BadFrame, text))
                }
            }),
        }
    }
}

/// Who somebody is by the first value they sent, whatever it holds.
fn introduction(value: &Value) -> Asked {
    if let Value::Text(name) = value {
        return hello(name);
    }
    let profile = pickle::profile(value).unwrap_or_default();
    let name = Nick::repair(profile.full_name.as_str());
    let on_taken = if name.is_some() { OnTaken::Number } else { OnTaken::Invent };
    let guest = Hello::guest(name.unwrap_or_else(Nick::guest));
    Asked::Hello(Box::new(Hello { profile: Some(profile), ..guest }), on_taken)
}

#[cfg(test)]
mod tests {
    use chat_protocol::Profile;

    use super::*;

    fn pickled(values: &[Value]) -> BytesMut {
        let mut out = BytesMut::new();
        values.iter().for_each(|value| pickle::encode(value, &mut out));
        out
    }

    fn asked(bytes: &[u8], came: Came) -> Vec<String> {
        let mut door = PickleDoor::default();
        let mut buffer = BytesMut::from(bytes);
        let mut out = Vec::new();
        while let Some(asked) = door.next(&mut buffer, came) {
            out.push(match asked {
                Ok(Asked::Hello(hello, on_taken)) => {
                    let Profile { full_name, student_id, github } =
                        hello.profile.unwrap_or_default();
                    let told = [full_name, student_id, github].map(|line| line.to_string());
                    format!("hello {} {on_taken:?} {}", hello.name, told.join("/"))
                }
                Ok(Asked::Request(Request::Say { text, .. })) => text.as_str().to_owned(),
                Ok(Asked::Request(Request::Profile(profile))) => profile.github.to_string(),
                Ok(Asked::Request(Request::Bye)) => return [out, vec!["bye".to_owned()]].concat(),
                Ok(other) => format!("{other:?}"),
                Err(refusal) => refusal.text,
            });
        }
        out
    }

    fn check(values: &[Value], expected: &[&str]) {
        assert_eq!(asked(&pickled(values), Came::More), expected, "{values:?}");
    }

    fn profile(github: &str) -> Value {
        Value::Tuple(vec!["Ann Lee".into(), Value::Int(4711), github.into()])
    }

    #[test]
    fn a_profile_comes_first_and_then_strings() {
        check(&[profile("ann")], &["hello Ann Lee Number Ann Lee/4711/ann"]);
        check(
            &[profile("ann"), "hi".into(), profile("lee"), Value::None],
            &[
                "hello Ann Lee Number Ann Lee/4711/ann",
                "hi",
                "lee",
                "send a profile (name, student id, GitHub name) or a string to say",
            ],
        );
        check(&["ann".into()], &["hello ann Number //"]);
        check(&[Value::None], &["hello guest Invent //"]);
    }

    #[test]
    fn what_is_no_pickle_ends_it() {
        let bytes = pickled(&[profile("ann")]);
        for came in [Came::Paused, Came::Ended] {
            assert_eq!(asked(&bytes, came), ["hello Ann Lee Number Ann Lee/4711/ann"]);
        }
        for end in 1..bytes.len() {
            assert_eq!(asked(&bytes[..end], Came::More), [""; 0], "{end}");
            for came in [Came::Paused, Came::Ended] {
                let cut = asked(&bytes[..end], came);
                assert_eq!(cut, ["the pickle ends in the middle: send it whole", "bye"], "{end}");
            }
        }
        let told = asked(b"cos\nsystem\n(S'true'\ntR.", Came::More);
        assert!(told[0].contains("send plain data") && told[1] == "bye", "{told:?}");
    }
}
