//! Reading: what is new and who calls, folded code, what is copied and opened.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use chat_tui::effect::Effect;
use chat_tui::event::Event;
use chat_tui::net;
use crossterm::event::{KeyCode, KeyModifiers};
use support::client::{
    Client, alt, closed, direct, hides, in_rust, long_history, requests, said, shows, up, welcome,
};

/// In `#rust`, with this many unread messages in the lobby, the tenth of which names the reader.
fn with_unread(count: u64) -> Client {
    let mut client = in_rust();
    client.resize((80, 24));
    for seq in 1..=count {
        let text = if seq == 10 { "sam: number 10" } else { &format!("number {seq}.") };
        client.frames(&[&said(seq, "ann", 0, text)]);
    }
    client
}

fn screen(client: &mut Client) -> String {
    client.text((80, 24))
}

#[track_caller]
fn check_top(client: &mut Client, words: &str) {
    let screen = screen(client);
    let top = screen.lines().nth(1).unwrap_or_default();
    assert!(top.contains(words), "no ‘{words}’ at the top:\n{screen}");
}

#[test]
fn opening_lands_on_what_is_new_and_only_the_bottom_reads_it() {
    let mut client = with_unread(50);
    assert!(screen(&mut client).contains("1:#lobby 50 !1"));
    alt(&mut client, '1');
    let seen = screen(&mut client);
    assert!(seen.contains("── new ──") && seen.contains("number 1."), "{seen}");
    assert!(seen.contains("33 new below · 1 for you"), "{seen}");
    assert!(seen.contains("1:#lobby 50 !1"), "{seen}");
    client.press(KeyCode::PageDown);
    assert!(screen(&mut client).contains("50 !1"));
    // Away and back: the place is where it was.
    let before = screen(&mut client);
    alt(&mut client, '2');
    alt(&mut client, '1');
    assert_eq!(screen(&mut client), before);
    client.key(KeyCode::End, KeyModifiers::ALT);
    let seen = screen(&mut client);
    assert!(seen.contains("number 50.") && !seen.contains("50 !1"), "{seen}");
    // The rule stays until the reader goes away, and Alt-U leads back to it.
    alt(&mut client, 'u');
    assert!(screen(&mut client).contains("── new ──"));
    client.press(KeyCode::Esc);
    alt(&mut client, '2');
    alt(&mut client, '1');
    alt(&mut client, 'u');
    let seen = screen(&mut client);
    assert!(!seen.contains("── new ──") && seen.contains("Everything is read"), "{seen}");
}

#[test]
fn few_new_messages_are_read_at_once() {
    let mut client = with_unread(3);
    alt(&mut client, '1');
    let seen = screen(&mut client);
    assert!(seen.contains("── new ──") && seen.contains("number 3.") && !seen.contains("lobby 3"));
    // Who answers has read it.
    client.enter("yes");
    assert!(!screen(&mut client).contains("── new ──"));
}

#[test]
fn what_comes_while_reading_history_is_unread() {
    let mut client = long_history();
    client.resize((80, 24));
    client.press(KeyCode::PageUp);
    client.frames(&[&said(201, "bob", 101, "one more"), &said(202, "bob", 101, "@Sam look")]);
    let seen = screen(&mut client);
    assert!(seen.contains("2 new below · 1 for you"), "{seen}");
    alt(&mut client, 'u');
    let seen = screen(&mut client);
    assert!(seen.contains("── new ──") && seen.contains("one more"), "{seen}");
}

#[test]
fn what_one_wrote_at_another_device_is_no_news() {
    let mut client = long_history();
    client.press(KeyCode::PageUp);
    let before = screen(&mut client);
    client.frames(&[&said(1000, "sam", 0, "from my phone")]);
    assert_eq!(screen(&mut client), before);
    client.frames(&[&said(1001, "ann", 0, "seen")]);
    assert!(screen(&mut client).contains("1 new below"));
}

