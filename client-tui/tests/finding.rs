//! Finding one's way: who is who, who is ignored or away, and where else one can go. Requests, what
//! is told, and every overlay and pane as it looks.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use chat_protocol::{Conversation, Request};
use chat_tui::effect::Effect;
use chat_tui::event::Event;
use chat_tui::look::Depth;
use chat_tui::people::Change;
use chat_tui::state::Start;
use chat_tui::storage::Storage;
use crossterm::event::{KeyCode, KeyModifiers};
use support::client::{
    Client, alt, closed, direct, hides, in_rust, lesson, nick, requests, room, said, setup, shows,
    up, welcome,
};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 10)];

fn snapshots(name: &str, client: &mut Client) {
    for size in SIZES {
        let terminal = client.draw(size);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), terminal.backend());
    }
    for size in [(20, 5), (1, 1), SIZES[0]] {
        client.draw(size);
    }
}

/// What is sent, as the wire has it.
fn sent(effects: &[Effect]) -> String {
    let mut bytes = bytes::BytesMut::new();
    requests(effects).iter().for_each(|request| request.encode(&mut bytes));
    String::from_utf8_lossy(&bytes).trim_end().to_owned()
}

fn ctrl(client: &mut Client, c: char) -> Vec<Effect> {
    client.key(KeyCode::Char(c), KeyModifiers::CONTROL)
}

/// The title of the open conversation.
fn place(client: &mut Client) -> String {
    let text = client.text((120, 24));
    let title = text.lines().next().unwrap().trim_matches('"').trim();
    title.split("  ").next().unwrap().to_owned()
}

const WHOIS: &str = r#"{"type":"whois","name":"bob","here":true,"marks":["guest","away"],
    "via":"line","rooms":["lobby","rust"],"profile":{"full_name":"Bob Ray","student_id":"s7",
    "github":"bobray"},"away":"lunch, back at one"}"#;

