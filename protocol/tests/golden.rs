//! The exact bytes of every frame, as `PROTOCOL.md` has them. A change here is a change of the
//! protocol.

#![allow(clippy::unwrap_used)]

use std::borrow::Cow;

use bytes::BytesMut;
use chat_protocol::event::{
    Announcement, Board, DirectInfo, DirectMessage, HistoryPage, Hit, MembersPage, Presence,
    RoomMessage, RoomSummary, RoomsPage, SearchPage, Timer, TimerChange, TimerNews, Whois,
};
use chat_protocol::{
    Ack, Code, Conversation, Event, Hello, Line, Marks, Message, MessageId, Nick, Page, Profile,
    Refusal, Request, Resume, RoomInfo, RoomName, Search, Text, Token, Welcome, limit,
};

fn nick(raw: &str) -> Nick {
    Nick::new(raw).unwrap()
}

fn room(raw: &str) -> RoomName {
    RoomName::new(raw).unwrap()
}

fn text(raw: &str) -> Text {
    Text::new(raw).unwrap()
}

fn line(raw: &str) -> Line {
    Line::from(raw.to_owned())
}

fn id(raw: &str) -> MessageId {
    MessageId::new(raw).unwrap()
}

fn lobby() -> Conversation {
    Conversation::Room(RoomName::lobby())
}

fn message() -> Message {
    Message { seq: 124, from: nick("ann"), at: 1_795_230_000_123, text: text("hi") }
}

/// The request prints as `json`, and `json` reads as the request.
fn request(request: &Request, json: &str) {
    let mut out = BytesMut::new();
    request.encode(&mut out);
    assert_eq!(String::from_utf8_lossy(&out), format!("{json}\n"));
    assert_eq!(Request::decode(json.as_bytes()).as_ref(), Ok(request));
}

/// The event prints as `json`, and `json` reads as the event.
fn event(event: &Event, json: &str) {
    let mut out = BytesMut::new();
    event.encode(&mut out);
    assert_eq!(String::from_utf8_lossy(&out), format!("{json}\n"));
    assert_eq!(Event::decode(json.as_bytes()).as_ref(), Ok(event));
}

#[test]
fn hello() {
    request(
        &Request::Hello(Box::new(Hello::guest(nick("ann")))),
        r#"{"type":"hello","version":1,"name":"ann"}"#,
    );
    let whole = Hello {
        token: Token::new("0123456789abcdef"),
        code: Some("swordfish".to_owned()),
        client: Some(line("chat-tui 0.1.0")),
        profile: Some(Profile {
            full_name: line("Ann Lee"),
            student_id: line("s123"),
            github: line("annlee"),
        }),
        resume: vec![
            Resume { room: lobby(), after: 123, log: Some("9f2c".to_owned()) },
            Resume { room: Conversation::Direct(nick("bob")), after: 0, log: None },
        ],
        visit: true,
        ..Hello::guest(nick("ann"))
    };
    request(
        &Request::Hello(Box::new(whole)),
        concat!(
            r#"{"type":"hello","version":1,"name":"ann","token":"0123456789abcdef","#,
            r#""code":"swordfish","client":"chat-tui 0.1.0","profile":{"full_name":"Ann Lee","#,
            r#""student_id":"s123","github":"annlee"},"resume":[{"room":"lobby","after":123,"#,
            r#""log":"9f2c"},{"room":"@bob","after":0}],"visit":true}"#
        ),
    );
}

#[test]
fn what_is_said() {
    request(
        &Request::Say { id: id("x1"), room: room("lobby"), text: text("hi") },
        r#"{"type":"say","id":"x1","room":"lobby","text":"hi"}"#,
    );
    request(
        &Request::Tell { id: id("x2"), to: nick("bob"), text: text("two\nlines") },
        r#"{"type":"tell","id":"x2","to":"bob","text":"two\nlines"}"#,
    );
}

