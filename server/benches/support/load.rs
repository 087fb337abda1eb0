//! A room full of members on one thread, some of whom speak; counts what arrives, and when.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::measure::Measured;

/// How the senders speak.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// Two senders, each with 16 messages that were not acknowledged.
    Dense,
    /// So many senders in turn, a message every so often.
    Sparse { senders: usize, every: Duration },
}

const OUTSTANDING: usize = 16;

/// Of so many messages that a member gets, one's latency is taken.
const SAMPLE: u64 = 16;

/// Members that come in together. What the room hears of it is read before the next ones come: in
/// a big room nobody's link could hold it all.
const AT_ONCE: usize = 64;

/// How often members who only come in show that they live; they answer no pings, for they look at
/// nothing.
const ALIVE: Duration = Duration::from_secs(5);

struct Member {
    stream: TcpStream,
    partial: Vec<u8>,
    received: u64,
    /// When the messages that were not acknowledged were sent.
    sent: VecDeque<Instant>,
    gone: bool,
}

impl Member {
    fn pong(&mut self) {
        self.stream.write_all(b"{\"type\":\"pong\"}\n").unwrap();
    }
}

/// The room.
pub(crate) struct Load {
    poll: Poll,
    members: Vec<Member>,
    pace: Pace,
    start: Instant,
    said: usize,
    measured: Measured,
    measuring: bool,
}

impl Load {
    /// Lets so many members in, and returns when all have been welcomed.
    pub(crate) fn new(address: SocketAddr, room: usize, pace: Pace) -> Self {
        let (poll, members) = (Poll::new().unwrap(), Vec::with_capacity(room));
        let (start, measured) = (Instant::now(), Measured::default());
        let mut load = Self { poll, members, pace, start, said: 0, measured, measuring: false };
        let mut alive = Instant::now();
        while load.members.len() < room {
            load.let_in(address, AT_ONCE.min(room - load.members.len()));
            if alive.elapsed() > ALIVE {
                alive = Instant::now();
                load.members.iter_mut().for_each(Member::pong);
            }
        }
        load
    }

    fn let_in(&mut self, address: SocketAddr, count: usize) {
        let numbers = self.members.len()..self.members.len() + count;
        let coming: Vec<_> = numbers.map(|number| (number, hello(address, number))).collect();
        for (number, stream) in coming {
            stream.peek(&mut [0]).unwrap();
            stream.set_nonblocking(true).unwrap();
            let mut stream = TcpStream::from_std(stream);
            self.poll.registry().register(&mut stream, Token(number), Interest::READABLE).unwrap();
            let (partial, sent) = (Vec::new(), VecDeque::new());
            self.members.push(Member { stream, partial, received: 0, sent, gone: false });
        }
        self.drain();
    }

    /// Reads what there is without looking at it.
    fn drain(&mut self) {
        let mut scratch = vec![0; 256 * 1024];
        for member in &mut self.members {
            loop {
                match member.stream.read(&mut scratch) {
                    Ok(read) if read > 0 => {}
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    _ => panic!("the server closed a member's connection"),
                }
            }
        }
    }

    /// Begins to speak and listens for this long, so that what follows is steady.
    pub(crate) fn warm_up(&mut self, time: Duration) {
        self.listen_for(Duration::from_millis(300));
        if let Pace::Dense = self.pace {
            for sender in 0..2 {
                for _ in 0..OUTSTANDING {
                    self.say(sender);
                }
            }
        }
        self.listen_for(time);
    }

    /// Speaks and listens for this long.
    pub(crate) fn measure(&mut self, time: Duration) -> Measured {
        self.measuring = true;
        let began = Instant::now();
        self.listen_for(time);
        self.measuring = false;
        self.measured.time = began.elapsed();
        std::mem::take(&mut self.measured)
    }

    /// Speaks and listens for this long, which is not measured.
    pub(crate) fn listen_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        let mut events = Events::with_capacity(1024);
        let mut next_say = Instant::now();
        let mut scratch = vec![0; 256 * 1024];
        while Instant::now() < end {
            let mut wait = end.saturating_duration_since(Instant::now());
            if let Pace::Sparse { senders, every } = self.pace {
                if Instant::now() >= next_say {
                    self.say(self.said % senders);
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
        let member = &mut self.members[sender];
        if !member.gone {
            member.sent.push_back(Instant::now());
            // The senders' sockets never fill: only few lines are under way.
            member.stream.write_all(line.as_bytes()).unwrap();
        }
    }

    fn read(&mut self, index: usize, scratch: &mut [u8]) {
        let mut acked = 0;
        loop {
            let member = &mut self.members[index];
            match member.stream.read(scratch) {
                Ok(read) if read > 0 => acked += self.take(index, &scratch[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                _ => {
                    self.measured.lost += usize::from(!std::mem::replace(&mut member.gone, true));
                    return;
                }
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
        let (mut acked, mut pinged) = (0, false);
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
            } else if line.starts_with(b"{\"type\":\"ping\"") {
                pinged = true;
            }
        }
        if pinged {
            member.pong();
        }
        acked
    }
}

/// Connects a member, who says hello.
fn hello(address: SocketAddr, number: usize) -> std::net::TcpStream {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let hello = format!("{{\"type\":\"hello\",\"version\":1,\"name\":\"m{number}\"}}\n");
    stream.write_all(hello.as_bytes()).unwrap();
    stream
}

/// How long a message took, by the time that its text begins with.
fn latency(line: &[u8], now: Duration) -> Option<Duration> {
    let at = line.windows(8).position(|window| window == b"\"text\":\"")? + 8;
    let sent: u64 = std::str::from_utf8(line.get(at..at + 15)?).ok()?.parse().ok()?;
    now.checked_sub(Duration::from_nanos(sent))
}
