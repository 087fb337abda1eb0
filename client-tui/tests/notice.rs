//! Who calls while nobody looks: what is told, when, and what is not.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use chat_tui::effect::Effect;
use chat_tui::event::Event;
use crossterm::event::KeyCode;
use support::client::{Client, alt, direct, hides, in_rust, said, shows};

/// What of these effects somebody notices who does not look: `bell`, a notice, a title.
fn noticed(effects: &[Effect]) -> Vec<String> {
    let words = effects.iter().filter_map(|effect| match effect {
        Effect::Bell => Some("bell".to_owned()),
        Effect::Notify { title, text } => Some(format!("{title}: {text}")),
        Effect::Title(title) => Some(format!("title {title}")),
        _ => None,
    });
    words.collect()
}

/// In the lobby, looked at, or not.
fn client(focus: bool) -> Client {
    let mut client = Client::chatting(&[&said(1, "ann", 0, "good morning")]);
    client.send(Event::Focus(focus));
    client
}

/// What is noticed of these frames, pictures included.
fn hear(client: &mut Client, frames: &[&str]) -> Vec<String> {
    noticed(&client.frames(frames))
}

#[track_caller]
fn check(client: &mut Client, frames: &[&str], expected: &[&str]) {
    assert_eq!(hear(client, frames), expected, "{frames:?}");
}

#[test]
fn whoever_does_not_look_is_called() {
    let mut client = client(false);
    let frames = [&*said(2, "bob", 1, "sam: look")];
    let title = "title (1) #lobby – chat-tui";
    check(&mut client, &frames, &["bell", "bob in #lobby: sam: look", title]);
    client.now.up += Duration::from_secs(9);
    let title = "title (2) #lobby – chat-tui";
    check(&mut client, &[&direct(1, "ann", "psst")], &["bell", "ann: psst", title]);
}

#[test]
fn whoever_looks_is_not() {
    let mut client = client(true);
    check(&mut client, &[&said(2, "bob", 1, "sam: look")], &[]);
    // In another conversation: the status line tells, and the title.
    let title = "title (1) #lobby – chat-tui";
    check(&mut client, &[&direct(1, "ann", "psst")], &[title]);
}

#[test]
fn what_does_not_concern_one_calls_nobody() {
    let mut client = client(false);
    client.enter("/ignore bob");
    client.send(Event::Focus(false));
    let own = r#"{"type":"direct","from":"sam","to":"ann","seq":1,"at":0,"text":"sam?"}"#;
    let page = r#"{"type":"history","room":"lobby","more":false,"messages":[
        {"seq":1,"from":"ann","at":0,"text":"sam: hello"}]}"#;
    for frame in [
        &*said(2, "ann", 1, "samples of nothing"),
        &said(3, "sam", 1, "sam talks to sam"),
        &said(4, "bob", 1, "sam: buy this"),
        &direct(1, "bob", "and that"),
        own,
        page,
    ] {
        check(&mut client, &[frame], &[]);
    }
}

#[test]
fn each_way_can_be_switched_off() {
    let frames = [&*said(2, "bob", 1, "sam: look")];
    let title = "title (1) #lobby – chat-tui";
    let check = |line: &str, expected: &[&str]| {
        let mut client = client(false);
        client.enter(line);
        client.send(Event::Focus(false));
        assert_eq!(hear(&mut client, &frames), expected, "{line}");
    };
    check("/set bell off", &["bob in #lobby: sam: look", title]);
    check("/set notify off", &["bell", title]);
    check("/set title off", &["bell", "bob in #lobby: sam: look"]);
    check("/set quiet on", &[title]);
    check("/dnd", &[title]);
    check("/dnd off", &["bell", "bob in #lobby: sam: look", title]);
}

#[test]
fn peace_is_told_and_ends() {
    let mut client = client(true);
    hides(&mut client, "(quiet)");
    client.enter("/dnd");
    shows(&mut client, "sam (quiet)");
    client.enter("/dnd");
    hides(&mut client, "(quiet)");
    client.enter("/dnd perhaps");
    shows(&mut client, "On or off? /dnd on");
}

#[test]
fn many_calls_are_one_that_counts() {
    let mut client = client(false);
    client.now.up = Duration::from_secs(100);
    let first = hear(&mut client, &[&said(2, "bob", 1, "sam: 2")]);
    assert_eq!(first[..2], ["bell", "bob in #lobby: sam: 2"]);
    for seq in 3..=20 {
        let told = hear(&mut client, &[&said(seq, "bob", 1, &format!("sam: {seq}"))]);
        assert_eq!(told, [format!("title ({}) #lobby – chat-tui", seq - 1)]);
    }
    assert_eq!(client.state.due(), Some(Duration::from_secs(105)));
    client.now.up = Duration::from_secs(105);
    let told = noticed(&client.send(Event::Woke));
    assert_eq!(told, ["bell", "18 messages for you: the last from bob in #lobby: sam: 20"]);
    // Then there is nothing left to be told.
    client.now.up = Duration::from_secs(200);
    assert!(noticed(&client.send(Event::Woke)).is_empty());
}

#[test]
fn looking_again_is_enough() {
    for look in [Event::Focus(true), Event::Paste("x".to_owned())] {
        let mut client = client(false);
        client.now.up = Duration::from_secs(100);
        hear(&mut client, &[&said(2, "bob", 1, "sam: one")]);
        hear(&mut client, &[&said(3, "bob", 1, "sam: two")]);
        assert_eq!(noticed(&client.send(look)), ["title #lobby – chat-tui"]);
        client.now.up = Duration::from_secs(105);
        assert!(noticed(&client.send(Event::Woke)).is_empty());
    }
}

#[test]
fn where_the_terminal_does_not_tell_the_last_key_counts() {
    let mut client = Client::chatting(&[]);
    client.now.up = Duration::from_secs(1_000);
    client.press(KeyCode::Char('x'));
    client.now.up = Duration::from_secs(1_020);
    check(&mut client, &[&said(1, "bob", 1, "sam: look")], &[]);
    client.now.up = Duration::from_secs(1_040);
    let told = hear(&mut client, &[&said(2, "bob", 1, "sam: look!")]);
    assert_eq!(told, ["bell", "bob in #lobby: sam: look!", "title (1) #lobby – chat-tui"]);
    let back = noticed(&client.press(KeyCode::Char('y')));
    assert_eq!(back, ["title #lobby – chat-tui"]);
}

#[test]
fn the_title_tells_what_is_open() {
    let mut client = in_rust();
    let effects = alt(&mut client, '1');
    assert_eq!(noticed(&effects), ["title #lobby – chat-tui"]);
    assert!(noticed(&client.press(KeyCode::Char('x'))).is_empty());
    client.press(KeyCode::Backspace);
    let effects = client.enter("/set title off");
    assert_eq!(noticed(&effects), ["title "]);
    assert!(noticed(&alt(&mut client, '2')).is_empty());
    let effects = client.enter("/set title on");
    assert_eq!(noticed(&effects), ["title #rust – chat-tui"]);
}

#[test]
fn what_others_write_steers_nothing() {
    let mut client = client(false);
    let text = "sam: \u{1b}]0;x\u{7}\u{202e}\na;b";
    let told = hear(&mut client, &[&said(2, "bob", 1, text)]);
    assert_eq!(told[1], "bob in #lobby: sam: ]0;x a;b");
    client.now.up += Duration::from_secs(60);
    let told = hear(&mut client, &[&said(3, "bob", 1, &format!("sam {}", "x".repeat(8_000)))]);
    assert!(told[1].chars().count() < 160, "{}", told[1]);
}
