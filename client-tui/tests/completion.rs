//! Completion: what is offered, by Tab and by itself, and how it is closed.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use chat_tui::effect::Effect;
use crossterm::event::{KeyCode, KeyModifiers};
use support::client::{Client, alt, hides, in_rust, said, shows};

fn typed(client: &Client) -> &str {
    client.state.typed().0
}

fn ctrl(client: &mut Client, c: char) -> Vec<Effect> {
    client.key(KeyCode::Char(c), KeyModifiers::CONTROL)
}

#[test]
fn tab_completes_names_rooms_commands_and_their_arguments() {
    let check = |text: &str, tabs: usize, expected: &str| {
        let mut client = in_rust();
        alt(&mut client, '1');
        client.frames(&[&said(1, "bob", 0, "hi"), &said(2, "li 雷", 0, "hi")]);
        client.type_text(text);
        (0..tabs).for_each(|_| drop(client.press(KeyCode::Tab)));
        assert_eq!(typed(&client), expected, "{text:?} and {tabs} tabs");
    };
    check("ask @b", 1, "ask @bob ");
    check("@b", 1, "@bob ");
    // Who spoke last comes first.
    check("/msg ", 1, "/msg li 雷 ");
    check("/msg ", 2, "/msg bob ");
    check("/msg ", 3, "/msg ann ");
    check("/MSG a", 1, "/MSG ann ");
    check("/msg li", 1, "/msg li 雷 ");
    check("/msg ann ask b", 1, "/msg ann ask bob ");
    check("/join r", 1, "/join #rust ");
    check("see #r", 1, "see #rust ");
    check("/help jo", 1, "/help join ");
    check("/jo", 2, "/join #lobby ");
    check(":tada", 1, "🎉 ");
    check("/nick b", 1, "/nick bob ");
    check("/frob", 1, "/frob");
    check("", 1, "");
}

#[test]
fn a_slash_alone_opens_the_list_of_commands() {
    let mut client = Client::chatting(&[]);
    client.type_text("/");
    shows(&mut client, "/help [command]");
    insta::assert_snapshot!("slash_80x24", client.text((80, 24)));
    // What is typed goes on as if there were no list.
    client.type_text("nick kim");
    assert_eq!(typed(&client), "/nick kim");
    hides(&mut client, "/help [command]");
    ctrl(&mut client, 'u');
    client.type_text("/");
    client.press(KeyCode::Esc);
    hides(&mut client, "/help [command]");
    assert_eq!(typed(&client), "/");
    client.press(KeyCode::Backspace);
    client.type_text("//");
    hides(&mut client, "/help [command]");
    // Only at the start of the line is it a command.
    ctrl(&mut client, 'u');
    client.type_text("and /");
    hides(&mut client, "/help [command]");
}

#[test]
fn what_is_offered_is_closed_and_restored_by_esc() {
    let mut client = Client::chatting(&[]);
    client.type_text("/t");
    client.press(KeyCode::Tab);
    client.press(KeyCode::Tab);
    client.key(KeyCode::BackTab, KeyModifiers::SHIFT);
    assert_eq!(typed(&client), "/topic ");
    client.press(KeyCode::Esc);
    assert_eq!(typed(&client), "/t");
    hides(&mut client, "read or change the topic");
    // Closed, it does not open by itself again for the same word.
    client.type_text("o");
    hides(&mut client, "read or change the topic");
    client.press(KeyCode::Tab);
    assert_eq!(typed(&client), "/topic ");
    ctrl(&mut client, '_');
    assert_eq!(typed(&client), "/to");
}
