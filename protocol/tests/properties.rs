//! Whatever is printed reads back the same, and whatever is read never panics.

#![allow(clippy::unwrap_used)]

use std::borrow::Cow;

use bytes::BytesMut;
use chat_protocol::event::{
    Announcement, DirectMessage, HistoryPage, Hit, MembersPage, Presence, RoomMessage, RoomSummary,
    RoomsPage, SearchPage, Timer, TimerChange, TimerNews, Whois,
};
use chat_protocol::{
    Ack, Conversation, Event, Hello, Line, LineCodec, Marks, Message, MessageId, Nick, Page,
    Profile, Request, Resume, RoomName, Search, Text, Token, limit,
};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::{prop_assert, prop_assert_eq};

fn nick() -> impl Strategy<Value = Nick> {
    any::<String>().prop_map(|raw| Nick::repair(&raw).unwrap_or_else(Nick::guest))
}

fn room() -> impl Strategy<Value = RoomName> {
    "[\\p{L}0-9_-]{1,20}".prop_map(|raw| RoomName::new(&raw).unwrap_or_else(|_| RoomName::lobby()))
}

fn text() -> impl Strategy<Value = Text> {
    any::<String>().prop_map(|raw| Text::new(&raw).unwrap_or_else(|_| Text::new("x").unwrap()))
}

fn id() -> impl Strategy<Value = MessageId> {
    "\\PC{1,10}".prop_map(|raw| MessageId::new(&raw).unwrap_or_else(|_| 1.into()))
}

fn conversation() -> impl Strategy<Value = Conversation> {
    prop_oneof![room().prop_map(Conversation::Room), nick().prop_map(Conversation::Direct)]
}

fn hello() -> impl Strategy<Value = Hello> {
    let resume = (conversation(), any::<u64>(), any::<Option<String>>());
    let resume = resume.prop_map(|(room, after, log)| Resume { room, after, log });
    (nick(), "\\PC{16,40}", any::<Option<String>>(), vec(resume, 0..4)).prop_map(
        |(name, token, code, resume)| Hello {
            token: Token::new(&token),
            code,
            resume,
            ..Hello::guest(name)
        },
    )
}

fn line(most: usize) -> impl Strategy<Value = Line> {
    any::<String>().prop_map(move |raw| Line::cut(Line::cut(&raw, most).trim_end(), most))
}

fn profile() -> impl Strategy<Value = Profile> {
    let field = || line(limit::FIELD_BYTES);
    (field(), field(), field()).prop_map(|(full_name, student_id, github)| Profile {
        full_name,
        student_id,
        github,
    })
}

fn marks() -> impl Strategy<Value = Marks> {
    any::<[bool; 4]>().prop_map(|[host, guest, away, visit]| Marks { host, guest, away, visit })
}

fn whois() -> impl Strategy<Value = Whois> {
    let via = proptest::option::of(Just(Cow::Borrowed("line")));
    (nick(), any::<bool>(), marks(), via, vec(room(), 0..4), profile(), line(limit::AWAY_BYTES))
        .prop_map(|(name, here, marks, via, rooms, profile, away)| Whois {
            name,
            here,
            marks,
            via,
            rooms,
            profile,
            away,
        })
}

fn members() -> impl Strategy<Value = MembersPage> {
    let some =
        marks().prop_filter("nobody without marks is in the list", |marks| !marks.is_empty());
    (room(), proptest::collection::btree_map(nick(), some, 0..4), any::<bool>()).prop_map(
        |(room, marks, more)| MembersPage {
            room,
            members: marks.keys().cloned().collect(),
            via: [].into(),
            marks,
            more,
        },
    )
}

fn search() -> impl Strategy<Value = Search> {
    let cursor = proptest::option::of(line(limit::CURSOR_BYTES));
    let offset = proptest::option::of(-limit::OFFSET_MINUTES..=limit::OFFSET_MINUTES);
    (line(limit::QUERY_BYTES), 1..=limit::SEARCH_PAGE, cursor, offset)
        .prop_map(|(query, limit, before, offset)| Search { query, limit, before, offset })
}

fn page_of_hits() -> impl Strategy<Value = SearchPage> {
    let hit = (conversation(), message()).prop_map(|(room, message)| Hit { room, message });
    let next = proptest::option::of(line(limit::CURSOR_BYTES));
    (line(limit::QUERY_BYTES), vec(hit, 0..4), next, any::<bool>())
        .prop_map(|(query, hits, next, complete)| SearchPage { query, hits, next, complete })
}

