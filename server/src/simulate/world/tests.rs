//! Whole plays without a server: what users say is handed to those who should hear it.

use chat_protocol::lab::Lab;

use super::super::dialect::Dialect;
use super::*;

const AT: fn(u64) -> Duration = Duration::from_millis;

/// A server within the test: how it treats what is said to all, by the how manieth it is.
type Treats = fn(u64) -> usize;

/// Lets three users chat for ten seconds of their time; each message reaches each of the others
/// so many times.
fn play(dialect: Dialect, treats: Treats) -> World {
    let plan = Plan { dialect, users: 3, every: AT(500), ..Plan::default() };
    let mut world = World::new(&plan);
    for user in 0..3 {
        world.knocked(user, AT(0));
        world.heard(user, Heard::In(world.cast.name(user).clone()), AT(1));
    }
    assert!(!world.is_gathering(AT(1), AT(100)));
    world.begin(AT(2));
    let mut said = 0;
    let mut now = AT(2);
    while now < AT(10_000) {
        while let Some((user, order)) = world.due(now, |_| true) {
            let (receivers, text, id) = match order {
                Order::Say { text, id } if dialect.echoes() => (vec![user], text, id),
                Order::Say { text, id } => {
                    ((0..3).filter(|other| *other != user).collect(), text, id)
                }
                Order::Tell { to, text, id } => {
                    (vec![world.cast.find(to.as_str()).unwrap()], text, id)
                }
                Order::List { .. } => {
                    let names = (0..3).map(|user| world.cast.name(user).clone()).collect();
                    world.heard(user, Heard::Names(names), now);
                    continue;
                }
                other => panic!("nobody is to do this: {other:?}"),
            };
            said += 1;
            world.heard(user, Heard::Taken { id, number: said }, now + AT(1));
            for receiver in receivers {
                for _ in 0..treats(said) {
                    let heard = if dialect == Dialect::Lab(Lab::Comma) {
                        Heard::Greeted { from: world.cast.name(user).clone() }
                    } else {
                        Heard::Text { text: text.clone(), number: Some(said) }
                    };
                    world.heard(receiver, heard, now + AT(3));
                }
            }
        }
        now = world.wakes_at(now).unwrap_or(AT(10_000)).max(now);
    }
    world.end(AT(10_000));
    world
}

const DIALECTS: [Dialect; 5] = [
    Dialect::Native,
    Dialect::Nc,
    Dialect::Lab(Lab::Line),
    Dialect::Lab(Lab::Comma),
    Dialect::Lab(Lab::Raw),
];

#[test]
fn a_server_that_delivers_is_found_good() {
    for dialect in DIALECTS {
        let world = play(dialect, |_| 1);
        assert!(world.verdict().is_good(), "{dialect}: {:?}", world.verdict());
        assert!(!world.is_awaiting(AT(10_000), AT(1_000)), "{dialect}");
        assert!(world.all.sent > 20 && world.all.received >= world.all.sent, "{dialect}");
        assert_eq!(world.all.received, world.verdict().due);
        let p50 = world.all.latencies.percentile(0.5).unwrap();
        assert!((AT(3)..AT(4)).contains(&p50), "{p50:?}");
    }
}

#[test]
fn a_server_that_loses_or_doubles_is_not() {
    for dialect in DIALECTS {
        let world = play(dialect, |number| usize::from(number != 7));
        assert!((1..=2).contains(&world.verdict().lost), "{dialect}");
        let world = play(dialect, |number| if number == 7 { 2 } else { 1 });
        assert!((1..=2).contains(&world.verdict().doubled), "{dialect}");
        assert_eq!(world.verdict().lost, 0, "{dialect}");
    }
}

