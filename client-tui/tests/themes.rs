//! How everything looks: themes from one moment to the next, nothing but ASCII where that is asked
//! for, and keys and mistakes of a person's own configuration.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use chat_tui::config;
use chat_tui::config::keep::Choice;
use chat_tui::effect::Effect;
use chat_tui::event::{Event, HostFailure};
use chat_tui::look::{Depth, Look};
use chat_tui::net::{self, Failure};
use chat_tui::settings::Switch;
use chat_tui::state::{Setup, Start};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use support::client::{Client, alt, closed, ctrl_c, direct, hides, said, setup, shows, target};

/// In a room with everything in it that can be said; everybody's names and words are ASCII.
fn chat(look: Look) -> Client {
    let mut client = client(Setup { look, ..joining() });
    client.frames(&[r#"{"type":"welcome","version":1,"name":"sam","server":"lab","log":"1",
        "rooms":[{"name":"lobby","topic":"Networks, week 7","last":0,"count":4,
        "members":["ann","bob","kim","sam"],"via":{"bob":"line"},
        "marks":{"ann":["host"],"bob":["guest"]}}]}"#]);
    let code = (1..20).map(|n| format!("let x{n} = {n};")).collect::<Vec<_>>().join("\n");
    let lines = [
        said(1, "ann", -1500, "is anybody here yet?"),
        said(2, "ann", 0, &format!("> a quote\n- one\n```rust\n{code}\n```")),
        said(3, "bob", 1, "see https://example.org and `code`"),
        r#"{"type":"joined","room":"lobby","names":["eve","kim"]}"#.to_owned(),
        r#"{"type":"left","room":"lobby","name":"eve"}"#.to_owned(),
        said(4, "ann", 9, "sam: what do you think?"),
        direct(1, "bob", "psst"),
    ];
    client.frames(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    client.enter("read until the newline");
    client
}

fn joining() -> Setup {
    setup(Start::Join { target: target(), room: None })
}

fn client(setup: Setup) -> Client {
    let mut client = Client::new(setup);
    let token = chat_protocol::Token::new(support::client::TOKEN);
    client.net(net::Event::Up { token });
    client
}

fn ascii() -> Look {
    Look { ascii: true, ..Look::default() }
}

/// What is on the screen that is not ASCII, the example of other people's words aside that the
/// search gives.
fn signs(client: &mut Client, size: (u16, u16)) -> Vec<String> {
    let buffer = client.draw(size).backend().buffer().clone();
    let symbols = buffer.content.iter().map(|cell| cell.symbol().to_owned());
    symbols.filter(|symbol| !symbol.is_ascii() && !["数", "据"].contains(&&**symbol)).collect()
}

#[track_caller]
fn is_ascii(client: &mut Client, what: &str) {
    for size in [(140, 40), (100, 30), (80, 24), (40, 12), (30, 8)] {
        let found = signs(client, size);
        assert!(found.is_empty(), "{what} {size:?}: {found:?}\n{}", client.text(size));
    }
}

#[test]
fn the_chat_is_drawn_in_ascii() {
    let mut client = chat(ascii());
    is_ascii(&mut client, "chat");
    alt(&mut client, 'o');
    is_ascii(&mut client, "unfolded");
    alt(&mut client, 'c');
    is_ascii(&mut client, "copied");
    client.enter("/msg bob hello");
    is_ascii(&mut client, "between two");
    alt(&mut client, '1');
    client.press(KeyCode::PageUp);
    client.frames(&[&said(5, "bob", 10, "sam: and one more")]);
    is_ascii(&mut client, "history");
    client.type_text(&"a long line that wraps ".repeat(80));
    is_ascii(&mut client, "long input");
    ctrl_c(&mut client);
    client.net(closed());
    is_ascii(&mut client, "no link");
    client.net(net::Event::Down { failure: Failure::Refused, retry_in: None });
    is_ascii(&mut client, "no link any more");
}

#[test]
fn what_lies_on_top_is_drawn_in_ascii() {
    type Open = fn(&mut Client);
    let overlays: [(&str, Open); 18] = [
        ("help", |client| _ = client.press(KeyCode::F(1))),
        ("help, scrolled", |client| {
            client.press(KeyCode::F(1));
            client.press(KeyCode::Down);
        }),
        ("command", |client| _ = client.enter("/help profile")),
        ("settings", |client| _ = client.enter("/set")),
        ("themes", |client| _ = client.enter("/theme")),
        ("picker", |client| _ = alt(client, 'k')),
        ("picker, nothing", |client| {
            alt(client, 'k');
            client.type_text("zzz");
        }),
        ("rooms", |client| _ = client.enter("/rooms")),
        ("paste", |client| _ = client.send(Event::Paste("a line of it\n".repeat(40)))),
        ("leave", |client| {
            client.net(closed());
            client.enter("not sent");
            client.enter("/quit");
        }),
        ("completion", |client| client.type_text("/")),
        ("search of what was sent", |client| {
            client.key(KeyCode::Char('r'), KeyModifiers::CONTROL);
            client.type_text("until");
        }),
        ("nothing found", |client| {
            client.key(KeyCode::Char('r'), KeyModifiers::CONTROL);
            client.type_text("zzz");
        }),
        ("mistake", |client| _ = client.enter("/joyn rust")),
        ("code", |client| _ = client.press(KeyCode::F(10))),
        ("search", |client| _ = client.enter("/search")),
        ("search, no link", |client| {
            client.net(closed());
            client.enter("/search deadlock");
        }),
        ("search, found", |client| {
            client.enter("/search deadlock");
            client.frames(&[&hits("deadlock")]);
            shows(client, "1 of 1");
        }),
    ];
    for (what, open) in overlays {
        let mut client = chat(ascii());
        open(&mut client);
        is_ascii(&mut client, what);
    }
}

/// What a search finds.
fn hits(query: &str) -> String {
    let words = "why we do not take the lock there, ".repeat(5);
    format!(
        r#"{{"type":"search","query":"{query}","hits":[{{"room":"lobby","seq":2,"from":"ann","at":1,
        "text":"{words}a {query}"}}]}}"#
    )
}

