//! The mouse: clicks, the wheel, what dragging selects and copies, and the view without a mouse.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use chat_protocol::Request;
use chat_tui::effect::Effect;
use chat_tui::event::Event;
use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::style::Modifier;
use support::client::{Client, alt, direct, lesson, long_history, requests, said, shows};

const SIZE: (u16, u16) = (120, 30);
const LEFT: MouseButton = MouseButton::Left;

fn mouse(client: &mut Client, kind: MouseEventKind, (column, row): (u16, u16)) -> Vec<Effect> {
    let modifiers = KeyModifiers::NONE;
    client.send(Event::Mouse(MouseEvent { kind, column, row, modifiers }))
}

fn click(client: &mut Client, cell: (u16, u16)) -> Vec<Effect> {
    let mut effects = mouse(client, MouseEventKind::Down(LEFT), cell);
    effects.extend(mouse(client, MouseEventKind::Up(LEFT), cell));
    effects
}

fn drag(client: &mut Client, from: (u16, u16), to: (u16, u16)) -> Vec<Effect> {
    mouse(client, MouseEventKind::Down(LEFT), from);
    mouse(client, MouseEventKind::Drag(LEFT), to);
    mouse(client, MouseEventKind::Up(LEFT), to)
}

/// A while later, so that the next click is no second one.
fn later(client: &mut Client) {
    client.now.up += Duration::from_secs(2);
}

/// Where a word stands, the topmost one that does.
fn find(client: &mut Client, size: (u16, u16), word: &str) -> (u16, u16) {
    let terminal = client.draw(size);
    let buffer = terminal.backend().buffer();
    for y in 0..size.1 {
        for x in 0..size.0 {
            let rest: String = (x..size.0).map(|x| buffer[(x, y)].symbol()).collect();
            // The second half of a wide character is a cell with a space, which is not drawn.
            let narrow: String = rest.replace(['\u{2068}', '\u{2069}'], "");
            if narrow.starts_with(word) || squeezed(&narrow).starts_with(word) {
                return (x, y);
            }
        }
    }
    panic!("no ‘{word}’:\n{}", terminal.backend());
}

/// The row without the spaces behind wide characters.
fn squeezed(row: &str) -> String {
    let mut out = String::new();
    let mut wide = false;
    for c in row.chars() {
        if !(wide && c == ' ') {
            out.push(c);
        }
        wide = c > '\u{2e80}';
    }
    out
}

fn copied(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.as_str()),
        _ => None,
    })
}

/// What is reversed on the screen, row by row.
fn marked(client: &mut Client, size: (u16, u16)) -> Vec<String> {
    let terminal = client.draw(size);
    let buffer = terminal.backend().buffer();
    let row = |y: u16| -> String {
        let cells = (0..size.0).map(|x| &buffer[(x, y)]);
        let marked = cells.filter(|cell| cell.modifier.contains(Modifier::REVERSED));
        marked.map(ratatui::buffer::Cell::symbol).collect()
    };
    (0..size.1).map(row).filter(|row| !row.is_empty()).collect()
}

#[test]
fn a_click_opens_a_conversation_in_the_list_and_in_the_status_line() {
    let mut client = lesson();
    client.frames(&[&direct(1, "ann", "psst")]);
    let cell = find(&mut client, SIZE, "2 @ann");
    click(&mut client, (cell.0 + 3, cell.1));
    shows(&mut client, "between the two of you");
    let cell = find(&mut client, (80, 24), "1:#lobby");
    click(&mut client, cell);
    shows(&mut client, "Networks, week 7");
}

