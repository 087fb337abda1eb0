//! What keys and frames bring about: requests to the server, and what stands in the input.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use chat_protocol as wire;
use chat_tui::effect::{Effect, Target};
use chat_tui::event::{Event, HostFailure};
use chat_tui::net::{self, Failure};
use chat_tui::state::Start;
use crossterm::event::{KeyCode, KeyModifiers};
use support::client::{Client, nick, said, setup, target};
use wire::Request;

fn requests(effects: &[Effect]) -> Vec<&Request> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send(request) => Some(request),
        _ => None,
    });
    sent.collect()
}

#[test]
fn nothing_typed_is_lost() {
    let check = |text: &str, told: &str| {
        let mut client = Client::chatting(&[]);
        assert!(requests(&client.enter(text)).is_empty(), "{text}");
        assert_eq!(client.state.typed().0, text);
        let screen = client.text((120, 24));
        assert!(screen.contains(told), "{screen}");
    };
    check("/joyn rust", "did you mean /join?");
    check(" /join rust", "space before");
    check("/join not a room!", "cannot contain");
    check("/msg", "To whom");
    let mut client = Client::chatting(&[]);
    client.send(Event::Paste("/join a\n/join b".to_owned()));
    assert!(client.press(KeyCode::Enter).is_empty());
    assert_eq!(client.state.typed().0, "/join a\n/join b");
    client.send(Event::Paste("x".repeat(9000)));
    client.press(KeyCode::Enter);
    assert!(client.state.typed().0.len() > 9000);
}

