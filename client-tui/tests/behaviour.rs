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
use support::client::{
    Client, alt, closed, ctrl_c, direct, hides, hosting, in_rust, nick, requests, said, setup,
    shows, target,
};
use wire::Request;

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
    check("/t", 3, "/time ");
    check("zz", 1, "zz");
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
    let token = wire::Token::new("0123456789abcdef");
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

#[test]
fn what_closes_the_help_is_typed() {
    let mut client = Client::chatting(&[]);
    client.press(KeyCode::F(1));
    client.type_text("hi");
    assert_eq!(client.state.typed().0, "hi");
    client.press(KeyCode::F(1));
    client.send(Event::Paste(" there".to_owned()));
    assert_eq!(client.state.typed().0, "hi there");
    hides(&mut client, "Ctrl-W");
    client.press(KeyCode::F(1));
    client.press(KeyCode::Esc);
    assert_eq!(client.state.typed().0, "hi there");
}

#[test]
fn what_closes_the_question_is_typed_unless_it_answers() {
    let mut client = Client::chatting(&[]);
    client.enter("exit");
    client.type_text("s are");
    assert_eq!(client.state.typed().0, "exits are");
    client.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    client.enter("exit");
    client.send(Event::Paste("s".to_owned()));
    assert_eq!(client.state.typed().0, "exits");
    let leave = |press: &dyn Fn(&mut Client) -> Vec<Effect>| {
        let mut client = Client::chatting(&[]);
        client.enter("exit");
        assert!(press(&mut client).contains(&Effect::Quit));
    };
    leave(&|client| client.press(KeyCode::Char('y')));
    leave(&|client| client.press(KeyCode::Enter));
    leave(&ctrl_c);
}

