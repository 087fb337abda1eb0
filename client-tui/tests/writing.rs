//! Writing: what keys and pastes make of the text, what is offered meanwhile, and how it looks.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use chat_tui::effect::Effect;
use chat_tui::event::Event;
use chat_tui::net;
use crossterm::event::{KeyCode, KeyModifiers};
use proptest::prelude::Strategy;
use support::client::{
    Client, alt, ctrl_c, direct, hides, in_rust, lesson, long_history, requests, said, shows,
};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 10)];

fn snapshots(name: &str, mut client: Client) {
    for size in SIZES {
        let terminal = client.draw(size);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), terminal.backend());
    }
}

fn ctrl(client: &mut Client, c: char) -> Vec<Effect> {
    client.key(KeyCode::Char(c), KeyModifiers::CONTROL)
}

fn paste(client: &mut Client, text: &str) {
    client.send(Event::Paste(text.to_owned()));
}

/// Answers the question about a paste.
fn choose(client: &mut Client, letter: char) -> Vec<Effect> {
    client.press(KeyCode::Char(letter));
    client.press(KeyCode::Enter)
}

fn typed(client: &Client) -> &str {
    client.state.typed().0
}

/// The texts that were sent.
fn sent(effects: &[Effect]) -> Vec<String> {
    let texts = requests(effects).into_iter().filter_map(|request| match request {
        chat_protocol::Request::Say { text, .. } | chat_protocol::Request::Tell { text, .. } => {
            Some(text.as_str().to_owned())
        }
        _ => None,
    });
    texts.collect()
}

/// A client who has sent a few things.
fn talkative() -> Client {
    let mut client = Client::chatting(&[]);
    for text in ["git push", "did the tests pass?", "git pull --rebase", "lunch?"] {
        client.enter(text);
    }
    client
}

#[test]
fn completion_looks_like_this() {
    let mut client = lesson();
    ctrl(&mut client, 'u');
    client.type_text("/");
    client.press(KeyCode::Tab);
    snapshots("commands", client);
    let mut client = lesson();
    client.type_text(" :smi");
    snapshots("emoji", client);
    let mut client = lesson();
    client.type_text(" @");
    client.press(KeyCode::Tab);
    client.press(KeyCode::Tab);
    snapshots("people", client);
}

#[test]
fn the_question_about_a_paste_looks_like_this() {
    let mut client = lesson();
    let lines: String = (1..=14).map(|n| format!("    line {n} of a program\n")).collect();
    paste(&mut client, &lines);
    snapshots("paste_lines", client);
    let mut client = lesson();
    paste(&mut client, &"a line of a rather long log\n".repeat(500));
    client.press(KeyCode::Down);
    snapshots("paste_long", client);
}

#[test]
fn searching_what_was_sent_looks_like_this() {
    let mut client = talkative();
    client.type_text("draft");
    ctrl(&mut client, 'r');
    client.type_text("git");
    snapshots("search", client);
    let mut client = talkative();
    ctrl(&mut client, 'r');
    client.type_text("gitx");
    snapshots("search_failing", client);
}

#[test]
fn several_lines_look_like_this() {
    let mut client = lesson();
    client.key(KeyCode::Enter, KeyModifiers::ALT);
    client.type_text("a second line");
    snapshots("lines", client);
    let mut client = lesson();
    ctrl(&mut client, 'u');
    client.enter("/me waves");
    client.frames(&[&said(8, "ann", 11, "/me waves back"), &said(9, "ann", 11, "/me")]);
    client.type_text("/msg ");
    snapshots("action", client);
}

#[test]
fn an_offer_that_is_ignored_takes_no_key() {
    let mut client = Client::chatting(&[]);
    client.enter("first");
    client.type_text("so :smi");
    shows(&mut client, ":smile:");
    client.type_text("l");
    client.press(KeyCode::Up);
    assert_eq!(typed(&client), "first");
    client.press(KeyCode::Down);
    assert_eq!(typed(&client), "so :smil");
    client.press(KeyCode::Backspace);
    shows(&mut client, ":smile:");
    let effects = client.press(KeyCode::Enter);
    assert_eq!(sent(&effects), ["so :smi"]);
    // Nor is anything offered where a colon is a colon.
    for text in ["at 10:30", "`x :smi", "http://exa", "a/b"] {
        client.type_text(text);
        hides(&mut client, "Tab completes · Esc closes");
        ctrl(&mut client, 'u');
    }
}