#[test]
fn requests_about_rooms() {
    request(&Request::Join { room: room("rust") }, r#"{"type":"join","room":"rust"}"#);
    request(&Request::Part { room: room("rust") }, r#"{"type":"part","room":"rust"}"#);
    request(&Request::Rename { name: nick("anna") }, r#"{"type":"rename","name":"anna"}"#);
    request(
        &Request::Topic { room: room("rust"), text: line("crabs") },
        r#"{"type":"topic","room":"rust","text":"crabs"}"#,
    );
    request(
        &Request::History { room: lobby(), page: Page::Before(120), limit: 50 },
        r#"{"type":"history","room":"lobby","before":120,"limit":50}"#,
    );
    request(
        &Request::History {
            room: Conversation::Direct(nick("bob")),
            page: Page::After(7),
            limit: 1,
        },
        r#"{"type":"history","room":"@bob","after":7,"limit":1}"#,
    );
    request(
        &Request::History { room: lobby(), page: Page::Newest, limit: 200 },
        r#"{"type":"history","room":"lobby","limit":200}"#,
    );
    request(
        &Request::Members { room: room("rust"), after: Some(nick("ann")) },
        r#"{"type":"members","room":"rust","after":"ann"}"#,
    );
    request(
        &Request::Members { room: room("rust"), after: None },
        r#"{"type":"members","room":"rust"}"#,
    );
}

#[test]
fn what_a_room_shows() {
    request(
        &Request::Announce { room: room("rust"), text: line("pause until 10:15") },
        r#"{"type":"announce","room":"rust","text":"pause until 10:15"}"#,
    );
    request(
        &Request::Timer { room: room("rust"), seconds: 300 },
        r#"{"type":"timer","room":"rust","seconds":300}"#,
    );
    let text = line("pause until 10:15");
    event(
        &Event::Announce(Announcement { room: room("rust"), text: text.clone(), by: nick("ann") }),
        r#"{"type":"announce","room":"rust","text":"pause until 10:15","by":"ann"}"#,
    );
    let off = Request::decode(br#"{"type":"timer","room":"rust"}"#);
    assert_eq!(off, Ok(Request::Timer { room: room("rust"), seconds: 0 }));
    let timer = Timer { ends: 1_795_230_300_123, remaining: 300_000 };
    let news = |change| Event::Timer(TimerNews { room: room("rust"), change });
    event(
        &news(TimerChange::Set(timer, nick("ann"))),
        r#"{"type":"timer","room":"rust","ends":1795230300123,"remaining":300000,"by":"ann"}"#,
    );
    event(
        &news(TimerChange::TakenAway(nick("ann"))),
        r#"{"type":"timer","room":"rust","by":"ann"}"#,
    );
    event(
        &news(TimerChange::Over(1_795_230_300_123)),
        r#"{"type":"timer","room":"rust","ends":1795230300123,"remaining":0}"#,
    );
    event(
        &Event::Room(RoomInfo {
            name: room("rust"),
            topic: line(""),
            last: 0,
            count: 1,
            members: vec![nick("ann")],
            via: [].into(),
            marks: [].into(),
            board: Board { announcement: text, timer: Some(timer) },
        }),
        concat!(
            r#"{"type":"room","name":"rust","topic":"","last":0,"count":1,"members":["ann"],"#,
            r#""announcement":"pause until 10:15","timer":{"ends":1795230300123,"remaining":300000}}"#
        ),
    );
}

#[test]
fn requests_without_fields() {
    request(&Request::Time, r#"{"type":"time"}"#);
    request(&Request::Ping, r#"{"type":"ping"}"#);
    request(&Request::Pong, r#"{"type":"pong"}"#);
    request(&Request::Bye, r#"{"type":"bye"}"#);
}

#[test]
fn welcome() {
    let host = Marks { host: true, away: true, ..Marks::default() };
    let guest = Marks { guest: true, ..Marks::default() };
    let lobby = RoomInfo {
        name: RoomName::lobby(),
        topic: line(""),
        last: 123,
        count: 2,
        members: vec![nick("ann"), nick("bob")],
        via: [(nick("bob"), Cow::Borrowed("line"))].into(),
        marks: [(nick("ann"), host), (nick("bob"), guest)].into(),
        board: Board::default(),
    };
    let welcome = Welcome {
        version: 1,
        name: nick("ann"),
        server: line("room 12"),
        log: "9f2c".to_owned(),
        directs: vec![DirectInfo { name: nick("bob"), last: 7, log: Some("9f2c.3".to_owned()) }],
        rooms: vec![lobby],
    };
    event(
        &Event::Welcome(Box::new(welcome)),
        concat!(
            r#"{"type":"welcome","version":1,"name":"ann","server":"room 12","log":"9f2c","#,
            r#""directs":[{"name":"bob","last":7,"log":"9f2c.3"}],"rooms":[{"name":"lobby","topic":"","#,
            r#""last":123,"count":2,"members":["ann","bob"],"via":{"bob":"line"},"#,
            r#""marks":{"ann":["host","away"],"bob":["guest"]}}]}"#
        ),
    );
}

#[test]
fn messages() {
    event(
        &Event::Ack(Ack {
            id: id("x1"),
            room: lobby(),
            seq: 124,
            at: 1_795_230_000_123,
            log: None,
        }),
        r#"{"type":"ack","id":"x1","room":"lobby","seq":124,"at":1795230000123}"#,
    );
    let to_bob = Conversation::Direct(nick("bob"));
    event(
        &Event::Ack(Ack {
            id: id("x2"),
            room: to_bob.clone(),
            seq: 8,
            at: 1,
            log: Some("9f2c.3".to_owned()),
        }),
        r#"{"type":"ack","id":"x2","room":"@bob","seq":8,"at":1,"log":"9f2c.3"}"#,
    );
    event(
        &Event::Message(RoomMessage { room: RoomName::lobby(), message: message() }),
        r#"{"type":"message","room":"lobby","seq":124,"from":"ann","at":1795230000123,"text":"hi"}"#,
    );
    event(
        &Event::Direct(DirectMessage {
            to: nick("bob"),
            log: Some("9f2c.3".to_owned()),
            message: message(),
        }),
        r#"{"type":"direct","from":"ann","to":"bob","seq":124,"at":1795230000123,"text":"hi","log":"9f2c.3"}"#,
    );
    event(
        &Event::History(HistoryPage { room: to_bob, messages: vec![message()], more: true }),
        concat!(
            r#"{"type":"history","room":"@bob","messages":[{"seq":124,"from":"ann","#,
            r#""at":1795230000123,"text":"hi"}],"more":true}"#
        ),
    );
}

#[test]
fn comings_and_goings() {
    event(
        &Event::Room(RoomInfo {
            name: room("rust"),
            topic: line("crabs"),
            last: 0,
            count: 1,
            members: vec![nick("ann")],
            via: [].into(),
            marks: [].into(),
            board: Board::default(),
        }),
        r#"{"type":"room","name":"rust","topic":"crabs","last":0,"count":1,"members":["ann"]}"#,
    );
    event(
        &Event::Joined(Presence::one(room("rust"), nick("ann"))),
        r#"{"type":"joined","room":"rust","name":"ann"}"#,
    );
    event(
        &Event::Joined(Presence {
            via: Some(Cow::Borrowed("line")),
            ..Presence::one(room("rust"), nick("bob"))
        }),
        r#"{"type":"joined","room":"rust","name":"bob","via":"line"}"#,
    );
    let guest = Marks { guest: true, ..Marks::default() };
    event(
        &Event::Joined(Presence {
            names: vec![nick("ann"), nick("bob")],
            marks: guest,
            ..Presence::one(room("rust"), nick("ann"))
        }),
        r#"{"type":"joined","room":"rust","names":["ann","bob"],"marks":["guest"]}"#,
    );
    event(
        &Event::Left(Presence {
            room: room("rust"),
            names: vec![nick("ann"), nick("bob")],
            via: None,
            marks: Marks::default(),
        }),
        r#"{"type":"left","room":"rust","names":["ann","bob"]}"#,
    );
    event(
        &Event::Renamed { from: nick("ann"), to: nick("anna") },
        r#"{"type":"renamed","from":"ann","to":"anna"}"#,
    );
    event(
        &Event::Topic { room: room("rust"), text: line("crabs"), by: nick("ann") },
        r#"{"type":"topic","room":"rust","text":"crabs","by":"ann"}"#,
    );
    event(
        &Event::Members(MembersPage {
            room: room("rust"),
            members: vec![nick("ann")],
            via: [].into(),
            marks: [].into(),
            more: false,
        }),
        r#"{"type":"members","room":"rust","members":["ann"],"more":false}"#,
    );
    event(
        &Event::Members(MembersPage {
            room: room("rust"),
            members: vec![nick("ann")],
            via: [].into(),
            marks: [(nick("ann"), guest)].into(),
            more: true,
        }),
        r#"{"type":"members","room":"rust","members":["ann"],"marks":{"ann":["guest"]},"more":true}"#,
    );
}

#[test]
fn who_somebody_is() {
    request(&Request::Whois { name: nick("bob") }, r#"{"type":"whois","name":"bob"}"#);
    let profile =
        Profile { full_name: line("Bob Ray"), student_id: line("s7"), github: line("bobray") };
    request(
        &Request::Profile(profile.clone()),
        r#"{"type":"profile","full_name":"Bob Ray","student_id":"s7","github":"bobray"}"#,
    );
    request(&Request::Profile(Profile::default()), r#"{"type":"profile"}"#);
    let bare = Whois {
        name: nick("bob"),
        here: false,
        marks: Marks::default(),
        via: None,
        rooms: Vec::new(),
        profile: Profile::default(),
        away: line(""),
    };
    event(&Event::Whois(Box::new(bare.clone())), r#"{"type":"whois","name":"bob","here":false}"#);
    let whole = Whois {
        here: true,
        marks: Marks { guest: true, away: true, ..Marks::default() },
        via: Some(Cow::Borrowed("line")),
        rooms: vec![room("lobby"), room("rust")],
        profile,
        away: line("lunch"),
        ..bare
    };
    event(
        &Event::Whois(Box::new(whole)),
        concat!(
            r#"{"type":"whois","name":"bob","here":true,"marks":["guest","away"],"via":"line","#,
            r#""rooms":["lobby","rust"],"profile":{"full_name":"Bob Ray","student_id":"s7","#,
            r#""github":"bobray"},"away":"lunch"}"#
        ),
    );
}

#[test]
fn away_and_back() {
    request(&Request::Away { text: line("lunch") }, r#"{"type":"away","text":"lunch"}"#);
    request(&Request::Away { text: line("") }, r#"{"type":"away"}"#);
    let empty = Request::decode(br#"{"type":"away","text":" "}"#);
    assert_eq!(empty, Ok(Request::Away { text: line("") }));
    event(
        &Event::Away { name: nick("ann"), text: line("lunch") },
        r#"{"type":"away","name":"ann","text":"lunch"}"#,
    );
    event(
        &Event::Away { name: nick("ann"), text: line("") },
        r#"{"type":"away","name":"ann","text":""}"#,
    );
}

#[test]
fn rooms() {
    request(&Request::Rooms { after: None }, r#"{"type":"rooms"}"#);
    request(&Request::Rooms { after: Some(room("rust")) }, r#"{"type":"rooms","after":"rust"}"#);
    assert_eq!(
        Request::decode(br#"{"type":"rooms","after":""}"#),
        Ok(Request::Rooms { after: None })
    );
    let rust = RoomSummary { name: room("rust"), topic: line("crabs"), count: 3 };
    event(
        &Event::Rooms(RoomsPage { rooms: vec![rust], more: true }),
        r#"{"type":"rooms","rooms":[{"name":"rust","topic":"crabs","count":3}],"more":true}"#,
    );
    event(
        &Event::Rooms(RoomsPage { rooms: Vec::new(), more: false }),
        r#"{"type":"rooms","rooms":[],"more":false}"#,
    );
}

#[test]
fn search() {
    request(
        &Request::Search(Search::new("deadlock from:ann")),
        r#"{"type":"search","query":"deadlock from:ann","limit":50}"#,
    );
    let next =
        Search { limit: 20, before: Some(line("x7")), offset: Some(-120), ..Search::new("") };
    request(
        &Request::Search(next),
        r#"{"type":"search","query":"","limit":20,"before":"x7","offset":-120}"#,
    );
    let read = |json: &str| Request::decode(json.as_bytes());
    assert_eq!(
        read(r#"{"type":"search","query":"a\nb","limit":9999,"offset":99999}"#),
        Ok(Request::Search(Search {
            limit: limit::SEARCH_PAGE,
            offset: Some(limit::OFFSET_MINUTES),
            ..Search::new("a b")
        }))
    );
    let long = Search::new(&"é".repeat(1_000));
    assert_eq!(long.query.len(), limit::QUERY_BYTES);
    let hits = vec![
        Hit { room: lobby(), message: message() },
        Hit { room: Conversation::Direct(nick("bob")), message: Message { seq: 7, ..message() } },
    ];
    let page = SearchPage { query: line("hi"), hits, next: Some(line("x7")), complete: true };
    event(
        &Event::Search(page.clone()),
        concat!(
            r#"{"type":"search","query":"hi","hits":["#,
            r#"{"room":"lobby","seq":124,"from":"ann","at":1795230000123,"text":"hi"},"#,
            r#"{"room":"@bob","seq":7,"from":"ann","at":1795230000123,"text":"hi"}],"next":"x7"}"#
        ),
    );
    event(
        &Event::Search(SearchPage { hits: Vec::new(), next: None, complete: false, ..page }),
        r#"{"type":"search","query":"hi","hits":[],"complete":false}"#,
    );
}

#[test]
fn the_rest() {
    event(&Event::Time { at: 5 }, r#"{"type":"time","at":5}"#);
    event(&Event::Ping, r#"{"type":"ping"}"#);
    event(&Event::Pong, r#"{"type":"pong"}"#);
    event(&Event::Bye { text: "so long".to_owned() }, r#"{"type":"bye","text":"so long"}"#);
    event(
        &Event::Error(Refusal::new(Code::NameTaken, "taken").answering("x").suggesting("ann-2")),
        r#"{"type":"error","code":"name_taken","text":"taken","id":"x","suggest":"ann-2"}"#,
    );
    let gap = Refusal { first: Some(10), ..Refusal::new(Code::Gap, "gone").about("lobby") };
    event(
        &Event::Error(gap),
        r#"{"type":"error","code":"gap","text":"gone","room":"lobby","first":10}"#,
    );
    assert_eq!(Event::decode(br#"{"type":"reaction","of":1}"#), Ok(Event::Unknown));
}

/// `json` is refused with this code, naming this id if any.
fn refused(json: &str, code: Code, id: Option<&str>) {
    let refusal = Request::decode(json.as_bytes()).expect_err(json);
    assert_eq!((refusal.code, refusal.id.as_deref()), (code, id), "{json}");
}

#[test]
fn requests_that_are_refused() {
    use Code::{BadFrame, BadName, BadRoom, BadText, BadVersion, UnknownType};
    refused("", BadFrame, None);
    refused(r#"{"type":"timer","room":"rust","seconds":86401}"#, BadFrame, None);
    refused(r#"{"type":"timer","room":"rust","seconds":-1}"#, BadFrame, None);
    let long = "x".repeat(513);
    let announce = format!(r#"{{"type":"announce","room":"rust","text":"{long}"}}"#);
    refused(&announce, BadText, None);
    refused("hello", BadFrame, None);
    refused("[]", BadFrame, None);
    refused(r#"["time"]"#, BadFrame, None);
    refused("{}", BadFrame, None);
    refused(r#"{"type":7}"#, BadFrame, None);
    refused(r#"{"type":"say","id":"x","room":"lobby"}"#, BadFrame, Some("x"));
    refused(r#"{"type":"say","id":7,"room":"lobby","text":"hi"}"#, BadFrame, None);
    refused(r#"{"type":"say","id":"","room":"lobby","text":"hi"}"#, BadFrame, Some(""));
    refused(r#"{"type":"say","id":"x","room":"a b","text":"hi"}"#, BadRoom, Some("x"));
    refused(r#"{"type":"say","id":"x","room":"lobby","text":""}"#, BadText, Some("x"));
    refused(r#"{"type":"say","id":"x","room":"lobby","text":"\u001b\u0007"}"#, BadText, Some("x"));
    refused(r#"{"type":"say","id":"x","room":"lobby","text":"\ud800"}"#, BadFrame, Some("x"));
    refused(r#"{"type":"tell","id":"x","to":"!b","text":"hi"}"#, BadName, Some("x"));
    refused(r#"{"type":"hello","version":2,"name":"ann"}"#, BadVersion, None);
    refused(r#"{"type":"hello","version":1,"name":""}"#, BadName, None);
    refused(r#"{"type":"hello","version":1,"name":"ann","token":"short"}"#, BadFrame, None);
    refused(r#"{"type":"history","room":"lobby","before":1,"after":1}"#, BadFrame, None);
    refused(r#"{"type":"whois","name":"!b"}"#, BadName, None);
    refused(r#"{"type":"whois"}"#, BadFrame, None);
    refused(r#"{"type":"profile","github":7}"#, BadFrame, None);
    refused(r#"{"type":"away","text":["lunch"]}"#, BadFrame, None);
    refused(&format!(r#"{{"type":"away","text":"{}"}}"#, "x".repeat(129)), BadText, None);
    refused(r#"{"type":"rooms","after":"a b"}"#, BadRoom, None);
    refused(r#"{"type":"dance","id":"x"}"#, UnknownType, Some("x"));
    refused(r#"{"type":"ping","a":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"#, BadFrame, None);
    let long =
        format!(r#"{{"type":"say","id":"x","room":"lobby","text":"{}"}}"#, "x".repeat(8_193));
    refused(&long, BadText, Some("x"));
}

#[test]
fn a_bad_name_comes_with_a_good_one() {
    let refusal = Request::decode(br#"{"type":"hello","version":1,"name":" <ann> "}"#).unwrap_err();
    assert_eq!((refusal.code, refusal.suggest.as_deref()), (Code::BadName, Some("ann")));
}

#[test]
fn a_profile_is_cut_and_cleaned() {
    let long = format!(r#"{{"type":"profile","github":"\u001b[31m{}"}}"#, "x".repeat(200));
    let Ok(Request::Profile(profile)) = Request::decode(long.as_bytes()) else { panic!("{long}") };
    assert_eq!((profile.github.len(), profile.github.starts_with("[31mx")), (128, true));
}

#[test]
fn unknown_fields_are_passed_over() {
    let read = Request::decode(br#"{"type":"join","room":"rust","colour":{"r":[1,2]}}"#);
    assert_eq!(read, Ok(Request::Join { room: room("rust") }));
}

#[test]
fn a_message_is_the_same_wherever_its_type_stands() {
    let read = |line: &str| Event::decode(line.as_bytes());
    let rest = r#""room":"lobby","seq":1,"from":"ann","at":1,"text":"hi""#;
    let first = read(&format!(r#"{{"type":"message",{rest}}}"#));
    assert!(matches!(first, Ok(Event::Message(_))), "{first:?}");
    assert_eq!(read(&format!(r#"{{{rest},"type":"message"}}"#)), first);
    assert_eq!(read(&format!(r#" {{ "type" : "message", {rest} }}"#)), first);

    let refused = |line: String| assert!(read(&line).is_err(), "{line}");
    refused(format!(r#"{{"type":"message",{rest},"type":"ping"}}"#));
    refused(format!(r#"{{"type":"message",{rest},"deep":{}{}}}"#, "[".repeat(17), "]".repeat(17)));
    refused(r#"{"type":"message","room":"no room","seq":1}"#.to_owned());
    refused(r#"{"type":"message","#.to_owned());
}
