//! A lab's server on the screen: what is lacking is absent, and nothing is made up.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use chat_protocol::pickle::Value;
use chat_protocol::{Heard, Lab, LabCodec, Nick, Profile, Request, Text, Token};
use chat_tui::dialect::Dialect;
use chat_tui::effect::{Effect, Target};
use chat_tui::event::Event;
use chat_tui::net::{self, Failure};
use chat_tui::state::Start;
use crossterm::event::{KeyCode, KeyModifiers};
use proptest::prelude::{Strategy, any, prop_oneof};
use support::client::{Client, nick, setup, target};

const SIZES: [(u16, u16); 3] = [(100, 24), (60, 12), (34, 9)];

fn at(lab: Lab) -> Client {
    let target = Target { dialect: Dialect::Lab(lab), ..target() };
    let mut client = Client::new(setup(Start::Join { target, room: None }));
    up(&mut client);
    client
}

fn up(client: &mut Client) -> Vec<Effect> {
    client.net(net::Event::Up { token: Token::new("0123456789abcdef") })
}

/// Lets the client hear bytes as its link would.
fn hear(client: &mut Client, lab: Lab, bytes: &[u8]) -> Vec<Effect> {
    let mut codec = LabCodec::new(lab, &nick("sam"), &Profile::default());
    let heard = codec.end(&mut bytes::BytesMut::from(bytes));
    client.net(net::Event::Heard(heard))
}

fn close(client: &mut Client) {
    client.net(net::Event::Down { failure: Failure::Closed, retry_in: None });
}

fn said(effects: &[Effect]) -> Vec<String> {
    let said = effects.iter().filter_map(|effect| match effect {
        Effect::Send(Request::Say { text, .. }) => Some(text.as_str().to_owned()),
        Effect::Send(Request::Tell { to, text, .. }) => Some(format!("{to}: {}", text.as_str())),
        _ => None,
    });
    said.collect()
}

fn snapshots(name: &str, client: &mut Client) {
    for size in SIZES {
        let terminal = client.draw(size);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), terminal.backend());
    }
}

#[test]
fn line() {
    let mut client = at(Lab::Line);
    snapshots("line_arrived", &mut client);
    let came = "SERVER: bob joined\nbob: hello, sam\nSERVER: eve joined\nSERVER: eve left\nMOTD?\n";
    hear(&mut client, Lab::Line, came.as_bytes());
    assert_eq!(said(&client.enter("hi bob")), ["hi bob"]);
    hear(&mut client, Lab::Line, b"bob (to you): psst\nzoe: me too\n");
    snapshots("line", &mut client);
}

#[test]
fn comma() {
    let mut client = at(Lab::Comma);
    snapshots("comma_arrived", &mut client);
    hear(&mut client, Lab::Comma, b"ack");
    hear(&mut client, Lab::Comma, b"bob,li,sam");
    assert!(client.enter("hello all").is_empty(), "nothing is sent to all");
    snapshots("comma_to_all", &mut client);
    client.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    assert_eq!(said(&client.enter("/msg bob")), ["bob: hi"]);
    assert_eq!(said(&client.enter("how are you?")), ["bob: hi"]);
    hear(&mut client, Lab::Comma, b"bob says hi\n");
    snapshots("comma", &mut client);
}

#[test]
fn pickle() {
    let mut client = at(Lab::Pickle);
    let mut came = bytes::BytesMut::new();
    let pair = (Value::from("status"), Value::from("registered"));
    chat_protocol::pickle::encode(&Value::Dict(vec![pair]), &mut came);
    chat_protocol::pickle::encode(&Value::from("bob: hi"), &mut came);
    hear(&mut client, Lab::Pickle, &came);
    assert_eq!(said(&client.enter("hello")), ["hello"]);
    client.enter("/profile id 4711");
    snapshots("pickle", &mut client);
    client.enter("/profile");
    assert!(client.text((100, 24)).contains("Your profile: no name, id 4711, no github"));
    let Effect::Send(Request::Hello(hello)) = up(&mut client).remove(0) else { panic!("no hello") };
    assert_eq!(hello.profile.unwrap().student_id.as_str(), "4711");
}

#[test]
fn raw() {
    let mut client = at(Lab::Raw);
    snapshots("raw_arrived", &mut client);
    assert_eq!(said(&client.enter("ping")), ["ping"]);
    hear(&mut client, Lab::Raw, b"ping\n2026-11-21 09:00:00\r\n");
    close(&mut client);
    snapshots("raw_closed", &mut client);
}