#[test]
fn shortcodes_are_sent_as_emoji() {
    let check = |text: &str, expected: &str| {
        let mut client = Client::chatting(&[]);
        assert_eq!(sent(&client.enter(text)), [expected], "{text}");
    };
    check("hi :smile:", "hi 😄");
    check("/msg ann :tada:", "🎉");
    check("std::fire::new", "std::fire::new");
    check("//me :fire:", "/me 🔥");
    check("/me likes :tada:", "/me likes 🎉");
}

#[test]
fn an_action_is_told_by_name() {
    let mut client = Client::chatting(&[&said(1, "ann", 0, "/me waves"), &said(2, "ann", 0, "x")]);
    shows(&mut client, "ann * waves");
    hides(&mut client, "/me waves");
    // Without anything done it is a text like any other; so is one that only looks like an action.
    client.frames(&[&said(3, "bob", 0, "/me "), &said(4, "bob", 0, "* ann leaves")]);
    shows(&mut client, "bob   /me");
    shows(&mut client, "• ann leaves");
    assert!(client.enter("/me").is_empty());
    assert_eq!(typed(&client), "/me");
}

#[test]
fn an_empty_screen_is_filled_again_by_scrolling() {
    let mut client = long_history();
    client.enter("/clear");
    hides(&mut client, "of a long history");
    client.frames(&[&said(201, "bob", 101, "one more")]);
    shows(&mut client, "one more");
    hides(&mut client, "of a long history");
    client.press(KeyCode::PageUp);
    shows(&mut client, "of a long history");
}

#[test]
fn an_ordinary_paste_goes_in_and_nothing_in_it_acts() {
    let mut client = Client::chatting(&[]);
    paste(&mut client, "one\r\ntwo\rthree\tfour\u{1b}[31m\n/quit\n");
    assert_eq!(typed(&client), "one\ntwo\nthree   four[31m\n/quit\n");
    shows(&mut client, "5 lines · Enter sends all");
}

#[test]
fn a_large_paste_waits_for_an_answer_and_keys_do_not_leak() {
    let lines = "let x = 1;\n".repeat(20);
    let choose = |keys: &str, expected: &str| {
        let mut client = Client::chatting(&[]);
        client.type_text("see");
        paste(&mut client, &lines);
        client.type_text(keys);
        assert_eq!(typed(&client), "see", "{keys} alone does nothing");
        if !keys.is_empty() {
            client.press(KeyCode::Enter);
        }
        assert_eq!(typed(&client), expected, "{keys}");
        client
    };
    choose("", "see");
    choose("d", "see");
    choose("i", &format!("see{lines}"));
    choose("dcI", &format!("see{lines}"));
    let mut client = choose("xyzsq 1", &format!("see\n```\n{}\n```", lines.trim_end()));
    assert_eq!(sent(&client.press(KeyCode::Enter)).len(), 1);
    let mut client = choose("", "see");
    client.press(KeyCode::Down);
    client.press(KeyCode::Enter);
    assert_eq!(typed(&client), format!("see{lines}"));
    let mut client = choose("", "see");
    client.press(KeyCode::Esc);
    client.type_text("!");
    assert_eq!(typed(&client), "see!");
    // A second paste is asked about together with the first.
    let mut client = choose("", "see");
    paste(&mut client, "and more\n");
    shows(&mut client, "21 lines");
}

