//! Whatever the server's frames are and whenever the link breaks: each message once, none missing.

use chat_protocol::{Line, RoomInfo, Text};
use proptest::prelude::*;

use super::*;

fn lobby() -> Conversation {
    Conversation::Room(RoomName::lobby())
}

fn message(seq: u64) -> Message {
    let (from, text) = (Nick::new("bob").unwrap(), Text::new(&format!("m{seq}")).unwrap());
    Message { seq, from, at: 0, text }
}

fn live(seq: u64) -> Frame {
    Frame::Message(RoomMessage { room: RoomName::lobby(), message: message(seq) })
}

fn room(name: &str, last: u64) -> RoomInfo {
    RoomInfo {
        name: RoomName::new(name).unwrap(),
        topic: Line::default(),
        last,
        count: 1,
        members: Vec::new(),
        via: std::collections::BTreeMap::new(),
        marks: std::collections::BTreeMap::new(),
        board: chat_protocol::event::Board::default(),
    }
}

fn welcome(last: u64) -> Frame {
    let (name, server) = (Nick::new("ann").unwrap(), Line::default());
    let welcome = Welcome {
        version: 1,
        name,
        server,
        log: "1".to_owned(),
        directs: vec![],
        rooms: vec![room("lobby", last)],
    };
    Frame::Welcome(Box::new(welcome))
}

fn page(range: std::ops::RangeInclusive<u64>, more: bool) -> Frame {
    let messages = range.map(message).collect();
    Frame::History(HistoryPage { room: lobby(), messages, more })
}

/// What is printed, `?` and the number behind which is asked, and other things in words.
fn told(steps: Vec<Step>) -> String {
    let word = |step| match step {
        Step::Print(_, said) => Some(said.message.seq.to_string()),
        Step::Ask(Request::History { page: Page::After(seq), .. }) => Some(format!("?{seq}")),
        Step::Ask(Request::History { page: Page::Newest, .. }) => Some("?".to_owned()),
        Step::Unseen(room) => Some(format!("unseen {room}")),
        Step::Unread => Some("unread".to_owned()),
        Step::Say(words) => Some(words),
        Step::Back => None,
        other => Some(format!("{other:?}")),
    };
    steps.into_iter().filter_map(word).collect::<Vec<_>>().join(" ")
}

fn follow(from: From) -> Follow {
    Follow::new(vec![lobby()], from)
}

#[track_caller]
fn check(follow: &mut Follow, frame: Frame, expected: &str) {
    assert_eq!(told(follow.take(frame)), expected);
}

#[test]
fn it_begins_where_it_is_told() {
    let begin = |from, last, expected: &str| check(&mut follow(from), welcome(last), expected);
    begin(From::Last(10), 0, "");
    begin(From::Last(10), 4, "?0");
    begin(From::Last(10), 400, "?390");
    begin(From::Last(0), 400, "");
    begin(From::Behind(0), 400, "?0");
    begin(From::Behind(400), 400, "");
    begin(From::Behind(401), 400, "#lobby has 400 messages only: going on behind the newest");
}

#[test]
fn what_comes_while_a_page_is_awaited_is_asked_for_behind_it() {
    let mut follow = follow(From::Last(3));
    check(&mut follow, welcome(5), "?2");
    check(&mut follow, live(6), "");
    assert!(!follow.is_through());
    check(&mut follow, page(3..=5, false), "3 4 5 ?5");
    check(&mut follow, page(6..=6, false), "6");
    assert!(follow.is_through());
    check(&mut follow, live(7), "7");
    check(&mut follow, live(7), "");
}

#[test]
fn a_broken_link_is_gone_on_with() {
    let mut follow = follow(From::Last(3));
    check(&mut follow, welcome(5), "?2");
    check(&mut follow, page(3..=4, true), "3 4 ?4");
    follow.lost();
    let after: Vec<u64> = follow.resume().iter().map(|resume| resume.after).collect();
    assert_eq!(after, [4]);
    check(&mut follow, welcome(7), "");
    assert!(!follow.is_through());
    check(&mut follow, live(5), "5");
    check(&mut follow, live(6), "6");
    check(&mut follow, live(7), "7");
    assert!(follow.is_through());
}

#[test]
fn another_log_begins_with_its_newest_page() {
    let mut follow = follow(From::Last(0));
    check(&mut follow, welcome(50), "");
    follow.lost();
    follow.take(welcome(3));
    let refusal =
        Refusal { room: Some("lobby".to_owned()), ..Refusal::new(Code::LogChanged, "another log") };
    let words = "#lobby: this server's history is another than before: reading it anew";
    check(&mut follow, Frame::Error(refusal), words);
    check(&mut follow, page(2..=3, true), "2 3");
    check(&mut follow, live(4), "4");
}

