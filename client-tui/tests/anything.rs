//! Whatever is pressed and whatever comes in: nothing panics, nothing typed is lost, and the
//! reader stays where they are.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use chat_tui::effect::Effect;
use chat_tui::event::Event;
use chat_tui::net::{self, Failure};
use chat_tui::view::{paint, paint_foot, view};
use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::{Strategy, any, prop_oneof};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use support::client::{Client, lesson, long_history, said};

#[derive(Clone, Debug)]
enum Step {
    Key(KeyCode, KeyModifiers),
    Typed(String),
    Paste(String),
    Edited(Result<String, String>),
    Resize(u16, u16),
    Mouse(MouseEventKind, u16, u16),
    Frame(String),
    Down,
    Up,
    Woke,
    /// A whole command.
    Run(&'static str),
}

impl Step {
    fn is_network(&self) -> bool {
        matches!(self, Self::Frame(_) | Self::Down | Self::Up | Self::Woke | Self::Resize(..))
    }

    fn run(self, client: &mut Client) {
        match self {
            Self::Key(code, modifiers) => drop(client.key(code, modifiers)),
            Self::Typed(text) => drop(client.send(Event::Typed(text))),
            Self::Paste(text) => drop(client.send(Event::Paste(text))),
            Self::Edited(edited) => drop(client.send(Event::Edited(edited))),
            Self::Resize(width, height) => client.resize((width, height)),
            Self::Mouse(kind, column, row) => {
                let mouse = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
                client.send(Event::Mouse(mouse));
            }
            Self::Frame(line) => drop(client.frames(&[&line])),
            Self::Down => {
                let retry_in = Some(Duration::from_secs(1));
                client.net(net::Event::Down { failure: Failure::TimedOut, retry_in });
            }
            Self::Up => drop(client.connect()),
            Self::Woke => drop(client.send(Event::Woke)),
            Self::Run(command) => {
                client.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
                client.enter(command);
            }
        }
    }
}

/// Characters that may come together: words, commands, whatever keys can write.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z ]{2,90}",
        "[/@#:`yn ][a-z ]{1,9}",
        "(:smi|:tada:|/jo|é|👩|\u{200d}|\u{301}|雷|A| ){2,9}",
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let modifiers = prop_oneof![
        4 => proptest::strategy::Just(KeyModifiers::NONE),
        1 => proptest::strategy::Just(KeyModifiers::CONTROL),
        1 => proptest::strategy::Just(KeyModifiers::ALT),
    ];
    let codes = prop_oneof![
        any::<char>().prop_map(KeyCode::Char),
        "[a-z/@#:_`1-9]".prop_map(|text| KeyCode::Char(text.chars().next().unwrap())),
        "[uopncl12]".prop_map(|text| KeyCode::Char(text.chars().next().unwrap())),
        proptest::sample::select(vec![
            KeyCode::Enter,
            KeyCode::Tab,
            KeyCode::BackTab,
            KeyCode::Backspace,
            KeyCode::Delete,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::PageUp,
            KeyCode::PageDown,
            KeyCode::Esc,
            KeyCode::F(1),
            KeyCode::F(7),
            KeyCode::F(8),
            KeyCode::F(9),
            KeyCode::F(10),
        ]),
    ];
    let mouse = proptest::sample::select(vec![
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollDown,
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::Down(MouseButton::Right),
        MouseEventKind::Moved,
    ]);
    let name = proptest::sample::select(vec!["ann", "bob", "sam", "li 雷", "x"]);
    let rich = proptest::sample::select(vec![
        "**b** _i_ sam `c` [x](https://a.org) https://b.org/漢\n> q\n- item",
        "```rust\nfn main() {}\n```\nand\n```\n1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n1\n2\n3\n4\n5\n6\n7",
        "/me שלום *@sam*",
        "> > ```\n**a *b** c* ~~",
    ]);
    let text = prop_oneof![any::<String>(), rich.prop_map(str::to_owned)];
    let message = (1_u64..60, name.clone(), -9999_i64..9999, text);
    let frame = prop_oneof![
        6 => message.prop_map(|(seq, from, at, text)| said(seq, from, at, &format!("{text}x"))),
        1 => name.clone().prop_map(|name| format!(r#"{{"type":"joined","room":"lobby","name":"{name}"}}"#)),
        1 => name.clone().prop_map(|name| format!(r#"{{"type":"left","room":"lobby","name":"{name}"}}"#)),
        1 => name.clone().prop_map(|name| format!(r#"{{"type":"direct","from":"{name}","to":"sam","seq":1,"at":0,"text":"hi"}}"#)),
        1 => (1_u64..40).prop_map(|id| format!(r#"{{"type":"ack","id":"test-{id}","room":"lobby","seq":{},"at":0}}"#, id + 100)),
        1 => proptest::sample::select(vec!["name_taken", "too_fast", "log_changed", "gap", "bad_version", "forbidden", "not_stored"])
            .prop_map(|code| format!(r#"{{"type":"error","code":"{code}","text":"no","room":"lobby","first":9}}"#)),
        1 => (name.clone(), name.clone()).prop_map(|(from, to)| format!(r#"{{"type":"renamed","from":"{from}","to":"{to}"}}"#)),
        1 => (name.clone(), any::<bool>()).prop_map(|(name, away)| {
            let text = if away { "lunch" } else { "" };
            format!(r#"{{"type":"away","name":"{name}","text":"{text}"}}"#)
        }),
        1 => name.clone().prop_map(|name| format!(r#"{{"type":"whois","name":"{name}","here":true,"rooms":["lobby"]}}"#)),
        1 => any::<bool>().prop_map(|more| format!(
            r#"{{"type":"rooms","rooms":[{{"name":"rust","count":3}}],"more":{more}}}"#)),
        1 => proptest::strategy::Just(r#"{"type":"bye","text":"stopping"}"#.to_owned()),
        1 => (1_u64..60, any::<bool>()).prop_map(|(seq, more)| {
            let next = if more { r#","next":"c""# } else { "" };
            format!(
                r#"{{"type":"search","query":"old","hits":[{{"room":"lobby","seq":{seq},"from":"ann","at":0,"text":"so old"}}]{next}}}"#)
        }),
        1 => (1_u64..50, any::<bool>()).prop_map(|(seq, more)| format!(
            r#"{{"type":"history","room":"lobby","more":{more},"messages":[{{"seq":{seq},"from":"ann","at":0,"text":"old"}}]}}"#)),
    ];
    let commands = vec![
        "/whois ann",
        "/ignore ann",
        "/unignore ann",
        "/rooms",
        "/names",
        "/profile github x",
        "/help",
        "/help ignore",
        "/away",
        "/search old",
        "/search",
    ];
    prop_oneof![
        1 => proptest::sample::select(commands).prop_map(Step::Run),
        1 => proptest::strategy::Just(Step::Key(KeyCode::Char('k'), KeyModifiers::ALT)),
        1 => proptest::strategy::Just(Step::Key(KeyCode::Char('s'), KeyModifiers::CONTROL)),
        8 => (codes, modifiers).prop_map(|(code, modifiers)| Step::Key(code, modifiers)),
        2 => typed().prop_map(Step::Typed),
        1 => any::<String>().prop_map(Step::Paste),
        1 => "([a-z`\t]{0,9}\r?\n){8,40}".prop_map(Step::Paste),
        1 => (20_usize..60_000).prop_map(|count| Step::Paste("long ".repeat(count))),
        1 => any::<Result<String, String>>().prop_map(Step::Edited),
        2 => (0_u16..140, 0_u16..50).prop_map(|(width, height)| Step::Resize(width, height)),
        6 => (mouse, 0_u16..140, 0_u16..50).prop_map(|(kind, x, y)| Step::Mouse(kind, x, y)),
        6 => frame.prop_map(Step::Frame),
        1 => proptest::strategy::Just(Step::Down),
        1 => proptest::strategy::Just(Step::Up),
        1 => proptest::strategy::Just(Step::Woke),
    ]
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_happens_what_is_typed_stays(
        steps in proptest::collection::vec(steps(), 0..60),
        width in 1_u16..140,
        height in 1_u16..50)
    {
        let mut client = lesson();
        for step in steps {
            let before = client.state.typed();
            let before = (before.0.to_owned(), before.1);
            let network = step.is_network();
            step.run(&mut client);
            if network {
                let after = client.state.typed();
                proptest::prop_assert_eq!((after.0.to_owned(), after.1), before);
            }
            client.state.take_dirty();
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            terminal.draw(|frame| view(&client.state, frame)).unwrap();
        }
        client.draw((width, height));
    }

    #[test]
    fn what_comes_together_is_typed_one_by_one(
        steps in proptest::collection::vec(steps(), 0..20), typed in typed(), undos in 0_usize..9)
    {
        let mut clients = [lesson(), lesson()];
        for client in &mut clients {
            for step in steps.clone() {
                step.run(client);
            }
        }
        let [together, apart] = &mut clients;
        // What is looked for letter by letter is found, and gone to, in between.
        proptest::prop_assume!(!together.text((100, 30)).contains(" find in "));
        Step::Typed(typed.clone()).run(together);
        for c in typed.chars() {
            let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
            if apart.key(KeyCode::Char(c), shift).contains(&Effect::Quit) {
                break;
            }
        }
        for undo in 0..=undos {
            let texts = [&*together, &*apart].map(|client| client.state.typed());
            let texts = texts.map(|(text, cursor)| (text.to_owned(), cursor));
            proptest::prop_assert_eq!(&texts[0], &texts[1]);
            proptest::prop_assert_eq!(together.text((100, 30)), apart.text((100, 30)), "{}", undo);
            for client in [&mut *together, &mut *apart] {
                client.key(KeyCode::Char('_'), KeyModifiers::CONTROL);
            }
        }
    }

    #[test]
    fn typing_alone_changes_nothing_above_it(steps in proptest::collection::vec(steps(), 0..60)) {
        let area = Rect::new(0, 0, 100, 30);
        let mut client = lesson();
        client.resize((area.width, area.height));
        let mut last = Buffer::empty(area);
        paint(&client.state, &mut last);
        for step in steps.into_iter().filter(|step| !matches!(step, Step::Resize(..))) {
            client.state.take_dirty();
            client.state.take_typed();
            step.run(&mut client);
            let (whole, typed) = (client.state.take_dirty(), client.state.take_typed());
            let mut next = Buffer::empty(area);
            let cursor = paint(&client.state, &mut next);
            if !whole && typed {
                let mut foot = Buffer::empty(area);
                let (rows, at) = paint_foot(&client.state, &mut foot).unwrap();
                proptest::prop_assert_eq!(Some(at), cursor);
                for place in area.positions() {
                    if rows.contains(&place.y) {
                        last[place] = foot[place].clone();
                    } else {
                        proptest::prop_assert_eq!(&foot[place], &Cell::EMPTY);
                    }
                }
            }
            if !whole {
                proptest::prop_assert_eq!(&last, &next);
            }
            last = next;
        }
    }

    #[test]
    fn the_readers_place_is_sacred(
        sizes in proptest::collection::vec((40_u16..140, 10_u16..30), 1..8), up in 2_usize..5)
    {
        let mut client = long_history();
        for _ in 0..up {
            client.press(KeyCode::PageUp);
        }
        let top = client.state.top_message();
        for (seq, size) in (201..).zip(sizes) {
            client.resize(size);
            client.frames(&[&said(seq, "bob", 101, "one more"),
                r#"{"type":"joined","room":"lobby","name":"eve"}"#]);
            proptest::prop_assert_eq!(client.state.top_message(), top);
        }
    }
}
