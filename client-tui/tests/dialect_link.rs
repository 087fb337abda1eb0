//! The link to a lab's server, over real sockets, byte for byte in both directions.
//!
//! Time is paused: it leaps ahead whenever everybody waits, so that silence costs no patience.

// The stage's own functions are tests too; clippy knows only those marked as such.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use chat_protocol::lab::SETTLE;
use chat_protocol::pickle::{Value, encode};
use chat_protocol::{
    Heard, Hello, Lab, MessageId, Nick, Profile, Request, RoomName, Text, Token, pickle,
};
use chat_tui::dialect::Dialect;
use chat_tui::effect::Target;
use chat_tui::net::{self, Command, Event, Failure, Link};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::yield_now;
use tokio::time::{Instant, advance, timeout};

/// A lab's server that listens, and a link that knows where.
struct Stage {
    listener: TcpListener,
    link: Link,
}

impl Stage {
    async fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (link, worker) = net::link();
        tokio::spawn(worker.run());
        Self { listener, link }
    }

    fn connect(&mut self, lab: Lab) {
        let port = self.listener.local_addr().unwrap().port();
        let (host, name, dialect) = ("127.0.0.1".to_owned(), nick("ann"), Dialect::Lab(lab));
        let token = Token::new("0123456789abcdef");
        self.link.command(Command::Connect { target: Target { host, port, name, dialect }, token });
    }

    /// Connects, says who one is, and gives the server's side of the connection.
    async fn linked(&mut self, lab: Lab) -> TcpStream {
        self.connect(lab);
        self.greeted().await
    }

    /// The server's side of the connection that is being made.
    async fn greeted(&mut self) -> TcpStream {
        let (server, _) = self.listener.accept().await.unwrap();
        assert!(matches!(self.next().await, Event::Trying { .. }));
        assert!(matches!(self.next().await, Event::Up { .. }));
        let profile = Profile { github: "octo".to_owned().into(), ..Profile::default() };
        let hello = Hello { profile: Some(profile), ..Hello::guest(nick("ann")) };
        self.send(Request::Hello(Box::new(hello)));
        server
    }

    async fn next(&mut self) -> Event {
        self.link.next().await.expect("the worker is gone")
    }

    async fn heard(&mut self) -> Vec<Heard> {
        match self.next().await {
            Event::Heard(heard) => heard,
            other => panic!("expected Heard, got {other:?}"),
        }
    }

    async fn down(&mut self) -> (Failure, Option<Duration>) {
        match self.next().await {
            Event::Down { failure, retry_in } => (failure, retry_in),
            other => panic!("expected Down, got {other:?}"),
        }
    }

    fn send(&mut self, request: Request) {
        self.link.command(Command::Send(request));
    }

    fn say(&mut self, raw: &str) {
        let (id, room) = (MessageId::from(1), RoomName::lobby());
        self.send(Request::Say { id, room, text: text(raw) });
    }

    fn tell(&mut self, to: &str) {
        self.send(Request::Tell { id: MessageId::from(1), to: nick(to), text: text("hi") });
    }

    /// Sends bytes in two pieces, the first of which is read alone, wherever the cut is; after each
    /// time what is heard must be the same.
    async fn hears(&mut self, server: &mut TcpStream, bytes: &[u8], expected: &[Heard]) {
        for cut in 0..bytes.len() {
            for piece in [&bytes[..cut], &bytes[cut..]] {
                server.write_all(piece).await.unwrap();
                // The clock stands still while somebody is busy.
                everybody_waits().await;
            }
            let mut heard = Vec::new();
            while heard.len() < expected.len() {
                heard.extend(self.heard().await);
            }
            assert_eq!(heard, expected, "cut at {cut}");
        }
    }
}

fn nick(name: &str) -> Nick {
    Nick::new(name).unwrap()
}

fn text(raw: &str) -> Text {
    Text::new(raw).unwrap()
}

fn said(from: &str, raw: &str) -> Heard {
    Heard::Said { from: nick(from), text: text(raw) }
}

/// Until everybody has done what they can without time passing.
async fn everybody_waits() {
    for _ in 0..200 {
        yield_now().await;
    }
}

/// What one read brings.
async fn read(server: &mut TcpStream) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    let count = server.read(&mut bytes).await.unwrap();
    bytes.truncate(count);
    bytes
}

async fn reads(server: &mut TcpStream, expected: &str) {
    assert_eq!(String::from_utf8_lossy(&read(server).await), expected);
}

#[tokio::test(start_paused = true)]
async fn line() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked(Lab::Line).await;
    reads(&mut server, "ann\n").await;
    let came = "SERVER: bob joined\nbob: hi: zoë\r\nwelcome";
    let heard =
        [Heard::Joined(nick("bob")), said("bob", "hi: zoë"), Heard::Notice(text("welcome"))];
    stage.hears(&mut server, came.as_bytes(), &heard).await;
    stage.say("one\n\ntwo");
    reads(&mut server, "one\ntwo\n").await;
    server.write_all(b"ann: one\nbob: one\n").await.unwrap();
    assert_eq!(stage.heard().await, [said("bob", "one")]);
    stage.send(Request::Bye);
    stage.link.command(Command::Disconnect);
    reads(&mut server, "EXIT\n").await;
    reads(&mut server, "").await;
}

