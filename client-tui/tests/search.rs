//! Ctrl-S and `/search`: what is asked of the server, where hits lead, and the way back.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use chat_protocol::{Page, Request};
use chat_tui::effect::Effect;
use chat_tui::event::Event;
use crossterm::event::{KeyCode, KeyModifiers};
use support::client::{
    Client, MORNING, closed, direct, hides, in_rust, lesson, nick, requests, said, setup, shows,
    up, welcome,
};

/// Minutes after [`MORNING`] of the newest message, and the number of it.
const NEWEST: u64 = 1_000_000;

fn ctrl(client: &mut Client, c: char) -> Vec<Effect> {
    client.key(KeyCode::Char(c), KeyModifiers::CONTROL)
}

fn text_of(seq: u64) -> String {
    match seq {
        seq if seq.is_multiple_of(50_000) => {
            format!("{seq}: the mutex is held while it waits: a deadlock, as in week 7")
        }
        seq => format!("{seq}: what was said then"),
    }
}

fn stored(seq: u64) -> String {
    let from = ["ann", "bob", "li 雷"][usize::try_from(seq % 3).unwrap()];
    let at = MORNING - (i64::try_from(NEWEST - seq).unwrap()) * 60_000;
    format!(r#"{{"seq":{seq},"from":"{from}","at":{at},"text":"{}"}}"#, text_of(seq))
}

fn page(numbers: std::ops::RangeInclusive<u64>, more: bool) -> String {
    let messages: Vec<String> = numbers.map(stored).collect();
    let messages = messages.join(",");
    format!(r#"{{"type":"history","room":"lobby","messages":[{messages}],"more":{more}}}"#)
}

/// Does what the server does with history: answers what these effects ask, and what that brings.
fn serve(client: &mut Client, effects: &[Effect]) {
    let mut pages: Vec<String> = Vec::new();
    for request in requests(effects) {
        let Request::History { page: wanted, .. } = request else { continue };
        pages.push(match *wanted {
            Page::Newest => page(NEWEST - 199..=NEWEST, true),
            Page::Before(seq) => page(seq.saturating_sub(200).max(1)..=seq - 1, seq > 201),
            Page::After(seq) => page(seq + 1..=(seq + 200).min(NEWEST), seq + 200 < NEWEST),
        });
    }
    for page in pages {
        let effects = client.frames(&[&page]);
        serve(client, &effects);
    }
}

/// In a lobby with a million messages, the newest of which are loaded.
fn long_ago() -> Client {
    let mut client = Client::joining();
    client.net(up());
    let welcome = welcome("sam", "").replace("\"last\":0", &format!("\"last\":{NEWEST}"));
    let effects = client.frames(&[&welcome]);
    serve(&mut client, &effects);
    client
}

/// Time passes until the client asks, if it does.
fn wait(client: &mut Client) -> Vec<Effect> {
    let Some(due) = client.state.due() else { return Vec::new() };
    client.now.up = client.now.up.max(due);
    client.send(Event::Woke)
}

/// The query that is asked of the server once the typing rests, with the cursor.
fn asked(client: &mut Client) -> Option<(String, Option<String>)> {
    for _ in 0..3 {
        let effects = wait(client);
        let search = requests(&effects).into_iter().find_map(|request| match request {
            Request::Search(search) => Some(search),
            _ => None,
        });
        if let Some(search) = search {
            assert_eq!(search.offset, Some(0));
            return Some((
                search.query.to_string(),
                search.before.as_ref().map(ToString::to_string),
            ));
        }
    }
    None
}

/// Every 50,000th message below a number, so many of them, and from where to go on.
fn found(query: &str, below: u64, count: usize, rest: &str) -> String {
    let hits: Vec<String> = (1..below)
        .rev()
        .filter(|seq| seq.is_multiple_of(50_000))
        .take(count)
        .map(|seq| format!(r#"{{"room":"lobby",{}"#, &stored(seq)[1..]))
        .collect();
    let query = serde_json::to_string(query).unwrap();
    format!(r#"{{"type":"search","query":{query},"hits":[{}]{rest}}}"#, hits.join(","))
}

/// Ctrl-S, and all 20 hits known.
fn finding() -> Client {
    let mut client = long_ago();
    client.type_text("half a thought");
    ctrl(&mut client, 's');
    client.type_text("deadlock");
    let (query, _) = asked(&mut client).unwrap();
    assert_eq!(query, r#"in:"lobby" deadlock"#);
    let effects = client.frames(&[&found(&query, NEWEST + 1, 100, "")]);
    serve(&mut client, &effects);
    client
}

#[test]
fn what_was_said_a_million_messages_ago_is_reached_and_left() {
    let mut client = finding();
    shows(&mut client, "1 of 20");
    shows(&mut client, "1000000: the mutex");
    assert_eq!(client.state.typed().0, "deadlock");
    for (place, key) in (2..=20).zip([KeyCode::Up, KeyCode::Up].iter().cycle()) {
        let effects = client.press(*key);
        serve(&mut client, &effects);
        shows(&mut client, &format!("{place} of 20"));
    }
    shows(&mut client, "50000: the mutex");
    shows(&mut client, "50001: what was said then");
    shows(&mut client, "49999: what was said then");
    ctrl(&mut client, 's');
    shows(&mut client, "That is the oldest");
    let effects = client.press(KeyCode::Down);
    serve(&mut client, &effects);
    shows(&mut client, "19 of 20");
    let effects = ctrl(&mut client, 'r');
    serve(&mut client, &effects);
    shows(&mut client, "20 of 20");
    client.press(KeyCode::Esc);
    assert_eq!(client.state.typed().0, "half a thought");
    shows(&mut client, "1000000: the mutex");
    hides(&mut client, "viewing history");
}

#[test]
fn enter_stays_there_and_the_reader_walks_on() {
    let mut client = finding();
    let effects = client.press(KeyCode::Up);
    serve(&mut client, &effects);
    client.press(KeyCode::Enter);
    assert_eq!(client.state.typed().0, "half a thought");
    shows(&mut client, "viewing history");
    shows(&mut client, "Esc: back");
    shows(&mut client, "950000: the mutex");
    client.frames(&[&said(NEWEST + 1, "bob", 1, "meanwhile"), &said(NEWEST + 2, "bob", 1, "and")]);
    shows(&mut client, "2 new below");
    let top = client.state.top_message().unwrap();
    for key in [KeyCode::PageUp, KeyCode::PageDown, KeyCode::PageDown, KeyCode::PageDown] {
        let effects = client.press(key);
        serve(&mut client, &effects);
    }
    let below = client.state.top_message().unwrap();
    assert!(below > top && below < top + 200, "{top} {below}");
    client.key(KeyCode::End, KeyModifiers::ALT);
    shows(&mut client, "meanwhile");
    hides(&mut client, "viewing history");
    // There is no way back from where one has gone oneself.
    client.press(KeyCode::Esc);
    hides(&mut client, "viewing history");
}

#[test]
fn escape_leads_back_from_where_enter_stayed() {
    let mut client = long_ago();
    for _ in 0..2 {
        let effects = client.press(KeyCode::PageUp);
        serve(&mut client, &effects);
    }
    let top = client.state.top_message();
    ctrl(&mut client, 's');
    client.type_text("deadlock");
    let (query, _) = asked(&mut client).unwrap();
    let effects = client.frames(&[&found(&query, NEWEST, 100, "")]);
    serve(&mut client, &effects);
    shows(&mut client, "950000: the mutex");
    client.press(KeyCode::Enter);
    client.press(KeyCode::PageUp);
    let effects = client.press(KeyCode::Esc);
    serve(&mut client, &effects);
    assert_eq!(client.state.top_message(), top);
    client.press(KeyCode::Esc);
    hides(&mut client, "viewing history");
}

#[test]
fn a_broken_link_in_the_middle_loses_nothing() {
    let mut client = finding();
    client.press(KeyCode::Up);
    client.net(closed());
    assert_eq!(client.state.typed().0, "deadlock");
    let effects = client.net(up());
    let [Request::Hello(hello)] = requests(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(hello.resume[0].after, NEWEST);
    let welcome = welcome("sam", "").replace("\"last\":0", &format!("\"last\":{}", NEWEST + 1));
    let effects = client.frames(&[&welcome, &said(NEWEST + 1, "bob", 1, "missed")]);
    serve(&mut client, &effects);
    shows(&mut client, "950000: the mutex");
    client.press(KeyCode::Enter);
    client.frames(&[&said(NEWEST + 2, "bob", 1, "and now")]);
    shows(&mut client, "1 new below");
    client.press(KeyCode::Esc);
    shows(&mut client, "missed");
    shows(&mut client, "and now");
}

#[test]
fn what_is_loaded_is_found_without_a_server() {
    let mut client = lesson();
    client.net(closed());
    ctrl(&mut client, 's');
    client.type_text("PORT");
    shows(&mut client, "1 of 1");
    shows(&mut client, "No link: only what is loaded was searched");
    assert_eq!(asked(&mut client), None, "nobody is asked, and nobody wakes");
    client.type_text("x");
    shows(&mut client, "not found");
    ctrl(&mut client, 'u');
    client.type_text("from:bob right");
    shows(&mut client, "1 of 1");
    ctrl(&mut client, 'c');
    assert_eq!(client.state.typed().0, "and then");
}

#[test]
fn a_server_that_does_not_search_is_asked_once() {
    let mut client = lesson();
    ctrl(&mut client, 's');
    client.type_text("recv");
    assert!(asked(&mut client).is_some());
    client.frames(&[r#"{"type":"error","code":"unknown_type","text":"search?"}"#]);
    shows(&mut client, "This server cannot search");
    shows(&mut client, "1 of 2");
    client.type_text(" m");
    assert_eq!(asked(&mut client), None);
    client.press(KeyCode::Esc);
    ctrl(&mut client, 'u');
    client.enter("/search recv");
    shows(&mut client, "This server cannot search.");
}

#[test]
fn the_server_is_asked_for_more_as_one_goes_on() {
    let mut client = long_ago();
    ctrl(&mut client, 's');
    client.type_text("deadlock");
    let (query, _) = asked(&mut client).unwrap();
    client.frames(&[&found(&query, NEWEST + 1, 2, r#","next":"c2""#)]);
    shows(&mut client, "1 of 2+");
    let effects = client.press(KeyCode::Up);
    serve(&mut client, &effects);
    // No answer yet: the key is remembered.
    let effects = client.press(KeyCode::Up);
    let searches = requests(&effects);
    assert!(
        matches!(searches[..], [Request::Search(search)] if search.before.as_deref() == Some("c2"))
    );
    let effects = client.frames(&[&found(&query, 950_000, 100, "")]);
    serve(&mut client, &effects);
    shows(&mut client, "3 of 20");
    shows(&mut client, "900000: the mutex");
}

/// `/search`, and what it found: in two rooms and with one person.
fn searched() -> Client {
    let mut client = in_rust();
    client.frames(&[&direct(10, "bob", "psst")]);
    client.enter("/search deadlock from:ann");
    let hit = |room: &str, seq: u64, text: &str, minutes: i64| {
        let (at, text) = (MORNING - minutes * 60_000, serde_json::to_string(text).unwrap());
        format!(r#"{{"room":"{room}","seq":{seq},"from":"ann","at":{at},"text":{text}}}"#)
    };
    let long =
        format!("{}and there the second deadlock was, {}", "so ".repeat(90), "on ".repeat(90));
    let hits = [
        hit("lobby", 17, "a Deadlock is when two wait for each other", 5),
        hit("rust", 400, &long, 60),
        hit("@bob", 9, "数据 deadlock 死锁: can you look at it?\nthe second line", 1500),
        hit("lobby", 3, "deadlocks, deadlocks everywhere", 60 * 24 * 30),
    ];
    let hits = hits.join(",");
    client.frames(&[&format!(
        r#"{{"type":"search","query":"deadlock from:ann","hits":[{hits}],"next":"c4"}}"#
    )]);
    client
}

#[test]
fn a_search_asks_at_once_and_lists_what_is_found() {
    let mut client = in_rust();
    let effects = client.enter("/search  deadlock from:ann ");
    let [Request::Search(search)] = requests(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!((search.query.as_str(), &search.before), ("deadlock from:ann", &None));
    shows(&mut client, "Searching…");
    let mut client = searched();
    shows(&mut client, "1 of 4+");
    shows(&mut client, "a Deadlock is when two wait");
    shows(&mut client, "Saturday, 21 November 2026");
    shows(&mut client, "08:55");
    hides(&mut client, "2026-11-21");
}

#[test]
fn a_hit_leads_to_its_conversation_and_escape_back() {
    let mut client = searched();
    client.press(KeyCode::Down);
    client.press(KeyCode::Down);
    let effects = client.press(KeyCode::Enter);
    let history: Vec<_> = requests(&effects);
    assert!(
        matches!(history[..], [
        Request::History { room, page: Page::Before(10), .. },
        Request::History { page: Page::After(9), .. },
    ] if room.to_string() == "@bob"),
        "{effects:?}"
    );
    shows(&mut client, "Esc back to where you were");
    client.frames(&[
        r#"{"type":"history","room":"@bob","messages":[{"seq":9,"from":"bob","at":0,"text":"looked for"}],"more":false}"#,
        r#"{"type":"history","room":"@bob","messages":[],"more":false}"#,
    ]);
    shows(&mut client, "looked for");
    client.press(KeyCode::Esc);
    shows(&mut client, "#rust ›");
    client.enter("/search");
    shows(&mut client, "3 of 4+");
    client.press(KeyCode::Esc);
    hides(&mut client, "3 of 4+");
}

#[test]
fn more_comes_as_one_goes_down_and_the_query_can_be_changed() {
    let mut client = searched();
    let effects = client.press(KeyCode::PageDown);
    assert!(matches!(requests(&effects)[..], [Request::Search(search)]
        if search.before.as_deref() == Some("c4")));
    client.frames(&[r#"{"type":"search","query":"deadlock from:ann","hits":[]}"#]);
    shows(&mut client, "4 of 4 ");
    client.type_text("a");
    assert_eq!(client.press(KeyCode::Enter).len(), 1, "nothing is gone to: it is asked");
    client.frames(&[r#"{"type":"search","query":"deadlock from:anna","hits":[]}"#]);
    shows(&mut client, "Nothing found for ‘deadlock from:anna’");
    shows(&mut client, "before:2026-11-01");
}

#[test]
fn what_is_no_date_is_searched_as_words_and_said() {
    let hits =
        r#""hits":[{"room":"lobby","seq":1,"from":"ann","at":0,"text":"before 2026 13 45"}]"#;
    let check = |typed: &str, told: &str| {
        let mut client = in_rust();
        client.enter(&format!("/search {typed}"));
        for hits in [hits, r#""hits":[]"#] {
            client.frames(&[&format!(r#"{{"type":"search","query":"{typed}",{hits}}}"#)]);
            shows(&mut client, told);
            client.press(KeyCode::Enter);
            client.enter(&format!("/search {typed}"));
        }
    };
    check("before:2026-13-45", "before:2026-13-45 is no date: searched as words");
    check("x before:yesterdayish", "before:yesterdayish is no date: searched as words");
    check("from:!!", "from:!! is no name: searched as words");
    check("in:a.b", "in:a.b is no conversation: searched as words");
    // Ctrl-S says so below the input.
    let mut client = in_rust();
    ctrl(&mut client, 's');
    client.type_text("before:2026-13-45");
    shows(&mut client, "before:2026-13-45 is no date: searched as words");
}

#[test]
fn whom_one_ignores_is_not_found() {
    let mut client = in_rust();
    client.enter("/ignore ann");
    client.enter("/search dead");
    client.frames(&[
        r#"{"type":"search","query":"dead","hits":[{"room":"lobby","seq":1,"from":"ann","at":0,"text":"dead"}],"complete":false}"#,
    ]);
    shows(&mut client, "still indexing");
}

#[test]
fn a_lab_finds_what_is_shown_and_no_more() {
    use chat_tui::dialect::Dialect;
    use chat_tui::effect::Target;
    use chat_tui::state::Start;
    let dialect = Dialect::Lab(chat_protocol::Lab::Line);
    let target = Target { dialect, ..support::client::target() };
    let mut client = Client::new(setup(Start::Join { target, room: None }));
    client.net(up());
    let heard = |text: &str| chat_protocol::Heard::Said {
        from: nick("ann"),
        text: chat_protocol::Text::new(text).unwrap(),
    };
    client.net(chat_tui::net::Event::Heard(vec![heard("a deadlock"), heard("no")]));
    client.enter("/search dead");
    shows(&mut client, "The line dialect has no search");
    ctrl(&mut client, 'u');
    ctrl(&mut client, 's');
    client.type_text("dead");
    shows(&mut client, "1 of 1");
    assert_eq!(asked(&mut client), None);
}

#[test]
fn idle_is_idle_with_a_search_open() {
    let mut client = finding();
    // What was read is written down once.
    client.now.up += Duration::from_secs(60);
    client.send(Event::Woke);
    assert_eq!(client.state.due(), None);
}

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

fn snapshots(name: &str, client: &mut Client) {
    for size in SIZES {
        let terminal = client.draw(size);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), terminal.backend());
    }
}

#[test]
fn screens() {
    let mut client = long_ago();
    ctrl(&mut client, 's');
    snapshots("find_begun", &mut client);
    let mut client = finding();
    let effects = client.press(KeyCode::Up);
    serve(&mut client, &effects);
    snapshots("find", &mut client);
    client.press(KeyCode::Enter);
    snapshots("find_stayed", &mut client);
    let mut client = long_ago();
    ctrl(&mut client, 's');
    client.type_text("xyzzy");
    let (query, _) = asked(&mut client).unwrap();
    client.frames(&[&found(&query, 0, 0, "")]);
    snapshots("find_nothing", &mut client);
    snapshots("results", &mut searched());
    let mut client = in_rust();
    client.enter("/search");
    snapshots("results_begun", &mut client);
    client.type_text("xyzzy");
    asked(&mut client).unwrap();
    client.frames(&[r#"{"type":"search","query":"xyzzy","hits":[]}"#]);
    snapshots("results_nothing", &mut client);
}

#[test]
fn hits_stand_out_in_every_theme() {
    for (theme, light, no_color) in
        [("dark", false, false), ("light", true, false), ("plain", false, true)]
    {
        let target = support::client::target();
        let mut setup = setup(chat_tui::state::Start::Join { target, room: None });
        setup.look.light = Some(light);
        if no_color {
            setup.look.depth = chat_tui::look::Depth::None;
        }
        let mut client = Client::new(setup);
        client.connect();
        client.frames(&[&said(1, "ann", 0, "a deadlock"), &said(2, "bob", 0, "Deadlocks, dead")]);
        ctrl(&mut client, 's');
        client.type_text("dead");
        let terminal = client.draw((40, 12));
        insta::assert_debug_snapshot!(format!("styles_{theme}"), terminal.backend().buffer());
    }
}

#[test]
fn characters_that_come_together_are_looked_for_once() {
    let (mut one_by_one, mut together) = (lesson(), lesson());
    for client in [&mut one_by_one, &mut together] {
        client.key(KeyCode::Char('s'), KeyModifiers::CONTROL);
    }
    one_by_one.type_text("half line");
    together.send(Event::Typed("half line".to_owned()));
    assert_eq!(together.text((80, 24)), one_by_one.text((80, 24)));
    // More than a server can be asked is refused, and what was typed before stays.
    let before = together.text((80, 24));
    together.send(Event::Typed("q".repeat(1_000)));
    shows(&mut together, "at most 512 bytes");
    together.press(KeyCode::Left);
    together.press(KeyCode::End);
    assert_eq!(together.text((80, 24)), before);
}

#[test]
fn a_search_that_is_left_leaves_everything_as_it_was() {
    let long = (0..80).map(|line| format!("row{line}")).collect::<Vec<_>>().join("\n");
    let mut client = Client::chatting(&[]);
    client.frames(&[&said(1, "ann", 0, &format!("```\n{long}\n```"))]);
    let before = client.text((80, 24));
    ctrl(&mut client, 's');
    client.type_text("row50");
    shows(&mut client, "│ row50");
    client.press(KeyCode::Esc);
    assert_eq!(client.text((80, 24)), before);
    // Who stays there goes on to see it.
    ctrl(&mut client, 's');
    client.type_text("row50");
    client.press(KeyCode::Enter);
    shows(&mut client, "│ row50");
}
