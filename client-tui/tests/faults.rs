//! Links that misbehave, as they look on the screen: whatever happens to the link, the screen says
//! how it stands, what is on its way is marked, and nothing is lost, doubled or out of order.
#![cfg(unix)]
// These are tests; clippy knows only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use support::peer::Peer;
use support::proxy::{Proxy, Way};
use support::pty::Pty;
use support::server::Server;

/// The time within which a dead link is to be noticed.
const PROMISED: Duration = Duration::from_secs(20);

/// What only a frame holds: people read none of it.
const GARBAGE: [&str; 4] = ["{\"", "\"type\"", "\",\"", "\"}"];

/// Where texts begin on a screen of 80 columns, among people of short names.
const TEXT_COLUMN: usize = 15;

const DRAFT: &str = "half a thought";

/// A server, a link to it that can be misused, and people.
struct Stage {
    server: Server,
    proxy: Proxy,
    data: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(&data.path().join("server"), 0);
        let proxy = Proxy::before(server.port);
        Self { server, proxy, data }
    }

    /// Somebody behind the link.
    fn behind(&self, name: &str) -> Pty {
        member(&self.data.path().join(name), self.proxy.port, name)
    }

    /// Somebody whose own link is well.
    fn beside(&self, name: &str) -> Pty {
        member(&self.data.path().join(name), self.server.port, name)
    }

    /// The lobby's messages are these, in this order.
    fn assert_stored(&self, expected: &[&str]) {
        assert_eq!(Peer::guest(self.server.port, "judge").history(), expected);
    }
}

fn member(data: &Path, port: u16, name: &str) -> Pty {
    std::fs::create_dir_all(data).unwrap();
    let arguments = ["--host", "127.0.0.1", "--port", &port.to_string(), "--name", name];
    let client = Pty::client(data, &arguments);
    client.wait_for("● linked");
    client
}

/// The rows in which messages stand: all but the draft's and those below it.
fn messages(screen: &str) -> impl Iterator<Item = &str> {
    screen.lines().take_while(|row| !row.trim_start().starts_with('●') && !row.contains(" › "))
}

/// The row of this message, if it is shown, and how often it is.
fn rows<'a>(screen: &'a str, text: &str) -> Vec<&'a str> {
    messages(screen).filter(|row| row.contains(text)).collect()
}

fn is_pending(screen: &str, text: &str) -> bool {
    rows(screen, text).iter().any(|row| row.contains(&format!("… {text}")))
}

fn wait_pending(client: &Pty, text: &str) {
    let what = format!("‘{text}’ on its way");
    client.wait_until(&what, |screen| is_pending(&screen.contents(), text));
}

fn wait_sent(client: &Pty, text: &str) {
    client.wait_until(&format!("‘{text}’ sent"), |screen| {
        let screen = screen.contents();
        !is_pending(&screen, text) && !rows(&screen, text).is_empty()
    });
}

/// In all that was ever shown, each of these stood there once at a time, and nothing of a frame
/// was seen.
fn assert_clean(client: &Pty, texts: &[&str]) {
    let known: HashSet<&str> = texts.iter().copied().collect();
    let mut seen = HashSet::new();
    for picture in client.pictures() {
        let mut now = HashSet::new();
        for row in messages(&picture.text) {
            let text: String = row.chars().skip(TEXT_COLUMN).take_while(|c| *c != '│').collect();
            if let Some(text) = known.get(text.trim_end()) {
                assert!(now.insert(*text), "‘{text}’ twice:\n{}", picture.text);
            }
        }
        seen.extend(now);
        for garbage in GARBAGE {
            assert!(!picture.text.contains(garbage), "{garbage}:\n{}", picture.text);
        }
    }
    assert_eq!(seen.len(), texts.len(), "texts begin in another column:\n{}", client.screen());
}

/// These stand on the screen now, each once and in this order.
fn assert_in_order(client: &Pty, texts: &[&str]) {
    let screen = client.screen();
    let shown: Vec<&str> = messages(&screen)
        .filter_map(|row| texts.iter().find(|text| row.contains(**text)).copied())
        .collect();
    assert_eq!(shown, texts, "\n{screen}");
}

/// Between these moments the screen never claimed a link.
fn assert_never_linked(client: &Pty, from: Instant, until: Instant) {
    let pictures = client.pictures();
    let ends = pictures.iter().skip(1).map(|picture| picture.at).chain([until]);
    for (picture, end) in pictures.iter().zip(ends) {
        let seen = picture.at < until && end > from;
        assert!(!(seen && picture.text.contains("● linked")), "linked:\n{}", picture.text);
    }
}