#[test]
fn a_room_is_not_left_with_something_unsent_in_it() {
    let mut client = in_rust();
    client.enter("one");
    client.enter("two");
    assert!(client.enter("/part").is_empty());
    assert_eq!(client.state.typed().0, "/part");
    shows(&mut client, "2 messages here are not sent yet");
    for (id, seq) in [("test-1", 1), ("test-2", 2)] {
        let ack = format!(r#"{{"type":"ack","id":"{id}","room":"rust","seq":{seq},"at":0}}"#);
        client.frames(&[&ack]);
    }
    let effects = client.press(KeyCode::Enter);
    assert!(matches!(requests(&effects)[..], [Request::Part { .. }]), "{effects:?}");
    shows(&mut client, "Left #rust");
    shows(&mut client, "#lobby ›");
}

#[test]
fn a_draft_keeps_its_room() {
    let mut client = in_rust();
    client.type_text("half a thought");
    alt(&mut client, '1');
    assert!(client.enter("/part rust").is_empty());
    shows(&mut client, "A text in #rust is not sent yet");
    alt(&mut client, '2');
    assert_eq!(client.state.typed().0, "half a thought");
    // A draft behind a recalled command counts, too.
    let mut client = in_rust();
    client.enter("/names");
    client.type_text("/part");
    ctrl_c(&mut client);
    client.type_text("draft");
    client.press(KeyCode::Up);
    assert_eq!(client.state.typed().0, "/part");
    assert!(client.press(KeyCode::Enter).is_empty());
    client.press(KeyCode::Down);
    assert_eq!(client.state.typed().0, "draft");
}

#[test]
fn what_was_refused_is_given_up_when_asked() {
    let refusal = r#"{"type":"error","code":"not_stored","text":"disk full","id":"test-1"}"#;
    let mut client = Client::chatting(&[]);
    client.enter("/discard");
    shows(&mut client, "Nothing was refused here");
    client.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    client.enter("oops");
    client.frames(&[refusal]);
    client.enter("/discard");
    shows(&mut client, "1 message given up");
    shows(&mut client, "✗ oops");
    assert!(requests(&client.key(KeyCode::Char('r'), KeyModifiers::ALT)).is_empty());
    client.press(KeyCode::Up);
    client.press(KeyCode::Up);
    assert_eq!(client.state.typed().0, "oops");
}

#[test]
fn a_refused_name_is_told_once() {
    let mut client = Client::chatting(&[]);
    client.enter("/nick ann");
    client.frames(&[r#"{"type":"error","code":"name_taken","text":"no","suggest":"ann-2"}"#]);
    let screen = client.text((120, 24));
    assert_eq!(screen.matches("is taken here (free: ann-2)").count(), 1, "{screen}");
    client.type_text("x");
    hides(&mut client, "is taken here");
}

#[test]
fn quitting_asks_when_something_would_be_lost() {
    let leaves = |effects: &[Effect]| effects.contains(&Effect::Quit);
    assert!(leaves(&Client::chatting(&[]).enter("/quit")));
    let asks = |mut client: Client| {
        ctrl_c(&mut client);
        assert!(!leaves(&ctrl_c(&mut client)));
        shows(&mut client, "Leave the chat?");
        client.press(KeyCode::Esc);
        assert!(!leaves(&client.enter("/quit")));
        shows(&mut client, "Leave the chat?");
        assert!(leaves(&ctrl_c(&mut client)));
    };
    let mut unsent = Client::chatting(&[]);
    unsent.net(closed());
    unsent.enter("not sent");
    asks(unsent);
    asks(hosting());
    let mut alone = hosting();
    alone.frames(&[r#"{"type":"left","room":"lobby","names":["ann","bob","li 雷"]}"#]);
    assert!(leaves(&alone.enter("/quit")));
}

#[test]
fn a_message_to_nobody_goes_back_to_where_it_was_written() {
    let refusal = r#"{"type":"error","code":"no_such_name","text":"no","id":"test-1"}"#;
    let mut client = in_rust();
    client.enter("/msg nobody hi");
    shows(&mut client, "@nobody ›");
    client.frames(&[refusal]);
    assert_eq!(client.state.typed().0, "/msg nobody hi");
    shows(&mut client, "#rust ›");
    shows(&mut client, "Nobody here is called ‘nobody’");
    hides(&mut client, "@nobody");
    // Who goes on writing there is not interrupted.
    let mut client = in_rust();
    client.enter("/msg nobody hi");
    client.type_text("and");
    client.frames(&[refusal]);
    assert_eq!(client.state.typed().0, "and");
    shows(&mut client, "✗ hi");
    // With history, the text is given back where it is.
    let mut client = Client::chatting(&[&direct(1, "eve", "psst")]);
    client.enter("/msg eve hi");
    client.frames(&[refusal]);
    assert_eq!(client.state.typed().0, "hi");
    shows(&mut client, "@eve ›");
}

#[test]
fn the_start_screen_knows_the_port() {
    let start = |keys: &[KeyCode]| {
        let mut setup = setup(Start::Screen);
        setup.port = 7199;
        let mut client = Client::new(setup);
        keys.iter().flat_map(|key| client.press(*key)).collect::<Vec<Effect>>()
    };
    let (enter, lab) = (KeyCode::Enter, KeyCode::Char('l'));
    let there = Target { host: "l".to_owned(), port: 7199, ..target() };
    assert_eq!(start(&[enter, lab, enter]), [Effect::Connect(there)]);
    assert_eq!(
        start(&[enter, KeyCode::Down, enter]),
        [Effect::Host { port: 7199, name: nick("sam") }]
    );
}

#[test]
fn a_refused_link_names_the_port_to_serve_on() {
    let elsewhere = Target { port: 7199, ..target() };
    let mut client = Client::new(setup(Start::Join { target: elsewhere, room: None }));
    client.net(net::Event::Down { failure: Failure::Refused, retry_in: None });
    shows(&mut client, "chat-tui --serve --port 7199");
    shows(&mut client, "Or is the port wrong?");
}

#[test]
fn a_rooms_name_has_no_spaces() {
    let mut client = Client::chatting(&[]);
    assert!(client.enter("/join bad room").is_empty());
    shows(&mut client, "A room's name cannot contain spaces: /join bad-room");
}

#[test]
fn no_date_stands_below_lines_of_its_day() {
    let mut client = Client::chatting(&[&said(1, "ann", -1500, "yesterday")]);
    client.frames(&[r#"{"type":"joined","room":"lobby","name":"eve"}"#, &said(2, "ann", 0, "hi")]);
    let screen = client.text((80, 24));
    let at = |words: &str| screen.find(words).unwrap_or_else(|| panic!("no {words}:\n{screen}"));
    assert_eq!(screen.matches("21 November").count(), 1, "{screen}");
    assert!(at("yesterday") < at("21 November") && at("21 November") < at("eve joined"));
    // A clock that is wrong by a day does not bring the dates back and forth.
    client.now.unix_ms += 86_400_000;
    client.frames(&[r#"{"type":"left","room":"lobby","name":"eve"}"#, &said(3, "ann", 1, "bye")]);
    client.frames(&[r#"{"type":"joined","room":"lobby","name":"eve"}"#, &said(4, "ann", 2, "oh")]);
    let screen = client.text((80, 24));
    assert_eq!((screen.matches("21 Nov").count(), screen.matches("22 Nov").count()), (1, 1));
}

#[test]
fn a_flood_of_conversations_is_bounded() {
    let mut client = Client::chatting(&[]);
    let direct = |number: u32| {
        format!(r#"{{"type":"direct","from":"p{number}","to":"sam","seq":1,"at":0,"text":"hi"}}"#)
    };
    let lines: Vec<String> = (0..3_000).map(direct).collect();
    client.frames(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    client.key(KeyCode::Char('p'), KeyModifiers::CONTROL);
    assert!(client.text((80, 24)).contains("@p998"), "the last that there was room for");
}

#[test]
fn scripts_come_and_go_without_a_word() {
    let mut client = Client::chatting(&[]);
    client
        .frames(&[r#"{"type":"joined","room":"lobby","name":"builds","marks":["guest","visit"]}"#]);
    hides(&mut client, "builds joined");
    shows(&mut client, "builds visit");
    client.frames(&[r#"{"type":"away","name":"builds","text":"until noon"}"#]);
    shows(&mut client, "~ builds visit");
    client.frames(&[r#"{"type":"left","room":"lobby","name":"builds","marks":["visit"]}"#]);
    hides(&mut client, "builds");
}
