//! The dialects that people speak, and what each of them writes to do what all can do.

use std::net::SocketAddr;

use bytes::BytesMut;
use chat_protocol::pickle::{Decoder, Value, encode};
use chat_server::{DoorKind, Running};
use serde_json::json;

use super::program::Program;
use super::{Peer, with_doors};

/// A way to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Native,
    Line,
    Comma,
    Pickle,
    Nc,
    Duet,
}

impl Dialect {
    pub(crate) const ALL: [Self; 6] =
        [Self::Native, Self::Line, Self::Comma, Self::Pickle, Self::Nc, Self::Duet];

    /// The name by which others see it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Line => "line",
            Self::Comma => "comma",
            Self::Pickle => "pickle",
            Self::Nc => "nc",
            Self::Duet => "duet",
        }
    }

    /// What says who somebody is; a duet says nothing.
    pub(crate) fn hello(self, name: &str) -> Vec<u8> {
        match self {
            Self::Native => {
                format!("{}\n", json!({"type": "hello", "version": 1, "name": name})).into_bytes()
            }
            Self::Line | Self::Nc => format!("{name}\n").into_bytes(),
            Self::Comma => format!("register,{name}\n").into_bytes(),
            Self::Pickle => format!("(V{name}\nVs1\nVgh\nt.").into_bytes(),
            Self::Duet => Vec::new(),
        }
    }

    /// What says a text in the room; a comma says hi to this one instead.
    pub(crate) fn say(self, text: &str, to: &str) -> Vec<u8> {
        match self {
            Self::Native => {
                let say = json!({"type": "say", "id": text, "room": "lobby", "text": text});
                format!("{say}\n").into_bytes()
            }
            Self::Line | Self::Nc => format!("{text}\n").into_bytes(),
            Self::Comma => format!("chat,{to}\n").into_bytes(),
            Self::Pickle => {
                let mut out = BytesMut::new();
                encode(&Value::from(text), &mut out);
                out.to_vec()
            }
            Self::Duet => text.as_bytes().to_vec(),
        }
    }

    /// What leaves with a word; `None` where one has to hang up.
    pub(crate) fn bye(self) -> Option<&'static [u8]> {
        match self {
            Self::Native => Some(b"{\"type\":\"bye\"}\n"),
            Self::Line => Some(b"exit\n"),
            Self::Nc => Some(b"/quit\n"),
            Self::Duet => Some(b"bye"),
            Self::Comma | Self::Pickle => None,
        }
    }
}

/// Where a server that serves all of them is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) main: SocketAddr,
    nc: SocketAddr,
    duet: SocketAddr,
}

impl Places {
    /// A server within this process.
    pub(crate) async fn ephemeral() -> (Running, Self) {
        let server = with_doors(&[DoorKind::Nc, DoorKind::Duet]).await;
        let [main, nc, duet] = server.addresses().try_into().unwrap();
        (server, Self { main, nc, duet })
    }

    /// The real program.
    pub(crate) fn program() -> (Program, Self) {
        let doors = ["--port", "0", "--ephemeral", "--door", "nc=0", "--door", "duet=0"];
        let mut program = Program::start_with(&doors);
        let places = Self::doors_of(&mut program);
        (program, places)
    }

    /// The doors of a program that has just been started, with one for nc and one for duet.
    pub(crate) fn doors_of(program: &mut Program) -> Self {
        let [nc, duet] = ["(nc)", "(duet)"].map(|kind| {
            let line = program.line();
            assert!(line.ends_with(kind), "{line}");
            line.split(' ').nth(2).unwrap().parse().unwrap()
        });
        Self { main: program.address, nc, duet }
    }

    /// Where this dialect is spoken.
    pub(crate) fn of(&self, dialect: Dialect) -> SocketAddr {
        match dialect {
            Dialect::Nc => self.nc,
            Dialect::Duet => self.duet,
            _ => self.main,
        }
    }

    /// Connects and says who one is, and waits for nothing.
    pub(crate) async fn send_in(&self, dialect: Dialect, name: &str) -> Peer {
        let mut peer = Peer::connect_to(self.of(dialect)).await;
        peer.bytes(&dialect.hello(name)).await;
        peer
    }
}

/// Somebody, and what they have been told that was not looked at yet.
pub(crate) struct Someone {
    pub(crate) dialect: Dialect,
    pub(crate) peer: Peer,
    heard: Vec<u8>,
}

impl Someone {
    /// Comes in; what greets them is left to be heard.
    pub(crate) async fn come_in(places: &Places, dialect: Dialect, name: &str) -> Self {
        let peer = places.send_in(dialect, name).await;
        Self { dialect, peer, heard: Vec::new() }
    }

    /// Says something in the room.
    pub(crate) async fn say(&mut self, text: &str) {
        self.peer.bytes(&self.dialect.say(text, "")).await;
    }

    async fn read(&mut self) -> bool {
        let read = self.peer.recv_bytes().await;
        self.heard.extend(&read);
        !read.is_empty()
    }

    /// The next thing told: a line, or a pickled value in words.
    async fn next(&mut self) -> String {
        loop {
            if self.dialect == Dialect::Pickle {
                if let Some((value, used)) = Decoder::default().decode(&self.heard).unwrap() {
                    self.heard.drain(..used);
                    return match value {
                        Value::Text(text) => text,
                        Value::Dict(entries) => {
                            let words =
                                entries.iter().map(|(key, value)| format!("{key:?}={value:?}"));
                            words.collect::<Vec<_>>().join(" ")
                        }
                        value => format!("{value:?}"),
                    };
                }
            } else if let Some(end) = self.heard.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.heard.drain(..=end).collect();
                return String::from_utf8(line[..end].to_vec()).unwrap();
            }
            assert!(self.read().await, "the end behind {:?}", self.heard);
        }
    }

    /// Is told exactly this next, in this order.
    pub(crate) async fn hears(&mut self, expected: &[&str]) {
        for (place, expected) in expected.iter().enumerate() {
            let heard = self.next().await;
            assert!(
                heard == *expected
                    || expected.strip_suffix('…').is_some_and(|begin| heard.starts_with(begin)),
                "{:?} heard {heard:?} and not {expected:?}, at {place}",
                self.dialect
            );
        }
    }

    /// Is told exactly this next, which no line's end closes.
    pub(crate) async fn hears_open(&mut self, expected: &str) {
        while self.heard.len() < expected.len() && self.read().await {}
        assert_eq!(String::from_utf8_lossy(&self.heard), expected, "{:?}", self.dialect);
        self.heard.clear();
    }

    /// Is told nothing more until the end.
    pub(crate) async fn hears_the_end(&mut self) {
        while self.read().await {}
        assert_eq!(String::from_utf8_lossy(&self.heard), "", "{:?}", self.dialect);
    }
}