/// From this moment on this was never shown as sent.
fn assert_never_sent(client: &Pty, from: Instant, until: Instant, text: &str) {
    let pictures = client.pictures();
    for picture in pictures.iter().filter(|picture| (from..until).contains(&picture.at)) {
        let sent = !rows(&picture.text, text).is_empty() && !is_pending(&picture.text, text);
        assert!(!sent, "shown as sent:\n{}", picture.text);
    }
}

/// From the first picture that shows the draft on, every one does.
fn assert_draft_kept(client: &Pty) {
    let shows =
        |text: &str| text.lines().any(|row| row.trim_end().ends_with(&format!("› {DRAFT}")));
    let pictures = client.pictures();
    let kept = pictures.iter().skip_while(|picture| !shows(&picture.text));
    let lost = kept.clone().find(|picture| !shows(&picture.text));
    assert!(kept.count() > 0 && lost.is_none(), "{}", lost.map_or("", |picture| &picture.text));
}

/// Whole seconds without an answer, as the screen tells them.
fn lost_for(screen: &str) -> Option<u64> {
    let (_, rest) = screen.rsplit_once(" for ")?;
    rest.split_once(" s")?.0.parse().ok()
}

fn wait_lost_for(client: &Pty, seconds: u64) {
    client.wait_until(&format!("{seconds} s without an answer"), |screen| {
        lost_for(&screen.contents()).is_some_and(|lost| lost >= seconds)
    });
}

#[test]
fn a_link_that_stalls_for_30_s_is_told_and_everything_arrives_once() {
    let stage = Stage::new();
    let (mut ann, mut bob) = (stage.behind("ann"), stage.beside("bob"));
    bob.enter("before");
    ann.wait_for("before");
    let stalled = Instant::now();
    for way in [Way::Out, Way::Back] {
        stage.proxy.stall(way);
    }
    ann.enter("into the void");
    ann.send(DRAFT);
    wait_pending(&ann, "into the void");
    bob.enter("missed one");
    ann.wait_for("◌ no answer for ");
    ann.wait_for("1 message not confirmed yet");
    ann.wait_for("✗ no link");
    bob.wait_for("ann left");
    bob.enter("missed two");
    // The seconds are counted on the screen, so that it changes until then.
    wait_lost_for(&ann, 20);
    ann.wait_until("30 s", |_| stalled.elapsed() >= Duration::from_secs(30));
    wait_lost_for(&ann, 30);
    let (noticed, going_on) = (stalled + PROMISED, Instant::now());
    stage.proxy.go_on();
    ann.wait_for("● linked");
    wait_sent(&ann, "into the void");
    bob.wait_for("into the void");
    ann.wait_for("missed two");
    assert_never_linked(&ann, noticed, going_on);
    assert_never_sent(&ann, stalled, going_on, "into the void");
    let order = ["before", "missed one", "missed two", "into the void"];
    for client in [&ann, &bob] {
        assert_clean(client, &order);
    }
    assert_draft_kept(&ann);
    let stored = Peer::guest(stage.server.port, "judge").history();
    let order: Vec<&str> = stored.iter().map(String::as_str).collect();
    assert_eq!(order.len(), 4, "{order:?}");
    for client in [&ann, &bob] {
        assert_in_order(client, &order);
    }
}

#[test]
fn an_ack_that_is_lost_leaves_a_mark_and_no_double() {
    let stage = Stage::new();
    let (mut ann, mut bob) = (stage.behind("ann"), stage.beside("bob"));
    stage.proxy.stall(Way::Back);
    ann.enter("heard by everybody");
    bob.wait_for("heard by everybody");
    bob.enter("an answer");
    ann.send(DRAFT);
    stage.proxy.refuse();
    ann.wait_for("✗ no link");
    ann.wait_for("1 message not confirmed yet");
    assert!(is_pending(&ann.screen(), "heard by everybody"));
    // A slow link shows for long what is there between the resume and the acknowledgement.
    stage.proxy.delay(Duration::from_millis(400), Duration::ZERO);
    stage.proxy.go_on();
    stage.proxy.accept();
    ann.wait_for("● linked");
    ann.wait_for("an answer");
    wait_sent(&ann, "heard by everybody");
    ann.send("\x01");
    ann.enter("later: ");
    bob.wait_for(&format!("later: {DRAFT}"));
    let order = ["heard by everybody", "an answer", "later: half a thought"];
    wait_sent(&ann, order[2]);
    for client in [&ann, &bob] {
        assert_clean(client, &order);
        assert_in_order(client, &order);
    }
    stage.assert_stored(&order);
}

