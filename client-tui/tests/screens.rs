//! Every screen as it looks, at five sizes.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use chat_tui::effect::{Effect, Target};
use chat_tui::event::{Event, HostFailure, Hosted};
use chat_tui::net::{self, Failure};
use chat_tui::state::Start;
use crossterm::event::{KeyCode, KeyModifiers};
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
    client.net(net::Event::Up { token: chat_protocol::Token::new("0123456789abcdef") });
    client.frames(&[r#"{"type":"error","code":"name_taken","text":"taken","suggest":"sam-2"}"#]);
    snapshots("name_taken", client);
}

#[test]
fn hosting() {
    let mut client = Client::new(setup(Start::Host { port: 0, name: nick("sam") }));
    let addresses = vec!["192.168.1.23".parse().unwrap()];
    let effects = client.send(Event::Hosted(Ok(Hosted { port: 7000, addresses })));
    let own = Target { host: "127.0.0.1".to_owned(), port: 7000, ..target() };
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

#[test]
fn help_on_the_start_screen_has_its_keys_first() {
    let mut client = Client::new(setup(Start::Screen));
    client.press(KeyCode::F(1));
    snapshots("start_help", client);
}

#[test]
fn help_cuts_nothing() {
    let mut client = Client::chatting(&[]);
    client.press(KeyCode::F(1));
    for size in [(120, 40), (80, 24), (40, 12), (30, 8)] {
        let mut rows = 0;
        for _ in 0..300 {
            let text = client.text(size);
            assert!(!text.replace("Alt-1 …", "").contains('…'), "{text}");
            assert!(!text.contains(" 0 more") && text.contains("Esc closes"), "{text}");
            rows += usize::from(text.contains("undo"));
            client.press(KeyCode::Down);
        }
        assert!(rows > 0, "{size:?}: the last key is never seen");
        client.press(KeyCode::Esc);
        client.press(KeyCode::F(1));
    }
}

#[test]
fn start_with_many_servers() {
    let mut setup = setup(Start::Screen);
    let server = |number| Target { host: format!("10.0.0.{number}"), port: 7000, ..target() };
    setup.recent = (1..=5).map(server).collect();
    snapshots("start_full", Client::new(setup));
}

#[test]
fn the_start_screens_row_being_filled_in_is_always_seen() {
    let mut setup = setup(Start::Screen);
    setup.recent =
        (1..=5).map(|number| Target { host: format!("h{number}"), ..target() }).collect();
    let mut client = Client::new(setup);
    for _ in 0..8 {
        let text = client.text((40, 8));
        assert!(text.contains('›') && text.contains("Enter choose"), "{text}");
        client.press(KeyCode::Tab);
    }
}

/// Between two people, with news elsewhere.
fn in_a_direct() -> Client {
    let direct =
        r#"{"type":"direct","from":"ann","to":"sam","seq":1,"at":1795251600000,"text":"psst"}"#;
    let other =
        r#"{"type":"direct","from":"bob","to":"sam","seq":1,"at":1795251600000,"text":"you?"}"#;
    let mut client = Client::chatting(&[direct, other]);
    client.key(KeyCode::Char('2'), KeyModifiers::ALT);
    client.frames(&[&said(1, "ann", 0, "hello, everybody")]);
    client
}

#[test]
fn nobody_is_lost_in_a_direct() {
    snapshots("direct", in_a_direct());
}

#[test]
fn conversations_that_do_not_fit_are_counted_and_those_with_news_stay() {
    let direct = |name: &str| {
        format!(r#"{{"type":"direct","from":"sam","to":"{name}","seq":1,"at":0,"text":"hi"}}"#)
    };
    let mut frames: Vec<String> =
        (0..12).map(|number| direct(&format!("quiet-{number}"))).collect();
    frames
        .push(r#"{"type":"direct","from":"zoe","to":"sam","seq":1,"at":0,"text":"hi"}"#.to_owned());
    let frames: Vec<&str> = frames.iter().map(String::as_str).collect();
    let mut client = Client::chatting(&frames);
    let status = |client: &mut Client, width| {
        let text = client.text((width, 24));
        text.lines().find(|line| line.contains('●')).unwrap().trim_matches('"').trim().to_owned()
    };
    assert_eq!(status(&mut client, 40), "●  1:#lobby  2:@quiet-0  @zoe !1  +11");
    assert_eq!(
        status(&mut client, 80),
        "●  1:#lobby  2:@quiet-0  3:@quiet-1  4:@quiet-2  5:@quiet-3  @zoe !1  +8"
    );
}

#[test]
fn the_invitation_is_whole_or_not_there_and_only_in_rooms() {
    let mut client = Client::new(setup(Start::Host { port: 7000, name: nick("sam") }));
    let addresses = vec!["192.168.1.23".parse().unwrap()];
    client.send(Event::Hosted(Ok(Hosted { port: 7000, addresses })));
    client.connect();
    let line = "chat-tui --host 192.168.1.23 --port 7000";
    let mut second = |width| client.text((width, 24)).lines().nth(1).unwrap().to_owned();
    assert_eq!(second(80), format!("\"{:80}\"", format!(" Others join with  {line}")));
    assert_eq!(second(59), format!("\" Others join with  {line}\""));
    assert_eq!(second(58), format!("\"{:58}\"", format!(" {line}")));
    assert_eq!(second(40), format!("\"{line}\""));
    assert!(!second(39).contains("chat-tui"));
    client.frames(&[r#"{"type":"direct","from":"ann","to":"sam","seq":1,"at":0,"text":"psst"}"#]);
    client.key(KeyCode::Char('2'), KeyModifiers::ALT);
    assert!(!client.text((80, 24)).contains("Others join with  "));
}

#[test]
fn text_that_is_not_shown_is_counted() {
    let mut client = lesson();
    client.press(KeyCode::Enter);
    for number in 1..=50 {
        client.type_text(&format!("row {number}"));
        client.key(KeyCode::Enter, KeyModifiers::ALT);
    }
    client.type_text("row 51");
    assert!(client.text((80, 24)).contains("▲ 43 more lines · Enter sends all"));
    assert!(client.text((40, 12)).contains("▲ 47 more lines"));
    for _ in 0..20 {
        client.press(KeyCode::Up);
    }
    assert!(client.text((80, 24)).contains("▲ 23 ▼ 20 more lines · Enter sends all"));
    snapshots("long_text", client);
}

#[test]
fn no_letter_typed_is_missing_at_the_right_edge() {
    let mut client = Client::chatting(&[]);
    let letters: String = ('a'..='z').cycle().take(100).collect();
    client.type_text(&letters);
    for width in [120, 80, 41, 40, 30] {
        let text = client.text((width, 24));
        let (_, input) = text.split_once("#lobby › ").unwrap();
        let (input, _) = input.split_once(" Enter send").unwrap();
        let shown: String = input.chars().filter(char::is_ascii_lowercase).collect();
        // Rows that are above what is shown are told of, and are no gap.
        assert!(shown.len() > 60 && letters.ends_with(&shown), "{width}: {text}");
    }
}
