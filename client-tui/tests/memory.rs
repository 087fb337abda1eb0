//! Leaving and coming back: what was missed meanwhile is unread, and rooms are joined again.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use chat_protocol::Request;
use chat_tui::effect::Effect;
use chat_tui::event::Event;
use chat_tui::places::Places;
use chat_tui::state::Start;
use support::client::{
    Client, MORNING, alt, closed, direct, hides, requests, room, said, setup, shows, target, up,
};

/// Performs what is to be remembered.
fn keep(places: &mut Places, effects: &[Effect]) {
    for effect in effects {
        if let Effect::KeepPlaces(change) = effect {
            places.apply(change);
        }
    }
}

/// The program is stopped; what it leaves behind.
fn stopped(mut client: Client, mut places: Places) -> Places {
    keep(&mut places, &client.send(Event::Stop));
    places
}

/// A new run with what earlier ones remember, up to the welcome.
fn started(places: &Places, welcome: &str) -> (Client, Vec<Effect>) {
    let mut setup = setup(Start::Join { target: target(), room: None });
    setup.places = places.clone();
    let mut client = Client::new(setup);
    client.net(up());
    let effects = client.frames(&[welcome]);
    (client, effects)
}

fn welcome(log: &str, lobby: u64, directs: &str) -> String {
    format!(
        r#"{{"type":"welcome","version":1,"name":"sam","server":"lab","log":"{log}",
        "directs":[{directs}],"rooms":[{{"name":"lobby","last":{lobby},"count":3,
        "members":["ann","bob","sam"]}}]}}"#
    )
}