#[test]
fn who_is_not_heard_any_more_is_told_so_although_others_are_heard() {
    let stage = Stage::new();
    let (mut ann, mut bob) = (stage.behind("ann"), stage.beside("bob"));
    ann.wait_for("<");
    let dead = Instant::now();
    stage.proxy.stall(Way::Out);
    ann.enter("can you hear me?");
    ann.send(DRAFT);
    wait_pending(&ann, "can you hear me?");
    bob.enter("ann is so quiet");
    ann.wait_for("ann is so quiet");
    ann.wait_for("◌ no answer for ");
    // What others say is no answer.
    bob.enter("really quiet");
    ann.wait_for("really quiet");
    assert!(!ann.screen().contains("● linked"), "{}", ann.screen());
    ann.wait_for("✗ no link");
    bob.wait_for("ann left");
    let until = Instant::now();
    assert!(until - dead < PROMISED + Duration::from_secs(2));
    assert_never_sent(&ann, dead, until, "can you hear me?");
    stage.proxy.go_on();
    ann.wait_for("● linked");
    wait_sent(&ann, "can you hear me?");
    bob.wait_for("can you hear me?");
    let order = ["ann is so quiet", "really quiet", "can you hear me?"];
    for client in [&ann, &bob] {
        assert_clean(client, &order);
        assert_in_order(client, &order);
    }
    assert_draft_kept(&ann);
    stage.assert_stored(&order);
}

#[test]
fn a_half_closed_link_is_made_anew() {
    for way in [Way::Back, Way::Out] {
        let stage = Stage::new();
        let (mut ann, mut bob) = (stage.behind("ann"), stage.beside("bob"));
        ann.enter("one");
        wait_sent(&ann, "one");
        ann.send(DRAFT);
        ann.wait_for(DRAFT);
        stage.proxy.half_close(way);
        bob.enter("two");
        ann.wait_for("Connected again");
        ann.wait_for("● linked");
        ann.wait_for("two");
        ann.send("\x15");
        ann.enter("three");
        bob.wait_for("three");
        wait_sent(&ann, "three");
        for client in [&ann, &bob] {
            assert_clean(client, &["one", "two", "three"]);
            assert_in_order(client, &["one", "two", "three"]);
        }
        stage.assert_stored(&["one", "two", "three"]);
    }
}

#[test]
fn a_refused_link_says_when_it_is_tried_again_and_keeps_what_is_written() {
    let stage = Stage::new();
    let (mut ann, mut bob) = (stage.behind("ann"), stage.beside("bob"));
    for client in [&mut ann, &mut bob] {
        client.resize(80, 60);
    }
    ann.enter("before");
    bob.wait_for("before");
    stage.proxy.refuse();
    ann.wait_for("✗ no link");
    ann.enter("first");
    ann.enter("second");
    ann.send(DRAFT);
    ann.wait_for("2 messages not sent yet");
    let down = Instant::now();
    bob.wait_for("ann left");
    for number in 0..40 {
        bob.enter(&format!("missed {number:02}"));
    }
    bob.wait_for("missed 39");
    ann.wait_for("reconnecting in ");
    wait_lost_for(&ann, 5);
    assert!(is_pending(&ann.screen(), "first") && is_pending(&ann.screen(), "second"));
    let back = Instant::now();
    assert_never_linked(&ann, down, back);
    stage.proxy.accept();
    ann.send_until("\x1br", "● linked");
    wait_sent(&ann, "second");
    ann.wait_for("missed 39");
    bob.wait_for("second");
    assert_draft_kept(&ann);
    let missed: Vec<String> = (0..40).map(|number| format!("missed {number:02}")).collect();
    let mut order = vec!["before"];
    order.extend(missed.iter().map(String::as_str));
    order.extend(["first", "second"]);
    stage.assert_stored(&order);
    for client in [&ann, &bob] {
        assert_clean(client, &order);
    }
    for client in [&ann, &bob] {
        assert_in_order(client, &order);
    }
}

#[test]
fn a_slow_link_shows_what_is_said_at_once_and_as_sent_later() {
    let stage = Stage::new();
    let (delay, late) = (Duration::from_millis(400), Duration::from_millis(1_200));
    stage.proxy.delay(delay, late);
    let (mut ann, mut bob) = (stage.behind("ann"), stage.beside("bob"));
    let words: Vec<String> = (0..12).map(|number| format!("word {number:02}")).collect();
    for word in &words {
        let entered = Instant::now();
        ann.enter(word);
        wait_pending(&ann, word);
        wait_sent(&ann, word);
        assert!(entered.elapsed() >= 2 * delay, "sent before the answer could be here");
    }
    bob.wait_for("word 11");
    bob.enter("all heard");
    ann.wait_for("all heard");
    ann.wait_for("≥500 ms");
    let mut order: Vec<&str> = words.iter().map(String::as_str).collect();
    order.push("all heard");
    for client in [&ann, &bob] {
        assert_clean(client, &order);
        assert_in_order(client, &order);
    }
    let pictures = ann.pictures();
    let live = pictures.iter().skip_while(|picture| !picture.text.contains("● linked"));
    for picture in live {
        assert!(picture.text.contains("● linked"), "{}", picture.text);
    }
    stage.assert_stored(&order);
}