#[test]
fn whois_shows_a_card_and_takes_no_keys_from_who_types() {
    let mut client = lesson();
    ctrl(&mut client, 'u');
    assert_eq!(sent(&client.enter("/whois @bob")), r#"{"type":"whois","name":"bob"}"#);
    client.type_text("go");
    client.frames(&[WHOIS]);
    shows(&mut client, "away: lunch, back at one");
    snapshots("whois", &mut client);
    client.type_text("od");
    hides(&mut client, "lunch");
    assert_eq!(client.state.typed().0, "good");
    // Nobody asked: nothing is shown.
    client.frames(&[WHOIS]);
    hides(&mut client, "lunch");
}

#[test]
fn a_card_with_little_and_with_too_much() {
    let mut client = Client::chatting(&[]);
    client.enter("/whois li 雷");
    client.frames(&[r#"{"type":"whois","name":"li 雷","here":false}"#]);
    snapshots("whois_little", &mut client);
    client.press(KeyCode::Esc);
    client.enter("/whois ann");
    let rooms: Vec<String> = (0..60).map(|number| format!(r#""a-long-room-{number}""#)).collect();
    let long = "x".repeat(128);
    client.frames(&[&format!(
        r#"{{"type":"whois","name":"ann","here":true,"marks":["host"],"rooms":[{}],
        "profile":{{"full_name":"{long}","github":"\u001b[31mred\u202e"}}}}"#,
        rooms.join(",")
    )]);
    snapshots("whois_much", &mut client);
}

#[test]
fn nobody_of_a_name_is_told_below_the_input() {
    let mut client = Client::chatting(&[]);
    client.enter("/whois zoe");
    client.frames(&[r#"{"type":"error","code":"no_such_name","text":"no"}"#]);
    shows(&mut client, "Nobody is called ‘zoe’ here");
    let check = |text: &str, words: &str| {
        let mut client = Client::chatting(&[]);
        assert!(client.enter(text).is_empty(), "{text}");
        assert_eq!(client.state.typed().0, text, "what is wrong stays to be mended");
        shows(&mut client, words);
    };
    check("/whois", "Who? /whois bob");
    check("/whois #", "cannot contain");
    check("/profile colour red", "There is no ‘colour’");
    check("/profile github", "Which github?");
    check("/unignore", "Whom?");
    check("/unignore bob", "You do not ignore bob");
    check("/ignore sam", "This is you");
}

#[test]
fn a_profile_is_told_kept_and_told_again() {
    let mut client = Client::chatting(&[]);
    let effects = client.enter("/profile name Sam Lee");
    assert_eq!(sent(&effects), r#"{"type":"profile","full_name":"Sam Lee"}"#);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::KeepPeople(_))));
    let told = r#"{"type":"whois","name":"sam","here":true,"rooms":["lobby"],"profile":{"full_name":"Sam Lee"}}"#;
    client.frames(&[told]);
    shows(&mut client, "Sam Lee");
    client.press(KeyCode::Esc);
    let effects = client.enter("/profile github samlee");
    assert_eq!(sent(&effects), r#"{"type":"profile","full_name":"Sam Lee","github":"samlee"}"#);
    assert_eq!(sent(&client.enter("/profile")), r#"{"type":"whois","name":"sam"}"#);
    client.net(closed());
    client.enter("/profile name -");
    let effects = client.net(up());
    let hello = sent(&effects);
    assert!(hello.contains(r#""profile":{"github":"samlee"}"#), "{hello}");
}

#[test]
fn a_profile_goes_along_with_a_new_name() {
    let mut client = Client::chatting(&[]);
    client.enter("/profile id s1");
    client.enter("/nick samuel");
    let effects = client.frames(&[r#"{"type":"renamed","from":"sam","to":"samuel"}"#]);
    let kept = effects.iter().any(|effect| {
        matches!(effect, Effect::KeepPeople(Change::Profile(name, profile))
            if *name == nick("samuel") && profile.student_id.as_str() == "s1")
    });
    assert!(kept, "{effects:?}");
}

#[test]
fn who_is_ignored_is_neither_seen_nor_heard() {
    let lines = [said(1, "ann", 0, "good morning"), said(2, "bob", 1, "buy this")];
    let mut client = Client::chatting(&[&lines[0], &lines[1], &direct(1, "bob", "and that")]);
    let effects = client.enter("/ignore bob");
    assert_eq!(effects, [Effect::KeepPeople(Change::Ignore(nick("bob")))]);
    shows(&mut client, "Ignored: /unignore bob brings them back");
    hides(&mut client, "buy this");
    shows(&mut client, "good morning");
    let effects = client.frames(&[&said(3, "BOB", 2, "sam: hello?"), &direct(2, "bob", "psst")]);
    assert!(!effects.contains(&Effect::Bell));
    hides(&mut client, "hello?");
    shows(&mut client, "bob ignored");
    // Whoever has not talked yet cannot begin.
    client.enter("/ignore eve");
    client.frames(&[&direct(1, "eve", "hi")]);
    hides(&mut client, "@eve");
    client.enter("/ignore");
    shows(&mut client, "You ignore bob, eve");
    // A page of history is no way around it.
    client.frames(&[r#"{"type":"history","room":"lobby","more":false,"messages":[
        {"seq":1,"from":"ann","at":0,"text":"good morning"}]}"#]);
    let effects = client.enter("/unignore Bob");
    assert_eq!(effects, [Effect::KeepPeople(Change::Unignore(nick("Bob")))]);
    shows(&mut client, "buy this");
    shows(&mut client, "hello?");
    // What was said meanwhile was received all the same: nothing is asked for twice.
    client.net(closed());
    let hello = sent(&client.net(up()));
    assert!(hello.contains(r#"{"room":"lobby","after":3"#), "{hello}");
}

#[test]
fn history_of_who_is_ignored_is_hidden() {
    let mut setup = setup(Start::Join { target: support::client::target(), room: None });
    setup.people.apply(&Change::Ignore(nick("bob")));
    let mut client = Client::new(setup);
    client.connect();
    client.frames(&[r#"{"type":"history","room":"lobby","more":false,"messages":[
        {"seq":1,"from":"ann","at":0,"text":"good morning"},{"seq":2,"from":"bob","at":0,"text":"buy"}]}"#]);
    shows(&mut client, "good morning");
    hides(&mut client, "buy");
    client.enter("/ignore ann");
    shows(&mut client, "Whoever wrote here is ignored by you.");
}

#[test]
fn what_is_remembered_of_people_outlives_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Storage::at(folder.path().to_owned());
    let (mut one, mut other) = (open(), open());
    one.keep_people(Change::Ignore(nick("bob")));
    other.keep_people(Change::Ignore(nick("eve")));
    let profile =
        chat_protocol::Profile { github: "samlee".to_owned().into(), ..Default::default() };
    one.keep_people(Change::Profile(nick("sam"), profile.clone()));
    assert_eq!((one.close(), other.close()), (None, None));
    let mut storage = open();
    assert!(storage.people().ignores(&nick("BOB")) && storage.people().ignores(&nick("eve")));
    assert_eq!(storage.people().profile(&nick("Sam")), Some(&profile));
    storage.keep_people(Change::Unignore(nick("bob")));
    assert_eq!(storage.close(), None);
    assert!(!open().people().ignores(&nick("bob")));
}

#[test]
fn away_is_told_and_outlives_a_broken_link() {
    let mut client = Client::chatting(&[&direct(1, "ann", "hi")]);
    assert_eq!(sent(&client.enter("/away lunch")), r#"{"type":"away","text":"lunch"}"#);
    client.frames(&[r#"{"type":"away","name":"sam","text":"lunch"}"#]);
    shows(&mut client, "You are away, /back ends it: lunch");
    shows(&mut client, "sam (away)");
    client.net(closed());
    client.net(up());
    let effects = client.frames(&[&welcome("sam", "")]);
    assert!(sent(&effects).contains(r#"{"type":"away","text":"lunch"}"#));
    assert_eq!(sent(&client.enter("/back")), r#"{"type":"away"}"#);
    client.frames(&[r#"{"type":"away","name":"sam","text":""}"#]);
    hides(&mut client, "(away)");
    assert!(client.enter("/back").is_empty());
    shows(&mut client, "You were not away");
    assert_eq!(sent(&client.enter("/away")), r#"{"type":"away","text":"away"}"#);
    // Of others it is told where one talks with them, and in the list.
    client.frames(&[r#"{"type":"away","name":"ann","text":"a walk"}"#]);
    shows(&mut client, "~ ann away");
    hides(&mut client, "a walk");
    alt(&mut client, '2');
    shows(&mut client, "ann is away: a walk");
    shows(&mut client, "between the two of you · away");
}

/// The welcome of a server where another device has said that one is away.
const AWAY_ELSEWHERE: &str = r#"{"type":"welcome","version":1,"name":"sam","server":"lab",
    "log":"1","rooms":[{"name":"lobby","last":0,"count":2,"members":["ann","sam"],
    "marks":{"sam":["away"]}}]}"#;

#[test]
fn what_another_device_said_of_being_away_counts() {
    let mut client = Client::joining();
    client.net(up());
    client.frames(&[AWAY_ELSEWHERE]);
    shows(&mut client, "You are away, as you said at another device: /back ends it");
    shows(&mut client, "sam (away)");
    // It is that device's to say again.
    client.net(closed());
    client.net(up());
    let effects = client.frames(&[AWAY_ELSEWHERE]);
    assert!(!sent(&effects).contains("away"), "{effects:?}");
    client.net(closed());
    client.net(up());
    let effects = client.frames(&[&welcome("sam", "")]);
    assert!(!sent(&effects).contains("away"), "{effects:?}");
    hides(&mut client, "(away)");
    // What was said here, and then elsewhere in other words, is the other device's as well.
    client.enter("/away lunch");
    client.frames(&[r#"{"type":"away","name":"sam","text":"lunch"}"#]);
    client.frames(&[r#"{"type":"away","name":"sam","text":"a walk"}"#]);
    shows(&mut client, "sam (away)");
    assert_eq!(sent(&client.enter("/back")), r#"{"type":"away"}"#);
    client.frames(&[r#"{"type":"away","name":"sam","text":""}"#]);
    // Meanwhile another one may have said it anew: the server knows, and this one keeps still.
    client.enter("/away tea");
    client.frames(&[r#"{"type":"away","name":"sam","text":"tea"}"#]);
    client.net(closed());
    client.net(up());
    let effects = client.frames(&[AWAY_ELSEWHERE]);
    assert!(!sent(&effects).contains("away"), "{effects:?}");
}

#[test]
fn whoever_is_ignored_is_so_under_the_next_name() {
    let mut client = lesson();
    ctrl(&mut client, 'u');
    client.enter("/ignore ann");
    let renamed =
        |from: &str, to: &str| format!(r#"{{"type":"renamed","from":"{from}","to":"{to}"}}"#);
    let effects = client.frames(&[&renamed("ann", "anna")]);
    assert!(effects.contains(&Effect::KeepPeople(Change::Ignore(nick("anna")))), "{effects:?}");
    client.frames(&[&said(7, "anna", 5, "can you hear me?")]);
    hides(&mut client, "can you hear me?");
    hides(&mut client, "good morning");
    // A guest's name may be anybody's tomorrow.
    client.enter("/ignore bob");
    let effects = client.frames(&[&renamed("bob", "rob"), &said(8, "rob", 5, "and me?")]);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::KeepPeople(_))), "{effects:?}");
    hides(&mut client, "and me?");
    client.frames(&[&renamed("li 雷", "lei"), &said(9, "lei", 6, "hello")]);
    shows(&mut client, "hello");
}

#[test]
fn names_are_told_with_their_marks() {
    let mut client = Client::chatting(&[
        r#"{"type":"joined","room":"lobby","names":["gil","hal"],"marks":["guest"]}"#,
        r#"{"type":"away","name":"li 雷","text":"zzz"}"#,
    ]);
    client.enter("/names");
    shows(
        &mut client,
        "6 here: ann (host), bob (by line), gil (guest), hal (guest), sam, li 雷 (away)",
    );
}

#[test]
fn the_members_stand_in_their_order_with_their_signs() {
    let mut client = lesson();
    client.frames(&[
        r#"{"type":"joined","room":"lobby","name":"gil","marks":["guest"]}"#,
        r#"{"type":"joined","room":"lobby","name":"a-name-of-thirty-two-characters-","via":"line"}"#,
        r#"{"type":"away","name":"li 雷","text":"zzz"}"#,
    ]);
    ctrl(&mut client, 'u');
    client.enter("/ignore kim");
    snapshots("members", &mut client);
}

#[test]
fn members_that_do_not_fit_are_counted() {
    let mut client = Client::chatting(&[]);
    let names: Vec<String> = (0..40).map(|number| format!(r#""n{number:02}""#)).collect();
    client
        .frames(&[&format!(r#"{{"type":"joined","room":"lobby","names":[{}]}}"#, names.join(","))]);
    snapshots("members_many", &mut client);
    let text = client.text((120, 24));
    let (_, last) = text.split_once("n13").unwrap();
    assert!(text.contains("44 people") && last.contains("+26 more"), "{text}");
}

#[test]
fn panes_that_cannot_be_shown_say_where_to_look() {
    let mut client = Client::chatting(&[]);
    client.text((40, 12));
    client.press(KeyCode::F(8));
    assert!(client.text((40, 12)).contains("/names has it"));
    client.press(KeyCode::F(7));
    assert!(client.text((40, 12)).contains("Only one conversation"));
    let mut client = in_rust();
    client.text((40, 12));
    client.press(KeyCode::F(7));
    assert!(client.text((40, 12)).contains("Alt-K has it"));
    assert!(!client.text((80, 24)).contains("│ Only you"), "the text needs the room");
    client.press(KeyCode::F(8));
    assert!(client.text((80, 24)).contains("│ Only you"), "asked for");
    client.press(KeyCode::F(8));
    assert!(!client.text((80, 24)).contains("│ Only you"));
    assert!(client.text((80, 24)).contains("1 #lobby"), "asked for, and there is room now");
}

/// In the lobby, rust and two directs, with news in some.
fn busy() -> Client {
    let mut client = lesson();
    client.frames(&[&room("rust"), &room("week-7")]);
    client.frames(&[
        &direct(1, "ann", "psst"),
        r#"{"type":"message","room":"rust","seq":1,"from":"ann","at":0,"text":"crabs"}"#,
        r#"{"type":"message","room":"rust","seq":2,"from":"bob","at":0,"text":"more crabs"}"#,
    ]);
    client
}

#[test]
fn the_picker_finds_conversations_and_people() {
    let mut client = busy();
    client.frames(&[
        r#"{"type":"message","room":"rust","seq":3,"from":"bob","at":0,"text":"sam: crabs?"}"#,
    ]);
    alt(&mut client, 'k');
    shows(&mut client, "!1 of 3 new");
    snapshots("picker", &mut client);
    client.type_text("wk");
    snapshots("picker_typed", &mut client);
    client.type_text("zz");
    snapshots("picker_nothing", &mut client);
    client.press(KeyCode::Enter);
    assert!(client.text((80, 24)).contains("Nothing here is called ‘wkzz’"), "it stays");
    client.press(KeyCode::Esc);
    assert_eq!(client.state.typed().0, "and then", "nothing leaked into the draft");
}

#[test]
fn enter_goes_where_the_choice_is() {
    let mut client = busy();
    let check = |client: &mut Client, text: &str, downs: usize, expected: &str| {
        alt(client, 'k');
        client.type_text(text);
        for _ in 0..downs {
            ctrl(client, 'n');
        }
        let effects = client.press(KeyCode::Enter);
        assert!(effects.iter().all(|effect| matches!(effect, Effect::Title(_))), "{effects:?}");
        assert_eq!(place(client), expected, "{text} and {downs} down");
    };
    // Who concerns us first, then what is new, then where we were last.
    check(&mut client, "", 0, "@ann");
    check(&mut client, "", 0, "#rust");
    check(&mut client, "", 0, "@ann");
    check(&mut client, "", 1, "#lobby");
    check(&mut client, "wek", 0, "#week-7");
    check(&mut client, "@li", 0, "@li 雷");
    shows(&mut client, "You and li 雷 have not talked yet");
    assert_eq!(client.state.typed().0, "");
}

#[test]
fn the_pickers_keys_are_its_own() {
    let mut client = Client::chatting(&[]);
    ctrl(&mut client, 'k');
    shows(&mut client, "Go to");
    client.send(Event::Paste("an\nn".to_owned()));
    shows(&mut client, "› an n");
    client.key(KeyCode::Char('w'), KeyModifiers::CONTROL);
    client.press(KeyCode::Up);
    client.press(KeyCode::PageDown);
    client.press(KeyCode::Tab);
    alt(&mut client, 'k');
    hides(&mut client, "Go to");
    assert_eq!(client.state.typed().0, "");
    // With a text, the key kills.
    client.type_text("text");
    client.press(KeyCode::Home);
    ctrl(&mut client, 'k');
    assert_eq!(client.state.typed().0, "");
    hides(&mut client, "Go to");
}

#[test]
fn a_choice_stays_when_news_come() {
    let mut client = busy();
    alt(&mut client, 'k');
    client.press(KeyCode::Down);
    client.press(KeyCode::Down);
    shows(&mut client, "› #week-7");
    client.frames(&[&direct(1, "eve", "hello"), &direct(2, "eve", "sam?")]);
    shows(&mut client, "› #week-7");
    client.press(KeyCode::Enter);
    assert_eq!(place(&mut client), "#week-7");
}

#[test]
fn alt_a_goes_to_what_is_new() {
    let mut client = busy();
    alt(&mut client, 'a');
    assert_eq!(place(&mut client), "@ann");
    alt(&mut client, 'a');
    assert_eq!(place(&mut client), "#rust");
    alt(&mut client, 'a');
    assert_eq!(place(&mut client), "#rust");
    shows(&mut client, "Nothing new elsewhere");
}

const ROOMS: &str = r#"{"type":"rooms","rooms":[{"name":"lobby","topic":"Networks, week 7","count":4},
    {"name":"rust","topic":"","count":0},{"name":"week-7","topic":"sockets","count":2}],"more":false}"#;

#[test]
fn rooms_are_listed_and_joined() {
    let mut client = Client::chatting(&[]);
    assert_eq!(sent(&client.enter("/rooms")), r#"{"type":"rooms"}"#);
    shows(&mut client, "Asking the server…");
    let first = r#"{"type":"rooms","rooms":[{"name":"aa","topic":"","count":1}],"more":true}"#;
    assert_eq!(sent(&client.frames(&[first])), r#"{"type":"rooms","after":"aa"}"#);
    assert!(sent(&client.frames(&[ROOMS])).is_empty());
    snapshots("rooms", &mut client);
    client.type_text("rus");
    client.press(KeyCode::F(1));
    shows(&mut client, "Commands: rooms");
    client.press(KeyCode::Esc);
    assert_eq!(sent(&client.press(KeyCode::Enter)), r#"{"type":"join","room":"rust"}"#);
    assert_eq!(place(&mut client), "#rust");
    client.frames(&[&room("rust")]);
    // A room that one is in is only opened; one that is not there is made.
    client.enter("/rooms");
    client.frames(&[ROOMS]);
    assert!(sent(&client.press(KeyCode::Enter)).is_empty());
    assert_eq!(place(&mut client), "#lobby");
    client.enter("/rooms");
    client.frames(&[ROOMS]);
    client.type_text("#ru");
    client.press(KeyCode::Down);
    shows(&mut client, "› #ru  a new room");
    let effects = client.press(KeyCode::Enter);
    let ru = Request::Join {
        room: "ru"
            .parse::<Conversation>()
            .map(|room| match room {
                Conversation::Room(room) => room,
                Conversation::Direct(_) => panic!("a person"),
            })
            .unwrap(),
    };
    assert_eq!(requests(&effects), [&ru]);
    // Nobody looks for rooms: what comes late changes nothing.
    assert!(client.frames(&[first]).is_empty());
}

#[test]
fn rooms_need_a_link() {
    let mut client = Client::chatting(&[]);
    client.net(closed());
    client.enter("/rooms");
    shows(&mut client, "Not connected");
    client.net(up());
    client.frames(&[&welcome("sam", "")]);
    client.press(KeyCode::Enter);
    client.frames(&[ROOMS]);
    client.net(closed());
    client.type_text("week");
    assert!(client.press(KeyCode::Enter).is_empty());
    shows(&mut client, "Not connected");
    assert_eq!(place(&mut client), "#lobby");
}

#[test]
fn help_tells_where_one_is_and_of_one_command() {
    let mut client = Client::chatting(&[]);
    client.press(KeyCode::F(1));
    snapshots("help_in_room", &mut client);
    client.draw((40, 10));
    client.press(KeyCode::End);
    let end = client.text((40, 10));
    assert!(end.contains("↑ back"), "{end}");
    client.press(KeyCode::Up);
    assert_ne!(client.text((40, 10)), end, "one key back moves at once");
    client.press(KeyCode::Esc);
    client.enter("/help ignore");
    snapshots("help_ignore", &mut client);
    client.press(KeyCode::Esc);
    client.enter("/help frobnicate");
    shows(&mut client, "There is no /frobnicate");
}

#[test]
fn empty_places_say_what_to_do() {
    let mut client = in_rust();
    shows(&mut client, "Only you are here yet.");
    snapshots("empty_room", &mut client);
    client.enter("/msg zoe");
    snapshots("empty_direct", &mut client);
    client.enter("/ignore");
    shows(&mut client, "You ignore nobody");
}

#[test]
fn a_small_screen_says_what_it_needs() {
    let mut client = busy();
    let text = client.text((20, 5));
    assert!(text.contains("20x5 is too small") && text.contains("30x8"), "{text}");
    alt(&mut client, 'k');
    for size in [(1, 1), (2, 2), (5, 1), (1, 9), (29, 7), (30, 8), (31, 9)] {
        client.draw(size);
    }
}

#[test]
fn without_colour_and_on_light_everything_is_told() {
    for (name, light, depth) in
        [("light", Some(true), Depth::Indexed), ("plain", None, Depth::None)]
    {
        let mut setup = setup(Start::Join { target: support::client::target(), room: None });
        (setup.look.light, setup.look.depth) = (light, depth);
        let mut client = Client::new(setup);
        client.connect();
        client.frames(&[r#"{"type":"away","name":"ann","text":"x"}"#, &direct(1, "bob", "psst")]);
        alt(&mut client, 'k');
        let buffer = client.draw((80, 24)).backend().buffer().clone();
        insta::assert_debug_snapshot!(format!("picker_{name}_80x24"), buffer);
        client.press(KeyCode::Esc);
        let buffer = client.draw((80, 24)).backend().buffer().clone();
        insta::assert_debug_snapshot!(format!("members_{name}_80x24"), buffer);
    }
}