#[tokio::test(start_paused = true)]
async fn comma() {
    let mut stage = Stage::new().await;
    let start = Instant::now();
    let mut server = stage.linked(Lab::Comma).await;
    reads(&mut server, "register,ann").await;
    stage.hears(&mut server, b"ack", &[Heard::Ack]).await;
    reads(&mut server, "list,friends").await;
    assert_eq!(start.elapsed().as_secs(), 3);
    let names = Heard::Names(vec![nick("bob"), nick("ann")]);
    stage.hears(&mut server, b"bob,ann", std::slice::from_ref(&names)).await;
    let told = Heard::Told { from: nick("bob"), text: text("hi") };
    stage.hears(&mut server, b"bob says hi\n", &[told]).await;
}

#[tokio::test(start_paused = true)]
async fn a_read_brings_a_command_and_no_more() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked(Lab::Comma).await;
    for name in ["bob", "eve"] {
        stage.tell(name);
    }
    stage.send(Request::Bye);
    let mut commands = Vec::new();
    while commands.len() < 4 {
        commands.push(String::from_utf8(read(&mut server).await).unwrap());
    }
    assert_eq!(commands, ["register,ann", "chat,bob", "chat,eve", "list,friends"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_says_one_thing_at_a_time() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked(Lab::Comma).await;
    for name in ["bob", "eve"] {
        stage.tell(name);
    }
    everybody_waits().await;
    stage.link.command(Command::Disconnect);
    for expected in ["register,ann", "chat,bob", "chat,eve", ""] {
        reads(&mut server, expected).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_came_while_nobody_looked_is_read_before_silence_ends_a_line() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked(Lab::Line).await;
    server.write_all(b"bob: ha").await.unwrap();
    everybody_waits().await;
    // The clock leaps while the rest is in the socket.
    server.try_write(b"lf\n").unwrap();
    advance(2 * SETTLE).await;
    assert_eq!(stage.heard().await, [said("bob", "half")]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_never_answered_is_asked_for_seldom() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked(Lab::Comma).await;
    reads(&mut server, "register,ann").await;
    let start = Instant::now();
    for _ in 0..5 {
        reads(&mut server, "list,friends").await;
    }
    assert!(start.elapsed() > Duration::from_secs(60), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn pickle() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked(Lab::Pickle).await;
    let pair = |key: &str, value: &str| (Value::from(key), Value::from(value));
    let profile = [pair("name", "ann"), pair("student_id", ""), pair("github", "octo")];
    let (value, _) = pickle::decode(&read(&mut server).await).unwrap().unwrap();
    assert_eq!(value, Value::Dict(profile.into()));
    let mut came = bytes::BytesMut::new();
    encode(&Value::Dict(vec![pair("status", "ok")]), &mut came);
    encode(&Value::from("bob: hi"), &mut came);
    let heard = [Heard::Notice(text("status: ok")), said("bob", "hi")];
    stage.hears(&mut server, &came, &heard).await;
    for words in ["one\ntwo", "three"] {
        stage.say(words);
    }
    for words in ["one\ntwo", "three"] {
        let (value, _) = pickle::decode(&read(&mut server).await).unwrap().unwrap();
        assert_eq!(value, Value::from(words));
    }
}

#[tokio::test(start_paused = true)]
async fn raw() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked(Lab::Raw).await;
    stage.say("echo\nthis");
    reads(&mut server, "echo\nthis\n").await;
    let heard = [Heard::Raw(text("one")), Heard::Raw(text("> "))];
    stage.hears(&mut server, b"one\r\n> ", &heard).await;
    // Nothing is said that was not typed: no ping, no list.
    assert!(timeout(Duration::from_secs(600), read(&mut server)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_one_thing_and_closes_is_left_alone() {
    let mut stage = Stage::new().await;
    stage.connect(Lab::Raw);
    let (mut server, _) = stage.listener.accept().await.unwrap();
    server.write_all(b"2026-11-21 12:00:00\r\n").await.unwrap();
    drop(server);
    assert!(matches!(stage.next().await, Event::Trying { attempt: 1 }));
    assert!(matches!(stage.next().await, Event::Up { .. }));
    stage.send(Request::Hello(Box::new(Hello::guest(nick("ann")))));
    assert_eq!(stage.heard().await, [Heard::Raw(text("2026-11-21 12:00:00"))]);
    assert_eq!(stage.down().await, (Failure::Closed, None));
    let quiet = Duration::from_secs(600);
    assert!(timeout(quiet, stage.listener.accept()).await.is_err());
    stage.link.command(Command::RetryNow);
    stage.greeted().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_not_there_is_looked_for_without_haste() {
    let mut stage = Stage::new().await;
    let port = stage.listener.local_addr().unwrap().port();
    stage.listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let (host, name, dialect) = ("127.0.0.1".to_owned(), nick("ann"), Dialect::Lab(Lab::Line));
    let token = Token::new("0123456789abcdef");
    stage.link.command(Command::Connect { target: Target { host, port, name, dialect }, token });
    for _ in 0..3 {
        assert!(matches!(stage.next().await, Event::Trying { .. }));
        let (failure, retry_in) = stage.down().await;
        assert_eq!(failure, Failure::Refused);
        assert!(retry_in.is_some_and(|wait| wait >= Duration::from_secs(3)), "{retry_in:?}");
    }
}
