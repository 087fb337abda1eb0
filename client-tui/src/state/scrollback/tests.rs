//! What a scrollback keeps, and what it knows of what it does not keep.

use super::*;

fn message(seq: u64) -> Message {
    let from = Nick::new("ann").unwrap();
    Message { seq, from, at: 0, text: Text::new(&format!("text {seq}")).unwrap() }
}

fn page(numbers: std::ops::RangeInclusive<u64>) -> Vec<Message> {
    numbers.map(message).collect()
}

fn seqs(scrollback: &Scrollback) -> Vec<u64> {
    let stored = scrollback.entries.iter().filter(|entry| entry.key.is_stored());
    stored.map(|entry| entry.key.seq).collect()
}

#[test]
fn the_same_number_is_the_same_message() {
    let mut scrollback = Scrollback::default();
    scrollback.expect(5);
    assert!(scrollback.take_live(message(6)));
    scrollback.take_page(page(2..=6), true);
    assert!(!scrollback.take_live(message(6)));
    assert_eq!(seqs(&scrollback), [2, 3, 4, 5, 6]);
}

#[test]
fn resuming_never_skips_a_hole() {
    let mut scrollback = Scrollback::default();
    scrollback.expect(0);
    let me = Nick::new("me").unwrap();
    scrollback.push_unsent(1, 0, me, Text::new("hi").unwrap());
    scrollback.take_live(message(1));
    scrollback.settle(1, 3, 0);
    assert_eq!(scrollback.resume_after(), Some(1));
    scrollback.take_live(message(2));
    assert_eq!(scrollback.resume_after(), Some(3));
    assert_eq!(seqs(&scrollback), [1, 2, 3]);
}

#[test]
fn a_page_that_does_not_connect_replaces_what_was_known() {
    let mut scrollback = Scrollback::default();
    scrollback.expect(0);
    scrollback.take_live(message(1));
    scrollback.take_page(page(50..=60), true);
    assert_eq!(seqs(&scrollback), (50..=60).collect::<Vec<_>>());
    assert_eq!(scrollback.resume_after(), Some(60));
}

#[test]
fn pages_are_asked_for_one_at_a_time_until_there_is_no_more() {
    let mut scrollback = Scrollback::default();
    scrollback.expect(9);
    assert_eq!(scrollback.ask_older(), Some(Wanted::Newest));
    assert_eq!(scrollback.ask_older(), None);
    scrollback.take_page(page(5..=9), true);
    assert_eq!(scrollback.ask_older(), Some(Wanted::Before(5)));
    scrollback.take_page(page(1..=4), false);
    assert_eq!(scrollback.ask_older(), None);
}

#[test]
fn memory_is_bounded_and_what_was_dropped_can_be_fetched() {
    let mut scrollback = Scrollback::default();
    scrollback.expect(0);
    for seq in 1..=20_000 {
        scrollback.take_live(message(seq));
    }
    assert!(scrollback.entries.len() <= KEEP + SLACK);
    let first = seqs(&scrollback)[0];
    assert_eq!(scrollback.ask_older(), Some(Wanted::Before(first)));
}

#[test]
fn what_is_no_longer_kept_is_not_waited_for() {
    let mut scrollback = Scrollback::default();
    scrollback.expect(0);
    scrollback.take_live(message(1));
    scrollback.gap(50);
    scrollback.take_live(message(50));
    assert_eq!(scrollback.resume_after(), Some(50));
}

#[test]
fn numbers_from_a_liar_do_no_harm() {
    let mut scrollback = Scrollback::default();
    assert!(!scrollback.take_live(message(0)));
    assert!(!scrollback.take_live(message(u64::MAX)));
    scrollback.take_page(vec![message(u64::MAX), message(0)], true);
    assert!(seqs(&scrollback).is_empty());
}

#[test]
fn a_newest_page_that_was_overtaken_is_not_the_end() {
    let mut scrollback = Scrollback::default();
    scrollback.expect(190);
    assert_eq!(scrollback.ask_older(), Some(Wanted::Newest));
    for seq in 191..=400 {
        scrollback.take_live(message(seq));
    }
    scrollback.take_page(page(301..=400), true);
    assert_eq!(scrollback.ask_older(), Some(Wanted::Before(191)));
    // A server that tells the same again has no more.
    scrollback.take_page(page(301..=400), true);
    assert_eq!(scrollback.ask_older(), None);
}
