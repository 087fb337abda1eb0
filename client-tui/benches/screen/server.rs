//! A server that is nothing but frames: lets everybody in, answers pings and asks for history, and
//! floods the room as it is told.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use chat_protocol::event::{HistoryPage, RoomMessage};
use chat_protocol::{Event, Line, Message, Nick, Page, Request, RoomInfo, RoomName, Text, Welcome};

/// People in the room.
const PEOPLE: [&str; 12] = [
    "ada",
    "bertrand",
    "chinua",
    "dorothy",
    "emmy",
    "fela",
    "grace",
    "hedy",
    "ibn khaldun",
    "joan",
    "katherine",
    "lise",
];

/// What they say, over and over.
const SAID: [&str; 4] = [
    "has anybody got the second exercise to work?",
    "it prints 42 here, but only with the newest compiler",
    "see page 17: the loop ends one step early, so the last line is never read",
    "thanks!",
];

/// Unix milliseconds of the first message.
const BEGIN: i64 = 1_790_000_000_000;

/// How long the flood waits between two writes.
const TICK: Duration = Duration::from_millis(1);

/// A server with one room and one guest.
pub(crate) struct Server {
    pub(crate) port: u16,
    seat: Arc<Mutex<Option<TcpStream>>>,
    pings: Arc<AtomicU64>,
    /// The number of the last message.
    last: u64,
}

impl Server {
    /// Listens; in the room, so many messages were said before.
    pub(crate) fn start(before: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seat, pings) = (Arc::default(), Arc::new(AtomicU64::new(0)));
        let guest = Guest { seat: Arc::clone(&seat), pings: Arc::clone(&pings), before };
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                guest.serve(stream);
            }
        });
        Self { port, seat, pings, last: before }
    }

    /// Pings that were answered.
    pub(crate) fn pings(&self) -> u64 {
        self.pings.load(Ordering::SeqCst)
    }

    /// So many further messages as frames, in one piece.
    pub(crate) fn frames(&mut self, count: u64) -> BytesMut {
        let mut frames = BytesMut::new();
        for _ in 0..count {
            self.last += 1;
            let message = RoomMessage { room: RoomName::lobby(), message: message(self.last) };
            Event::Message(message).encode(&mut frames);
        }
        frames
    }

    /// Writes to the guest as fast as it reads.
    pub(crate) fn write(&self, frames: &[u8]) {
        self.seat.lock().unwrap().as_mut().unwrap().write_all(frames).unwrap();
    }

    /// Offers so many messages a second until it is stopped; returns how many were taken a second.
    pub(crate) fn flood(&mut self, rate: u32, stop: &AtomicBool) -> f64 {
        let start = Instant::now();
        let mut sent = 0;
        while !stop.load(Ordering::SeqCst) {
            std::thread::sleep(TICK);
            let due = start.elapsed().as_secs_f64() * f64::from(rate);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            // Whoever falls behind is not pushed harder for it.
            let count = (due as u64).saturating_sub(sent).min(u64::from(rate) / 100);
            let frames = self.frames(count);
            self.write(&frames);
            sent += count;
        }
        #[allow(clippy::cast_precision_loss)]
        let taken = sent as f64;
        taken / start.elapsed().as_secs_f64()
    }
}

/// The reading side, and what it answers.
struct Guest {
    seat: Arc<Mutex<Option<TcpStream>>>,
    pings: Arc<AtomicU64>,
    before: u64,
}

impl Guest {
    fn serve(&self, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap());
        *self.seat.lock().unwrap() = Some(stream);
        for line in lines.lines().map_while(Result::ok) {
            let Some(answer) = Request::decode(line.as_bytes()).ok().and_then(|it| self.answer(it))
            else {
                continue;
            };
            let mut frame = BytesMut::new();
            answer.encode(&mut frame);
            let mut seat = self.seat.lock().unwrap();
            let written = seat.as_mut().map(|stream| stream.write_all(&frame));
            if written.is_none_or(|written| written.is_err()) {
                return;
            }
        }
    }

    fn answer(&self, request: Request) -> Option<Event> {
        match request {
            Request::Hello(hello) => Some(self.welcome(hello.name)),
            Request::Ping => {
                self.pings.fetch_add(1, Ordering::SeqCst);
                Some(Event::Pong)
            }
            Request::History { room, page, limit } => {
                let end = match page {
                    Page::Before(seq) => seq,
                    Page::Newest | Page::After(_) => self.before + 1,
                };
                let first = end.saturating_sub(u64::try_from(limit).unwrap()).max(1);
                let messages = (first..end).map(message).collect();
                Some(Event::History(HistoryPage { room, messages, more: first > 1 }))
            }
            _ => None,
        }
    }

    fn welcome(&self, name: Nick) -> Event {
        let mut members: Vec<Nick> = PEOPLE.iter().map(|name| Nick::new(name).unwrap()).collect();
        members.push(name.clone());
        Event::Welcome(Box::new(Welcome {
            version: chat_protocol::limit::VERSION,
            name,
            server: Line::cut("a bench", 64),
            log: "bench".to_owned(),
            directs: Vec::new(),
            rooms: vec![RoomInfo {
                name: RoomName::lobby(),
                topic: Line::default(),
                last: self.before,
                count: members.len(),
                members,
                via: std::collections::BTreeMap::new(),
                marks: std::collections::BTreeMap::new(),
                board: chat_protocol::event::Board::default(),
            }],
        }))
    }
}

fn message(seq: u64) -> Message {
    let number = usize::try_from(seq).unwrap();
    let text = format!("{seq}. {}", SAID[number % SAID.len()]);
    Message {
        seq,
        from: Nick::new(PEOPLE[number * 7 % PEOPLE.len()]).unwrap(),
        at: BEGIN + i64::try_from(seq).unwrap() * 10,
        text: Text::new(&text).unwrap(),
    }
}

/// Whether this message is on the screen.
pub(crate) fn shows(screen: &vt100::Screen, seq: u64) -> bool {
    screen.contents().contains(&format!(" {seq}. "))
}