#[test]
fn what_no_message_can_hold_is_sent_in_several() {
    let mut client = Client::chatting(&[]);
    client.type_text("draft");
    paste(&mut client, &"a line of a log\n".repeat(1200));
    shows(&mut client, "1,200 lines, 19,200 bytes");
    shows(&mut client, "send now as 3 messages");
    assert!(sent(&choose(&mut client, 'd')).is_empty());
    assert_eq!(typed(&client), "draft");
    client.net(net::Event::RoundTrip(Duration::ZERO));
    let mut client = Client::chatting(&[]);
    paste(&mut client, &"a line of a log\n".repeat(1200));
    // Whoever types on sends nothing.
    assert!(sent(&client.press(KeyCode::Char('s'))).is_empty());
    let effects = client.press(KeyCode::Enter);
    let texts = sent(&effects);
    assert_eq!(texts.len(), 3);
    assert!(texts.iter().all(|text| text.starts_with("```\na line") && text.ends_with("log\n```")));
    assert_eq!(texts.iter().map(|text| text.matches("a line").count()).sum::<usize>(), 1200);
    let mut client = Client::chatting(&[]);
    paste(&mut client, &"x".repeat(10_000));
    choose(&mut client, 't');
    assert_eq!(typed(&client).len(), 8_192);
    assert_eq!(sent(&client.press(KeyCode::Enter)).len(), 1);
}

#[test]
fn a_text_that_is_too_long_is_asked_about_when_it_is_sent() {
    let long = || {
        let mut client = Client::chatting(&[]);
        paste(&mut client, &"a line of a log\n".repeat(600));
        choose(&mut client, 'i');
        client.type_text("and a word");
        assert!(sent(&client.press(KeyCode::Enter)).is_empty());
        shows(&mut client, "Too long for one message");
        client
    };
    let mut client = long();
    assert!(sent(&client.press(KeyCode::Char('s'))).is_empty());
    let texts = sent(&client.press(KeyCode::Enter));
    assert_eq!((texts.len(), typed(&client)), (2, ""));
    assert!(texts[0].starts_with("a line") && texts[1].ends_with("and a word"));
    let mut client = long();
    assert!(sent(&client.press(KeyCode::Enter)).is_empty());
    assert!(typed(&client).ends_with("and a word"));
    let mut client = long();
    client.type_text("zz");
    client.press(KeyCode::Esc);
    client.type_text("!");
    assert!(typed(&client).ends_with("and a word!"));
    snapshots("too_long", long());
}

#[test]
fn of_parts_that_cannot_all_be_sent_none_is() {
    let mut client = Client::chatting(&[]);
    // The second part is too long with its emoji, and only with them.
    let text = format!("{}\n{}", "a line of a log\n".repeat(511), ":a: ".repeat(2_000));
    paste(&mut client, &text);
    choose(&mut client, 'i');
    let typed_before = typed(&client).to_owned();
    client.press(KeyCode::Enter);
    shows(&mut client, "send now as 2 messages");
    assert!(sent(&choose(&mut client, 's')).is_empty());
    shows(&mut client, "send now as 2 messages");
    client.press(KeyCode::Esc);
    assert_eq!(typed(&client), typed_before);
}

#[test]
fn a_paste_is_a_key_like_any_other_between_two_interrupts() {
    let mut client = Client::chatting(&[]);
    ctrl_c(&mut client);
    paste(&mut client, "a text");
    assert!(!ctrl_c(&mut client).contains(&Effect::Quit));
    assert_eq!(typed(&client), "");
}

