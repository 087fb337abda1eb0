//! What was written outlives the run: drafts, messages that were not sent, and what is recalled.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use chat_protocol::Request;
use chat_tui::effect::Effect;
use chat_tui::event::Event;
use chat_tui::net::{self, Failure};
use chat_tui::state::Start;
use chat_tui::written::Written;
use crossterm::event::KeyCode;
use support::client::{Client, alt, ctrl_c, hides, requests, setup, shows, target};

/// Performs what is to be remembered.
fn keep(written: &mut Written, effects: &[Effect]) {
    for effect in effects {
        if let Effect::KeepWritten(change) = effect {
            written.apply(change);
        }
    }
}

fn started(written: &Written) -> (Client, Vec<Effect>) {
    let mut setup = setup(Start::Join { target: target(), room: None });
    setup.written = written.clone();
    setup.id_prefix = "next".to_owned();
    let mut client = Client::new(setup);
    let effects = client.connect();
    (client, effects)
}

/// Two messages written without a link, one of them for bob, and a draft.
fn cut_off() -> Client {
    let mut client = Client::chatting(&[]);
    let (failure, retry_in) = (Failure::Closed, None);
    client.net(net::Event::Down { failure, retry_in });
    client.enter("is anybody there?");
    client.enter("/msg bob psst");
    alt(&mut client, '1');
    client.type_text("half a thou");
    client
}

fn said(effects: &[Effect]) -> Vec<(String, String)> {
    let said = |request: &&Request| match request {
        Request::Say { id, text, .. } | Request::Tell { id, text, .. } => {
            Some((id.as_str().to_owned(), text.to_string()))
        }
        _ => None,
    };
    requests(effects).iter().filter_map(said).collect()
}

#[test]
fn what_was_not_sent_when_the_run_was_ended_comes_back() {
    let mut written = Written::default();
    keep(&mut written, &cut_off().send(Event::Stop));
    let (mut client, effects) = started(&written);
    assert!(said(&effects).is_empty(), "nothing is sent unasked: {effects:?}");
    assert_eq!(client.state.typed().0, "half a thou");
    shows(&mut client, "Not sent last time: 2 messages in #lobby, @bob");
    shows(&mut client, "is anybody there?  Not sent: Alt-R sends it");
    insta::assert_snapshot!("came_back_80x24", client.text((80, 24)));
    keep(&mut written, &effects);
    // Under their old ids, so that a server that has them takes them once.
    let effects = alt(&mut client, 'r');
    let sent = [("test-1", "is anybody there?"), ("test-2", "psst")];
    let sent = sent.map(|(id, text)| (id.to_owned(), text.to_owned()));
    assert_eq!(said(&effects), sent);
    // They came back once.
    let (mut client, _) = started(&written);
    hides(&mut client, "is anybody there?");
    assert_eq!(client.state.typed().0, "");
}

#[test]
fn whoever_leaves_by_a_key_keeps_the_draft_and_was_asked_about_the_rest() {
    let mut client = cut_off();
    ctrl_c(&mut client);
    client.type_text("exit");
    client.press(KeyCode::Enter);
    shows(&mut client, "2 messages are not sent yet: leave anyway?");
    let mut written = Written::default();
    keep(&mut written, &client.press(KeyCode::Enter));
    let (mut client, _) = started(&written);
    assert_eq!(client.state.typed().0, "", "neither the word that leaves nor what was cleared");
    hides(&mut client, "last time");
    client.enter("/join rust");
    client.type_text("to be continued");
    alt(&mut client, '1');
    keep(&mut written, &client.enter("/quit"));
    let (mut client, _) = started(&written);
    shows(&mut client, "Not sent last time: 1 draft in #rust");
    alt(&mut client, '2');
    assert_eq!(client.state.typed().0, "to be continued");
}

#[test]
fn what_was_sent_is_recalled_in_the_next_run() {
    let mut client = Client::chatting(&[]);
    let mut written = Written::default();
    client.enter("hello all");
    client.type_text("a secret in the wrong window");
    ctrl_c(&mut client);
    client.enter("/msg bob psst");
    client.enter("@bob: are you here?");
    keep(&mut written, &client.send(Event::Stop));
    let (mut client, _) = started(&written);
    let mut recalled = Vec::new();
    for _ in 0..5 {
        client.press(KeyCode::Up);
        recalled.push(client.state.typed().0.to_owned());
    }
    recalled.dedup();
    assert_eq!(recalled, ["/msg bob psst", "hello all"]);
}