#[test]
fn what_is_no_longer_kept_is_not_waited_for() {
    let mut follow = follow(From::Behind(0));
    check(&mut follow, welcome(9), "?0");
    check(&mut follow, page(7..=9, false), "7 8 9");
    assert!(follow.is_through());
    let mut empty = self::follow(From::Behind(0));
    check(&mut empty, welcome(9), "?0");
    let none = Frame::History(HistoryPage { room: lobby(), messages: Vec::new(), more: true });
    check(&mut empty, none, "");
    assert!(empty.is_through());
}

#[test]
fn a_room_that_the_welcome_has_no_place_for_follows_it() {
    let rust: Conversation = "rust".parse().unwrap();
    let mut follow = Follow::new(vec![rust.clone(), rust], From::Last(3));
    check(&mut follow, welcome(3), "unseen rust");
    assert!(!follow.is_through());
    check(&mut follow, Frame::Room(room("rust", 7)), "?4");
    // Whoever enters a room that they are in is shown it again.
    check(&mut follow, Frame::Room(room("rust", 7)), "");
}

fn refused(code: Code, room: Option<&str>) -> Frame {
    Frame::Error(Refusal { room: room.map(str::to_owned), ..Refusal::new(code, "no") })
}

#[test]
fn what_could_not_be_read_is_asked_for_again() {
    for about in [None, Some("lobby")] {
        let mut follow = follow(From::Last(3));
        check(&mut follow, welcome(5), "?2");
        assert_eq!(told(follow.again()), "");
        check(&mut follow, refused(Code::NotStored, about), "unread");
        assert!(!follow.is_through());
        assert_eq!(told(follow.again()), "?2");
        assert_eq!(told(follow.again()), "");
        check(&mut follow, page(3..=5, false), "3 4 5");
        assert!(follow.is_through());
        assert_eq!(told(follow.again()), "");
    }
}

#[test]
fn another_log_that_could_not_be_read_is_asked_for_again() {
    let mut follow = follow(From::Last(0));
    follow.take(welcome(5));
    follow.take(refused(Code::LogChanged, Some("lobby")));
    assert_eq!(told(follow.again()), "");
    check(&mut follow, refused(Code::NotStored, Some("lobby")), "unread");
    assert_eq!(told(follow.again()), "?");
    let empty = Frame::History(HistoryPage { room: lobby(), messages: vec![], more: false });
    check(&mut follow, empty, "");
    assert!(follow.is_through());
}

#[test]
fn a_hello_that_could_not_be_stored_is_refused() {
    let mut follow = follow(From::Last(0));
    let steps = follow.take(refused(Code::NotStored, None));
    assert!(matches!(steps[..], [Step::Refused(_)]), "{steps:?}");
}

proptest! {
    /// A server whose log grows, whose pages are short, and whose link breaks at any time.
    #[test]
    fn each_message_comes_once_and_in_order(
        last in 0_u64..30, most in 1_usize..5,
        chances in proptest::collection::vec(0_u8..10, 0..200))
    {
        let mut log = last;
        let mut follow = follow(From::Behind(0));
        let mut printed = Vec::new();
        let mut asked = std::collections::VecDeque::new();
        let mut take = |follow: &mut Follow, asked: &mut std::collections::VecDeque<u64>, frame| {
            for step in follow.take(frame) {
                match step {
                    Step::Print(_, said) => printed.push(said.message.seq),
                    Step::Ask(Request::History { page: Page::After(seq), .. }) => {
                        asked.push_back(seq);
                    }
                    _ => {}
                }
            }
        };
        let answer = |after: u64, log: u64| {
            let end = log.min(after + most as u64);
            page(after + 1..=end, end < log)
        };
        take(&mut follow, &mut asked, welcome(log));
        for chance in chances {
            match chance {
                0 => {
                    follow.lost();
                    asked.clear();
                    let after = follow.resume()[0].after;
                    take(&mut follow, &mut asked, welcome(log));
                    for seq in after + 1..=log {
                        take(&mut follow, &mut asked, live(seq));
                    }
                }
                1..=5 => {
                    log += 1;
                    take(&mut follow, &mut asked, live(log));
                }
                _ => if let Some(after) = asked.pop_front() {
                    take(&mut follow, &mut asked, answer(after, log));
                },
            }
        }
        while let Some(after) = asked.pop_front() {
            take(&mut follow, &mut asked, answer(after, log));
        }
        prop_assert!(follow.is_through());
        prop_assert_eq!(printed, (1..=log).collect::<Vec<_>>());
    }
}