#[test]
fn a_paste_does_not_go_to_another_conversation() {
    let mut client = Client::chatting(&[&direct(1, "eve", "psst")]);
    alt(&mut client, '2');
    paste(&mut client, &"line\n".repeat(20));
    client.frames(&[r#"{"type":"renamed","from":"eve","to":"mallory"}"#]);
    choose(&mut client, 'i');
    assert_eq!(typed(&client), "");
    shows(&mut client, "The conversation has changed meanwhile: nothing was pasted");
}

#[test]
fn what_was_sent_is_found_and_the_draft_comes_back() {
    let mut client = talkative();
    client.type_text("draft");
    ctrl(&mut client, 'r');
    client.type_text("GIT");
    shows(&mut client, "not found ‘GIT’");
    ctrl(&mut client, 'u');
    client.type_text("git");
    shows(&mut client, "search ‘git’ › git pull --rebase");
    ctrl(&mut client, 'r');
    shows(&mut client, "search ‘git’ › git push");
    ctrl(&mut client, 's');
    shows(&mut client, "search ‘git’ › git pull --rebase");
    ctrl(&mut client, 'g');
    assert_eq!(typed(&client), "draft");
    // Enter takes the text, and does not send it.
    ctrl(&mut client, 'r');
    client.type_text("tests");
    assert!(client.press(KeyCode::Enter).is_empty());
    assert_eq!(client.state.typed(), ("did the tests pass?", 8));
    // The draft lies behind the newest.
    for _ in 0..3 {
        client.press(KeyCode::Down);
    }
    assert_eq!(typed(&client), "draft");
    // Every other key takes the text, and does what it always does.
    ctrl(&mut client, 'r');
    client.type_text("lun");
    client.press(KeyCode::End);
    client.type_text("!");
    assert_eq!(typed(&client), "lunch?!");
}

#[test]
fn capitals_of_another_length_are_found() {
    let mut client = Client::chatting(&[]);
    for text in ["300 \u{212A}", "GROẞ", "to İstanbul漢"] {
        client.enter(text);
    }
    for query in ["to i", "i", "i\u{307}", "ß", "k", "istan"] {
        ctrl(&mut client, 'r');
        client.type_text(query);
        client.draw((80, 24));
        client.press(KeyCode::Esc);
    }
    ctrl(&mut client, 'r');
    client.type_text("groß");
    shows(&mut client, "search ‘groß’ › GROẞ");
}

#[test]
fn keys_that_lead_elsewhere_give_the_draft_back() {
    for letter in ['k', 'u', 'p', 'n', 'o', 'c'] {
        let mut client = talkative();
        client.type_text("draft");
        ctrl(&mut client, 'r');
        client.type_text("git");
        alt(&mut client, letter);
        client.press(KeyCode::Esc);
        assert_eq!(typed(&client), "draft", "Alt-{letter}");
        hides(&mut client, "search ‘git’");
    }
}

#[test]
fn a_paste_is_searched_for_if_it_fits() {
    let mut client = talkative();
    ctrl(&mut client, 'r');
    paste(&mut client, "git\npush");
    shows(&mut client, "search ‘git push’ › git push");
    paste(&mut client, &"long ".repeat(60));
    shows(&mut client, "search ‘git push’ › git push");
    shows(&mut client, "That is more than can be searched for");
}

#[test]
fn characters_that_come_together_are_looked_for_as_if_typed() {
    for open in ['r', 'k'] {
        let (mut one_by_one, mut together) = (talkative(), talkative());
        for client in [&mut one_by_one, &mut together] {
            ctrl(client, open);
        }
        one_by_one.type_text("lo bx");
        together.send(Event::Typed("lo bx".to_owned()));
        assert_eq!(together.text((80, 24)), one_by_one.text((80, 24)), "Ctrl-{open}");
        for client in [&mut one_by_one, &mut together] {
            client.press(KeyCode::Backspace);
        }
        assert_eq!(together.text((80, 24)), one_by_one.text((80, 24)), "Ctrl-{open}");
    }
    // More than can be looked for is refused at once.
    let mut client = talkative();
    ctrl(&mut client, 'r');
    client.send(Event::Typed("q".repeat(1_000)));
    assert!(client.text((80, 24)).contains("more than can be searched for"));
}

#[test]
fn each_conversation_searches_its_own() {
    let mut client = talkative();
    client.enter("/join rust");
    client.frames(&[&support::client::room("rust")]);
    ctrl(&mut client, 'r');
    client.type_text("git");
    shows(&mut client, "not found ‘git’");
    alt(&mut client, '1');
    shows(&mut client, "#lobby ›");
    client.type_text("draft");
    ctrl(&mut client, 'r');
    client.type_text("git");
    alt(&mut client, '2');
    shows(&mut client, "#rust ›");
    alt(&mut client, '1');
    assert_eq!(typed(&client), "draft");
}

#[test]
fn what_is_killed_here_is_yanked_there() {
    let mut client = in_rust();
    client.type_text("one two");
    ctrl(&mut client, 'w');
    ctrl(&mut client, 'w');
    alt(&mut client, '1');
    ctrl(&mut client, 'y');
    assert_eq!(typed(&client), "one two");
    ctrl(&mut client, '_');
    client.type_text("x");
    ctrl(&mut client, 'u');
    ctrl(&mut client, 'y');
    alt(&mut client, 'y');
    assert_eq!(typed(&client), "one two");
    ctrl(&mut client, '_');
    ctrl(&mut client, '_');
    alt(&mut client, '_');
    assert_eq!(typed(&client), "x");
}

#[test]
fn the_text_goes_to_an_editor_outside_and_comes_back_to_its_conversation() {
    let open = |keys: &dyn Fn(&mut Client) -> Vec<Effect>| {
        let mut client = in_rust();
        client.type_text("draft");
        assert_eq!(keys(&mut client), [Effect::EditOutside("draft".to_owned())]);
        client
    };
    let mut client = open(&|client| alt(client, 'e'));
    client.send(Event::Edited(Ok("one\r\ntwo\u{202E}".to_owned())));
    assert_eq!(typed(&client), "one\ntwo");
    ctrl(&mut client, '_');
    assert_eq!(typed(&client), "draft");
    let mut client = open(&|client| {
        ctrl(client, 'x');
        ctrl(client, 'e')
    });
    client.send(Event::Edited(Err("‘x’ could not be started: set VISUAL".to_owned())));
    assert_eq!(typed(&client), "draft");
    shows(&mut client, "✗ ‘x’ could not be started: set VISUAL");
    // Ctrl-X and another key is that other key.
    ctrl(&mut client, 'x');
    client.type_text("e");
    assert_eq!(typed(&client), "drafte");
}

#[test]
fn a_text_of_a_megabyte_is_edited_key_by_key() {
    let mut client = Client::chatting(&[]);
    paste(&mut client, &"a line of a text that is rather long, and wraps\n".repeat(22_000));
    choose(&mut client, 'i');
    assert!(typed(&client).len() > 1_000_000);
    for _ in 0..25 {
        client.type_text("word ");
        client.press(KeyCode::Up);
        client.press(KeyCode::Backspace);
        ctrl(&mut client, 'w');
        ctrl(&mut client, '_');
    }
    shows(&mut client, "bytes · too long to send");
    let effects = client.press(KeyCode::Enter);
    assert!(sent(&effects).is_empty() && typed(&client).len() > 1_000_000);
    ctrl_c(&mut client);
    client.press(KeyCode::Up);
    assert!(typed(&client).len() > 1_000_000);
}

/// Keys that change what stands in the input, but erase nothing.
fn wanderings() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0_u8..12, 1..60)
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn wherever_one_wanders_every_word_typed_can_be_recalled(keys in wanderings()) {
        let mut client = Client::chatting(&[]);
        client.resize((200, 30));
        let mut words = 0;
        for key in keys {
            match key {
                0..4 => {
                    client.key(KeyCode::End, KeyModifiers::NONE);
                    client.type_text(&format!("w{words}. "));
                    words += 1;
                }
                4..6 => drop(client.press(KeyCode::Up)),
                6 => drop(client.press(KeyCode::Down)),
                7 => drop(client.press(KeyCode::Enter)),
                8 => {
                    ctrl(&mut client, 'r');
                    client.type_text("w");
                    ctrl(&mut client, 'r');
                    client.press(KeyCode::Enter);
                }
                9 => {
                    ctrl(&mut client, 'r');
                    client.type_text("w1");
                    client.press(KeyCode::Esc);
                }
                10 => drop(ctrl_c(&mut client)),
                _ => {
                    alt(&mut client, 'e');
                    client.send(Event::Edited(Err("no editor".to_owned())));
                }
            }
        }
        let mut all = String::new();
        for _ in 0..80 {
            client.press(KeyCode::Down);
        }
        for _ in 0..80 {
            all.push_str(typed(&client));
            client.press(KeyCode::Up);
        }
        for word in 0..words {
            proptest::prop_assert!(all.contains(&format!("w{word}.")), "w{}: {}", word, all);
        }
    }
}
