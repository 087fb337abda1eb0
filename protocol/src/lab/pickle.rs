//! The pickle dialect from the client's side: a pickled dict says who one is, pickled strings are
//! messages; what comes is shown in words, whatever plain data it is.

use bytes::{Buf, BytesMut};

use super::line::Lines;
use super::{Dialect, Heard, piece};
use crate::limit::FRAME_BYTES;
use crate::name::Nick;
use crate::pickle::{Decoder, Value, encode};
use crate::request::Profile;
use crate::text::{self, Text};

/// What every pickle begins with since protocol 2.
const PROTO: u8 = 0x80;

/// Somebody at a pickle server.
pub(super) struct Pickle {
    name: Nick,
    profile: Profile,
    lines: Lines,
    decoder: Decoder,
    /// Why what is coming is no pickle. Where it goes on again nobody can tell, so everything up
    /// to the next pause is of it.
    strange: Option<String>,
}

impl Pickle {
    pub(super) fn new(name: &Nick, profile: &Profile) -> Self {
        Self {
            name: name.clone(),
            profile: profile.clone(),
            lines: Lines::new(name),
            decoder: Decoder::default(),
            strange: None,
        }
    }

    fn hear_value(&mut self, value: &Value, heard: &mut Vec<Heard>) {
        let words = match value {
            Value::Text(words) => words.clone(),
            Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            data => {
                heard.extend(piece::notices(&told(data)));
                return;
            }
        };
        for line in text::clean(&words).split('\n') {
            self.lines.hear(line, heard);
        }
    }

    /// What was no pickle: a text as it is, of anything else what is wrong with it.
    fn give_up(&mut self, why: &str, buffer: &mut BytesMut) -> Vec<Heard> {
        self.decoder = Decoder::default();
        let bytes = buffer.split();
        match bytes.first() {
            Some(&PROTO) => piece::notices(why).collect(),
            _ => {
                let words = String::from_utf8_lossy(&bytes);
                piece::texts(&words).into_iter().map(Heard::Raw).collect()
            }
        }
    }
}

impl Dialect for Pickle {
    /// All three keys, also of what one does not tell: many a server looks for each.
    fn hello(&mut self, out: &mut BytesMut) {
        let Profile { student_id, github, .. } = &self.profile;
        let fields = [("name", self.name.as_str()), ("student_id", student_id), ("github", github)];
        let pairs = fields.map(|(key, value)| (Value::from(key), Value::from(value)));
        encode(&Value::Dict(pairs.into()), out);
    }

    fn say(&mut self, text: &Text, out: &mut BytesMut) -> bool {
        text.split('\n').for_each(|line| self.lines.said(line));
        encode(&Value::from(text.as_str()), out);
        true
    }

    fn hear(&mut self, buffer: &mut BytesMut, settled: bool) -> Vec<Heard> {
        let mut heard = Vec::new();
        while self.strange.is_none() && !buffer.is_empty() {
            match self.decoder.decode(buffer) {
                Ok(Some((value, used))) => {
                    buffer.advance(used);
                    self.hear_value(&value, &mut heard);
                }
                // A word may begin like a pickle of before protocol 2.
                Ok(None) if settled && buffer[0] != PROTO => self.strange = Some(String::new()),
                Ok(None) => return heard,
                Err(error) => self.strange = Some(error.to_string()),
            }
        }
        if self.strange.is_some() {
            buffer.truncate(FRAME_BYTES);
        }
        if let Some(why) = self.strange.take_if(|_| settled) {
            heard.extend(self.give_up(&why, buffer));
        }
        heard
    }

    fn end(&mut self, buffer: &mut BytesMut) -> Vec<Heard> {
        let mut heard = self.hear(buffer, true);
        if !buffer.is_empty() {
            heard.extend(self.give_up("the last pickle is not whole", buffer));
        }
        heard
    }
}

/// Data for people: of a dict a line for each of its pairs.
fn told(value: &Value) -> String {
    match value {
        Value::Dict(pairs) if !pairs.is_empty() => {
            let lines = pairs.iter().map(|(key, value)| format!("{}: {}", word(key), word(value)));
            lines.collect::<Vec<_>>().join("\n")
        }
        value => word(value),
    }
}

/// The same within a line, much as Python prints it.
fn word(value: &Value) -> String {
    let list = |values: &[Value]| values.iter().map(word).collect::<Vec<_>>().join(", ");
    match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => format!("{float:?}"),
        Value::Text(words) => words.clone(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::List(values) => format!("[{}]", list(values)),
        Value::Tuple(values) => format!("({})", list(values)),
        Value::Set(values) => format!("{{{}}}", list(values)),
        Value::Dict(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| format!("{}: {}", word(key), word(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}