#[test]
fn whoever_takes_turns_waits_for_the_answer_and_asks_for_what_is_left() {
    let plan = Plan { dialect: Dialect::Duet, users: 2, every: AT(500), ..Plan::default() };
    let mut world = World::new(&plan);
    (0..2).for_each(|user| world.knocked(user, AT(0)));
    assert!(!world.is_gathering(AT(0), AT(100)), "nobody says who they are");
    world.begin(AT(1));
    let (first, Order::Say { text, .. }) = world.due(AT(5_000), |_| true).unwrap() else {
        panic!()
    };
    let said = Heard::Line(Text::new(&format!("guest-1: {}", text.as_str())).unwrap());
    let second = 1 - first;
    assert_eq!(world.due(AT(5_000), |_| true).map(|(user, _)| user), Some(second));
    assert_eq!(world.due(AT(9_000), |_| true), None, "both wait");
    for heard in [said, Heard::Answered] {
        world.heard(second, heard, AT(9_001));
    }
    assert_eq!((world.awaited(), world.members[second].received), (1, 1));
    world.end(AT(9_002));
    // What was said last is heard in one more turn, by whoever does not wait for an answer anyway.
    assert_eq!(world.due(AT(9_003), |_| true), Some((second, Order::Listen)));
    assert_eq!(world.due(AT(9_003), |_| true), None);
    world.heard(second, Heard::Answered, AT(9_004));
    assert_eq!(world.due(AT(9_005), |_| true), Some((second, Order::Listen)));
}

#[test]
fn nobody_waits_for_ever_for_a_server_that_says_nothing() {
    let plan = Plan { users: 2, ..Plan::default() };
    let mut world = World::new(&plan);
    world.knocked(0, AT(0));
    assert!(world.is_gathering(AT(99), AT(100)) && !world.is_gathering(AT(100), AT(100)));
    world.gone(1, "refused".to_owned());
    world.begin(AT(100));
    assert_eq!(world.members[0].place, Place::In);
    assert!(!world.is_over());
    world.gone(0, "closed".to_owned());
    assert!(world.is_over());
}

/// Two users who chat, and one who comes in when they have begun.
fn with_a_latecomer() -> World {
    let plan = Plan { dialect: Dialect::Lab(Lab::Line), users: 3, ..Plan::default() };
    let mut world = World::new(&plan);
    for user in 0..2 {
        world.knocked(user, AT(0));
    }
    world.begin(AT(1));
    world.knocked(2, AT(2));
    world.heard(2, Heard::In(world.cast.name(2).clone()), AT(3));
    assert_eq!(world.members[2].place, Place::In);
    world
}

#[test]
fn nobody_waits_for_what_somebody_hears_who_came_too_late() {
    let mut world = with_a_latecomer();
    let (user, order) = world.due(AT(5_000), |_| true).unwrap();
    let Order::Say { text, .. } = order else { panic!("{order:?}") };
    assert_eq!((world.awaited(), world.so_far().due), (1, 1));
    for (hears, awaited) in [(2, 1), (1 - user, 0)] {
        world.heard(hears, Heard::Text { text: text.clone(), number: None }, AT(5_001));
        assert_eq!(world.awaited(), awaited, "{hears}");
    }
    assert!(!world.is_awaiting(AT(5_001), AT(1_000)));
    assert_eq!(world.all.received, 1);
    assert!(world.verdict().is_good(), "{:?}", world.verdict());
}

#[test]
fn whoever_cannot_be_told_does_nothing() {
    let mut world = with_a_latecomer();
    assert!(world.due(AT(5_000), |_| false).is_none());
    assert_eq!(world.due(AT(5_000), |user| user == 1).map(|(user, _)| user), Some(1));
}

#[test]
fn what_somebody_makes_up_harms_nobody() {
    let mut world = World::new(&Plan { users: 2, ..Plan::default() });
    let text = world.cast.text(Message { from: 1, to: To::All, number: 0 });
    let heard = Heard::Text { text: Text::new(&text).unwrap(), number: Some(1) };
    // Before anything was said at all, and after.
    world.heard(0, heard.clone(), AT(0));
    world.heard(0, Heard::Greeted { from: world.cast.name(1).clone() }, AT(0));
    world.begin(AT(1));
    world.heard(0, heard, AT(2));
    for id in ["", "@", "1@", "@1", "99999999999", "1@99999999999", "5@1", "0@77"] {
        if let Ok(id) = MessageId::new(id) {
            world.heard(0, Heard::Taken { id, number: 1 }, AT(3));
        }
    }
    assert_eq!(world.verdict().strange, 1);
}
