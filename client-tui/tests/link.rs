//! The link to a server, over real sockets, against servers that follow a script.
//!
//! Time is paused: it leaps ahead whenever everybody waits, so that silence costs no patience.

// The stage's own functions are tests too; clippy knows only those marked as such.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use chat_protocol::{Event as Frame, Nick, Request, Token};
use chat_tui::dialect::Dialect;
use chat_tui::effect::Target;
use chat_tui::net::{self, Command, Event, Failure, Link};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// A server that listens, and a link that knows where.
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

    fn connect(&mut self) {
        let port = self.listener.local_addr().unwrap().port();
        self.link.command(connect_to("127.0.0.1", port));
    }

    /// Connects, and gives the server's side of the connection.
    async fn linked(&mut self) -> TcpStream {
        self.connect();
        let server = self.accept().await;
        assert!(matches!(self.next().await, Event::Trying { attempt: 1 }));
        let Event::Up { token: Some(token) } = self.next().await else { panic!("not up") };
        assert_eq!(token.secret(), "0123456789abcdef");
        server
    }

    async fn accept(&mut self) -> TcpStream {
        self.listener.accept().await.unwrap().0
    }

    async fn next(&mut self) -> Event {
        self.link.next().await.expect("the worker is gone")
    }

    /// The next event that is no round trip.
    async fn news(&mut self) -> Event {
        loop {
            match self.next().await {
                Event::RoundTrip(_) => {}
                event => return event,
            }
        }
    }

    async fn down(&mut self) -> (Failure, Option<Duration>) {
        match self.news().await {
            Event::Down { failure, retry_in } => (failure, retry_in),
            other => panic!("expected Down, got {other:?}"),
        }
    }

    async fn frames(&mut self) -> Vec<Frame> {
        match self.news().await {
            Event::Frames(frames) => frames,
            other => panic!("expected Frames, got {other:?}"),
        }
    }
}

fn connect_to(host: &str, port: u16) -> Command {
    let name = Nick::new("ann").unwrap();
    let token = Token::new("0123456789abcdef");
    let target = Target { host: host.to_owned(), port, name, dialect: Dialect::Native };
    Command::Connect { target, token }
}

fn time(at: i64) -> String {
    format!("{{\"type\":\"time\",\"at\":{at}}}\n")
}

/// Answers pings until the client leaves; gives the other lines.
async fn lines(server: TcpStream) -> Vec<String> {
    let (reader, mut writer) = server.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut others = Vec::new();
    while let Ok(Some(line)) = lines.next_line().await {
        if line == r#"{"type":"ping"}"# {
            _ = writer.write_all(b"{\"type\":\"pong\"}\n").await;
        } else {
            others.push(line);
        }
    }
    others
}