#[test]
fn commands_and_texts_become_requests() {
    let check = |text: &str, expected: &str| {
        let mut client = Client::chatting(&[]);
        let effects = client.enter(text);
        let mut bytes = bytes::BytesMut::new();
        requests(&effects).iter().for_each(|request| request.encode(&mut bytes));
        assert_eq!(String::from_utf8_lossy(&bytes).trim_end(), expected, "{text}");
    };
    check("hi", r#"{"type":"say","id":"test-1","room":"lobby","text":"hi"}"#);
    check("//x", r#"{"type":"say","id":"test-1","room":"lobby","text":"/x"}"#);
    check("/msg li 雷 hi", r#"{"type":"tell","id":"test-1","to":"li 雷","text":"hi"}"#);
    check("/J #rust", r#"{"type":"join","room":"rust"}"#);
    check("/topic new", r#"{"type":"topic","room":"lobby","text":"new"}"#);
    check("/nick samuel", r#"{"type":"rename","name":"samuel"}"#);
}

#[test]
fn tab_completes_and_cycles() {
    let check = |text: &str, tabs: usize, expected: &str| {
        let mut client = Client::chatting(&[]);
        client.type_text(text);
        for _ in 0..tabs {
            client.press(KeyCode::Tab);
        }
        assert_eq!(client.state.typed().0, expected);
    };
    check("an", 1, "ann: ");
    check("ask li", 1, "ask li 雷 ");
    check("/jo", 1, "/join ");
    check("/t", 2, "/time ");
    check("zz", 1, "zz");
}

#[test]
fn a_broken_link_sends_again_and_resumes() {
    let mut client = Client::chatting(&[&said(1, "ann", 0, "hello")]);
    let first = client.enter("one");
    assert_eq!(requests(&first).len(), 1);
    client
        .net(net::Event::Down { failure: Failure::Closed, retry_in: Some(Duration::from_secs(1)) });
    assert!(requests(&client.enter("two")).is_empty());
    let up = client.net(net::Event::Up { token: wire::Token::new("0123456789abcdef").unwrap() });
    let [Request::Hello(hello)] = requests(&up)[..] else { panic!("{up:?}") };
    assert_eq!((hello.resume[0].after, hello.resume[0].log.as_deref()), (1, Some("1")));
    let again = client
        .frames(&[r#"{"type":"welcome","version":1,"name":"sam","server":"lab","log":"1",
        "rooms":[{"name":"lobby","topic":"","last":1,"count":1,"members":["sam"]}]}"#]);
    let ids: Vec<&str> = requests(&again)
        .iter()
        .filter_map(|request| match request {
            Request::Say { id, .. } => Some(id.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(ids, ["test-1", "test-2"]);
}

#[test]
fn a_refused_text_comes_back_into_an_empty_input_only() {
    let refusal = r#"{"type":"error","code":"bad_text","text":"no","id":"test-1"}"#;
    let mut client = Client::chatting(&[]);
    client.enter("oops");
    client.frames(&[refusal]);
    assert_eq!(client.state.typed().0, "oops");
    let mut client = Client::chatting(&[]);
    client.enter("oops");
    client.type_text("next");
    client.frames(&[refusal]);
    assert_eq!(client.state.typed().0, "next");
    assert!(client.text((80, 24)).contains("✗ oops"));
}

#[test]
fn leaving_is_asked_first() {
    let leaves = |effects: &[Effect]| effects.contains(&Effect::Quit);
    let mut client = Client::chatting(&[]);
    assert!(!leaves(&client.enter("exit")));
    assert!(client.text((80, 24)).contains("Leave the chat?"));
    assert!(!leaves(&client.press(KeyCode::Esc)));
    assert_eq!(client.state.typed().0, "exit");
    let ctrl_c = (KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert!(!leaves(&client.key(ctrl_c.0, ctrl_c.1)));
    assert_eq!(client.state.typed().0, "");
    assert!(!leaves(&client.key(ctrl_c.0, ctrl_c.1)));
    assert!(leaves(&client.key(ctrl_c.0, ctrl_c.1)));
}

#[test]
fn a_taken_name_is_one_key_away_from_another() {
    let taken = r#"{"type":"error","code":"name_taken","text":"taken","suggest":"sam-2"}"#;
    let check = |typed: &str, expected: &str| {
        let mut client = Client::joining();
        client.net(net::Event::Up { token: wire::Token::new("0123456789abcdef").unwrap() });
        assert_eq!(client.frames(&[taken]), [Effect::Disconnect]);
        let target = Target { name: nick(expected), ..target() };
        assert_eq!(client.enter(typed), [Effect::Connect(target)]);
    };
    check("", "sam-2");
    check("samantha", "samantha");
}

#[test]
fn a_port_that_is_taken_by_a_chat_can_be_joined() {
    let mut client = Client::new(setup(Start::Host { port: 65_433, name: nick("sam") }));
    let server = Some("lab".to_owned());
    client.send(Event::Hosted(Err(HostFailure::PortTaken { port: 65_433, server })));
    let own = Target { host: "127.0.0.1".to_owned(), ..target() };
    assert_eq!(client.press(KeyCode::Enter), [Effect::Connect(own)]);
}

#[test]
fn history_is_fetched_as_it_is_reached() {
    let mut client = Client::joining();
    let token = wire::Token::new("0123456789abcdef").unwrap();
    client.net(net::Event::Up { token });
    let effects = client.frames(&[r#"{"type":"welcome","version":1,"name":"sam","server":"lab",
        "log":"1","rooms":[{"name":"lobby","last":500,"count":1,"members":["sam"]}]}"#]);
    let room: wire::Conversation = "lobby".parse().unwrap();
    let page = |page| Request::History { room: room.clone(), page, limit: 200 };
    assert!(requests(&effects).contains(&&page(wire::Page::Newest)));
    let message = |seq: u64| format!(r#"{{"seq":{seq},"from":"ann","at":0,"text":"hi"}}"#);
    let messages: Vec<String> = (401..=500).map(message).collect();
    let history = r#"{"type":"history","room":"lobby","more":true,"messages":["#;
    let effects = client.frames(&[&format!("{history}{}]}}", messages.join(","))]);
    assert!(requests(&effects).is_empty());
    let mut asked = Vec::new();
    for _ in 0..10 {
        let effects = client.press(KeyCode::PageUp);
        asked.extend(requests(&effects).into_iter().cloned());
    }
    assert_eq!(asked, [page(wire::Page::Before(401))]);
}

#[test]
fn an_idle_screen_stays_still() {
    let mut client = Client::chatting(&[]);
    client.net(net::Event::RoundTrip(Duration::from_millis(12)));
    assert!(client.state.take_dirty());
    client.net(net::Event::RoundTrip(Duration::from_millis(18)));
    client.frames(&[r#"{"type":"pong"}"#]);
    client.send(Event::Woke);
    assert!(!client.state.take_dirty());
    client.net(net::Event::RoundTrip(Duration::from_millis(30)));
    assert!(client.state.take_dirty());
}