fn entered(name: &str, last: u64) -> String {
    room(name).replace(r#""last":0"#, &format!(r#""last":{last}"#))
}

/// The newest page of a conversation: who said something, by their numbers.
fn page(room: &str, messages: &[(u64, &str, &str)], more: bool) -> String {
    let message = |(seq, from, text): &(u64, &str, &str)| {
        format!(r#"{{"seq":{seq},"from":"{from}","at":{MORNING},"text":"{text}"}}"#)
    };
    let messages = messages.iter().map(message).collect::<Vec<_>>().join(",");
    format!(r#"{{"type":"history","room":"{room}","messages":[{messages}],"more":{more}}}"#)
}

fn joins(effects: &[Effect]) -> Vec<String> {
    let join = |request: &&Request| match request {
        Request::Join { room } => Some(room.to_string()),
        _ => None,
    };
    requests(effects).iter().filter_map(join).collect()
}

fn pages(effects: &[Effect]) -> Vec<String> {
    let page = |request: &&Request| match request {
        Request::History { room, .. } => Some(room.to_string()),
        _ => None,
    };
    requests(effects).iter().filter_map(page).collect()
}

/// In the lobby and `#rust` with everything read, and one word with ann.
fn first_run() -> Places {
    let mut client = Client::joining();
    client.net(up());
    client.frames(&[&welcome("1", 2, "")]);
    client.enter("/join rust");
    client.frames(&[&entered("rust", 7)]);
    client.frames(&[&direct(1, "ann", "psst").replace(r#""at":0"#, r#""at":0,"log":"1.3""#)]);
    alt(&mut client, '3');
    alt(&mut client, '1');
    stopped(client, Places::default())
}

const ANN: &str = r#"{"name":"ann","last":1,"log":"1.3"}"#;

fn status(client: &mut Client) -> String {
    client.text((90, 24)).lines().nth(21).unwrap().to_owned()
}

#[test]
fn rooms_are_joined_again_and_what_was_missed_is_unread() {
    let places = first_run();
    let (mut client, effects) = started(&places, &welcome("1", 5, ANN));
    assert_eq!(joins(&effects), ["rust"]);
    assert_eq!(pages(&effects), ["lobby"]);
    let mut lobby: Vec<_> = (1..=2).map(|seq| (seq, "ann", "old")).collect();
    lobby.extend([(3, "ann", "first news"), (4, "bob", "sam: hi"), (5, "ann", "last news")]);
    client.frames(&[&page("lobby", &lobby, false)]);
    let screen = client.text((90, 24));
    let at = |words: &str| screen.find(words).unwrap_or_else(|| panic!("no {words}:\n{screen}"));
    assert!(at("old") < at("── new") && at("── new") < at("first news"), "{screen}");
    let effects = client.frames(&[&entered("rust", 9)]);
    assert_eq!(pages(&effects), ["rust"]);
    assert!(status(&mut client).contains("2:#rust 2"), "{}", status(&mut client));
    // The page tells what it is about, what is one's own, and doubles nothing.
    let rust = [(7, "bob", "old"), (8, "sam", "from my phone"), (9, "bob", "sam: look")];
    client.frames(&[&page("rust", &rust, true)]);
    assert!(status(&mut client).contains("2:#rust !1"), "{}", status(&mut client));
    assert!(!status(&mut client).contains("@ann 1"), "{}", status(&mut client));
    alt(&mut client, 'u');
    shows(&mut client, "── new");
    shows(&mut client, "sam: look");
    assert_eq!(client.text((90, 24)).matches("from my phone").count(), 1);
    alt(&mut client, '1');
    alt(&mut client, 'u');
    alt(&mut client, 'u');
    shows(&mut client, "Everything is read");
}

#[test]
fn what_nobody_missed_is_read() {
    let places = first_run();
    let (mut client, effects) = started(&places, &welcome("1", 2, ANN));
    assert!(pages(&effects).iter().all(|room| room == "lobby"), "{effects:?}");
    client.frames(&[&page("lobby", &[(1, "ann", "a"), (2, "bob", "b")], false)]);
    client.frames(&[&entered("rust", 7)]);
    hides(&mut client, "── new");
    alt(&mut client, 'u');
    shows(&mut client, "Everything is read");
    // Of one's own words alone nothing is unread either.
    let (mut client, _) = started(&places, &welcome("1", 3, ANN));
    client.frames(&[&page("lobby", &[(2, "bob", "b"), (3, "sam", "mine")], true)]);
    hides(&mut client, "── new");
    alt(&mut client, 'u');
    shows(&mut client, "Everything is read");
}

#[test]
fn a_long_absence_is_counted_and_not_replayed() {
    let (mut client, _) = started(&first_run(), &welcome("1", 2, ANN));
    let effects = client.frames(&[&entered("rust", 20_007)]);
    assert_eq!(pages(&effects), ["rust"]);
    // What is said now is counted too, once, whoever brings it.
    let live = said(20_008, "bob", 0, "live").replace("lobby", "rust");
    let newest: Vec<_> = (19_809..=20_009).map(|seq| (seq, "bob", "much")).collect();
    client.frames(&[&live, &page("rust", &newest, true)]);
    let again = said(20_009, "bob", 0, "much").replace("lobby", "rust");
    client.frames(&[&again]);
    assert!(status(&mut client).contains("2:#rust 20002"), "{}", status(&mut client));
    alt(&mut client, '2');
    shows(&mut client, "much");
}

#[test]
fn any_number_is_counted() {
    let (mut client, _) = started(&first_run(), &welcome("1", u64::MAX, ANN));
    client.frames(&[&entered("rust", u64::MAX), &said(3, "bob", 0, "live")]);
    let rust = page("rust", &[(8, "bob", "sam?"), (u64::MAX, "bob", "no")], true);
    client.frames(&[&rust, &page("lobby", &[(u64::MAX, "bob", "no")], true)]);
    assert!(status(&mut client).contains("2:#rust 1000000000"), "{}", status(&mut client));
}

#[test]
fn people_who_wrote_meanwhile_are_unread() {
    let places = first_run();
    let directs = r#"{"name":"ann","last":3,"log":"1.3"},{"name":"eve","last":2,"log":"1.9"}"#;
    let (mut client, effects) = started(&places, &welcome("1", 2, directs));
    assert_eq!(pages(&effects), ["@ann", "@eve", "lobby"]);
    // Whose it is, the page tells; and before it comes nothing is taken for read.
    assert!(!status(&mut client).contains('!'), "{}", status(&mut client));
    let (early, _) = started(&places, &welcome("1", 2, directs));
    let (mut again, _) = started(&stopped(early, places.clone()), &welcome("1", 2, directs));
    again.net(closed());
    let rows = status(&mut again);
    assert!(rows.contains("@ann !2") && rows.contains("@eve !2"), "{rows}");
    client.frames(&[&page("@ann", &[(2, "sam", "mine"), (3, "ann", "psst!")], true)]);
    assert!(status(&mut client).contains("@ann !1"), "{}", status(&mut client));
    // Another person under the name: nothing of what they wrote was read.
    let other = r#"{"name":"ann","last":1,"log":"1.8"}"#;
    let (mut client, _) = started(&places, &welcome("1", 2, other));
    client.frames(&[&page("@ann", &[(1, "ann", "who are you?")], false)]);
    assert!(status(&mut client).contains("@ann !1"), "{}", status(&mut client));
}

#[test]
fn what_was_not_read_stays_unread() {
    let (mut client, _) = started(&first_run(), &welcome("1", 2, ANN));
    client.frames(&[&entered("rust", 8)]);
    let places = stopped(client, first_run());
    let (mut client, _) = started(&places, &welcome("1", 2, ANN));
    client.frames(&[&entered("rust", 9)]);
    assert!(status(&mut client).contains("#rust 2"), "{}", status(&mut client));
    // A run that ends before the server has answered takes nothing away.
    let (client, _) = started(&places, &welcome("1", 2, ANN));
    let places = stopped(client, places);
    let (mut client, effects) = started(&places, &welcome("1", 2, ANN));
    assert_eq!(joins(&effects), ["rust"]);
    client.frames(&[&entered("rust", 9)]);
    assert!(status(&mut client).contains("#rust 2"), "{}", status(&mut client));
}

#[test]
fn a_room_that_was_left_is_forgotten() {
    let places = first_run();
    let (mut client, _) = started(&places, &welcome("1", 2, ANN));
    client.frames(&[&entered("rust", 7)]);
    client.enter("/part rust");
    let places = stopped(client, places);
    let (mut client, effects) = started(&places, &welcome("1", 2, ANN));
    assert!(joins(&effects).is_empty(), "{effects:?}");
    hides(&mut client, "#rust");
}

#[test]
fn a_server_with_another_log_has_the_rooms_and_no_marks() {
    let (mut client, effects) = started(&first_run(), &welcome("2", 9, ""));
    assert_eq!(joins(&effects), ["rust"]);
    client.frames(&[&entered("rust", 30)]);
    let row = status(&mut client);
    assert!(row.contains("#rust") && !row.contains("#rust 2"), "{row}");
    alt(&mut client, 'u');
    shows(&mut client, "Everything is read");
}

#[test]
fn a_link_that_breaks_before_a_room_is_back_joins_it_then() {
    let (mut client, _) = started(&first_run(), &welcome("1", 2, ANN));
    client.net(closed());
    client.net(up());
    let effects = client.frames(&[&welcome("1", 2, ANN)]);
    assert_eq!(joins(&effects), ["rust"]);
    client.frames(&[&entered("rust", 9)]);
    assert!(status(&mut client).contains("#rust 2"), "{}", status(&mut client));
}

#[test]
fn reading_is_written_now_and_then() {
    let mut client = Client::joining();
    client.net(up());
    let kept = |effects: &[Effect]| {
        effects.iter().filter(|effect| matches!(effect, Effect::KeepPlaces(_))).count()
    };
    let mut total = kept(&client.frames(&[&welcome("1", 0, "")]));
    for seq in 1..=100 {
        client.now.up += Duration::from_millis(100);
        total += kept(&client.frames(&[&said(seq, "ann", 0, "hi")]));
    }
    // At five seconds; then the link's clock comes by.
    assert_eq!(total, 1);
    let due = client.state.due().unwrap();
    assert_eq!(kept(&client.send(Event::Woke)), 0);
    client.now.up = due;
    assert_eq!(kept(&client.send(Event::Woke)), 1);
    assert_eq!(client.state.due(), None, "nothing is to be written");
    assert_eq!(kept(&client.send(Event::Stop)), 0, "the last was just written");
    client.frames(&[&said(101, "ann", 0, "hi")]);
    assert_eq!(kept(&client.send(Event::Stop)), 1);
}

#[test]
fn what_one_wrote_to_somebody_at_another_device_is_never_unread() {
    let places = first_run();
    let ann = ANN.replace(r#""last":1"#, r#""last":3"#);
    let (mut client, effects) = started(&places, &welcome("1", 2, &ann));
    assert!(pages(&effects).contains(&"@ann".to_owned()), "{effects:?}");
    assert!(!status(&mut client).contains('!'), "{}", status(&mut client));
    let own = [(1, "ann", "psst"), (2, "sam", "from my phone"), (3, "sam", "and again")];
    client.frames(&[&page("@ann", &own, false)]);
    assert!(!status(&mut client).contains('!'), "{}", status(&mut client));
    // Where the page does not come, the numbers are what is known.
    for page_comes in [true, false] {
        let (mut client, _) = started(&places, &welcome("1", 2, &ann));
        if page_comes {
            let one = [(1, "ann", "psst"), (2, "sam", "from my phone"), (3, "ann", "yes?")];
            client.frames(&[&page("@ann", &one, false)]);
        } else {
            client.net(closed());
        }
        let expected = if page_comes { "@ann !1" } else { "@ann !2" };
        assert!(status(&mut client).contains(expected), "{}", status(&mut client));
    }
}