#[test]
fn the_wall_and_messages_alone_are_drawn_in_ascii() {
    let mut client = chat(ascii());
    client.frames(&[
        r#"{"type":"announce","room":"lobby","text":"a long pause, until all are back","by":"ann"}"#,
    ]);
    is_ascii(&mut client, "announcement");
    client.press(KeyCode::F(9));
    client.send(Event::Woke);
    is_ascii(&mut client, "wall");
    client.type_text("something");
    is_ascii(&mut client, "writing on the wall");
    ctrl_c(&mut client);
    client
        .frames(&[r#"{"type":"timer","room":"lobby","ends":1000,"remaining":754000,"by":"ann"}"#]);
    is_ascii(&mut client, "timer on the wall");
    client.resize((80, 24));
    client.press(KeyCode::PageUp);
    let text = client.text((80, 24));
    assert!(text.contains("v earlier messages"), "{text}");
    is_ascii(&mut client, "history on the wall");
    client.press(KeyCode::F(10));
    is_ascii(&mut client, "code over the wall");
    client.press(KeyCode::Esc);
    client.net(closed());
    is_ascii(&mut client, "wall, no link");
    client.press(KeyCode::F(9));
    alt(&mut client, 'l');
    shows(&mut client, "Esc or Alt-L comes back");
    is_ascii(&mut client, "messages alone");
    client.press(KeyCode::PageUp);
    is_ascii(&mut client, "messages alone, scrolled");
    client = self::client(Setup { look: ascii(), ..joining() });
    client.connect();
    client.press(KeyCode::F(9));
    is_ascii(&mut client, "empty wall");
}

#[test]
fn what_goes_to_the_terminal_is_ascii() {
    let title = |effects: &[Effect]| {
        let titles = effects.iter().filter_map(|effect| match effect {
            Effect::Title(title) | Effect::Notify { text: title, .. } => Some(title.clone()),
            _ => None,
        });
        titles.collect::<Vec<_>>()
    };
    let check = |look: Look, titles: [&str; 2], mark: &str| {
        let mut client = client(Setup { look, ..joining() });
        assert_eq!(title(&client.connect()).last().map(String::as_str), Some(titles[0]));
        client.send(Event::Focus(false));
        let words = format!("sam: “a” → b, {}", "and so on ".repeat(20));
        let told = title(&client.frames(&[&said(9, "bob", 1, &words)]));
        assert!(told[0].starts_with("sam: “a” → b, and") && told[0].ends_with(mark), "{told:?}");
        assert_eq!(told[1], titles[1]);
    };
    check(Look::default(), ["#lobby – chat-tui", "(1) #lobby – chat-tui"], "…");
    check(ascii(), ["#lobby - chat-tui", "(1) #lobby - chat-tui"], "...");
}

#[test]
fn what_comes_before_the_chat_is_drawn_in_ascii() {
    let mut start = Client::new(Setup { look: ascii(), ..setup(Start::Screen) });
    is_ascii(&mut start, "start");
    start.press(KeyCode::F(1));
    is_ascii(&mut start, "help at the start");
    let failures = [Failure::Refused, Failure::Closed, Failure::TimedOut];
    for failure in failures {
        let mut client = Client::new(Setup { look: ascii(), ..joining() });
        is_ascii(&mut client, "connecting");
        let words = format!("{failure:?}");
        client.net(net::Event::Down { failure, retry_in: None });
        is_ascii(&mut client, &words);
    }
    for server in [None, Some("lab".to_owned())] {
        let start = Start::Host { port: 7000, name: support::client::nick("sam") };
        let mut client = Client::new(Setup { look: ascii(), ..setup(start) });
        client.send(Event::Hosted(Err(HostFailure::PortTaken { port: 7000, server })));
        is_ascii(&mut client, "port taken");
    }
    let mut refused = client(Setup { look: ascii(), ..joining() });
    refused.frames(&[r#"{"type":"error","code":"name_taken","text":"taken","suggest":"sam-2"}"#]);
    is_ascii(&mut refused, "name taken");
}

#[test]
fn what_other_people_write_stays_as_it_is() {
    let mut client = chat(ascii());
    client.frames(&[&said(9, "kim", 10, "a → b … “c” · d")]);
    client.type_text("mine → “too”");
    for words in ["a → b … “c” · d", "mine → “too”", "#lobby > mine"] {
        shows(&mut client, words);
    }
    ctrl_c(&mut client);
    client.send(Event::Paste("x → y\n".repeat(40)));
    shows(&mut client, "| x → y");
    client.press(KeyCode::Esc);
    client.frames(&[
        r#"{"type":"topic","room":"lobby","text":"week 7 → 8","by":"ann"}"#,
        r#"{"type":"announce","room":"lobby","text":"pause → “10:15”","by":"ann"}"#,
    ]);
    for words in ["week 7 → 8", "> pause → “10:15”"] {
        shows(&mut client, words);
    }
    client.press(KeyCode::F(9));
    for words in ["week 7 → 8", "> pause → “10:15”", "a → b … “c” · d"] {
        shows(&mut client, words);
    }
    client.press(KeyCode::F(9));
    alt(&mut client, 'l');
    shows(&mut client, "kim: a → b … “c” · d");
    client.press(KeyCode::Esc);
    client.enter("/search");
    shows(&mut client, "数据");
}

/// The inks of a picture, people's names aside: who met whom first decides over those.
fn inks(buffer: &Buffer) -> Vec<(Color, Color)> {
    let mut inks = Vec::new();
    for row in buffer.content.chunks_exact(buffer.area.width.into()) {
        let text: Vec<&str> = row.iter().map(|cell| cell.symbol()).collect();
        let is_name = |at: usize| {
            let names = ["ann", "bob", "eve", "kim", "sam"];
            let start = |back: usize| at.checked_sub(back).and_then(|at| text.get(at..at + 3));
            (0..3).filter_map(start).any(|three| names.contains(&three.concat().as_str()))
        };
        let others = row.iter().enumerate().filter(|(at, _)| !is_name(*at));
        inks.extend(others.map(|(_, cell)| (cell.fg, cell.bg)));
    }
    inks
}

#[test]
fn a_theme_is_worn_everywhere_at_once() {
    let fresh = |theme: &str, depth| {
        let look = Look { theme: Some(theme.to_owned()), depth, ..Look::default() };
        chat(look).draw((100, 30)).backend().buffer().clone()
    };
    for depth in [Depth::Indexed, Depth::Sixteen, Depth::True] {
        let mut client = chat(Look { depth, ..Look::default() });
        client.draw((100, 30));
        for theme in ["light", "contrast", "mono", "dark"] {
            let kept = client.enter(&format!("/theme {theme}"));
            assert!(kept.contains(&Effect::KeepChoice(Choice::Theme(theme.to_owned()))));
            client.press(KeyCode::Esc);
            let switched = client.draw((100, 30)).backend().buffer().clone();
            assert!(inks(&switched) == inks(&fresh(theme, depth)), "{theme} {depth:?}");
        }
    }
}

#[test]
fn the_background_decides_where_nobody_did() {
    let check = |theme: Option<&str>, changes: bool| {
        let look = Look { theme: theme.map(str::to_owned), ..Look::default() };
        let mut client = chat(look);
        let before = inks(client.draw((80, 24)).backend().buffer());
        client.state.take_dirty();
        client.send(Event::Background { light: true });
        assert_eq!(client.state.take_dirty(), changes, "{theme:?}");
        let after = inks(client.draw((80, 24)).backend().buffer());
        assert_eq!(before != after, changes, "{theme:?}");
    };
    check(None, true);
    check(Some("mono"), false);
    // High contrast is another on a light background.
    check(Some("contrast"), true);
}

#[test]
fn contrast_goes_by_what_is_known_of_the_background() {
    let mut client = chat(Look::default());
    client.enter("/theme contrast");
    shows(&mut client, "The theme is contrast now, without colours: your background is not known");
    client.send(Event::Background { light: true });
    client.enter("/theme contrast");
    hides(&mut client, "without colours");
}

#[test]
fn a_theme_for_another_background_is_worn_and_told() {
    let dark = "Theme light is for light backgrounds, yours is dark: /theme auto follows it";
    let mut client = chat(Look { light: Some(false), ..Look::default() });
    let kept = client.enter("/theme light");
    assert!(kept.contains(&Effect::KeepChoice(Choice::Theme("light".to_owned()))));
    shows(&mut client, &format!("! {dark}"));
    client.enter("/theme auto");
    hides(&mut client, "backgrounds");
    // Chosen long ago, and the terminal tells only now.
    let look = Look { theme: Some("light".to_owned()), ..Look::default() };
    let mut client = chat(look.clone());
    client.send(Event::Background { light: false });
    shows(&mut client, dark);
    client.press(KeyCode::Esc);
    hides(&mut client, "backgrounds");
    let mut client = Client::new(Setup { look, ..setup(Start::Screen) });
    client.send(Event::Background { light: false });
    shows(&mut client, "is for light backgrounds, yours is dark");
    let mut client = chat(Look { theme: Some("dark".to_owned()), ..Look::default() });
    client.send(Event::Background { light: true });
    shows(&mut client, "Theme dark is for dark backgrounds, yours is light");
}

#[test]
fn themes_are_listed_completed_and_told() {
    let (config, mistakes) =
        config::read("[themes.mine]\nquiet = { fg = '#333333' }\n", "config.toml");
    assert!(mistakes.is_empty());
    let look = Look { themes: config.themes().to_vec(), ..Look::default() };
    let mut client = chat(look);
    client.enter("/theme");
    shows(&mut client, "The theme is auto; there are auto, dark, light, contrast, mono, mine");
    client.enter("/theme lihgt");
    shows(&mut client, "did you mean /theme light?");
    ctrl_c(&mut client);
    client.type_text("/theme mi");
    client.press(KeyCode::Tab);
    assert_eq!(client.state.typed().0, "/theme mine");
    client.press(KeyCode::Enter);
    shows(&mut client, "The theme is mine now (hard to read: quiet (1.7:1))");
}

#[test]
fn switches_are_kept() {
    let mut client = chat(Look::default());
    let kept = client.enter("/set bell off");
    assert!(kept.contains(&Effect::KeepChoice(Choice::Switch(Switch::Bell, false))));
    client.send(Event::NotKept("not kept in /x: it is no file".to_owned()));
    shows(&mut client, "Not kept in /x: it is no file");
}

#[test]
fn keys_of_ones_own_do_and_are_told() {
    let text = "[keys]\n'ctrl-g' = 'help'\n'f1' = 'none'\n'alt-e' = 'find-conversation'\n";
    let (config, mistakes) = config::read(text, "config.toml");
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let mut setup = joining();
    setup.habits.keys = config.keys().clone();
    let mut client = client(setup);
    client.connect();
    shows(&mut client, "Ctrl-G help");
    hides(&mut client, "F1 help");
    client.press(KeyCode::F(1));
    hides(&mut client, "Esc closes");
    client.key(KeyCode::Char('g'), KeyModifiers::CONTROL);
    let help = client.text((140, 70));
    assert!(help.contains("Ctrl-G               this help"), "{help}");
    client.press(KeyCode::Esc);
    alt(&mut client, 'e');
    shows(&mut client, "type a few letters");
    client.press(KeyCode::Esc);
    client.type_text("text");
    shows(&mut client, "Alt-Enter new line");
    assert_eq!(client.state.typed().0, "text");
}

#[test]
fn keys_of_ones_own_are_told_wherever_keys_are() {
    let text = "[keys]\n'f2' = 'escape'\n'esc' = 'none'\n'alt-b' = 'messages-alone'\n\
        'alt-l' = 'none'\n'alt-g' = 'newest'\n'alt-end' = 'none'\n'f6' = 'page-up'\n\
        'pgup' = 'none'\n'ctrl-q' = 'interrupt'\n'ctrl-c' = 'none'\n";
    let (config, mistakes) = config::read(text, "config.toml");
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let mut setup = joining();
    setup.habits.keys = config.keys().clone();
    let mut client = Client::new(setup);
    shows(&mut client, "F2 back · Ctrl-Q twice quits");
    let token = chat_protocol::Token::new(support::client::TOKEN);
    client.net(net::Event::Up { token });
    client.connect();
    let lines: Vec<String> = (1..60).map(|n| said(n, "ann", 0, &format!("line {n}"))).collect();
    client.frames(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    alt(&mut client, 'b');
    shows(&mut client, "F6 PgDn scroll · F2 or Alt-B comes back");
    client.press(KeyCode::F(2));
    client.press(KeyCode::F(9));
    client.press(KeyCode::F(6));
    shows(&mut client, "earlier messages · Alt-G: the newest");
    client.press(KeyCode::F(9));
    client.enter("/search deadlock");
    shows(&mut client, "Enter looks again · F2 closes");
    client.frames(&[&hits("deadlock")]);
    shows(&mut client, "F6 PgDn choose · Enter goes there · F2 closes");
}

/// The colours of the row that Enter takes, in whatever list is on the screen.
fn chosen(client: &mut Client) -> (Color, Color) {
    let terminal = client.draw((100, 30));
    let mut cells = terminal.backend().buffer().content.iter();
    let sign = cells.find(|cell| cell.symbol() == "›" && cell.bg != Color::Reset);
    sign.map(|sign| (sign.fg, sign.bg)).unwrap()
}

#[test]
fn what_enter_takes_looks_the_same_in_every_list() {
    let mut client = chat(Look::default());
    let bar = (Color::Indexed(234), Color::Indexed(117));
    alt(&mut client, 'k');
    assert_eq!(chosen(&mut client), bar, "where to go");
    client.press(KeyCode::Esc);
    client.type_text("/s");
    client.press(KeyCode::Tab);
    assert_eq!(chosen(&mut client), bar, "a completion");
    ctrl_c(&mut client);
    client.send(Event::Paste("a line\n".repeat(40)));
    assert_eq!(chosen(&mut client), bar, "a paste");
    client.press(KeyCode::Esc);
    client.enter("/search deadlock");
    client.frames(&[&hits("deadlock")]);
    assert_eq!(chosen(&mut client), bar, "a hit");
}

#[test]
fn keys_of_ones_own_work_on_the_sheet_of_mistakes() {
    let keys = "[keys]\n'ctrl-g' = 'escape'\n'esc' = 'none'\n'ctrl-o' = 'page-down'\n";
    let wrong: String = (1..20).map(|number| format!("'f{}' = 'help'\n", 80 + number)).collect();
    let (config, mistakes) = config::read(&(keys.to_owned() + &wrong), "config.toml");
    let mut setup = joining();
    setup.habits.keys = config.keys().clone();
    setup.habits.mistakes = mistakes;
    let mut client = client(setup);
    shows(&mut client, "there is no key ‘f81’");
    shows(&mut client, "Ctrl-G closes");
    client.key(KeyCode::Char('o'), KeyModifiers::CONTROL);
    hides(&mut client, "there is no key ‘f81’");
    shows(&mut client, "more row");
    client.key(KeyCode::Char('g'), KeyModifiers::CONTROL);
    hides(&mut client, "there is no key");
}

#[test]
fn mistakes_are_shown_and_in_nobodys_way() {
    let (_, mistakes) = config::read("port = 7\nthme = 'dark'\n", "config.toml");
    let mut setup = setup(Start::Screen);
    setup.habits.mistakes = mistakes;
    let mut client = Client::new(setup);
    insta::assert_snapshot!("mistakes_80x24", client.draw((80, 24)).backend());
    client.press(KeyCode::Esc);
    hides(&mut client, "thme");
    shows(&mut client, "Your name");
}