fn request() -> impl Strategy<Value = Request> {
    let page = prop_oneof![
        Just(Page::Newest),
        any::<u64>().prop_map(Page::Before),
        any::<u64>().prop_map(Page::After)
    ];
    prop_oneof![
        hello().prop_map(|hello| Request::Hello(Box::new(hello))),
        (id(), room(), text()).prop_map(|(id, room, text)| Request::Say { id, room, text }),
        (id(), nick(), text()).prop_map(|(id, to, text)| Request::Tell { id, to, text }),
        (conversation(), page, 1..=limit::HISTORY_PAGE)
            .prop_map(|(room, page, limit)| Request::History { room, page, limit }),
        (room(), proptest::option::of(nick()))
            .prop_map(|(room, after)| Request::Members { room, after }),
        (room(), any::<String>())
            .prop_map(|(room, text)| Request::Topic { room, text: Line::cut(&text, 500) }),
        (room(), line(limit::ANNOUNCEMENT_BYTES))
            .prop_map(|(room, text)| Request::Announce { room, text }),
        (room(), 0..=limit::TIMER_SECONDS)
            .prop_map(|(room, seconds)| Request::Timer { room, seconds }),
        nick().prop_map(|name| Request::Rename { name }),
        nick().prop_map(|name| Request::Whois { name }),
        profile().prop_map(Request::Profile),
        line(limit::AWAY_BYTES).prop_map(|text| Request::Away { text }),
        proptest::option::of(room()).prop_map(|after| Request::Rooms { after }),
        search().prop_map(Request::Search),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    (any::<u64>(), nick(), any::<i64>(), text()).prop_map(|(seq, from, at, text)| Message {
        seq,
        from,
        at,
        text,
    })
}

fn timer_change() -> impl Strategy<Value = TimerChange> {
    prop_oneof![
        (any::<i64>(), any::<u64>(), nick())
            .prop_map(|(ends, remaining, by)| TimerChange::Set(Timer { ends, remaining }, by)),
        nick().prop_map(TimerChange::TakenAway),
        any::<i64>().prop_map(TimerChange::Over),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (room(), message())
            .prop_map(|(room, message)| Event::Message(RoomMessage { room, message })),
        (nick(), message()).prop_map(|(to, message)| Event::Direct(DirectMessage {
            to,
            log: None,
            message
        })),
        (id(), conversation(), any::<u64>(), any::<i64>())
            .prop_map(|(id, room, seq, at)| Event::Ack(Ack { id, room, seq, at, log: None })),
        (conversation(), vec(message(), 0..4), any::<bool>()).prop_map(|(room, messages, more)| {
            Event::History(HistoryPage { room, messages, more })
        }),
        (room(), vec(nick(), 1..4), marks()).prop_map(|(room, names, marks)| Event::Joined(
            Presence { room, names, via: None, marks }
        )),
        (room(), line(limit::ANNOUNCEMENT_BYTES), nick())
            .prop_map(|(room, text, by)| Event::Announce(Announcement { room, text, by })),
        (room(), timer_change())
            .prop_map(|(room, change)| Event::Timer(TimerNews { room, change })),
        whois().prop_map(|whois| Event::Whois(Box::new(whois))),
        members().prop_map(Event::Members),
        (nick(), line(limit::AWAY_BYTES)).prop_map(|(name, text)| Event::Away { name, text }),
        page_of_hits().prop_map(Event::Search),
        (vec((room(), line(limit::TOPIC_BYTES), any::<usize>()), 0..4), any::<bool>()).prop_map(
            |(rooms, more)| {
                let summary = |(name, topic, count)| RoomSummary { name, topic, count };
                Event::Rooms(RoomsPage { rooms: rooms.into_iter().map(summary).collect(), more })
            }
        ),
    ]
}

/// Every line in `bytes`, split as they come in pieces of `size`.
fn lines(bytes: &[u8], size: usize) -> Vec<Vec<u8>> {
    let mut codec = LineCodec::default();
    let mut buffer = BytesMut::new();
    let mut lines = Vec::new();
    for piece in bytes.chunks(size) {
        buffer.extend_from_slice(piece);
        while let Some(line) = codec.next_line(&mut buffer) {
            lines.push(line.unwrap().to_vec());
        }
    }
    lines
}

proptest! {
    #[test]
    fn requests_read_back(requests in vec(request(), 1..5), size in 1_usize..100) {
        let mut out = BytesMut::new();
        requests.iter().for_each(|request| request.encode(&mut out));
        let read: Result<Vec<_>, _> =
            lines(&out, size).iter().map(|line| Request::decode(line)).collect();
        prop_assert_eq!(read, Ok(requests));
    }

    #[test]
    fn events_read_back(events in vec(event(), 1..5), size in 1_usize..100) {
        let mut out = BytesMut::new();
        events.iter().for_each(|event| event.encode(&mut out));
        let read: Result<Vec<_>, _> =
            lines(&out, size).iter().map(|line| Event::decode(line)).collect();
        prop_assert_eq!(read, Ok(events));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        let _ = (Request::decode(&bytes), Event::decode(&bytes));
    }

    #[test]
    fn damaged_frames_are_read_or_refused(request in request(), at in any::<usize>(), byte: u8) {
        let mut out = BytesMut::new();
        request.encode(&mut out);
        let at = at % out.len();
        out[at] = byte;
        let _ = (Request::decode(&out), Request::decode(&out[..at]));
    }

    #[test]
    fn what_is_read_is_clean(raw: String) {
        let json = serde_json::json!({"type": "say", "id": "x", "room": "lobby", "text": raw});
        if let Ok(Request::Say { text, .. }) = Request::decode(json.to_string().as_bytes()) {
            prop_assert!(!text.chars().any(chat_protocol::text::is_unwanted));
        }
    }
}

#[test]
fn the_largest_lists_fit_a_frame() {
    // A page of rooms is cut before the room that would reach the limit; an answer about somebody
    // names at most all rooms that one may be in; a list of people names each of them thrice.
    const { assert!(limit::ROOMS_BYTES + 400 < limit::FRAME_BYTES) };
    let whois = limit::ROOMS_MOST * (limit::NAME_BYTES + 3) + 8 * limit::FIELD_BYTES + 800;
    let members = limit::MEMBERS_PAGE * (3 * limit::NAME_BYTES + 64) + 800;
    assert!(whois < limit::FRAME_BYTES && members < limit::FRAME_BYTES);
}

#[test]
fn the_largest_history_page_fits_a_frame() {
    // A page is cut once the bytes of its messages reach the limit; the one that reaches it may
    // be of any size.
    let largest = limit::HISTORY_BYTES + 2 * limit::TEXT_BYTES + limit::NAME_BYTES + 400;
    assert!(largest < limit::FRAME_BYTES);
}
