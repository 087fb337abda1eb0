//! A server with one room and one guest: floods the room as it is told. How it speaks with its
//! guest, a dialect knows.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use chat_protocol::{Message, Nick, Text};
use socket2::SockRef;

/// People in the room.
pub(crate) const PEOPLE: [&str; 12] = [
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

/// What the system may keep on our side of what a guest has not read yet: whoever reads slowly has
/// then less of a flood before it, and is done with it sooner.
const UNREAD: usize = 64 * 1024;

/// How long a guest may take nothing of what is written to it.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the flood waits between two writes.
const TICK: Duration = Duration::from_millis(1);

/// How a server speaks with its guest.
pub(crate) trait Dialect: Send + Sync {
    /// Whether a line of the guest's asks nothing but whether the link lives.
    fn is_ping(&self, line: &str) -> bool;

    /// Puts what a line of the guest's is answered behind the bytes.
    fn answer(&self, line: &str, bytes: &mut BytesMut);

    /// Puts a message as the guest gets it behind the bytes.
    fn say(&self, message: Message, bytes: &mut BytesMut);
}

/// A server with one room and one guest.
pub(crate) struct Server {
    pub(crate) port: u16,
    dialect: Arc<dyn Dialect>,
    seat: Arc<Mutex<Option<TcpStream>>>,
    pings: Arc<AtomicU64>,
    /// The number of the last message.
    last: u64,
}

impl Server {
    /// Listens; in the room, nothing was said before.
    pub(crate) fn start(dialect: impl Dialect + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let dialect: Arc<dyn Dialect> = Arc::new(dialect);
        let (seat, pings) = (Arc::default(), Arc::new(AtomicU64::new(0)));
        let guest = Guest {
            dialect: Arc::clone(&dialect),
            seat: Arc::clone(&seat),
            pings: Arc::clone(&pings),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                guest.serve(stream);
            }
        });
        Self { port, dialect, seat, pings, last: 0 }
    }

    /// Pings that were answered.
    pub(crate) fn pings(&self) -> u64 {
        self.pings.load(Ordering::SeqCst)
    }

    /// The number of the last message that was said.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// So many further messages as the guest gets them, in one piece.
    pub(crate) fn messages(&mut self, count: u64) -> BytesMut {
        let mut bytes = BytesMut::new();
        for _ in 0..count {
            self.last += 1;
            self.dialect.say(message(self.last), &mut bytes);
        }
        bytes
    }

    /// Writes to the guest as fast as it reads.
    pub(crate) fn write(&self, bytes: &[u8]) {
        self.seat.lock().unwrap().as_mut().unwrap().write_all(bytes).unwrap();
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
            let messages = self.messages(count);
            self.write(&messages);
            sent += count;
        }
        #[allow(clippy::cast_precision_loss)]
        let taken = sent as f64;
        taken / start.elapsed().as_secs_f64()
    }
}

/// Stops a flood when it goes, however that comes about: whoever waits for the flood waits no more.
pub(crate) struct Stopping<'a>(pub(crate) &'a AtomicBool);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The reading side, and what it answers.
struct Guest {
    dialect: Arc<dyn Dialect>,
    seat: Arc<Mutex<Option<TcpStream>>>,
    pings: Arc<AtomicU64>,
}

impl Guest {
    fn serve(&self, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        SockRef::from(&stream).set_send_buffer_size(UNREAD).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap());
        *self.seat.lock().unwrap() = Some(stream);
        let mut answer = BytesMut::new();
        for line in lines.lines().map_while(Result::ok) {
            self.pings.fetch_add(u64::from(self.dialect.is_ping(&line)), Ordering::SeqCst);
            self.dialect.answer(&line, &mut answer);
            if answer.is_empty() {
                continue;
            }
            let mut seat = self.seat.lock().unwrap();
            let written = seat.as_mut().map(|stream| stream.write_all(&answer.split()));
            if written.is_none_or(|written| written.is_err()) {
                return;
            }
        }
    }
}

/// The message of this number.
pub(crate) fn message(seq: u64) -> Message {
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