#[test]
fn two_devices_of_one_person_show_each_other_and_one_that_is_cut_does_not_leave() {
    let stage = Stage::new();
    let bob = stage.beside("bob");
    // The same folder is the same person.
    let (mut laptop, mut phone) = (stage.behind("ann"), stage.beside("ann"));
    laptop.enter("from the laptop");
    phone.wait_for("from the laptop");
    phone.enter("from the phone");
    laptop.wait_for("from the phone");
    bob.wait_for("from the phone");
    stage.proxy.refuse();
    laptop.wait_for("✗ no link");
    phone.enter("still here");
    laptop.enter("the same words");
    phone.enter("the same words");
    bob.wait_for("the same words");
    wait_sent(&phone, "the same words");
    wait_pending(&laptop, "the same words");
    stage.proxy.accept();
    laptop.send_until("\x1br", "● linked");
    let twice = |client: &Pty| {
        client.wait_until("both of the same words, sent", |screen| {
            let screen = screen.contents();
            rows(&screen, "the same words").len() == 2 && !is_pending(&screen, "the same words")
        });
    };
    [&laptop, &phone, &bob].into_iter().for_each(twice);
    let order = ["from the laptop", "from the phone", "still here"];
    for client in [&laptop, &phone, &bob] {
        assert_clean(client, &order);
        assert_in_order(client, &order);
        let unread = client.screen().contains('!');
        assert!(!unread, "own words are no news:\n{}", client.screen());
    }
    for client in [&bob, &phone] {
        let left = client.pictures().into_iter().find(|picture| picture.text.contains("left"));
        assert!(left.is_none(), "{}", left.map_or(String::new(), |picture| picture.text));
    }
    stage.assert_stored(&[&order[..], &["the same words", "the same words"]].concat());
}

/// Cuts every connection a little later than the one before; meanwhile both talk.
fn cut_at_every_position(
    cuts: impl Fn(u64) -> (Option<usize>, Option<usize>) + Send + Sync + 'static,
) {
    const CUTS: u64 = 60;
    let stage = Stage::new();
    let (mut ann, mut bob) = (stage.behind("ann"), stage.beside("bob"));
    for client in [&mut ann, &mut bob] {
        client.resize(80, 240);
    }
    stage.proxy.cut_each(move |number| if number < CUTS { cuts(number) } else { (None, None) });
    let (mut order, start) = (Vec::new(), Instant::now());
    let mut number = 0;
    while stage.proxy.connections() <= CUTS {
        assert!(start.elapsed() < Duration::from_secs(120), "{}", ann.screen());
        number += 1;
        let said = format!("said {number:03}");
        ann.enter(&said);
        order.push(said.clone());
        if number % 4 == 0 {
            order.push(format!("answer {number:03}"));
            bob.enter(order.last().unwrap());
        }
        ann.wait_until("the line sent, or a cut", |screen| {
            let screen = screen.contents();
            let shown = !rows(&screen, &said).is_empty();
            shown && (screen.contains("no link") || !is_pending(&screen, &said))
        });
        // Whoever presses it does not wait for the next attempt.
        if is_pending(&ann.screen(), &said) {
            ann.send_while("\x1br", "the line sent", |screen| is_pending(screen, &said));
        }
    }
    ann.send(DRAFT);
    ann.send_until("\x1br", "● linked");
    ann.wait_for(DRAFT);
    let texts: Vec<&str> = order.iter().map(String::as_str).collect();
    for text in &texts {
        wait_sent(&ann, text);
        wait_sent(&bob, text);
    }
    let stored = Peer::guest(stage.server.port, "judge").history();
    let stored: Vec<&str> = stored.iter().map(String::as_str).collect();
    for client in [&ann, &bob] {
        assert_clean(client, &texts);
        assert_in_order(client, &stored);
    }
    let mut sorted = [stored, texts];
    sorted.iter_mut().for_each(|texts| texts.sort_unstable());
    assert_eq!(sorted[0], sorted[1]);
}

#[test]
fn cut_at_many_positions_on_the_way_back() {
    cut_at_every_position(|number| (None, Some(1 + 13 * number as usize)));
}

#[test]
fn cut_at_many_positions_on_the_way_out() {
    cut_at_every_position(|number| (Some(1 + 11 * number as usize), None));
}