#[test]
fn what_a_dialect_lacks_is_said_and_not_sent() {
    let check = |lab: Lab, typed: &str, expected: &str| {
        let mut client = at(lab);
        assert!(client.enter(typed).is_empty(), "{lab}: {typed}");
        let screen = client.text((100, 24));
        assert!(screen.contains(expected), "{lab}: {typed}\n{screen}");
    };
    check(Lab::Line, "/join rust", "The line dialect has no rooms");
    check(Lab::Line, "/msg bob hi", "The line dialect has no messages to one person");
    check(Lab::Line, "/topic x", "The line dialect has no topics");
    check(Lab::Comma, "/nick eve", "The comma dialect has no other name for you");
    check(Lab::Comma, "/me waves", "The comma dialect has no messages to all");
    check(Lab::Pickle, "/names", "The pickle dialect has no list of who is here");
    check(Lab::Raw, "/time", "The raw dialect has no clock");
    check(Lab::Raw, "/away", "The raw dialect has no way to say that you are away");
    check(Lab::Raw, "/profile id 7", "The raw dialect has no profiles");
}

#[test]
fn there_is_no_history_to_ask_for() {
    for lab in Lab::ALL {
        let mut client = at(lab);
        assert!(client.press(KeyCode::PageUp).is_empty());
        let words = format!("The {lab} dialect has no history");
        assert!(client.text((100, 24)).contains(&words), "{lab}");
    }
}

#[test]
fn what_was_sent_is_not_sent_again() {
    let mut client = at(Lab::Line);
    assert_eq!(said(&client.enter("one")), ["one"]);
    close(&mut client);
    assert_eq!(said(&client.enter("two")), Vec::<String>::new());
    assert!(client.text((100, 24)).contains("1 message not sent yet"));
    assert_eq!(said(&up(&mut client)), ["two"]);
    assert_eq!(said(&up(&mut client)), Vec::<String>::new());
    let screen = client.text((100, 24));
    assert_eq!(screen.matches("→ one").count(), 1, "{screen}");
    assert!(screen.contains("→ two") && screen.contains("Connected again"), "{screen}");
}

#[test]
fn many_messages_go_out_at_once() {
    let mut client = at(Lab::Raw);
    close(&mut client);
    let lines: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    for line in &lines {
        client.enter(line);
    }
    assert_eq!(said(&up(&mut client)), lines);
}

#[test]
fn a_lab_is_neither_remembered_nor_given_a_secret() {
    for lab in Lab::ALL {
        let target = Target { dialect: Dialect::Lab(lab), ..target() };
        let mut client = Client::new(setup(Start::Join { target, room: None }));
        let effects = up(&mut client);
        let [Effect::Send(Request::Hello(hello)), Effect::Title(_)] = &effects[..] else {
            panic!("{lab}: not just a hello, and a title: {effects:?}");
        };
        assert_eq!(hello.token, None);
        let quit = client.enter("/quit");
        assert_eq!(quit[..2], [Effect::Send(Request::Bye), Effect::Quit]);
        let kept = |effect: &Effect| matches!(effect, Effect::Remember(_) | Effect::KeepPlaces(_));
        assert!(!quit.iter().any(kept), "{lab}: {quit:?}");
    }
}

#[test]
fn the_help_says_what_is_lacking() {
    let mut client = at(Lab::Comma);
    client.press(KeyCode::F(1));
    let screen = client.text((100, 30));
    assert!(screen.contains("The comma dialect is spoken here. It has no"), "{screen}");
    assert!(screen.contains("/msg") && !screen.contains("/join"), "{screen}");
}

/// What somebody's server might say.
fn heard() -> impl Strategy<Value = Heard> {
    let name = || "[a-z]{1,9}".prop_map(|name| Nick::new(&name).unwrap_or_else(|_| nick("x")));
    let words = || any::<String>().prop_filter_map("a text", |raw| Text::new(&raw).ok());
    prop_oneof![
        proptest::strategy::Just(Heard::Ack),
        proptest::collection::vec(name(), 0..40).prop_map(Heard::Names),
        (name(), words()).prop_map(|(from, text)| Heard::Said { from, text }),
        (name(), words()).prop_map(|(from, text)| Heard::Told { from, text }),
        name().prop_map(Heard::Joined),
        name().prop_map(Heard::Left),
        words().prop_map(Heard::Notice),
        words().prop_map(Heard::Raw),
    ]
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_is_heard_is_drawn(
        all in proptest::collection::vec(heard(), 0..40),
        lab in proptest::sample::select(&Lab::ALL[..]),
        typed in "[a-z/ ]{0,12}",
    ) {
        let mut client = at(lab);
        for heard in all.chunks(3) {
            client.net(net::Event::Heard(heard.to_vec()));
            client.type_text(&typed);
            client.press(KeyCode::PageUp);
            client.draw((60, 12));
        }
        close(&mut client);
        client.send(Event::Woke);
        client.draw((34, 9));
    }
}