#[test]
fn a_click_on_somebody_asks_who_they_are_and_a_second_one_talks_with_them() {
    let mut client = lesson();
    let cell = find(&mut client, SIZE, "  bob");
    let effects = click(&mut client, (cell.0 + 2, cell.1));
    assert!(matches!(requests(&effects)[..], [Request::Whois { .. }]), "{effects:?}");
    client.frames(&[r#"{"type":"whois","name":"bob","here":true,"rooms":["lobby"]}"#]);
    // The card lies on what is clicked by now.
    click(&mut client, (cell.0 + 2, cell.1));
    shows(&mut client, "@bob ›");
    later(&mut client);
    alt(&mut client, '1');
    // Names that hold a space, in the column before what they said.
    let cell = find(&mut client, SIZE, "li 雷");
    click(&mut client, cell);
    click(&mut client, cell);
    shows(&mut client, "@li 雷 ›");
}

#[test]
fn a_click_on_a_link_opens_it_and_shows_what() {
    let mut client =
        Client::chatting(&[&said(1, "ann", 0, "see [docs](https://docs.rs/x) please")]);
    let cell = find(&mut client, SIZE, "docs");
    let effects = click(&mut client, (cell.0 + 6, cell.1));
    assert_eq!(effects, [Effect::Open("https://docs.rs/x".to_owned())]);
    shows(&mut client, "Opening https://docs.rs/x");
    later(&mut client);
    let cell = find(&mut client, SIZE, "please");
    assert_eq!(click(&mut client, cell), []);
}

#[test]
fn clicks_lead_to_what_is_new_and_unfold_code() {
    let mut client = long_history();
    client.resize(SIZE);
    client.press(KeyCode::PageUp);
    let cell = find(&mut client, SIZE, "viewing history");
    click(&mut client, cell);
    shows(&mut client, "line 200");
    later(&mut client);
    let code = format!("```\n{}```", "x = 1\n".repeat(16));
    client.frames(&[&said(201, "ann", 200, &code)]);
    let cell = find(&mut client, SIZE, "… 4 more lines");
    click(&mut client, cell);
    assert!(!client.text(SIZE).contains("more lines"));
}

#[test]
fn a_click_puts_the_cursor_between_graphemes() {
    let mut client = Client::chatting(&[]);
    client.type_text("ab漢字👩‍👩‍👧e\u{301}x");
    let (x, y) = find(&mut client, SIZE, "ab漢");
    let mut check = |column: u16, before: &str| {
        later(&mut client);
        click(&mut client, (x + column, y));
        let (text, cursor) = client.state.typed();
        assert_eq!(&text[..cursor], before, "column {column}");
    };
    check(1, "a");
    check(2, "ab");
    check(3, "ab");
    check(4, "ab漢");
    check(7, "ab漢字");
    check(8, "ab漢字👩‍👩‍👧");
    check(60, "ab漢字👩‍👩‍👧e\u{301}x");
    // In the second row of a wrapped text.
    client.type_text(&" words".repeat(30));
    let (_, y) = find(&mut client, SIZE, "ab漢");
    let width = client.state.typed().0.len();
    later(&mut client);
    click(&mut client, (x, y + 1));
    let (text, cursor) = client.state.typed();
    assert!(cursor > 60 && cursor < width && text[..cursor].ends_with(' '), "{cursor}");
}

#[test]
fn a_click_takes_what_is_offered() {
    let mut client = lesson();
    client.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    client.type_text("/wh");
    let cell = find(&mut client, SIZE, "/whois");
    click(&mut client, (cell.0 + 1, cell.1));
    assert_eq!(client.state.typed().0, "/whois ");
    later(&mut client);
    alt(&mut client, 'k');
    client.type_text("bo");
    let cell = find(&mut client, SIZE, "@bob");
    click(&mut client, cell);
    shows(&mut client, "@bob ›");
}

#[test]
fn a_click_beside_closes_what_lies_on_top_but_nothing_is_lost_by_it() {
    let mut client = lesson();
    client.resize(SIZE);
    client.press(KeyCode::F(1));
    click(&mut client, (60, 10));
    shows(&mut client, "Help");
    click(&mut client, (0, 0));
    assert!(!client.text(SIZE).contains("Esc closes"));
    alt(&mut client, 'k');
    click(&mut client, (0, 29));
    assert!(!client.text(SIZE).contains("Go to"));
    client.send(Event::Paste("a line\n".repeat(30)));
    click(&mut client, (0, 0));
    shows(&mut client, "Paste");
}

#[test]
fn clicks_on_nothing_do_nothing() {
    let mut client = lesson();
    client.resize(SIZE);
    let before = client.text(SIZE);
    for cell in [(0, 0), (60, 0), (119, 29), (500, 500), (100, 28)] {
        later(&mut client);
        let effects = click(&mut client, cell);
        let acts =
            |effect: &Effect| matches!(effect, Effect::Copy(_) | Effect::Open(_) | Effect::Send(_));
        assert!(!effects.iter().any(acts), "{effects:?}");
        assert_eq!(client.text(SIZE), before, "{cell:?}");
    }
    client.state.take_dirty();
    mouse(&mut client, MouseEventKind::Moved, (3, 3));
    assert!(!client.state.take_dirty());
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let names: Vec<String> = (10..60).map(|number| format!("\"n{number}\"")).collect();
    let mut client = long_history();
    let joined = format!(r#"{{"type":"joined","room":"lobby","names":[{}]}}"#, names.join(","));
    client.frames(&[&joined]);
    client.resize(SIZE);
    let members = find(&mut client, SIZE, "n12");
    mouse(&mut client, MouseEventKind::ScrollDown, members);
    let text = client.text(SIZE);
    assert!(text.contains("line 200") && !text.contains("★ ann"), "{text}");
    mouse(&mut client, MouseEventKind::ScrollUp, members);
    assert!(client.text(SIZE).contains("★ ann"));
    mouse(&mut client, MouseEventKind::ScrollUp, (40, 10));
    assert!(client.text(SIZE).contains("viewing history"));
    mouse(&mut client, MouseEventKind::ScrollDown, (40, 10));
    // A text that is taller than its rows.
    client.resize(SIZE);
    for number in 0..30 {
        client.type_text(&format!("row {number}"));
        client.key(KeyCode::Enter, KeyModifiers::ALT);
    }
    let input = find(&mut client, SIZE, "row 29");
    mouse(&mut client, MouseEventKind::ScrollUp, input);
    assert!(!client.text(SIZE).contains("row 29"));
    mouse(&mut client, MouseEventKind::ScrollDown, input);
    assert!(client.text(SIZE).contains("row 29"));
}

#[test]
fn dragging_copies_what_was_said_and_nothing_around_it() {
    let mut client = lesson();
    let size = (60, 24);
    let from = find(&mut client, size, "65433");
    let to = find(&mut client, size, "altogether");
    let effects = drag(&mut client, from, (to.0 + 9, to.1));
    let text = "65433, unless the teacher says otherwise. If it is refused then nothing listens \
                there; if it times out then a firewall is in between, and that is another story \
                altogether";
    assert_eq!(copied(&effects), Some(text));
    shows(&mut client, "Copied 1 line");
    // Backwards, over several messages, from their names to behind their ends.
    later(&mut client);
    let from = find(&mut client, SIZE, "is that right?");
    let to = find(&mut client, SIZE, "hi! which");
    let effects = drag(&mut client, (from.0 + 30, from.1), (to.0 - 9, to.1));
    let text = "bob: hi! which port was it again?\nli 雷: 65433, unless the teacher says \
                otherwise. If it is refused then nothing listens there; if it times out then a \
                firewall is in between, and that is another story altogether.\nbob: while True:\n    \
                line = sock.recv(1024)\n    print(line)\nis that right?";
    assert_eq!(copied(&effects), Some(text));
}

#[test]
fn wide_narrow_and_leftward_letters_are_selected_whole() {
    let mut client = Client::chatting(&[
        &said(1, "ann", 0, "漢字 👩‍👩‍👧 e\u{301} end"),
        &said(2, "ann", 1, "שלום לכולם"),
        &said(3, "ann", 2, "```py\nfor x in y:\n    print(x)\n```"),
    ]);
    let mut check = |from: &str, by: (u16, u16), expected: &str| {
        later(&mut client);
        let (x, y) = find(&mut client, SIZE, from);
        let effects = drag(&mut client, (x, y), (x + by.0, y + by.1));
        assert_eq!(copied(&effects), Some(expected));
    };
    check("漢字", (1, 0), "漢");
    check("漢字", (2, 0), "漢字");
    check("漢字", (8, 0), "漢字 👩‍👩‍👧 e\u{301}");
    check("שלום", (3, 0), "שלום");
    check("for x", (40, 1), "for x in y:\n    print(x)");
    check("in y", (0, 1), "in y:\n    pri");
}

#[test]
fn two_clicks_select_a_word_and_three_a_message() {
    let mut client = Client::chatting(&[&said(1, "ann", 0, "the **port** is 65433\nok?")]);
    let cell = find(&mut client, SIZE, "port");
    click(&mut client, cell);
    assert_eq!(copied(&click(&mut client, cell)), Some("port"));
    assert_eq!(marked(&mut client, SIZE), ["port"]);
    assert_eq!(copied(&click(&mut client, cell)), Some("the port is 65433\nok?"));
    assert_eq!(marked(&mut client, SIZE), ["the port is 65433", "ok?"]);
    // A fourth one is a click: nothing is selected any more.
    assert_eq!(click(&mut client, cell), []);
    assert!(marked(&mut client, SIZE).is_empty());
}

#[test]
fn what_comes_in_while_something_is_selected_moves_nothing() {
    let mut client = long_history();
    let from = find(&mut client, SIZE, "line 190 of");
    mouse(&mut client, MouseEventKind::Down(LEFT), from);
    mouse(&mut client, MouseEventKind::Drag(LEFT), (from.0 + 7, from.1));
    client.frames(&[&said(201, "bob", 101, "one more"), &said(202, "bob", 101, "and more")]);
    assert_eq!(find(&mut client, SIZE, "line 190 of"), from);
    assert_eq!(marked(&mut client, SIZE), ["line 190"]);
    let effects = mouse(&mut client, MouseEventKind::Up(LEFT), (from.0 + 7, from.1));
    assert_eq!(copied(&effects), Some("line 190"));
    shows(&mut client, "and more");
    assert_eq!(marked(&mut client, SIZE), ["line 190"], "it stays until somebody is done with it");
    client.press(KeyCode::Esc);
    assert!(marked(&mut client, SIZE).is_empty());
}

#[test]
fn holding_the_mouse_beyond_the_edge_scrolls_until_it_comes_back() {
    let mut client = long_history();
    let from = find(&mut client, SIZE, "line 198 of");
    mouse(&mut client, MouseEventKind::Down(LEFT), from);
    mouse(&mut client, MouseEventKind::Drag(LEFT), (from.0, 0));
    for _ in 0..20 {
        let due = client.state.due().unwrap();
        client.now.up = due;
        client.send(Event::Woke);
    }
    assert!(client.text(SIZE).contains("line 160 of"), "{}", client.text(SIZE));
    mouse(&mut client, MouseEventKind::Drag(LEFT), (from.0, 5));
    let effects = mouse(&mut client, MouseEventKind::Up(LEFT), (from.0, 5));
    let lines = copied(&effects).unwrap().lines().count();
    assert!(lines > 30 && copied(&effects).unwrap().ends_with("ann: l"), "{effects:?}");
    client.state.take_dirty();
    client.now.up += Duration::from_secs(60);
    let before = client.text(SIZE);
    client.send(Event::Woke);
    assert_eq!(client.text(SIZE), before);
}

#[test]
fn more_than_a_clipboard_takes_is_told() {
    let long = "word ".repeat(1600);
    let lines: Vec<String> = (1..=10).map(|seq| said(seq, "ann", 0, &long)).collect();
    let mut client = Client::chatting(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    client.resize(SIZE);
    mouse(&mut client, MouseEventKind::Down(LEFT), (60, 20));
    for _ in 0..200 {
        mouse(&mut client, MouseEventKind::ScrollUp, (60, 5));
        mouse(&mut client, MouseEventKind::Drag(LEFT), (60, 5));
    }
    let effects = mouse(&mut client, MouseEventKind::Up(LEFT), (60, 5));
    assert_eq!(copied(&effects), None);
    shows(&mut client, "bytes, and terminals take 50,000");
}

#[test]
fn mouse_and_clipboard_can_be_switched_off() {
    let mut client = Client::chatting(&[&said(1, "ann", 0, "```\ncode\n```")]);
    let cell = find(&mut client, SIZE, "code");
    client.enter("/set clipboard off");
    assert_eq!(copied(&drag(&mut client, cell, (cell.0 + 3, cell.1))), None);
    shows(&mut client, "Copying is switched off: /set clipboard on");
    assert_eq!(copied(&alt(&mut client, 'c')), None);
    client.enter("/set clipboard on");
    assert_eq!(copied(&alt(&mut client, 'c')), Some("code"));
    assert!(client.enter("/set mouse off").contains(&Effect::Mouse(false)));
    assert_eq!(drag(&mut client, cell, (cell.0 + 3, cell.1)), []);
    assert!(client.enter("/set mouse on").contains(&Effect::Mouse(true)));
    later(&mut client);
    assert_eq!(copied(&drag(&mut client, cell, (cell.0 + 3, cell.1))), Some("code"));
}

#[test]
fn the_bare_view_shows_messages_alone_and_comes_back() {
    let mut client = lesson();
    client.resize(SIZE);
    let before = client.text(SIZE);
    assert_eq!(alt(&mut client, 'l'), [Effect::Redraw, Effect::Mouse(false)]);
    let bare = client.text(SIZE);
    for line in ["ann: good morning 👋", "bob: while True:", "    line = sock.recv(1024)"] {
        assert!(bare.contains(line), "{bare}");
    }
    for noise in ["│", "joined", "#lobby", "linked", "09:0"] {
        assert!(!bare.contains(noise), "{noise}: {bare}");
    }
    client.frames(&[&said(9, "bob", 11, "meanwhile")]);
    assert_eq!(client.state.typed().0, "and then");
    assert_eq!(client.press(KeyCode::Enter), [Effect::Mouse(true)], "nothing is sent unseen");
    assert_eq!(client.state.typed().0, "and then");
    shows(&mut client, "meanwhile");
    assert!(before.contains("and then") && client.text(SIZE).contains("and then"));
    // What is typed comes back, and is typed.
    alt(&mut client, 'l');
    client.type_text("!");
    assert_eq!(client.state.typed().0, "and then!");
    shows(&mut client, "and then!");
}

#[test]
fn the_bare_view_is_where_the_reader_is_and_comes_back_there() {
    let mut client = long_history();
    client.resize(SIZE);
    client.press(KeyCode::PageUp);
    client.press(KeyCode::PageUp);
    let before = client.text(SIZE);
    let top = client.state.top_message();
    alt(&mut client, 'l');
    let first = client.text(SIZE).lines().next().unwrap().to_owned();
    assert!(first.contains(&format!("line {} of", top.unwrap())), "{first}");
    for key in [KeyCode::PageUp, KeyCode::Up, KeyCode::PageDown, KeyCode::End, KeyCode::Home] {
        client.press(key);
    }
    assert!(client.text(SIZE).contains("ann: line 1 of"), "{}", client.text(SIZE));
    client.press(KeyCode::Esc);
    assert_eq!(client.text(SIZE), before);
}

#[test]
fn selected_and_bare_look_like_this() {
    for size in [(120, 40), (80, 24), (40, 12)] {
        let mut client = lesson();
        let from = find(&mut client, size, "is that right?");
        let to = find(&mut client, size, "almost");
        drag(&mut client, from, (to.0 + 5, to.1));
        let terminal = client.draw(size);
        let marked = marked(&mut client, size).join("\n");
        let name = format!("selected_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, format!("{}\nreversed:\n{marked}", terminal.backend()));
        alt(&mut client, 'l');
        let name = format!("bare_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, client.draw(size).backend());
    }
}
