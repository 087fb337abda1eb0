//! How our own server speaks: frames; who comes is let in, and pings and asks for history are
//! answered.

use std::collections::BTreeMap;

use bytes::BytesMut;
use chat_protocol::event::{Board, HistoryPage, RoomMessage};
use chat_protocol::{
    Conversation, Event, Line, Message, Nick, Page, Request, RoomInfo, RoomName, Welcome,
};

use crate::server::{Dialect, PEOPLE, message};

pub(crate) struct Frames;

impl Dialect for Frames {
    fn is_ping(&self, line: &str) -> bool {
        matches!(Request::decode(line.as_bytes()), Ok(Request::Ping))
    }

    fn answer(&self, line: &str, bytes: &mut BytesMut) {
        match Request::decode(line.as_bytes()) {
            Ok(Request::Hello(hello)) => welcome(hello.name).encode(bytes),
            Ok(Request::Ping) => Event::Pong.encode(bytes),
            Ok(Request::History { room, page, limit }) => {
                history(room, page, limit).encode(bytes);
            }
            _ => {}
        }
    }

    fn say(&self, message: Message, bytes: &mut BytesMut) {
        Event::Message(RoomMessage { room: RoomName::lobby(), message }).encode(bytes);
    }
}

/// A page of the messages; what the guest has not seen said was not said.
fn history(room: Conversation, page: Page, limit: usize) -> Event {
    let end = match page {
        Page::Before(seq) => seq,
        Page::Newest | Page::After(_) => 1,
    };
    let first = end.saturating_sub(u64::try_from(limit).unwrap()).max(1);
    let messages = (first..end).map(message).collect();
    Event::History(HistoryPage { room, messages, more: first > 1 })
}

fn welcome(name: Nick) -> Event {
    let mut members: Vec<Nick> = PEOPLE.iter().map(|name| Nick::new(name).unwrap()).collect();
    members.push(name.clone());
    Event::Welcome(Box::new(Welcome {
        version: chat_protocol::limit::VERSION,
        name,
        server: Line::cut("a bench", 64),
        log: "bench".to_owned(),
        directs: Vec::new(),
        rooms: vec![RoomInfo {
            name: RoomName::lobby(),
            topic: Line::default(),
            last: 0,
            count: members.len(),
            members,
            via: BTreeMap::new(),
            marks: BTreeMap::new(),
            board: Board::default(),
        }],
    }))
}
