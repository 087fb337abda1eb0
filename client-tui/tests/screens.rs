//! Every screen as it looks, at five sizes.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use chat_tui::effect::{Effect, Target};
use chat_tui::event::{Event, HostFailure, Hosted};
use chat_tui::net::{self, Failure};
use chat_tui::state::Start;
use crossterm::event::KeyCode;
use support::client::{Client, lesson, long_history, nick, said, setup, target};

const SIZES: [(u16, u16); 5] = [(120, 40), (80, 24), (40, 12), (20, 5), (1, 1)];

fn snapshots(name: &str, mut client: Client) {
    for size in SIZES {
        let terminal = client.draw(size);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), terminal.backend());
    }
}

#[test]
fn start() {
    let mut setup = setup(Start::Screen);
    setup.recent =
        vec![target(), Target { host: "lab.example".to_owned(), port: 7000, ..target() }];
    snapshots("start", Client::new(setup));
}

#[test]
fn start_with_a_bad_name() {
    let mut client = Client::new(setup(Start::Screen));
    client.type_text("#");
    snapshots("bad_name", client);
}

#[test]
fn failed() {
    let mut client = Client::joining();
    let retry_in = Some(Duration::from_secs(3));
    client.net(net::Event::Trying { attempt: 1 });
    client.net(net::Event::Down { failure: Failure::Refused, retry_in });
    snapshots("failed", client);
}

#[test]
fn empty() {
    snapshots("empty", Client::chatting(&[]));
}

#[test]
fn full() {
    snapshots("full", lesson());
}

#[test]
fn several_conversations() {
    let mut client = lesson();
    client.frames(&[
        r#"{"type":"direct","from":"ann","to":"sam","seq":1,"at":1795251600000,"text":"psst"}"#,
    ]);
    snapshots("several", client);
}

#[test]
fn history() {
    let mut client = long_history();
    client.press(KeyCode::PageUp);
    client.frames(&[&said(201, "bob", 101, "one more")]);
    snapshots("history", client);
}

#[test]
fn broken_link() {
    let mut client = lesson();
    let retry_in = Some(Duration::from_secs(3));
    client.net(net::Event::Down { failure: Failure::Closed, retry_in });
    snapshots("broken", client);
}

#[test]
fn name_taken() {
    let mut client = Client::joining();
    client.net(net::Event::Up { token: chat_protocol::Token::new("0123456789abcdef").unwrap() });
    client.frames(&[r#"{"type":"error","code":"name_taken","text":"taken","suggest":"sam-2"}"#]);
    snapshots("name_taken", client);
}

#[test]
fn hosting() {
    let mut client = Client::new(setup(Start::Host { port: 0, name: nick("sam") }));
    let addresses = vec!["192.168.1.23".parse().unwrap()];
    let effects = client.send(Event::Hosted(Ok(Hosted { port: 7000, addresses })));
    let own = Target { host: "127.0.0.1".to_owned(), port: 7000, name: nick("sam") };
    assert_eq!(effects, [Effect::Connect(own)]);
    client.connect();
    snapshots("hosting", client);
}

#[test]
fn port_taken() {
    let mut client = Client::new(setup(Start::Host { port: 65_433, name: nick("sam") }));
    let failure = HostFailure::PortTaken { port: 65_433, server: Some("lab".to_owned()) };
    client.send(Event::Hosted(Err(failure)));
    snapshots("port_taken", client);
}

#[test]
fn help() {
    let mut client = lesson();
    client.press(KeyCode::F(1));
    snapshots("help", client);
}
