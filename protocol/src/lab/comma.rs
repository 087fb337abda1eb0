//! The comma dialect from the client's side: `register,NAME`, `list,friends`, `chat,NAME`. Nothing
//! ends a command but the end of its write, and only some answers end with a new line, so what has
//! come is told apart by its looks.

use bytes::{BufMut, BytesMut};

use super::people::People;
use super::{Dialect, Heard, piece};
use crate::name::Nick;
use crate::text::Text;

/// What answers `register`, where anything does.
const ACK: &str = "ack";

/// Between the sender and the words that the server chose.
const SAYS: &str = " says ";

/// Somebody at a comma server.
pub(super) struct Comma {
    name: Nick,
    acked: bool,
    /// A list was asked for, and has not come.
    listing: bool,
    people: People,
}

impl Comma {
    pub(super) fn new(name: &Nick) -> Self {
        let people = People::default();
        Self { name: name.clone(), acked: false, listing: false, people }
    }

    fn hear_piece(&mut self, piece: &str, heard: &mut Vec<Heard>) {
        let piece = self.after_ack(piece.trim(), heard);
        if let Some((from, text)) = says(piece) {
            self.people.meet(&from);
            heard.extend(piece::told(&from, text));
        } else if let Some((from, text)) = self.people.speaker(piece) {
            heard.extend(piece::said(&from, text));
        } else if let Some(names) = self.names(piece) {
            self.listing = false;
            names.iter().for_each(|name| self.people.meet(name));
            heard.push(Heard::Names(names));
        } else {
            heard.extend(piece::notices(piece));
        }
    }

    /// Takes the `ack` off the front. It has no end of its own, so something may stick to it.
    fn after_ack<'a>(&mut self, piece: &'a str, heard: &mut Vec<Heard>) -> &'a str {
        let Some(head) = piece.get(..ACK.len()) else { return piece };
        let alone = piece.len() == ACK.len();
        if !head.eq_ignore_ascii_case(ACK) || (self.acked && !alone) {
            return piece;
        }
        self.acked = true;
        heard.push(Heard::Ack);
        piece[ACK.len()..].trim_start()
    }

    /// The names of a list: one's own is among them, or one was asked for and nothing in it looks
    /// like words.
    fn names(&self, piece: &str) -> Option<Vec<Nick>> {
        let bare = |c: char| matches!(c, '[' | ']' | '(' | ')' | '"' | '\'' | ' ');
        let parts = piece.split(',').map(|part| part.trim_matches(bare));
        let names = parts.filter(|part| !part.is_empty()).map(piece::person);
        let names = names.collect::<Option<Vec<Nick>>>()?;
        let plain = || names.iter().all(|name| !name.as_str().contains(' '));
        let sure = names.contains(&self.name) || (self.listing && !names.is_empty() && plain());
        sure.then_some(names)
    }
}

impl Dialect for Comma {
    fn hello(&mut self, out: &mut BytesMut) {
        put("register", self.name.as_str(), out);
    }

    fn say(&mut self, _text: &Text, _out: &mut BytesMut) -> bool {
        false
    }

    fn tell(&mut self, to: &Nick, _text: &str, out: &mut BytesMut) -> bool {
        put("chat", to.as_str(), out);
        true
    }

    fn list(&mut self, out: &mut BytesMut) -> bool {
        self.listing = true;
        put("list", "friends", out);
        true
    }

    fn hear(&mut self, buffer: &mut BytesMut, settled: bool) -> Vec<Heard> {
        let mut heard = Vec::new();
        while let Some(piece) = piece::next(buffer, settled) {
            self.hear_piece(&piece, &mut heard);
        }
        heard
    }
}

/// No new line behind it: the labs' servers would take it for a part of the name.
fn put(command: &str, name: &str, out: &mut BytesMut) {
    out.put_slice(command.as_bytes());
    out.put_u8(b',');
    out.put_slice(name.as_bytes());
}

/// `SENDER says hi`.
fn says(piece: &str) -> Option<(Nick, &str)> {
    let (from, text) = piece.split_once(SAYS)?;
    Some((piece::person(from)?, text))
}
