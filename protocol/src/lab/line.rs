//! The line dialect from the client's side: the first line is one's name, every later one a
//! message; others' lines come as `NAME: text`, the server's own as `SERVER: …`.

use std::borrow::Cow;

use bytes::{BufMut, BytesMut};

use super::echo::Echo;
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
    echo: Echo,
}

impl Line {
    pub(super) fn new(name: &Nick) -> Self {
        Self { name: name.clone(), echo: Echo::new(name) }
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
            self.echo.said(&line);
        }
        true
    }

    fn bye(&mut self, out: &mut BytesMut) {
        put_line(EXIT, out);
    }

    fn hear(&mut self, buffer: &mut BytesMut, settled: bool) -> Vec<Heard> {
        let mut heard = Vec::new();
        while let Some(line) = piece::next(buffer, settled) {
            hear_line(&line, &mut self.echo, &mut heard);
        }
        heard
    }
}

fn put_line(line: &str, out: &mut BytesMut) {
    out.put_slice(line.as_bytes());
    out.put_u8(b'\n');
}

/// What one line means, wherever lines are written like this.
pub(super) fn hear_line(line: &str, echo: &mut Echo, heard: &mut Vec<Heard>) {
    let line = line.trim_end();
    let (words, server) = match line.get(..SERVER.len()) {
        Some(head) if head.eq_ignore_ascii_case(SERVER) => (line[SERVER.len()..].trim(), true),
        _ => (line, false),
    };
    if let Some(presence) = presence(words, server) {
        heard.push(presence);
    } else if server {
        heard.extend(piece::texts(words).into_iter().map(Heard::Notice));
    } else if let Some((from, text)) = told(line) {
        heard.extend(
            piece::texts(text).into_iter().map(|text| Heard::Told { from: from.clone(), text }),
        );
    } else if let Some((from, text)) = piece::speaker(line) {
        if !echo.is(&from, text) {
            heard.extend(
                piece::texts(text).into_iter().map(|text| Heard::Said { from: from.clone(), text }),
            );
        }
    } else {
        heard.extend(piece::texts(line).into_iter().map(Heard::Notice));
    }
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
