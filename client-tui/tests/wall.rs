//! The wall of a classroom: how it looks, what it never shows, and what the room shows its members.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use chat_protocol::Request;
use chat_tui::effect::{Effect, Target};
use chat_tui::event::{Event, Moment};
use chat_tui::look::{Depth, Look};
use chat_tui::state::{Setup, Start};
use chat_tui::view;
use crossterm::event::KeyCode;
use proptest::prelude::*;
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use support::client::{
    Client, MORNING, alt, hides, hosting, lesson, requests, said, setup, shows, target,
};

const SIZES: [(u16, u16); 6] = [(160, 50), (100, 30), (80, 24), (40, 12), (20, 5), (1, 1)];

/// F9.
fn to_the_wall(client: &mut Client) -> Vec<Effect> {
    client.press(KeyCode::F(9))
}

fn snapshots(name: &str, mut client: Client) {
    for size in SIZES {
        let terminal = client.draw(size);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), terminal.backend());
    }
}

fn announce(text: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    format!(r#"{{"type":"announce","room":"lobby","text":{text},"by":"ann"}}"#)
}

fn timer(seconds: i64) -> String {
    let (ends, remaining) = (MORNING + seconds * 1000, seconds * 1000);
    format!(r#"{{"type":"timer","room":"lobby","ends":{ends},"remaining":{remaining},"by":"ann"}}"#)
}

/// Time passes, and the program is woken whenever it wants to be; returns how often.
fn wait(client: &mut Client, seconds: u64) -> usize {
    let begun = client.now;
    let end = begun.up + Duration::from_secs(seconds);
    let mut woken = 0;
    while let Some(due) = client.state.due().filter(|due| *due <= end) {
        let passed = i64::try_from((due - begun.up).as_millis()).unwrap();
        client.now = Moment { up: due, unix_ms: begun.unix_ms + passed };
        client.send(Event::Woke);
        woken += 1;
    }
    let passed = i64::try_from(seconds * 1000).unwrap();
    client.now = Moment { up: end, unix_ms: begun.unix_ms + passed };
    woken
}

#[test]
fn a_lesson_on_the_wall() {
    let mut client = lesson();
    to_the_wall(&mut client);
    snapshots("lesson", client);
}

#[test]
fn code_long_words_and_other_scripts_on_the_wall() {
    let code = format!("```rust\n{}```", "let line = read(&mut socket)?;\n".repeat(18));
    let lines = [
        said(1, "ann", 0, &code),
        said(2, "bob", 1, &"a-word-without-an-end".repeat(12)),
        said(
            3,
            "li 雷",
            2,
            "几乎是对的，每次调用可能只返回半行，所以要一直读到换行符为止，剩下的留给下一次。",
        ),
        said(4, "נועה", 3, "שלום לכולם, `recv` מחזיר לפעמים חצי שורה (half a line)"),
        said(5, "ann", 4, "\u{2062}**bold**, > quote, https://example.org/a/long/way/to/go"),
        said(6, "bob", 5, "/me waves"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut client = Client::chatting(&lines);
    to_the_wall(&mut client);
    snapshots("scripts", client);
}

#[test]
fn a_line_and_a_countdown_on_the_wall() {
    let mut client = lesson();
    client.frames(&[&announce("Pause until 10:15, then part two"), &timer(300)]);
    to_the_wall(&mut client);
    wait(&mut client, 17);
    client.type_text("!");
    snapshots("board", client);
}

#[test]
fn a_line_and_a_countdown_in_the_chat() {
    let mut client = lesson();
    client.frames(&[&announce("Pause until 10:15, then part two"), &timer(300)]);
    snapshots("chat_board", client);
}

#[test]
fn the_room_that_is_hosted_here_and_nobody_has_come() {
    let mut client = hosting();
    to_the_wall(&mut client);
    snapshots("hosting", client);
}

#[test]
fn who_is_named_is_not_called_there() {
    let mut client = Client::chatting(&[]);
    to_the_wall(&mut client);
    let effects = client.frames(&[&said(1, "ann", 0, "sam: your turn")]);
    assert_eq!(effects, []);
    let terminal = client.draw((80, 24));
    let buffer = terminal.backend().buffer();
    let row = |y: u16| (0..80).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    let y = (0..24).find(|&y| row(y).contains("your turn")).unwrap();
    // The words are there, dressed as all others are.
    assert!((0..80).all(|x| buffer[(x, y)].bg == Color::Reset));
    shows(&mut client, "sam: your turn");
}

#[test]
fn what_is_typed_is_seen_while_it_is_typed() {
    let mut client = lesson();
    to_the_wall(&mut client);
    hides(&mut client, "and then");
    client.type_text("!");
    shows(&mut client, "#lobby › and then!");
    client.press(KeyCode::Esc);
    hides(&mut client, "and then!");
    client.type_text("!");
    let effects = client.press(KeyCode::Enter);
    assert!(matches!(requests(&effects)[..], [Request::Say { .. }]), "{effects:?}");
    shows(&mut client, "and then!!");
    hides(&mut client, "› ");
}

#[test]
fn nothing_on_the_wall_is_dim_and_everything_is_bold() {
    let mut setup = setup(Start::Join { target: target(), room: None });
    setup.look.depth = chat_tui::look::Depth::None;
    let mut client = Client::new(setup);
    client.connect();
    client.frames(&[&said(1, "ann", 0, "> quoted\n`code`\nhttps://a.org"), &announce("pause")]);
    to_the_wall(&mut client);
    for cell in &client.draw((100, 30)).backend().buffer().content {
        assert!(!cell.modifier.contains(Modifier::DIM), "{cell:?}");
        assert!(cell.symbol() == " " || cell.modifier.contains(Modifier::BOLD), "{cell:?}");
    }
}

#[test]
fn the_newest_is_followed_and_paging_comes_back() {
    let mut client = support::client::long_history();
    to_the_wall(&mut client);
    shows(&mut client, "line 200 of");
    client.press(KeyCode::PageUp);
    hides(&mut client, "line 200 of");
    shows(&mut client, "earlier messages");
    client.frames(&[&said(201, "bob", 101, "one more")]);
    shows(&mut client, "1 new below");
    client.press(KeyCode::Esc);
    shows(&mut client, "one more");
    client.press(KeyCode::PageUp);
    client.press(KeyCode::PageDown);
    shows(&mut client, "one more");
}

#[test]
fn the_address_is_one_that_others_reach() {
    let here = Target { host: "127.0.0.1".to_owned(), ..target() };
    let mut client = Client::new(setup(Start::Join { target: here, room: None }));
    client.connect();
    let effects = to_the_wall(&mut client);
    assert_eq!(effects, [Effect::FindAddresses]);
    let addresses = vec!["10.0.0.7".parse().unwrap(), "172.17.0.1".parse().unwrap()];
    client.send(Event::Addresses(addresses));
    shows(&mut client, "chat-tui --host 10.0.0.7");
    shows(&mut client, "nc 10.0.0.7 65433");
    hides(&mut client, "127.0.0.1");
    // Of a server elsewhere, the way that led there is known.
    let mut client = Client::chatting(&[]);
    assert_eq!(to_the_wall(&mut client), []);
    shows(&mut client, "chat-tui --host 192.168.1.23");
}

#[test]
fn a_code_says_how_to_join_dark_on_light() {
    for light in [None, Some(true)] {
        let mut setup = setup(Start::Join { target: target(), room: None });
        setup.look.light = light;
        let mut client = Client::new(setup);
        client.connect();
        to_the_wall(&mut client);
        client.press(KeyCode::F(10));
        insta::assert_snapshot!("code_80x24", client.draw((80, 24)).backend());
        let terminal = client.draw((80, 24));
        let buffer = terminal.backend().buffer();
        let (dark, bright) = (Color::Indexed(16), Color::Indexed(231));
        assert!(buffer.content.iter().all(|cell| (cell.fg, cell.bg) == (dark, bright)));
        // The margin: four modules on each side.
        let inked = |x: u16, y: u16| buffer[(x, y)].symbol() != " ";
        let rows: Vec<u16> = (0..23).filter(|&y| (0..80).any(|x| inked(x, y))).collect();
        let columns: Vec<u16> = (0..80).filter(|&x| (0..23).any(|y| inked(x, y))).collect();
        assert!(rows[0] >= 2 && rows[rows.len() - 1] + 2 < 23, "{rows:?}");
        assert!(columns[0] >= 4 && columns[columns.len() - 1] + 4 < 80, "{columns:?}");
        // What is typed closes it and is typed.
        client.type_text("x");
        shows(&mut client, "#lobby › x");
    }
}

/// The dark modules of the code on a picture, from where they begin; `dark` tells it of the upper and
/// the lower half of a cell, and a module is so many columns wide.
fn modules(
    client: &mut Client,
    size: (u16, u16),
    columns: u16,
    dark: impl Fn(&Cell) -> Vec<bool>,
) -> BTreeSet<(u16, u16)> {
    let terminal = client.draw(size);
    let buffer = terminal.backend().buffer();
    let mut found = BTreeSet::new();
    for (x, y) in (0..size.1 - 1).flat_map(|y| (0..size.0).map(move |x| (x, y))) {
        let halves = dark(&buffer[(x, y)]);
        let rows = u16::try_from(halves.len()).unwrap();
        let dark = (y * rows..).zip(halves).filter(|(_, dark)| *dark);
        found.extend(dark.map(|(y, _)| (x, y)));
    }
    let left = found.iter().map(|(x, _)| *x).min().unwrap();
    let top = found.iter().map(|(_, y)| *y).min().unwrap();
    found.into_iter().map(|(x, y)| ((x - left) / columns, y - top)).collect()
}

fn coded(look: Look) -> Client {
    let mut client =
        Client::new(Setup { look, ..setup(Start::Join { target: target(), room: None }) });
    client.connect();
    client.press(KeyCode::F(10));
    client
}

#[test]
fn a_code_is_the_same_without_signs_and_without_colours() {
    let halves = |cell: &Cell| match cell.symbol() {
        "█" => vec![true, true],
        "▀" => vec![true, false],
        "▄" => vec![false, true],
        _ => vec![false, false],
    };
    let expected = modules(&mut coded(Look::default()), (80, 24), 1, halves);
    assert!(expected.len() > 200, "{}", expected.len());
    let reversed = |cell: &Cell| cell.modifier.contains(Modifier::REVERSED);
    let check = |depth, light: bool, is_dark: &dyn Fn(&Cell) -> bool| {
        let look = Look { depth, light: Some(light), ..Look::default() };
        let mut signs = coded(look.clone());
        assert_eq!(modules(&mut signs, (80, 24), 1, halves), expected, "{depth:?}");
        let terminal = signs.draw((80, 24));
        assert!(terminal.backend().buffer().content.iter().all(|cell| !is_dark(cell)), "{depth:?}");
        let mut plain = coded(Look { ascii: true, ..look });
        let found = modules(&mut plain, (100, 40), 2, |cell| vec![is_dark(cell)]);
        assert_eq!(found, expected, "{depth:?} {light}");
        let text = plain.text((100, 40));
        let words: Vec<&str> =
            text.split([' ', '"', '\n']).filter(|word| !word.is_empty()).collect();
        assert_eq!(words, ["chat-tui", "--host", "192.168.1.23", "Esc", "closes"]);
    };
    check(Depth::None, false, &|cell| !reversed(cell));
    check(Depth::None, true, &reversed);
    check(Depth::Sixteen, false, &|cell| cell.bg == Color::Black);
    check(Depth::Indexed, false, &|cell| cell.bg == Color::Indexed(16));
    check(Depth::True, true, &|cell| cell.bg == Color::Indexed(16));
    // Where it does not fit, what it says is there.
    for size in [(80, 24), (40, 12)] {
        let mut small = coded(Look { ascii: true, ..Look::default() });
        let text = small.text(size);
        for words in ["the QR code needs", "instead", "chat-tui --host 192.168.1.23"] {
            assert!(text.contains(words), "{text}");
        }
    }
}

#[test]
fn links_on_the_wall_lead_where_they_say() {
    let mut client = Client::chatting(&[
        &said(1, "ann", 0, "see https://a.org"),
        &said(2, "bob", 1, "and https://b.org"),
    ]);
    to_the_wall(&mut client);
    let terminal = client.draw((80, 24));
    let links = view::links(&client.state);
    let mut texts = vec![String::new(); links.len()];
    for cell in &terminal.backend().buffer().content {
        if let Color::Rgb(0, 0, number) = cell.underline_color {
            texts[usize::from(number)].push_str(cell.symbol());
        }
    }
    assert_eq!((links.len(), texts), (2, links));
    // Messages alone are for the terminal's own selection.
    to_the_wall(&mut client);
    alt(&mut client, 'l');
    let terminal = client.draw((80, 24));
    let linked = |cell: &Cell| matches!(cell.underline_color, Color::Rgb(..));
    assert!(!terminal.backend().buffer().content.iter().any(linked));
    assert_eq!(view::links(&client.state), Vec::<String>::new());
}

#[test]
fn a_countdown_is_the_rooms() {
    let mut client = Client::chatting(&[]);
    assert_eq!(
        requests(&client.enter("/timer 5m")),
        [&Request::Timer { room: chat_protocol::RoomName::lobby(), seconds: 300 }]
    );
    client.frames(&[&timer(300)]);
    shows(&mut client, "timer 05:00");
    assert_eq!(wait(&mut client, 60), 60, "once a second");
    shows(&mut client, "timer 04:00");
    client.enter("/timer");
    shows(&mut client, "04:00 left");
    assert_eq!(
        requests(&client.enter("/timer off")),
        [&Request::Timer { room: chat_protocol::RoomName::lobby(), seconds: 0 }]
    );
    client.frames(&[r#"{"type":"timer","room":"lobby","by":"ann"}"#]);
    shows(&mut client, "ann took the timer away");
    hides(&mut client, "timer 0");
    client.enter("/timer off");
    shows(&mut client, "No timer runs here");
    client.enter("/timer soon");
    shows(&mut client, "How long?");
}

#[test]
fn who_comes_late_or_again_sees_what_the_room_shows() {
    let mut client = Client::joining();
    client.connect();
    let board = r#"{"type":"room","name":"lobby","last":0,"count":2,"members":["ann","sam"],
        "announcement":"pause","timer":{"ends":0,"remaining":61000}}"#;
    client.frames(&[board]);
    shows(&mut client, "▶ pause");
    // However wrong the server's clock is, the time that is left is counted down by ours.
    shows(&mut client, "timer 01:01");
    wait(&mut client, 61);
    shows(&mut client, "time is up");
    client.frames(&[r#"{"type":"timer","room":"lobby","ends":0,"remaining":0}"#]);
    shows(&mut client, "∙ Time is up");
    wait(&mut client, 31);
    hides(&mut client, "  time is up");
    // The server was started again: it shows nothing.
    client.connect();
    hides(&mut client, "▶ pause");
}

#[test]
fn when_it_is_over_the_zeros_blink_and_then_it_is_the_time_again() {
    let mut client = Client::chatting(&[]);
    client.frames(&[&timer(2)]);
    to_the_wall(&mut client);
    let corner = |client: &mut Client| client.draw((80, 24)).backend().buffer()[(58, 2)].clone();
    wait(&mut client, 2);
    let lit = corner(&mut client);
    wait(&mut client, 1);
    let dark = corner(&mut client);
    assert_ne!(lit.modifier, dark.modifier);
    wait(&mut client, 1);
    assert_eq!(corner(&mut client), lit);
    let blinking = client.text((80, 24));
    wait(&mut client, 40);
    assert_ne!(client.text((80, 24)), blinking);
}

#[test]
fn at_rest_nothing_wakes_and_a_clock_once_a_minute() {
    let mut client = Client::chatting(&[]);
    wait(&mut client, 100);
    assert_eq!(wait(&mut client, 3600), 0, "the chat");
    to_the_wall(&mut client);
    client.draw((80, 24));
    wait(&mut client, 100);
    assert_eq!(wait(&mut client, 3600), 60, "the wall");
    client.frames(&[r#"{"type":"timer","room":"rust","ends":1,"remaining":1000,"by":"ann"}"#]);
    wait(&mut client, 100);
    assert_eq!(wait(&mut client, 3600), 60, "a countdown elsewhere");
    client.resize((20, 5));
    wait(&mut client, 100);
    assert_eq!(wait(&mut client, 3600), 0, "too small to show one");
}

#[test]
fn a_line_that_does_not_fit_can_be_read_all_the_same() {
    let long = "hand in part two by Friday noon, in the folder of your group, as one PDF file";
    let board = format!(
        r#"{{"type":"room","name":"lobby","last":0,"count":1,"members":["sam"],"announcement":"{long}"}}"#
    );
    let told = |size: (u16, u16)| {
        let mut client = Client::joining();
        client.resize(size);
        client.connect();
        client.frames(&[&board]);
        client.text(size)
    };
    let small = told((40, 10));
    assert!(small.contains("Announced here: hand in") && small.contains("PDF file"), "{small}");
    let narrow = told((60, 24));
    assert!(narrow.contains("… /announce") && narrow.contains("PDF file"), "{narrow}");
    let wide = told((100, 24));
    assert!(wide.contains("▶ hand in") && wide.contains("PDF file"), "{wide}");
    assert!(!wide.contains("Announced here") && !wide.contains("/announce"), "{wide}");
}

#[test]
fn an_announcement_is_a_command() {
    let mut client = Client::chatting(&[]);
    let room = chat_protocol::RoomName::lobby();
    let text = |text: &str| chat_protocol::Line::from(text.to_owned());
    assert_eq!(
        requests(&client.enter("/announce pause until 10:15")),
        [&Request::Announce { room: room.clone(), text: text("pause until 10:15") }]
    );
    client.enter("/announce");
    shows(&mut client, "Nothing is announced here: /announce pause until 10:15");
    client.frames(&[&announce("pause until 10:15")]);
    shows(&mut client, "∙ ann announces: pause until 10:15");
    client.enter("/announce");
    shows(&mut client, "∙ Announced here: pause until 10:15 (/announce off takes it away)");
    let off = requests(&client.enter("/announce off")).into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(off, [Request::Announce { room, text: text("") }]);
    client.enter("/msg ann");
    client.enter("/announce x");
    shows(&mut client, "Only rooms have announcements");
}

#[test]
fn it_can_be_asked_for_before_anything_is_there() {
    let mut setup = setup(Start::Join { target: target(), room: None });
    setup.look.wall = true;
    let mut client = Client::new(setup);
    client.connect();
    shows(&mut client, "Join in: open a terminal");
    let closed = support::client::closed();
    client.net(closed);
    shows(&mut client, "no link to the server");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_people_send_it_is_drawn(
        texts in proptest::collection::vec("(\\PC|[\u{202e}\u{1b}\n`*> ]){0,200}", 1..8),
        line in "\\PC{0,200}",
        size in (1_u16..170, 1_u16..60),
        up in 0_usize..4,
    ) {
        let mut client = Client::chatting(&[&announce(&line), &timer(5)]);
        let sayable = (1..).zip(&texts).filter(|(_, text)| chat_protocol::Text::new(text).is_ok());
        let lines: Vec<String> =
            sayable.map(|(seq, text)| said(seq, ["ann", "נועה", "li 雷"][seq as usize % 3], 0, text)).collect();
        client.frames(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        to_the_wall(&mut client);
        client.draw(size);
        for _ in 0..up {
            client.press(KeyCode::PageUp);
        }
        let terminal = client.draw(size);
        for cell in &terminal.backend().buffer().content {
            prop_assert!(!cell.symbol().chars().any(char::is_control), "{:?}", cell.symbol());
        }
    }
}

#[test]
fn escape_leads_to_the_newest_first_and_then_off_the_wall() {
    let mut client = lesson();
    client.resize((80, 12));
    let see = |client: &mut Client| client.text((80, 12));
    to_the_wall(&mut client);
    client.press(KeyCode::PageUp);
    assert!(see(&mut client).contains("earlier messages"), "{}", see(&mut client));
    client.press(KeyCode::Esc);
    let newest = see(&mut client);
    assert!(newest.contains("people here") && !newest.contains("earlier messages"), "{newest}");
    client.press(KeyCode::Esc);
    assert!(!see(&mut client).contains("people here"), "{}", see(&mut client));
}

#[test]
fn what_nobody_would_see_is_not_shown() {
    for line in
        ["\u{e0041}\u{e0042}", "\u{fe0f}\u{fe0e}", "\u{301}", "\u{200d} ", "\u{2800} \u{2800}"]
    {
        let mut client = lesson();
        client.frames(&[&announce("Read chapter two")]);
        shows(&mut client, "▶ Read chapter two");
        client.frames(&[&announce(line)]);
        hides(&mut client, "▶");
        shows(&mut client, "ann took the announcement away");
        client
            .frames(&[&format!(r#"{{"type":"topic","room":"lobby","text":"{line}","by":"ann"}}"#)]);
        shows(&mut client, "ann took the topic away");
    }
}

#[test]
fn a_small_screen_shows_the_line_if_messages_stay() {
    let mut client = lesson();
    client.frames(&[&announce("Read chapter two")]);
    let mut shown = |height| client.text((40, height)).contains("▶ Read chapter two");
    assert!(shown(12) && shown(10) && !shown(9));
}
