//! The least of IRC by which somebody comes into a room and hears what is said there.

use bytes::{BufMut, BytesMut};
use chat_protocol::Message;

use crate::server::{Dialect, PEOPLE};

/// What the one guest is called.
pub(crate) const GUEST: &str = "zoe";

pub(crate) const ROOM: &str = "#lobby";

pub(crate) struct Irc;

impl Dialect for Irc {
    fn is_ping(&self, line: &str) -> bool {
        line.starts_with("PING ")
    }

    fn answer(&self, line: &str, bytes: &mut BytesMut) {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        match command {
            "CAP" if rest.starts_with("LS") => put(bytes, ":bench CAP * LS :"),
            "USER" => {
                put(bytes, &format!(":bench 001 {GUEST} :This is a bench"));
                put(bytes, &format!(":bench 422 {GUEST} :Nothing else is to be said"));
            }
            "JOIN" if rest == ROOM => enter(bytes),
            "MODE" if rest == ROOM => put(bytes, &format!(":bench 324 {GUEST} {ROOM} +nt")),
            "WHO" => put(bytes, &format!(":bench 315 {GUEST} {ROOM} :End of who")),
            "PING" => put(bytes, &format!(":bench PONG bench {rest}")),
            _ => {}
        }
    }

    fn say(&self, message: Message, bytes: &mut BytesMut) {
        let from = nick(message.from.as_str());
        put(bytes, &format!(":{from}!a@b PRIVMSG {ROOM} :{}", message.text));
    }
}

fn enter(bytes: &mut BytesMut) {
    let people: Vec<String> = PEOPLE.iter().copied().map(nick).collect();
    put(bytes, &format!(":{GUEST}!a@b JOIN {ROOM}"));
    put(bytes, &format!(":bench 353 {GUEST} = {ROOM} :{GUEST} {}", people.join(" ")));
    put(bytes, &format!(":bench 366 {GUEST} {ROOM} :End of names"));
}

/// A name as IRC can write it.
fn nick(name: &str) -> String {
    name.replace(' ', "_")
}

fn put(bytes: &mut BytesMut, line: &str) {
    bytes.put_slice(line.as_bytes());
    bytes.put_slice(b"\r\n");
}
