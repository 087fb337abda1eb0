//! What a link brings about that breaks, a server that refuses, and people who change their names:
//! nothing is lost, and nobody's keys are taken.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use chat_protocol as wire;
use chat_tui::effect::{Effect, Target};
use chat_tui::event::Event;
use chat_tui::net::{self, Failure};
use chat_tui::state::Start;
use crossterm::event::{KeyCode, KeyModifiers};
use support::client::{
    Client, alt, closed, ctrl_c, direct, hides, hosting, in_rust, nick, requests, room, said,
    setup, shows, target, up, welcome,
};
use wire::Request;

#[test]
fn what_came_while_the_link_was_down_is_unread() {
    let mut client = Client::joining();
    client.net(up());
    // What was read in an earlier run is not known.
    assert!(
        !client.frames(&[&welcome("sam", r#"{"name":"ann","last":7}"#)]).contains(&Effect::Bell)
    );
    shows(&mut client, "@ann");
    hides(&mut client, "@ann 7");
    client.net(closed());
    let effects = client.net(up());
    let [Request::Hello(hello)] = requests(&effects)[..] else { panic!("{effects:?}") };
    assert!(hello.resume.iter().any(|resume| resume.room.to_string() == "@ann"));
    let directs = r#"{"name":"ann","last":8},{"name":"bob","last":2}"#;
    let effects = client.frames(&[&welcome("sam", directs)]);
    assert!(effects.contains(&Effect::Bell), "{effects:?}");
    let status = |client: &mut Client| client.text((90, 24)).lines().nth(21).unwrap().to_owned();
    // Ann's is resumed: it is counted when it comes, and once.
    assert!(status(&mut client).contains("3:@bob !2"), "{}", status(&mut client));
    assert!(!status(&mut client).contains("2:@ann !"), "{}", status(&mut client));
    client.frames(&[&direct(8, "ann", "psst")]);
    assert!(status(&mut client).contains("2:@ann !1"), "{}", status(&mut client));
    // Opened, what is missing is fetched.
    let effects = alt(&mut client, '3');
    let [Request::History { room, page: wire::Page::Newest, .. }] = requests(&effects)[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(room.to_string(), "@bob");
}

#[test]
fn a_closed_conversation_comes_back_with_news_only() {
    let mut client = Client::chatting(&[&direct(3, "ann", "psst")]);
    alt(&mut client, '2');
    client.enter("/close");
    shows(&mut client, "Closed @ann");
    client.type_text("x");
    let mut back = |directs: &str| {
        client.net(closed());
        client.net(up());
        client.frames(&[&welcome("sam", directs)]);
        client.text((90, 24))
    };
    let screen = back(r#"{"name":"ann","last":3}"#);
    assert!(!screen.contains("@ann"), "{screen}");
    let screen = back(r#"{"name":"ann","last":5}"#);
    assert!(screen.contains("2:@ann !2"), "{screen}");
}

#[test]
fn a_name_that_is_taken_meanwhile_leaves_the_keys_to_the_sentence() {
    let taken = r#"{"type":"error","code":"name_taken","text":"taken","suggest":"sam-2"}"#;
    let refused = || {
        let mut client = Client::chatting(&[]);
        client.type_text("half a ");
        client.net(closed());
        client.net(up());
        assert_eq!(client.frames(&[taken]), [Effect::Disconnect]);
        client.type_text("sentence");
        assert_eq!(client.state.typed().0, "half a sentence");
        shows(&mut client, "‘sam’ is taken here now: /nick sam-2 or Alt-R");
        hides(&mut client, "Your name");
        client
    };
    let connect = |name| [Effect::Connect(Target { name: nick(name), ..target() })];
    let mut client = refused();
    assert!(alt(&mut client, 'r').is_empty());
    shows(&mut client, "Your name");
    client.press(KeyCode::Esc);
    assert_eq!(client.state.typed().0, "half a sentence");
    alt(&mut client, 'r');
    assert_eq!(client.press(KeyCode::Enter), connect("sam-2"));
    client.net(up());
    // The next start goes by the name that was let in.
    let effects = client.frames(&[&welcome("sam-2", "")]);
    let remembered = Effect::Remember(Target { name: nick("sam-2"), ..target() });
    assert!(effects.contains(&remembered), "{effects:?}");
    assert_eq!(client.state.typed().0, "half a sentence");
    let mut client = refused();
    ctrl_c(&mut client);
    assert_eq!(client.enter("/nick samantha"), connect("samantha"));
    let mut client = refused();
    ctrl_c(&mut client);
    client.press(KeyCode::Enter);
    shows(&mut client, "Your name");
}

#[test]
fn a_room_that_was_left_stays_left() {
    let mut client = in_rust();
    client.enter("/part");
    let late = r#"{"type":"message","room":"rust","seq":1,"from":"ann","at":0,"text":"sam: hi"}"#;
    assert!(client.frames(&[late]).is_empty());
    client.key(KeyCode::Char('n'), KeyModifiers::CONTROL);
    hides(&mut client, "#rust ›");
    client.enter("/join rust");
    client.frames(&[&room("rust"), late]);
    shows(&mut client, "sam: hi");
}

#[test]
fn a_name_asked_for_is_remembered_and_no_other() {
    let renamed = r#"{"type":"renamed","from":"sam","to":"sue"}"#;
    let mut client = Client::chatting(&[]);
    client.enter("/nick sue");
    let keep = Effect::KeepToken { from: nick("sam"), to: nick("sue") };
    let remember = Effect::Remember(Target { name: nick("sue"), ..target() });
    assert_eq!(client.frames(&[renamed]), [keep.clone(), remember]);
    // A server that makes names up gets at no token but the one that it was shown.
    let mut client = Client::chatting(&[]);
    assert!(client.frames(&[renamed]).is_empty());
    shows(&mut client, "sue you");
    client.net(net::Event::Down { failure: Failure::Closed, retry_in: None });
    assert_eq!(alt(&mut client, 'r'), [Effect::Connect(target())]);
    let effects = client.net(up());
    let [Request::Hello(hello)] = requests(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(hello.name, nick("sue"));
    let mut client = Client::joining();
    client.net(up());
    let effects = client.frames(&[&welcome("admin", "")]);
    assert!(effects.contains(&Effect::Remember(target())), "{effects:?}");
    let mut client = hosting();
    client.enter("/nick sue");
    assert_eq!(client.frames(&[renamed]), [keep]);
}

#[test]
fn what_was_written_goes_with_who_takes_another_name() {
    let mut client = Client::chatting(&[&direct(1, "ann", "old"), &direct(1, "bob", "mine")]);
    alt(&mut client, '2');
    client.type_text("a draft for ann");
    client.net(closed());
    alt(&mut client, '3');
    client.enter("for bob");
    client.net(up());
    client.frames(&[
        &welcome("sam", ""),
        r#"{"type":"renamed","from":"bob","to":"ann"}"#,
        r#"{"type":"ack","id":"test-1","room":"@ann","seq":2,"at":0}"#,
    ]);
    shows(&mut client, "@ann ›");
    shows(&mut client, "for bob");
    hides(&mut client, "… for bob");
    hides(&mut client, "@bob");
    client.press(KeyCode::Up);
    client.press(KeyCode::Up);
    assert_eq!(client.state.typed().0, "for bob");
}

#[test]
fn history_that_cannot_be_read_is_asked_for_again_by_the_reader() {
    let mut client = Client::joining();
    client.net(up());
    let welcome = welcome("sam", "").replace(r#""last":0"#, r#""last":500"#);
    assert_eq!(requests(&client.frames(&[&welcome])).len(), 1);
    let failed = r#"{"type":"error","code":"not_stored","text":"no","room":"lobby"}"#;
    assert!(client.frames(&[failed]).is_empty());
    shows(&mut client, "The server cannot read its history now");
    hides(&mut client, "sends it again");
    client.type_text("x");
    assert!(client.frames(&[&said(501, "ann", 0, "hi")]).is_empty());
    let effects = client.press(KeyCode::PageUp);
    assert!(matches!(requests(&effects)[..], [Request::History { .. }]), "{effects:?}");
}

#[test]
fn a_server_that_stops_is_told_once() {
    let mut client = Client::chatting(&[]);
    client.frames(&[r#"{"type":"bye","text":"the server is stopping"}"#]);
    client.net(closed());
    let screen = client.text((140, 24));
    let told = "∙ The server is stopping. What you write now is sent when it is back";
    assert_eq!(screen.matches(told).count(), 1, "{screen}");
    assert_eq!(screen.matches("What you write now").count(), 1, "{screen}");
    // The next time that the link breaks is news again.
    client.net(up());
    client.frames(&[&welcome("sam", "")]);
    client.net(closed());
    assert_eq!(client.text((140, 24)).matches("What you write now").count(), 2);
}

#[test]
fn a_hello_fits_its_frame() {
    let mut client = Client::chatting(&[]);
    for number in 0..160 {
        let name = format!("{number:03}{}", "e\u{301}\u{301}\u{301}\u{301}".repeat(28));
        client.frames(&[&direct(1, &name, "hi")]);
    }
    alt(&mut client, '2');
    client.net(closed());
    let effects = client.net(up());
    let hello = requests(&effects)[0];
    let mut bytes = bytes::BytesMut::new();
    hello.encode(&mut bytes);
    assert!(bytes.len() <= wire::limit::FRAME_BYTES, "{}", bytes.len());
    let Request::Hello(hello) = hello else { panic!("{hello:?}") };
    assert!(hello.resume.len() > 100);
    // The one that is open first, then the rooms, then who wrote last.
    let starts: Vec<String> =
        hello.resume.iter().take(3).map(|resume| resume.room.to_string()).collect();
    assert!(starts[0].starts_with("@000"), "{starts:?}");
    assert!(starts[1] == "lobby" && starts[2].starts_with("@159"), "{starts:?}");
}

#[test]
fn a_broken_link_sends_again_and_resumes() {
    let mut client = Client::chatting(&[&said(1, "ann", 0, "hello")]);
    let first = client.enter("one");
    assert_eq!(requests(&first).len(), 1);
    client
        .net(net::Event::Down { failure: Failure::Closed, retry_in: Some(Duration::from_secs(1)) });
    assert!(requests(&client.enter("two")).is_empty());
    let up = client.net(net::Event::Up { token: wire::Token::new("0123456789abcdef") });
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
fn a_room_that_opens_late_takes_nobody_away() {
    let mut start = setup(Start::Host { port: 65_433, name: nick("sam") });
    start.recent = vec![target()];
    let mut client = Client::new(start);
    client.press(KeyCode::Enter);
    assert_eq!(client.press(KeyCode::Enter), [Effect::Connect(target())]);
    let hosted = chat_tui::event::Hosted { port: 65_433, addresses: Vec::new() };
    assert!(client.send(Event::Hosted(Ok(hosted))).is_empty());
    shows(&mut client, "192.168.1.23");
}

#[test]
fn a_taken_name_is_one_key_away_from_another() {
    let taken = r#"{"type":"error","code":"name_taken","text":"taken","suggest":"sam-2"}"#;
    let check = |typed: &str, expected: &str| {
        let mut client = Client::joining();
        client.net(net::Event::Up { token: wire::Token::new("0123456789abcdef") });
        assert_eq!(client.frames(&[taken]), [Effect::Disconnect]);
        let target = Target { name: nick(expected), ..target() };
        assert_eq!(client.enter(typed), [Effect::Connect(target)]);
    };
    check("", "sam-2");
    check("samantha", "samantha");
}

/// A direct message of the conversation with this identity.
fn direct_of(log: &str, seq: u64, from: &str, text: &str) -> String {
    let plain = direct(seq, from, text);
    format!(r#"{},"log":"{log}"}}"#, plain.trim_end_matches('}'))
}

#[test]
fn a_name_that_means_somebody_else_is_a_new_conversation() {
    let first = direct_of("a", 1, "gus", "from the first");
    let mut client = Client::chatting(&[&first, &said(1, "ann", 0, "stay")]);
    alt(&mut client, '2');
    shows(&mut client, "from the first");
    client.frames(&[&direct_of("b", 1, "gus", "from the second")]);
    shows(&mut client, "gus is somebody else than before");
    shows(&mut client, "from the second");
    shows(&mut client, "from the first");
    // Of a conversation that is not open here nothing follows for the others.
    client.frames(&[r#"{"type":"error","code":"log_changed","text":"new","room":"@eve"}"#]);
    alt(&mut client, '1');
    shows(&mut client, "stay");
}

#[test]
fn what_waits_for_somebody_is_not_sent_to_whoever_took_the_name() {
    let other = r#"{"name":"gus","last":1,"log":"b"}"#;
    for directs in [other, ""] {
        let mut client = Client::chatting(&[&direct_of("a", 7, "gus", "psst")]);
        alt(&mut client, '2');
        client.net(closed());
        client.enter("for your eyes only");
        let effects = client.net(up());
        let [Request::Hello(hello)] = requests(&effects)[..] else { panic!("{effects:?}") };
        let resumed = hello.resume.iter().find(|resume| resume.room.to_string() == "@gus");
        assert_eq!(resumed.and_then(|resume| resume.log.as_deref()), Some("a"));
        let effects = client.frames(&[&welcome("sam", directs)]);
        let tells = |effects: &[Effect]| {
            let tell = |request: &&Request| matches!(request, Request::Tell { .. });
            requests(effects).into_iter().filter(tell).count()
        };
        assert_eq!(tells(&effects), 0, "{directs}");
        shows(&mut client, "for your eyes only");
        shows(&mut client, "Alt-R sends it");
        let effects = client.key(KeyCode::Char('r'), KeyModifiers::ALT);
        assert_eq!(tells(&effects), 1, "{directs}");
    }
}

#[test]
fn the_token_of_a_new_name_is_that_of_the_name_asked_for() {
    let mut client = Client::chatting(&[]);
    let renamed =
        |from: &str, to: &str| format!(r#"{{"type":"renamed","from":"{from}","to":"{to}"}}"#);
    client.enter("/nick bob2");
    client.enter("/nick rob");
    let effects = client.frames(&[&renamed("sam", "bob2"), &renamed("bob2", "rob")]);
    let keep = Effect::KeepToken { from: nick("sam"), to: nick("rob") };
    assert!(effects.contains(&keep), "{effects:?}");
}

#[test]
fn what_was_stored_before_its_ack_was_lost_is_shown_once() {
    let resumed = said(1, "sam", 0, "hello?");
    let ack =
        |seq: u64| format!(r#"{{"type":"ack","id":"test-1","room":"lobby","seq":{seq},"at":0}}"#);
    let check = |seq: u64, expected: usize| {
        let mut client = Client::chatting(&[]);
        client.enter("hello?");
        client.net(closed());
        shows(&mut client, "1 message not confirmed yet");
        client.net(up());
        client.frames(&[&welcome("sam", "")]);
        client.frames(&[&resumed]);
        assert_eq!(client.text((80, 24)).matches("hello?").count(), 1);
        client.frames(&[&ack(seq)]);
        assert_eq!(client.text((80, 24)).matches("hello?").count(), expected);
        hides(&mut client, "… hello?");
    };
    check(1, 1);
    // The one that was resumed came from another device.
    check(2, 2);
}

#[test]
fn what_was_taken_for_another_of_the_same_words_and_refused_is_still_there() {
    for code in ["too_fast", "bad_text"] {
        let mut client = Client::chatting(&[]);
        client.enter("hello?");
        client.enter("and this");
        client.net(closed());
        client.net(up());
        client.frames(&[&welcome("sam", ""), &said(1, "sam", 0, "hello?")]);
        let refused = r#"{"type":"error","code":"CODE","text":"no","id":"test-1"}"#;
        client.frames(&[&refused.replace("CODE", code)]);
        shows(&mut client, "✗ hello?");
        shows(&mut client, "… and this");
    }
}

#[test]
fn a_link_that_breaks_again_and_again_is_one_line() {
    let mut client = Client::chatting(&[&said(1, "ann", 0, "hi")]);
    for _ in 0..5 {
        client.net(closed());
        hides(&mut client, "Connected again");
        client.net(up());
        client.frames(&[&welcome("sam", "")]);
    }
    shows(&mut client, "∙ Connected again; the link broke 5 times");
    hides(&mut client, "What you write now");
    // What was said since stays where it was said.
    client.frames(&[&said(2, "ann", 0, "ho")]);
    client.net(closed());
    shows(&mut client, "the link broke 5 times");
    client.now.up += Duration::from_secs(12);
    client.net(up());
    client.frames(&[&welcome("sam", "")]);
    shows(&mut client, "∙ Connected again after 12 s");
}

#[test]
fn what_others_say_is_no_answer() {
    let mut client = Client::chatting(&[]);
    client.now.up = Duration::from_secs(20);
    // What was read until now is remembered.
    assert!(matches!(client.frames(&[])[..], [Effect::KeepPlaces(_)]));
    let effects = client.net(net::Event::Silent(Duration::from_secs(8)));
    assert_eq!(effects, [Effect::WakeAt(Duration::from_secs(21))]);
    client.frames(&[&said(1, "ann", 0, "sam?")]);
    shows(&mut client, "◌ no answer for 8 s");
    client.now.up += Duration::from_secs(1);
    client.send(Event::Woke);
    shows(&mut client, "◌ no answer for 9 s");
    client.net(net::Event::RoundTrip(Duration::from_secs(9)));
    shows(&mut client, "● linked");
}