#[test]
fn what_comes_while_it_cannot_be_seen_is_unread() {
    let check = |hide: &dyn Fn(&mut Client), show: &dyn Fn(&mut Client)| {
        let mut client = long_history();
        client.resize((80, 24));
        hide(&mut client);
        client.frames(&[&said(201, "bob", 101, "one more"), &said(202, "bob", 101, "@Sam look")]);
        show(&mut client);
        let seen = screen(&mut client);
        assert!(seen.contains("── new ──") && seen.contains("@Sam look"), "{seen}");
        // It is before the reader's eyes now.
        assert!(!seen.contains("2 new") && !seen.contains("2 !1"), "{seen}");
    };
    let too_small = |client: &mut Client| client.resize((20, 5));
    check(&too_small, &|client| client.resize((80, 24)));
    let lent = |client: &mut Client| drop(alt(client, 'e'));
    check(&lent, &|client| drop(client.send(Event::Edited(Ok(String::new())))));
}

#[test]
fn the_first_unread_elsewhere_is_found() {
    let mut client = with_unread(50);
    alt(&mut client, 'u');
    let seen = screen(&mut client);
    assert!(seen.contains("#lobby ›") && seen.contains("── new ──"), "{seen}");
}

#[test]
fn a_direct_that_has_to_be_fetched_lands_when_it_is_there() {
    let mut client = Client::chatting(&[&direct(1, "ann", "one")]);
    client.resize((80, 24));
    // Closed conversations are not resumed: what was missed is told only by its number.
    alt(&mut client, '2');
    client.enter("/close");
    client.net(closed());
    client.net(up());
    client.frames(&[&welcome("sam", r#"{"name":"ann","last":60}"#)]);
    assert!(screen(&mut client).contains("@ann !59"));
    let effects = alt(&mut client, '2');
    assert_eq!(requests(&effects).len(), 1, "{effects:?}");
    assert!(screen(&mut client).contains("!59"), "nothing is read before it is there");
    let message = |seq| format!(r#"{{"seq":{seq},"from":"ann","at":0,"text":"number {seq}."}}"#);
    let page: Vec<String> = (1..=60).map(message).collect();
    let page = format!(
        r#"{{"type":"history","room":"@ann","more":false,"messages":[{}]}}"#,
        page.join(",")
    );
    client.frames(&[&page]);
    let seen = screen(&mut client);
    assert!(seen.contains("── new ──") && seen.contains("number 2."), "{seen}");
}

#[test]
fn mentions_are_gone_through() {
    let mut client = Client::chatting(&[]);
    client.resize((80, 24));
    for seq in 1..=90 {
        let text = if seq % 30 == 0 { format!("sam, {seq}!") } else { "words".to_owned() };
        client.frames(&[&said(seq, "ann", 0, &text)]);
    }
    for expected in ["▸ sam, 90!", "▸ sam, 60!", "▸ sam, 30!"] {
        alt(&mut client, 'p');
        assert!(screen(&mut client).contains(expected), "{expected}");
    }
    alt(&mut client, 'p');
    assert!(screen(&mut client).contains("Nobody has named you before this"));
    alt(&mut client, 'n');
    assert!(screen(&mut client).contains("▸ sam, 60!"));
    // From where one has scrolled to.
    client.key(KeyCode::Home, KeyModifiers::ALT);
    alt(&mut client, 'n');
    assert!(screen(&mut client).contains("▸ sam, 30!"));
    client.key(KeyCode::End, KeyModifiers::ALT);
    alt(&mut client, 'n');
    assert!(screen(&mut client).contains("▸ sam, 90!"));
    alt(&mut client, 'n');
    assert!(screen(&mut client).contains("Nobody has named you after this"));
}

/// A conversation with three blocks of code, the last of them long.
fn with_code() -> Client {
    let long: String = (1..=40).map(|line| format!("print({line})\n")).collect();
    let mut client = Client::chatting(&[
        &said(1, "ann", 0, "```\n  first\n    indented\n```"),
        &said(2, "ann", 0, "```sh\nls -l\n```\nand\n```rust\nfn main() {}\n```"),
        &said(3, "bob", 1, &format!("```python\n{long}```")),
        &said(4, "bob", 1, "see https://a.org/1 and https://b.org/(2)"),
    ]);
    client.resize((80, 40));
    client
}

#[test]
fn long_code_unfolds_under_the_readers_eyes() {
    let mut client = with_code();
    let before = client.text((80, 24));
    assert!(before.contains("… 28 more lines · Alt-O unfolds"), "{before}");
    alt(&mut client, 'o');
    let after = client.text((80, 24));
    assert!(!after.contains("more lines ·") && after.contains("print(13)"), "{after}");
    // What stood right above the mark is there still, and farther up: there is room for more.
    let row = |text: &str| text.lines().position(|line| line.contains("print(12)"));
    assert!(row(&after).is_some() && row(&after) < row(&before), "{after}");
    alt(&mut client, 'o');
    assert_eq!(client.text((80, 24)), before);
    client.enter("hi");
    let mut empty = Client::chatting(&[]);
    alt(&mut empty, 'o');
    shows(&mut empty, "Nothing on the screen is long enough to fold");
}

#[test]
fn what_is_long_unfolds_under_the_readers_eyes() {
    let tall: Vec<String> = (1..=60).map(|line| format!("line {line}")).collect();
    let mut client = Client::chatting(&[
        &said(1, "ann", 0, &format!("top{}end", "\n".repeat(8_000))),
        &said(2, "bob", 1, &tall.join("\n")),
        &said(3, "ann", 2, "thanks"),
    ]);
    let before = client.text((80, 24));
    assert!(before.contains("… 48 more rows · Alt-O unfolds"), "{before}");
    assert!(before.contains("end") && !before.contains("line 13"), "{before}");
    alt(&mut client, 'o');
    assert!(client.text((80, 24)).contains("line 13"));
    alt(&mut client, 'o');
    assert_eq!(client.text((80, 24)), before);
    // On the wall, too.
    client.press(KeyCode::F(9));
    shows(&mut client, "… 48 more rows · Alt-O unfolds");
    alt(&mut client, 'o');
    shows(&mut client, "line 14");
}

#[test]
fn what_was_looked_for_is_not_left_folded() {
    let tall: Vec<String> = (1..=60).map(|line| format!("line {line}")).collect();
    let mut client = Client::chatting(&[&said(1, "bob", 1, &tall.join("\n"))]);
    client.key(KeyCode::Char('s'), KeyModifiers::CONTROL);
    client.type_text("50");
    client.press(KeyCode::Enter);
    shows(&mut client, "line 50");
    shows(&mut client, "line 51");
}

#[test]
fn code_is_copied_newest_first_and_without_its_bar() {
    let mut client = with_code();
    let copied = |effects: Vec<Effect>| match effects.as_slice() {
        [Effect::Copy(text)] => text.clone(),
        other => panic!("{other:?}"),
    };
    assert!(copied(alt(&mut client, 'c')).ends_with("print(39)\nprint(40)"));
    assert!(client.text((80, 40)).contains("┃ print(1)"));
    assert_eq!(copied(alt(&mut client, 'c')), "fn main() {}");
    let seen = client.text((80, 40));
    assert!(seen.contains("┃ fn main() {}") && seen.contains("╰ ls -l"), "{seen}");
    assert!(seen.contains("Copied 1 line of rust · nothing to paste?"), "{seen}");
    assert_eq!(copied(alt(&mut client, 'c')), "ls -l");
    assert_eq!(copied(alt(&mut client, 'c')), "  first\n    indented");
    assert!(copied(alt(&mut client, 'c')).starts_with("print(1)"));
    client.press(KeyCode::Left);
    assert!(!client.text((80, 40)).contains('┃'));
    assert_eq!(copied(client.enter("/copy 2")), "fn main() {}");
    // Above the screen, too.
    client.resize((80, 10));
    assert_eq!(copied(client.enter("/copy 4")), "  first\n    indented");
    client.enter("/copy 9");
    shows(&mut client, "There are only 4 blocks to copy");
    client.enter("/copy x");
    shows(&mut client, "Which one? /copy 2");
}

#[test]
fn links_on_the_screen_are_opened() {
    let mut client = with_code();
    let open = |url: &str| vec![Effect::Open(url.to_owned())];
    assert_eq!(client.enter("/open"), open("https://b.org/(2)"));
    assert_eq!(client.enter("/open 2"), open("https://a.org/1"));
    assert!(client.enter("/open 3").is_empty());
    shows(&mut client, "There are only 2 links on the screen");
    let failed = Event::Opened {
        url: "https://a.org/1".to_owned(),
        result: Err("there is no desktop to open it on".to_owned()),
    };
    assert_eq!(client.send(failed), [Effect::Copy("https://a.org/1".to_owned())]);
    shows(&mut client, "There is no desktop to open it on: copied instead (OSC 52)");
    let mut empty = Client::chatting(&[]);
    empty.enter("/open");
    shows(&mut empty, "There is no link on the screen");
    hides(&mut empty, "https");
}

#[cfg(feature = "highlight")]
#[test]
fn code_on_the_screen_is_asked_for_once() {
    use chat_tui::highlight::{Role, Run};
    let mut client = Client::chatting(&[]);
    let effects = client.frames(&[&said(1, "ann", 0, "```rust\nfn main() {}\n```")]);
    let asked: Vec<_> = effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Highlight(snippet) => Some(snippet),
            _ => None,
        })
        .collect();
    assert_eq!(asked.len(), 1);
    assert!(client.press(KeyCode::Left).is_empty());
    let colour = |client: &mut Client| {
        let terminal = client.draw((80, 24));
        let buffer = terminal.backend().buffer();
        let cell = buffer.content.iter().position(|cell| cell.symbol() == "f");
        let at = buffer.pos_of(cell.unwrap());
        buffer[at].fg
    };
    let plain = colour(&mut client);
    let runs = vec![Run { end: 2, role: Role::Keyword }, Run { end: 12, role: Role::Plain }];
    client.send(Event::Highlighted { snippet: asked[0].clone(), runs });
    assert!(client.state.take_dirty());
    assert_ne!(colour(&mut client), plain);
    // What nobody asked for does no harm.
    let runs = vec![Run { end: usize::MAX, role: Role::Text }];
    client.send(Event::Highlighted { snippet: asked[0].clone(), runs });
    client.text((80, 24));
}

#[test]
fn a_conversation_that_is_new_has_no_rule() {
    let mut client = long_history();
    hides(&mut client, "── new ──");
    client.net(net::Event::Silent(std::time::Duration::from_secs(8)));
    check_top(&mut client, "line");
}

#[test]
fn the_mark_that_is_seen_is_the_one_that_unfolds() {
    let tall =
        |letter: char| (0..60).map(|line| format!("{letter}{line}")).collect::<Vec<_>>().join("\n");
    let mut client = Client::chatting(&[
        &said(1, "ann", 0, &tall('A')),
        &said(2, "bob", 1, &tall('B')),
        &said(3, "ann", 2, &["c"; 12].join("\n")),
    ]);
    client.resize((80, 21));
    (0..4).for_each(|_| _ = client.press(KeyCode::PageUp));
    // The mark of the second is below the screen.
    let before = client.text((80, 21));
    assert!(before.contains("… 48 more rows") && before.contains("B1"), "{before}");
    assert!(!before.contains("B11"), "{before}");
    alt(&mut client, 'o');
    let after = client.text((80, 21));
    assert!(after.contains("A13"), "{after}");
}

#[test]
fn what_is_on_the_screen_is_not_counted_as_below() {
    let mut client = long_history();
    client.text((80, 24));
    client.press(KeyCode::PageUp);
    client.frames(&[&said(9_001, "ann", 0, "one more"), &said(9_002, "ann", 0, "and another")]);
    assert!(client.text((80, 24)).contains("2 new below"));
    // All the rest is in sight on a higher screen, but for what has come last.
    let counts = (24..60).map(|height| {
        let text = client.text((80, height));
        let seen =
            ["one more", "and another"].iter().filter(|words| text.contains(**words)).count();
        (seen, text.contains(&format!("{} new below", 2 - seen)) || !text.contains("new below"))
    });
    for (seen, right) in counts.collect::<Vec<_>>() {
        assert!(right, "{seen} seen");
    }
}
