//! Plays that the judge must find good, and plays that it must not.

use super::*;

/// One step of a play. Users are numbers.
enum Step {
    /// Says something to all.
    Say(usize),
    /// Tells one something.
    Tell(usize, usize),
    /// Hears what one said to all, by its number from 0.
    Hears(usize, usize, u32),
    /// The same, with the number that the server gave it.
    HearsAs(usize, usize, u32, u64),
    /// Hears what one told them.
    IsTold(usize, usize, u32),
    /// Hears words that tell only whose they are.
    HearsOf(usize, usize),
    /// The server says that it gave a message this number.
    Acked(usize, u32, u64),
}

use Step::{Acked, Hears, HearsAs, HearsOf, IsTold, Say, Tell};

fn play(users: usize, steps: &[Step]) -> Verdict {
    let acknowledges = steps.iter().any(|step| matches!(step, Acked(..)));
    let mut judge = Judge::new(vec![true; users], Reach::Others, acknowledges);
    for step in steps {
        match *step {
            Say(from) => _ = judge.send(from, To::All),
            Tell(from, to) => _ = judge.send(from, To::One(to)),
            Hears(by, from, number) => {
                judge.hear(by, Message { from, to: To::All, number }, None);
            }
            HearsAs(by, from, number, seq) => {
                judge.hear(by, Message { from, to: To::All, number }, Some(seq));
            }
            IsTold(by, from, number) => {
                judge.hear(by, Message { from, to: To::One(by), number }, None);
            }
            HearsOf(by, from) => _ = judge.hear_next(by, from),
            Acked(from, number, seq) => {
                judge.take(Message { from, to: To::All, number }, seq);
            }
        }
    }
    judge.verdict()
}

/// Of so many users: due, lost, out of order, doubled, strange.
fn check(users: usize, steps: &[Step], expected: [u64; 5]) {
    let verdict = play(users, steps);
    let Verdict { due, lost, out_of_order, doubled, strange, first, .. } = verdict.clone();
    assert_eq!([due, lost, out_of_order, doubled, strange], expected);
    assert_eq!(verdict.is_good(), expected[1..] == [0; 4]);
    assert_eq!(first.is_none(), verdict.is_good());
}

#[test]
fn all_is_well_when_each_arrives_once_and_in_order() {
    check(3, &[], [0, 0, 0, 0, 0]);
    check(1, &[Say(0)], [0, 0, 0, 0, 0]);
    check(
        3,
        &[Say(0), Say(0), Hears(1, 0, 0), Hears(2, 0, 0), Hears(1, 0, 1), Hears(2, 0, 1)],
        [4, 0, 0, 0, 0],
    );
    check(3, &[Tell(0, 1), Tell(0, 2), IsTold(1, 0, 0), IsTold(2, 0, 0)], [2, 0, 0, 0, 0]);
    // Two senders, and what is said to all and to one, have no order between them.
    check(
        3,
        &[Say(0), Say(1), Hears(2, 1, 0), Hears(2, 0, 0), Hears(1, 0, 0), Hears(0, 1, 0)],
        [4, 0, 0, 0, 0],
    );
    check(2, &[Say(0), Tell(0, 1), IsTold(1, 0, 0), Hears(1, 0, 0)], [2, 0, 0, 0, 0]);
}

#[test]
fn what_does_not_come_is_lost() {
    check(2, &[Say(0)], [1, 1, 0, 0, 0]);
    check(3, &[Say(0), Hears(1, 0, 0)], [2, 1, 0, 0, 0]);
    check(2, &[Say(0), Say(0), Hears(1, 0, 1)], [2, 1, 0, 0, 0]);
    check(2, &[Tell(0, 1), Tell(0, 1), IsTold(1, 0, 0)], [2, 1, 0, 0, 0]);
    let first = play(2, &[Say(0), Say(0), Hears(1, 0, 1)]).first;
    let message = Some(Message { from: 0, to: To::All, number: 0 });
    assert_eq!(first, Some(Fault { by: 1, message, kind: Kind::Lost }));
}

#[test]
fn what_comes_late_is_out_of_order_and_not_lost() {
    check(2, &[Say(0), Say(0), Hears(1, 0, 1), Hears(1, 0, 0)], [2, 0, 1, 0, 0]);
    check(2, &[Tell(0, 1), Tell(0, 1), IsTold(1, 0, 1), IsTold(1, 0, 0)], [2, 0, 1, 0, 0]);
    check(
        2,
        &[Say(0), Say(0), Say(0), Hears(1, 0, 2), Hears(1, 0, 0), Hears(1, 0, 1)],
        [3, 0, 2, 0, 0],
    );
}

#[test]
fn what_comes_again_is_doubled() {
    check(2, &[Say(0), Hears(1, 0, 0), Hears(1, 0, 0)], [1, 0, 0, 1, 0]);
    check(2, &[Say(0), Say(0), Hears(1, 0, 1), Hears(1, 0, 0), Hears(1, 0, 0)], [2, 0, 1, 1, 0]);
    // What came twice makes up for nothing that did not come.
    check(2, &[Say(0), Say(0), Hears(1, 0, 0), Hears(1, 0, 0)], [2, 1, 0, 1, 0]);
}

