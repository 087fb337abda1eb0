//! A room full of members on one thread, some of whom speak; counts what arrives, and when.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::measure::Measured;
use super::process::Process;

/// How the senders speak.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// Two senders, each with 16 messages that were not acknowledged.
    Dense,
    /// One sender, a message every so often.
    Sparse { every: Duration },
}

const OUTSTANDING: usize = 16;

/// Of so many messages that a member gets, one's latency is taken.
const SAMPLE: u64 = 16;

struct Member {
    stream: TcpStream,
    partial: Vec<u8>,
    received: u64,
    /// When the messages that were not acknowledged were sent.
    sent: VecDeque<Instant>,
}

/// The room.
pub(crate) struct Load {
    poll: Poll,
    members: Vec<Member>,
    pace: Pace,
    start: Instant,
    said: u64,
    measured: Measured,
    measuring: bool,
}

impl Load {
    /// Lets so many members in, and returns when all have been welcomed.
    pub(crate) fn new(address: SocketAddr, room: usize, pace: Pace) -> Self {
        let poll = Poll::new().unwrap();
        let mut members = Vec::with_capacity(room);
        for number in 0..room {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.set_nodelay(true).unwrap();
            let hello = format!("{{\"type\":\"hello\",\"version\":1,\"name\":\"m{number}\"}}\n");
            stream.write_all(hello.as_bytes()).unwrap();
            let mut first = [0; 1];
            stream.peek(&mut first).unwrap();
            stream.set_nonblocking(true).unwrap();
            let mut stream = TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(number), Interest::READABLE).unwrap();
            members.push(Member {
                stream,
                partial: Vec::new(),
                received: 0,
                sent: VecDeque::new(),
            });
        }
        let (start, measured) = (Instant::now(), Measured::default());
        Self { poll, members, pace, start, said: 0, measured, measuring: false }
    }

    /// Speaks and listens for this long, after a quarter of it to warm up.
    pub(crate) fn run(mut self, time: Duration, process: &Process) -> Measured {
        self.listen_for(Duration::from_millis(300));
        if let Pace::Dense = self.pace {
            for sender in 0..2 {
                for _ in 0..OUTSTANDING {
                    self.say(sender);
                }
            }
        }
        self.listen_for(time / 4);
        self.measuring = true;
        let (cpu, began) = (process.cpu(), Instant::now());
        self.listen_for(time);
        self.measured.cpu = process.cpu() - cpu;
        self.measured.time = began.elapsed();
        self.measured
    }

    fn listen_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        let mut events = Events::with_capacity(1024);
        let mut next_say = Instant::now();
        let mut scratch = vec![0; 256 * 1024];
        while Instant::now() < end {
            let mut wait = end.saturating_duration_since(Instant::now());
            if let Pace::Sparse { every } = self.pace {
                if Instant::now() >= next_say {
                    self.say(0);
                    next_say += every;
                }
                wait = wait.min(next_say.saturating_duration_since(Instant::now()));
            }
            self.poll.poll(&mut events, Some(wait)).unwrap();
            for event in &events {
                self.read(event.token().0, &mut scratch);
            }
        }
    }

    fn say(&mut self, sender: usize) {
        self.said += 1;
        let now = self.start.elapsed().as_nanos();
        let line = format!(
            "{{\"type\":\"say\",\"id\":\"{}\",\"room\":\"lobby\",\"text\":\"{now:015} {}\"}}\n",
            self.said, "a line of chat as people type it, neither long nor short, as they go by"
        );
        self.members[sender].sent.push_back(Instant::now());
        // The senders' sockets never fill: at most 16 lines are under way.
        self.members[sender].stream.write_all(line.as_bytes()).unwrap();
    }

    fn read(&mut self, index: usize, scratch: &mut [u8]) {
        let mut acked = 0;
        loop {
            let member = &mut self.members[index];
            match member.stream.read(scratch) {
                Ok(0) => panic!("the server closed a member's connection"),
                Ok(read) => acked += self.take(index, &scratch[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("a member's connection broke: {error}"),
            }
        }
        if let Pace::Dense = self.pace {
            for _ in 0..acked {
                self.say(index);
            }
        }
    }

    /// Takes what came in for a member; returns how many of its messages were acknowledged.
    fn take(&mut self, index: usize, bytes: &[u8]) -> usize {
        let now = self.start.elapsed();
        let member = &mut self.members[index];
        let mut acked = 0;
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            if !piece.ends_with(b"\n") || !member.partial.is_empty() {
                member.partial.extend_from_slice(piece);
                if !piece.ends_with(b"\n") {
                    continue;
                }
            }
            let whole = std::mem::take(&mut member.partial);
            let line = if whole.is_empty() { piece } else { &whole };
            if line.starts_with(b"{\"type\":\"message\"") {
                member.received += 1;
                if self.measuring {
                    self.measured.deliveries += 1;
                    if member.received.is_multiple_of(SAMPLE) || !matches!(self.pace, Pace::Dense) {
                        self.measured.latencies.extend(latency(line, now));
                    }
                }
            } else if line.starts_with(b"{\"type\":\"ack\"") {
                acked += 1;
                let sent = member.sent.pop_front();
                if self.measuring {
                    self.measured.acks.extend(sent.map(|sent| sent.elapsed()));
                }
            }
        }
        acked
    }
}

/// How long a message took, by the time that its text begins with.
fn latency(line: &[u8], now: Duration) -> Option<Duration> {
    let at = line.windows(8).position(|window| window == b"\"text\":\"")? + 8;
    let sent: u64 = std::str::from_utf8(line.get(at..at + 15)?).ok()?.parse().ok()?;
    now.checked_sub(Duration::from_nanos(sent))
}
