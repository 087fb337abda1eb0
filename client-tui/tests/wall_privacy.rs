//! What the wall of a classroom never shows, and what it never does unseen.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use chat_protocol::Request;
use chat_tui::effect::Effect;
use chat_tui::event::Event;
use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use support::client::{Client, alt, direct, hides, in_rust, lesson, requests, said, shows};

/// F9.
fn to_the_wall(client: &mut Client) -> Vec<Effect> {
    client.press(KeyCode::F(9))
}

#[test]
fn nothing_reaches_the_desktop_or_the_title_from_there() {
    let mut client = lesson();
    to_the_wall(&mut client);
    client.send(Event::Focus(false));
    let mut effects = client.frames(&[&said(90, "bob", 0, "sam: look"), &direct(1, "ann", "psst")]);
    client.now.up += Duration::from_secs(30);
    effects.extend(client.send(Event::Woke));
    let told = |effect: &Effect| match effect {
        Effect::Bell | Effect::Notify { .. } => true,
        Effect::Title(title) => title.contains('(') || title.contains("ann"),
        _ => false,
    };
    assert!(!effects.iter().any(told), "{effects:?}");
}

#[test]
fn what_was_searched_is_not_taken_there() {
    let mut client = Client::chatting(&[&said(1, "ann", 0, "hello")]);
    client.enter("/search borrow");
    shows(&mut client, "Search");
    client.press(KeyCode::Esc);
    to_the_wall(&mut client);
    client.enter("/search borrow");
    shows(&mut client, "Everybody would read along");
    let mut client = Client::chatting(&[&said(1, "ann", 0, "hello")]);
    client.key(KeyCode::Char('s'), KeyModifiers::CONTROL);
    client.type_text("secret");
    to_the_wall(&mut client);
    hides(&mut client, "secret");
}

#[test]
fn what_nobody_sees_is_neither_sent_nor_cleared() {
    let hidden = || {
        let mut client = Client::chatting(&[&said(1, "ann", 0, "hello")]);
        client.type_text("not yet");
        to_the_wall(&mut client);
        hides(&mut client, "not yet");
        client
    };
    for key in [KeyCode::Enter, KeyCode::Char('c')] {
        let mut client = hidden();
        let modifiers = match key {
            KeyCode::Enter => KeyModifiers::NONE,
            _ => KeyModifiers::CONTROL,
        };
        assert_eq!(requests(&client.key(key, modifiers)), [] as [&Request; 0]);
        shows(&mut client, "not yet");
    }
    let mut client = hidden();
    client.send(Event::Paste(" but soon".to_owned()));
    shows(&mut client, "not yet but soon");
    client.press(KeyCode::Esc);
    hides(&mut client, "not yet");
}

#[test]
fn what_was_written_elsewhere_does_not_come_back_there() {
    let mut client = Client::chatting(&[&said(1, "ann", 0, "hello")]);
    client.enter("/msg ann secret");
    client.key(KeyCode::Char('1'), KeyModifiers::ALT);
    client.type_text("killed secret");
    client.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    to_the_wall(&mut client);
    client.type_text("x");
    for (key, modifiers) in [
        (KeyCode::Up, KeyModifiers::NONE),
        (KeyCode::Char('y'), KeyModifiers::CONTROL),
        (KeyCode::Char('_'), KeyModifiers::CONTROL),
    ] {
        client.key(key, modifiers);
        hides(&mut client, "secret");
    }
}

#[test]
fn the_mouse_selects_nothing_there() {
    let mut client = lesson();
    to_the_wall(&mut client);
    client.draw((80, 24));
    let mut mouse = |kind, column, row| {
        let modifiers = KeyModifiers::NONE;
        client.send(Event::Mouse(MouseEvent { kind, column, row, modifiers }))
    };
    let left = MouseButton::Left;
    let mut effects = mouse(MouseEventKind::Down(left), 20, 12);
    effects.extend(mouse(MouseEventKind::Drag(left), 60, 18));
    effects.extend(mouse(MouseEventKind::Up(left), 60, 18));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Copy(_))), "{effects:?}");
}

#[test]
fn what_is_between_two_people_is_never_there() {
    let mut client = lesson();
    client.draw((100, 30));
    to_the_wall(&mut client);
    let before = client.text((100, 30));
    let effects = client.frames(&[&direct(1, "ann", "psst"), &direct(1, "zoe", "secret")]);
    assert_eq!(effects, [], "no bell either");
    let whois = r#"{"type":"whois","name":"bob","here":true,"profile":{"student_id":"4711"}}"#;
    client.frames(&[whois]);
    let unknown = r#"{"type":"error","code":"no_such_name","text":"nobody is called zoe"}"#;
    client.frames(&[unknown]);
    assert_eq!(client.text((100, 30)), before);
    for way in ['2', '3', 'a', 'k', 'u', 'p'] {
        alt(&mut client, way);
        assert_eq!(client.text((100, 30)), before, "Alt-{way}");
    }
    client.key(KeyCode::Char('n'), KeyModifiers::CONTROL);
    client.key(KeyCode::Char('r'), KeyModifiers::CONTROL);
    client.press(KeyCode::F(7));
    assert_eq!(client.text((100, 30)), before);
    // It waits where it belongs.
    to_the_wall(&mut client);
    shows(&mut client, "@zoe");
}

#[test]
fn whoever_talks_with_one_person_shows_the_room_instead() {
    let mut client = in_rust();
    client.frames(&[&direct(1, "ann", "psst")]);
    client.enter("/msg ann");
    client.type_text("a draft for ann");
    to_the_wall(&mut client);
    shows(&mut client, "#rust");
    for private in ["psst", "draft", "@ann", "ann"] {
        hides(&mut client, private);
    }
    // Back from the wall it is still the room: the projector may still be on.
    to_the_wall(&mut client);
    hides(&mut client, "psst");
    hides(&mut client, "draft");
}

#[test]
fn commands_for_one_person_are_refused_there() {
    for command in ["/msg ann psst", "/whois bob", "/profile", "/names", "/rooms", "/ignore"] {
        let mut client = lesson();
        for _ in 0..8 {
            client.press(KeyCode::Backspace);
        }
        to_the_wall(&mut client);
        let effects = client.enter(command);
        assert_eq!(requests(&effects), [] as [&Request; 0], "{command}");
        shows(&mut client, "Everybody would read along");
    }
}
