//! The line dialect from the client's side: the first line is one's name, every later one a
//! message; others' lines come as `NAME: text`, the server's own as `SERVER: …`.

use std::borrow::Cow;

use bytes::{BufMut, BytesMut};

use super::echo::Echo;
use super::people::People;
use super::{Dialect, Heard, piece};
use crate::name::Nick;
use crate::text::Text;

/// The word that leaves.
const EXIT: &str = "EXIT";

/// What the server puts before its own words.
const SERVER: &str = "SERVER:";

/// Behind the name of somebody who speaks to us alone.
const TO_YOU: &str = " (to you)";

/// Somebody at a line server.
pub(super) struct Line {
    name: Nick,
    lines: Lines,
}

impl Line {
    pub(super) fn new(name: &Nick) -> Self {
        Self { name: name.clone(), lines: Lines::new(name) }
    }
}

impl Dialect for Line {
    fn hello(&mut self, out: &mut BytesMut) {
        put_line(self.name.as_str(), out);
    }

    /// Blank lines of a longer text are left out: many a server takes one for the end. A line of
    /// it that would leave is quoted, for it is not meant so.
    fn say(&mut self, text: &Text, out: &mut BytesMut) -> bool {
        for line in text.split('\n').filter(|line| !line.trim().is_empty()) {
            let line = match line.trim() {
                word if word.eq_ignore_ascii_case(EXIT) => Cow::Owned(format!("‘{word}’")),
                _ => Cow::Borrowed(line),
            };
            put_line(&line, out);
            self.lines.said(&line);
        }
        true
    }

    fn bye(&mut self, out: &mut BytesMut) {
        put_line(EXIT, out);
    }

    fn hear(&mut self, buffer: &mut BytesMut, settled: bool) -> Vec<Heard> {
        let mut heard = Vec::new();
        while let Some(line) = piece::next(buffer, settled) {
            self.lines.hear(&line, &mut heard);
        }
        heard
    }
}

fn put_line(line: &str, out: &mut BytesMut) {
    out.put_slice(line.as_bytes());
    out.put_u8(b'\n');
}

/// What lines mean, wherever they are written like this.
pub(super) struct Lines {
    echo: Echo,
    people: People,
}

impl Lines {
    pub(super) fn new(own: &Nick) -> Self {
        Self { echo: Echo::new(own), people: People::default() }
    }

    /// This line goes out.
    pub(super) fn said(&mut self, line: &str) {
        self.echo.said(line);
    }

    /// This one came.
    pub(super) fn hear(&mut self, line: &str, heard: &mut Vec<Heard>) {
        let mut line = line.trim_end();
        while let Some((prompt, rest)) = self.prompt(line) {
            heard.extend(piece::notices(prompt));
            line = rest;
        }
        if let Some(words) = server(line) {
            match presence(words, true) {
                Some(presence) => self.noted(presence, heard),
                None => heard.extend(piece::notices(words)),
            }
        } else if let Some(presence) = presence(line, false) {
            self.noted(presence, heard);
        } else if let Some((from, text)) = told(line) {
            self.people.meet(&from);
            heard.extend(piece::told(&from, text));
        } else if let Some((from, text)) = self.people.speaker(line) {
            self.people.meet(&from);
            if !self.echo.is(&from, text) {
                heard.extend(piece::said(&from, text));
            }
        } else {
            heard.extend(piece::notices(line));
        }
    }

    /// Somebody came or went.
    fn noted(&mut self, presence: Heard, heard: &mut Vec<Heard>) {
        match &presence {
            Heard::Joined(name) => self.people.meet(name),
            Heard::Left(name) => self.people.part(name),
            _ => {}
        }
        heard.push(presence);
    }

    /// A question for one's name, and what was said behind it: one does not wait for such a
    /// question, so that nothing parts it from what comes next.
    ///
    /// Somebody may be called Nick. So where the words may be a speaker's they are a question only
    /// in front of what is signed itself, and before anybody was met: later nobody is asked.
    fn prompt<'a>(&self, line: &'a str) -> Option<(&'a str, &'a str)> {
        let (words, rest) = line.split_once(':')?;
        let rest = rest.trim_start();
        let last = words.rsplit(' ').next()?.to_ascii_lowercase();
        let asks = ["name", "username", "nickname", "nick"].contains(&last.as_str());
        let signed = || server(rest).is_some() || self.people.speaker(rest).is_some();
        let speaks = || self.people.speaker(line).is_some();
        (asks && (!speaks() || (!self.people.any() && signed())))
            .then_some((&line[..=words.len()], rest))
    }
}

/// What the server says in its own name.
fn server(line: &str) -> Option<&str> {
    let head = line.get(..SERVER.len())?;
    head.eq_ignore_ascii_case(SERVER).then(|| line[SERVER.len()..].trim())
}

/// Somebody came or went. In the server's words about it the name may have a space; in a line
/// that nobody signed it may not, for `my friend joined` may be what somebody said.
fn presence(words: &str, server: bool) -> Option<Heard> {
    let words = words.trim_end_matches(['.', '!']);
    let place = [" the chat", " the room", " the server"];
    let words = place.iter().find_map(|place| words.strip_suffix(place)).unwrap_or(words);
    let joined = words.strip_suffix(" joined").map(|name| (name, true));
    let (name, came) = joined.or_else(|| words.strip_suffix(" left").map(|name| (name, false)))?;
    let name = name.strip_suffix(" has").unwrap_or(name);
    if !server && name.contains(' ') {
        return None;
    }
    let name = Nick::new(name).ok()?;
    Some(if came { Heard::Joined(name) } else { Heard::Left(name) })
}

/// `NAME (to you): text`.
fn told(line: &str) -> Option<(Nick, &str)> {
    let (head, text) = line.split_once(": ")?;
    Some((piece::person(head.strip_suffix(TO_YOU)?)?, text))
}