#[tokio::test(start_paused = true)]
async fn requests_go_out_and_frames_come_in() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked().await;
    server.write_all(time(7).as_bytes()).await.unwrap();
    assert_eq!(stage.frames().await, [Frame::Time { at: 7 }]);
    stage.link.command(Command::Send(Request::Time));
    stage.link.command(Command::Send(Request::Bye));
    stage.link.command(Command::Disconnect);
    assert_eq!(lines(server).await, [r#"{"type":"time"}"#, r#"{"type":"bye"}"#]);
}

#[tokio::test(start_paused = true)]
async fn localhost_is_reached_whatever_family_the_server_chose() {
    let mut stage = Stage::new().await;
    let port = stage.listener.local_addr().unwrap().port();
    stage.link.command(connect_to("localhost", port));
    stage.accept().await;
}

#[tokio::test(start_paused = true)]
async fn frames_may_come_in_pieces() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked().await;
    for byte in (time(1) + "rubb").bytes() {
        server.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(stage.frames().await, [Frame::Time { at: 1 }]);
    server.write_all(format!("ish\n\n{}", time(2)).as_bytes()).await.unwrap();
    assert_eq!(stage.frames().await, [Frame::Time { at: 2 }]);
}

#[tokio::test(start_paused = true)]
async fn refused_is_tried_again_ever_more_slowly() {
    let Stage { listener, mut link } = Stage::new().await;
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    link.command(connect_to("127.0.0.1", port));
    let start = Instant::now();
    for number in 1..=12 {
        assert!(matches!(link.next().await, Some(Event::Trying { attempt }) if attempt == number));
        match link.next().await {
            Some(Event::Down { failure: Failure::Refused, retry_in: Some(wait) }) => {
                assert!(wait <= Duration::from_secs(10));
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(start.elapsed() <= Duration::from_secs(80), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_retry_can_be_hurried_and_a_wait_called_off() {
    let Stage { listener, mut link } = Stage::new().await;
    let address = listener.local_addr().unwrap();
    drop(listener);
    link.command(connect_to("127.0.0.1", address.port()));
    assert!(matches!(link.next().await, Some(Event::Trying { attempt: 1 })));
    assert!(matches!(link.next().await, Some(Event::Down { .. })));
    let now = Instant::now();
    link.command(Command::RetryNow);
    assert!(matches!(link.next().await, Some(Event::Trying { attempt: 2 })));
    assert_eq!(now.elapsed(), Duration::ZERO);
    link.command(Command::Disconnect);
    let hour = Duration::from_secs(3600);
    assert!(timeout(hour, link.next()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_stranger_is_left_alone() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked().await;
    server.write_all(b"220 mail.example.org ESMTP\r\n").await.unwrap();
    let (failure, retry_in) = stage.down().await;
    assert_eq!(failure, Failure::NotChat("220 mail.example.org ESMTP".to_owned()));
    assert_eq!(retry_in, None);
    stage.link.command(Command::RetryNow);
    assert!(matches!(stage.next().await, Event::Trying { .. }));
}

#[tokio::test(start_paused = true)]
async fn ten_megabytes_without_a_new_line_harm_nobody() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked().await;
    let script = tokio::spawn(async move {
        server.write_all(time(1).as_bytes()).await.unwrap();
        server.write_all(b"{\"type\":\"").await.unwrap();
        for _ in 0..160 {
            server.write_all(&[b'x'; 65_536]).await.unwrap();
        }
        server.write_all(b"\"}\n").await.unwrap();
        server.write_all(time(2).as_bytes()).await.unwrap();
        server
    });
    assert_eq!(stage.frames().await, [Frame::Time { at: 1 }]);
    assert_eq!(stage.frames().await, [Frame::Time { at: 2 }]);
    drop(script.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_greet_is_told_from_one_that_falls_silent() {
    let mut stage = Stage::new().await;
    let _server = stage.linked().await;
    assert!(matches!(stage.next().await, Event::Silent(_)));
    let (failure, _) = stage.down().await;
    assert_eq!(failure, Failure::Ungreeted);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_falls_silent_is_told_and_given_up() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked().await;
    let up = Instant::now();
    server.write_all(time(1).as_bytes()).await.unwrap();
    stage.frames().await;
    assert!(matches!(stage.next().await, Event::Silent(_)));
    assert_eq!(up.elapsed().as_secs(), 8);
    let (failure, retry_in) = stage.down().await;
    assert_eq!((failure, up.elapsed().as_secs()), (Failure::Silent, 15));
    assert!(retry_in.unwrap() <= Duration::from_millis(500));
    let mut heard = String::new();
    server.read_to_string(&mut heard).await.unwrap();
    assert_eq!(heard, "{\"type\":\"ping\"}\n".repeat(3));
}

#[tokio::test(start_paused = true)]
async fn an_idle_link_stays_up_and_is_measured() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked().await;
    server.write_all(time(1).as_bytes()).await.unwrap();
    stage.frames().await;
    let script = tokio::spawn(lines(server));
    for _ in 0..100 {
        assert!(matches!(stage.next().await, Event::RoundTrip(_)));
    }
    stage.link.command(Command::Disconnect);
    assert_eq!(script.await.unwrap(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn who_was_refused_is_not_pinged() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked().await;
    let refusal = b"{\"type\":\"error\",\"code\":\"name_taken\",\"text\":\"taken\"}\n";
    server.write_all(refusal).await.unwrap();
    assert!(matches!(stage.frames().await[..], [Frame::Error(_)]));
    assert!(matches!(stage.next().await, Event::Silent(_)));
    stage.link.command(Command::Disconnect);
    let mut heard = String::new();
    server.read_to_string(&mut heard).await.unwrap();
    assert_eq!(heard, "");
}

#[tokio::test(start_paused = true)]
async fn a_servers_ping_is_answered() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked().await;
    server.write_all(b"{\"type\":\"ping\"}\n").await.unwrap();
    let mut line = String::new();
    BufReader::new(&mut server).read_line(&mut line).await.unwrap();
    assert_eq!(line, "{\"type\":\"pong\"}\n");
}

#[tokio::test(start_paused = true)]
async fn the_link_comes_back_after_the_server_dropped_it() {
    let mut stage = Stage::new().await;
    for _ in 0..5 {
        let mut server = stage.linked().await;
        server.write_all(b"{\"type\":\"bye\",\"text\":\"later\"}").await.unwrap();
        drop(server);
        assert_eq!(stage.frames().await, [Frame::Bye { text: "later".to_owned() }]);
        assert_eq!(stage.down().await.0, Failure::Closed);
        let mut again = stage.accept().await;
        assert!(matches!(stage.next().await, Event::Trying { attempt: 1 }));
        assert!(matches!(stage.next().await, Event::Up { .. }));
        again.write_all(time(1).as_bytes()).await.unwrap();
        stage.frames().await;
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_said_goodbye_is_gone_even_with_the_socket_open() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked().await;
    server.write_all(b"{\"type\":\"bye\",\"text\":\"later\"}\n").await.unwrap();
    assert_eq!(stage.frames().await, [Frame::Bye { text: "later".to_owned() }]);
    assert_eq!(stage.down().await.0, Failure::Closed);
    drop(server);
}

#[tokio::test(start_paused = true)]
async fn a_greeting_that_cannot_be_read_is_told_and_not_asked_for_again() {
    let mut stage = Stage::new().await;
    let mut server = stage.linked().await;
    let welcome = b"{\"type\":\"welcome\",\"version\":1,\"name\":\"a@b\",\"rooms\":[]}\n";
    server.write_all(welcome).await.unwrap();
    let (failure, retry_in) = stage.down().await;
    assert!(matches!(&failure, Failure::BadGreeting(why) if why.contains("name")), "{failure:?}");
    assert_eq!(retry_in, None);
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_while_the_link_is_down_is_dropped() {
    let mut stage = Stage::new().await;
    stage.link.command(Command::Send(Request::Time));
    let server = stage.linked().await;
    stage.link.command(Command::Send(Request::Bye));
    stage.link.command(Command::Disconnect);
    assert_eq!(lines(server).await, [r#"{"type":"bye"}"#]);
}

#[tokio::test(start_paused = true)]
async fn news_of_an_earlier_link_is_not_taken_for_the_present_ones() {
    let mut stage = Stage::new().await;
    let mut old = stage.linked().await;
    old.write_all(time(1).repeat(3000).as_bytes()).await.unwrap();
    stage.frames().await;
    let mut new = stage.linked().await;
    new.write_all(time(2).as_bytes()).await.unwrap();
    assert_eq!(stage.frames().await, [Frame::Time { at: 2 }]);
}

// In real time: the kernel's buffers do not know that ours is paused.
#[tokio::test]
async fn a_flood_waits_at_the_server_when_the_client_is_slow() {
    const LINES: i64 = 100_000;
    let mut stage = Stage::new().await;
    let mut server = stage.linked().await;
    let (stalled, mut stall) = mpsc::channel(1);
    let script = tokio::spawn(async move {
        for at in 0..LINES {
            let line = format!("{{\"type\":\"time\",\"at\":{at},\"pad\":\"{:150}\"}}\n", "");
            let mut writing = std::pin::pin!(server.write_all(line.as_bytes()));
            if timeout(Duration::from_millis(200), &mut writing).await.is_err() {
                _ = stalled.try_send(at);
                writing.await.unwrap();
            }
        }
        server
    });
    // Nobody takes anything until the buffers are full and the server waits.
    stall.recv().await.expect("everything was read ahead");
    let mut next = 0;
    while next < LINES {
        let frames = stage.frames().await;
        assert!(frames.len() <= 256);
        for frame in frames {
            assert_eq!(frame, Frame::Time { at: next });
            next += 1;
        }
    }
    drop(script.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_nothing_does_not_fill_the_memory() {
    let mut stage = Stage::new().await;
    let _server = stage.linked().await;
    let history = Request::Topic {
        room: chat_protocol::RoomName::lobby(),
        text: chat_protocol::Line::cut(&"x".repeat(500), 500),
    };
    // Ten times as much as a socket and our own queue take.
    for number in 0..200_000 {
        stage.link.command(Command::Send(history.clone()));
        if number % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let (failure, retry_in) = stage.down().await;
    assert!(matches!(failure, Failure::Other(_)), "{failure:?}");
    assert!(retry_in.is_some());
}

#[tokio::test]
async fn orders_are_never_lost_to_a_full_queue() {
    let (mut link, worker) = net::link();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    for _ in 0..1000 {
        link.command(Command::Send(Request::Time));
    }
    link.command(connect_to("127.0.0.1", listener.local_addr().unwrap().port()));
    link.command(Command::Send(Request::Time));
    tokio::spawn(worker.run());
    assert!(matches!(link.next().await, Some(Event::Trying { attempt: 1 })));
    assert!(matches!(link.next().await, Some(Event::Up { .. })));
}
