//! The link and a hosted room against the real server.

mod support;

use chat_protocol::{
    Event as Frame, Hello, MessageId, Nick, Request, Resume, RoomName, Text, Token,
};
use chat_tui::dialect::Dialect;
use chat_tui::effect::Target;
use chat_tui::hosting::Host;
use chat_tui::net::{self, Command, Event, Link};
use support::server::Server;

fn connect(port: u16) -> Link {
    let (mut link, worker) = net::link();
    tokio::spawn(worker.run());
    let token = Token::new("0123456789abcdef");
    let target =
        Target { host: "127.0.0.1".to_owned(), port, name: ann(), dialect: Dialect::Native };
    link.command(Command::Connect { target, token });
    link
}

fn ann() -> Nick {
    Nick::new("ann").expect("a name")
}

fn say(link: &mut Link, text: &str) {
    link.command(Command::Send(Request::Say {
        id: MessageId::new(text).expect("an id"),
        room: RoomName::lobby(),
        text: Text::new(text).expect("a text"),
    }));
}

fn hello(link: &mut Link, token: Token, resume: Vec<Resume>) {
    link.command(Command::Send(Request::Hello(Box::new(Hello {
        token: Some(token),
        resume,
        ..Hello::guest(ann())
    }))));
}

/// Waits for what is wanted, whatever else happens before.
async fn until<T>(link: &mut Link, want: impl Fn(Event) -> Option<T>) -> T {
    loop {
        if let Some(found) = want(link.next().await.expect("the worker is gone")) {
            return found;
        }
    }
}

async fn up(link: &mut Link) -> Token {
    until(link, |event| match event {
        Event::Up { token } => token,
        _ => None,
    })
    .await
}

async fn frame<T>(link: &mut Link, want: impl Fn(&Frame) -> Option<T>) -> T {
    until(link, |event| match event {
        Event::Frames(frames) => frames.iter().find_map(&want),
        _ => None,
    })
    .await
}

async fn acked(link: &mut Link) -> u64 {
    frame(link, |frame| match frame {
        Frame::Ack(ack) => Some(ack.seq),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_hosted_room_is_joined_and_says_goodbye() {
    let mut host = Host::new(None);
    host.open(0, None);
    let port = host.next().await.expect("a room").port;
    let mut link = connect(port);
    let token = up(&mut link).await;
    hello(&mut link, token, Vec::new());
    say(&mut link, "hello");
    assert_eq!(acked(&mut link).await, 1);
    until(&mut link, |event| matches!(event, Event::RoundTrip(_)).then_some(())).await;
    let closing = tokio::task::spawn_blocking(|| host.close());
    frame(&mut link, |frame| matches!(frame, Frame::Bye { .. }).then_some(())).await;
    until(&mut link, |event| matches!(event, Event::Down { .. }).then_some(())).await;
    closing.await.expect("the room closes");
}

#[tokio::test]
async fn everybody_is_told_who_hosts() {
    let mut host = Host::new(None);
    host.open(0, Token::new("0123456789abcdef"));
    let port = host.next().await.expect("a room").port;
    let mut link = connect(port);
    let token = up(&mut link).await;
    hello(&mut link, token, Vec::new());
    let marks = frame(&mut link, |frame| match frame {
        Frame::Welcome(welcome) => Some(welcome.rooms[0].marks.clone()),
        _ => None,
    })
    .await;
    assert!(marks[&ann()].host && !marks[&ann()].guest);
    drop(link);
    tokio::task::spawn_blocking(|| host.close()).await.expect("the room closes");
}

#[tokio::test]
async fn the_link_outlives_a_killed_server() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), 0);
    let port = server.port;
    let mut link = connect(port);
    let token = up(&mut link).await;
    hello(&mut link, token, Vec::new());
    say(&mut link, "before");
    assert_eq!(acked(&mut link).await, 1);
    drop(server);
    until(&mut link, |event| matches!(event, Event::Down { .. }).then_some(())).await;
    let _server = Server::start(data.path(), port);
    let token = up(&mut link).await;
    let lobby = chat_protocol::Conversation::Room(RoomName::lobby());
    hello(&mut link, token, vec![Resume { room: lobby, after: 0, log: None }]);
    let missed = frame(&mut link, |frame| match frame {
        Frame::Message(message) => Some(message.message.text.as_str().to_owned()),
        _ => None,
    })
    .await;
    assert_eq!(missed, "before");
    say(&mut link, "after");
    assert_eq!(acked(&mut link).await, 2);
}
