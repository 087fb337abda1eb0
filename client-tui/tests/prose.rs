//! What people say as it looks: signs, code, links, names, scripts; at three sizes, and with the
//! styles of each theme.

#![allow(clippy::unwrap_used)]

mod support;

use chat_tui::event::Event;
use chat_tui::highlight::{Role, Run, Snippet};
use chat_tui::look::Depth;
use chat_tui::state::Start;
use chat_tui::view;
use crossterm::event::{KeyCode, KeyModifiers};
use support::client::{Client, alt, in_rust, said, setup, target};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 10)];

fn snapshots(name: &str, mut client: Client) {
    for size in SIZES {
        let terminal = client.draw(size);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), terminal.backend());
    }
}

/// A conversation in which these are said, by ann and bob in turn.
fn talk(texts: &[&str]) -> Client {
    let mut client = Client::chatting(&[]);
    tell(&mut client, texts);
    client
}

fn tell(client: &mut Client, texts: &[&str]) {
    for (seq, text) in (1..).zip(texts) {
        let from = if seq % 2 == 1 { "ann" } else { "bob" };
        client.frames(&[&said(seq, from, i64::try_from(seq).unwrap(), text)]);
    }
}

const RUST: &str = "fn main() {\n    // greets\n    println!(\"hello, {}\", 42);\n}";

/// Its code is coloured.
fn colour(client: &mut Client) {
    let snippet = Snippet { language: "rust".to_owned(), code: RUST.to_owned() };
    let words = [
        ("fn", Role::Keyword),
        (" ", Role::Plain),
        ("main", Role::Function),
        ("() {\n    ", Role::Plain),
        ("// greets\n", Role::Comment),
        ("    println!(", Role::Plain),
        ("\"hello, {}\"", Role::Text),
        (", ", Role::Plain),
        ("42", Role::Number),
    ];
    let mut end = 0;
    let runs = words.map(|(word, role)| {
        end += word.len();
        Run { end, role }
    });
    client.send(Event::Highlighted { snippet, runs: runs.into() });
}

#[test]
fn rich_messages() {
    let client = talk(&[
        "this is **bold**, *italic*, _this too_, ~~gone~~ and `code_with_signs`; 2*3*4 is 24",
        "> what was the port again?\n> nobody knows\n65433:\n- it is on the whiteboard, and on every slide that was ever shown in here\n- and in the readme\n1. so read",
        "/me waves *slowly*",
        "[the docs](https://docs.rs/tokio/latest) and https://example.org/a/very/long/path/that/has/to/be/cut/somewhere?because=it&is=longer#than-any-row-there-is",
    ]);
    snapshots("rich", client);
}

#[test]
fn code_blocks() {
    let code = format!("look:\n```rust\n{RUST}\n```\nthat is all");
    let long: String = (1..=40).map(|line| format!("print({line})\n")).collect();
    let long = format!("```python\n{long}");
    let mut client = talk(&[&code, &long]);
    colour(&mut client);
    snapshots("code", client);
    let mut client = talk(&[&long]);
    alt(&mut client, 'o');
    snapshots("code_unfolded", client);
    let mut client = talk(&[&code]);
    alt(&mut client, 'c');
    snapshots("code_copied", client);
}

#[test]
fn what_is_new_and_who_calls() {
    let mut client = in_rust();
    client.resize((80, 24));
    for seq in 1..=60 {
        let text = if seq == 3 { "sam: are you there?" } else { "something was said" };
        client.frames(&[&said(seq, "ann", seq as i64 / 9, text)]);
    }
    client.key(KeyCode::Char('1'), KeyModifiers::ALT);
    snapshots("divider", client);
}

#[test]
fn scripts_of_the_world() {
    let mut client = Client::chatting(&[
        &said(1, "שלמה", 0, "שלום **לכולם**, hello 123 עולם!"),
        &said(
            2,
            "li 雷",
            1,
            "几乎是对的，**重点**在这里：每一行都要读到换行为止，剩下的留给下一次，这样就不会丢失任何东西了",
        ),
        &said(3, "ann", 2, "👩‍👩‍👧 and 🇩🇪 and ❤️ and e\u{301}, `漢字` *très*"),
        &said(4, "مريم", 3, "> مرحبا\nhttps://example.org/مرحبا"),
    ]);
    client.resize((80, 24));
    snapshots("scripts", client);
}

#[test]
fn every_theme_has_its_styles() {
    let code = format!("sam: **b** _i_ `c` https://a.org\n> q\n```rust\n{RUST}\n```");
    for (theme, light, depth) in [
        ("dark", false, Depth::Indexed),
        ("light", true, Depth::Indexed),
        ("plain", false, Depth::None),
    ] {
        let mut setup = setup(Start::Join { target: target(), room: None });
        (setup.look.light, setup.look.depth) = (Some(light), depth);
        let mut client = Client::new(setup);
        client.connect();
        tell(&mut client, &[&code]);
        colour(&mut client);
        let terminal = client.draw((40, 14));
        insta::assert_debug_snapshot!(format!("styles_{theme}"), terminal.backend().buffer());
    }
}

#[test]
fn every_cell_of_a_link_leads_where_it_says() {
    let url = "https://example.org/a/very/long/path/that/is/cut/somewhere";
    let mut client = talk(&["see https://a.org first", &format!("{url} [x](https://b.org)")]);
    let terminal = client.draw((40, 14));
    let links = view::links(&client.state);
    assert_eq!(links, ["https://a.org", url, "https://b.org"]);
    let mut texts = vec![String::new(); links.len()];
    for cell in &terminal.backend().buffer().content {
        if let ratatui::style::Color::Rgb(0, 0, number) = cell.underline_color {
            texts[usize::from(number)].push_str(cell.symbol());
        }
    }
    assert_eq!(texts, ["https://a.org", url, "x (b.org)"]);
    // What lies on top has no links.
    client.press(KeyCode::F(1));
    let terminal = client.draw((40, 14));
    let buffer = terminal.backend().buffer();
    for (index, cell) in buffer.content.iter().enumerate() {
        let (x, y) = buffer.pos_of(index);
        let inside = (2..38).contains(&x) && (2..12).contains(&y);
        let linked = matches!(cell.underline_color, ratatui::style::Color::Rgb(..));
        assert!(!(inside && linked), "{x} {y}");
    }
}