#[test]
fn what_was_not_for_somebody_is_strange() {
    check(2, &[Hears(1, 0, 0)], [0, 0, 0, 0, 1]);
    check(2, &[Say(0), Hears(0, 0, 0), Hears(1, 0, 0)], [1, 0, 0, 0, 1]);
    let mut judge = Judge::new(vec![true; 3], Reach::Others, false);
    let message = judge.send(0, To::One(1));
    assert_eq!(judge.hear(2, message, None), Arrival::Strange);
    judge.hear_changed(1);
    assert_eq!((judge.verdict().strange, judge.verdict().lost), (2, 1));
}

#[test]
fn the_servers_numbers_are_one_order_for_all() {
    let said = || vec![Say(0), Say(1)];
    let good = [HearsAs(2, 0, 0, 1), HearsAs(2, 1, 0, 2), HearsAs(1, 0, 0, 1), HearsAs(0, 1, 0, 2)];
    check(3, &[said(), good.into()].into_iter().flatten().collect::<Vec<_>>(), [4, 0, 0, 0, 0]);
    // The numbers fall at one of them.
    let falls =
        [HearsAs(2, 1, 0, 2), HearsAs(2, 0, 0, 1), HearsAs(1, 0, 0, 1), HearsAs(0, 1, 0, 2)];
    check(3, &[said(), falls.into()].into_iter().flatten().collect::<Vec<_>>(), [4, 0, 1, 0, 0]);
    // One of them hears another number than the others.
    let other =
        [HearsAs(2, 0, 0, 1), HearsAs(2, 1, 0, 2), HearsAs(1, 0, 0, 3), HearsAs(0, 1, 0, 2)];
    check(3, &[said(), other.into()].into_iter().flatten().collect::<Vec<_>>(), [4, 0, 1, 0, 0]);
    // The sender was told another number.
    check(2, &[Say(0), Acked(0, 0, 1), HearsAs(1, 0, 0, 1)], [1, 0, 0, 0, 0]);
    check(2, &[Say(0), Acked(0, 0, 2), HearsAs(1, 0, 0, 1)], [1, 0, 1, 0, 0]);
    check(2, &[Say(0), HearsAs(1, 0, 0, 1), Acked(0, 0, 2)], [1, 0, 1, 0, 0]);
}

#[test]
fn words_that_tell_only_whose_they_are_are_counted() {
    check(2, &[Tell(0, 1), Tell(0, 1), HearsOf(1, 0), HearsOf(1, 0)], [2, 0, 0, 0, 0]);
    check(2, &[Tell(0, 1), Tell(0, 1), HearsOf(1, 0)], [2, 1, 0, 0, 0]);
    check(2, &[Tell(0, 1), HearsOf(1, 0), HearsOf(1, 0)], [1, 0, 0, 1, 0]);
    check(3, &[Tell(0, 1), HearsOf(2, 0)], [1, 1, 0, 1, 0]);
}

#[test]
fn nobody_waits_for_those_who_did_not_get_in() {
    let mut judge = Judge::new(vec![true, true, false], Reach::Others, false);
    let message = judge.send(0, To::All);
    assert_eq!(judge.receivers(message).count(), 1);
    assert_eq!(judge.hear(1, message, None), Arrival::InOrder);
    assert!(judge.verdict().is_good());
}

#[test]
fn an_echo_comes_back_once_and_in_order_and_to_nobody_else() {
    let mut judge = Judge::new(vec![true; 2], Reach::Sender, false);
    let said: Vec<Message> = (0..4).map(|_| judge.send(0, To::All)).collect();
    assert_eq!(judge.receivers(said[0]).collect::<Vec<_>>(), [0]);
    assert_eq!(judge.hear(0, said[0], None), Arrival::InOrder);
    assert_eq!(judge.hear(0, said[0], None), Arrival::Doubled);
    assert_eq!(judge.hear(0, said[2], None), Arrival::InOrder);
    assert_eq!(judge.hear(0, said[1], None), Arrival::OutOfOrder);
    assert_eq!(judge.hear(1, said[1], None), Arrival::Strange);
    let Verdict { due, lost, .. } = judge.verdict();
    assert_eq!((due, lost), (4, 1));
}

#[test]
fn what_the_server_never_took_is_told() {
    let mut judge = Judge::new(vec![true; 2], Reach::Others, true);
    let (first, second) = (judge.send(0, To::All), judge.send(0, To::One(1)));
    assert!(judge.take(first, 1));
    assert!(!judge.take(first, 1), "that is no news");
    judge.hear(1, first, Some(1));
    judge.hear(1, second, None);
    let verdict = judge.verdict();
    assert_eq!((verdict.lost, verdict.unacknowledged, verdict.is_good()), (0, 1, false));
}
