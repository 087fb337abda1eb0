//! Peers that misbehave, each kind on a thread of its own, in a process of their own: it starts and
//! ends them when it is told to.
//!
//! In a classroom they would misbehave on laptops of their own. So the process takes only such time
//! of the processors as nobody else wants at once, and writes little at a time: where the kernel is
//! not preemptive, all others wait for the end of a call.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};

use super::process::{self, Process};

/// Begins the role; the server's address and the kinds follow.
const ROLE: &str = "peers";

/// Every kind.
pub(crate) const KINDS: [&str; 9] = [
    "stopped reader",
    "flood, acks unread",
    "flood, acks read",
    "flood of pings",
    "byte a second",
    SILENT,
    "10 MB lines",
    "binary noise",
    "resets",
];

/// Floods beside the first.
pub(crate) const MORE_FLOODS: [&str; 2] = ["flood, acks read", "flood of pings"];

/// Connected before the others begin.
const SILENT: &str = "500 silent";

/// Uses the processor and nothing else: this part of a second, each second, as far as nobody else
/// wants it.
pub(crate) const BURN: &str = "burn ";

/// Somebody who speaks now and then, and reads: for a server that has no members.
pub(crate) const TALKER: &str = "talker";

/// How long a peer waits before it comes back after it was closed, and for a server that takes
/// nothing before it leaves.
const BACK_AFTER: Duration = Duration::from_millis(200);

/// What is written at once.
const WRITE_BYTES: usize = 64 * 1024;

/// Lines that one flood sends at most.
const FLOOD_MOST: u64 = 2_000_000;

const PING: &[u8] = b"{\"type\":\"ping\"}\n";

/// A process full of them.
pub(crate) struct Peers {
    pub(crate) process: Process,
}

impl Peers {
    /// Starts the process; its peers wait until they are told to begin.
    pub(crate) fn start(address: SocketAddr, kinds: &[&str]) -> Self {
        let process = Process::start(&format!("{ROLE} {address} {}", kinds.join(";")));
        process.hear();
        Self { process }
    }

    /// Lets them begin, or end and close their connections; [`Self::obeyed`] says when they have.
    pub(crate) fn tell(&mut self, order: &str) {
        self.process.tell(order);
    }

    /// Whether they have done what they were told.
    pub(crate) fn obeyed(&self) -> bool {
        self.process.has_announced()
    }
}

/// Misbehaves if that is the role.
pub(crate) fn serve(role: &str) -> bool {
    let mut words = role.splitn(3, ' ');
    if words.next() != Some(ROLE) {
        return false;
    }
    let address = words.next().unwrap().parse().unwrap();
    let kinds: Vec<String> = words.next().unwrap().split(';').map(str::to_owned).collect();
    rlimit::increase_nofile_limit(65_536).ok();
    be_idle();
    process::announce("ready");
    let mut running: Option<(Stop, Vec<JoinHandle<()>>)> = None;
    process::obey(|order| {
        if let Some((stop, threads)) = running.take() {
            stop.0.store(true, Ordering::Relaxed);
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        }
        if order == "begin" {
            let stop = Stop::default();
            // Their coming in is not what is measured.
            let is_silent = kinds.iter().any(|kind| kind == SILENT);
            let mut silent = if is_silent { silent(address) } else { Vec::new() };
            let threads = kinds.iter().map(|kind| {
                let silent = if kind == SILENT { std::mem::take(&mut silent) } else { Vec::new() };
                misbehave(kind.clone(), address, silent, stop.clone())
            });
            running = Some((stop.clone(), threads.collect()));
        }
        process::announce(order);
    });
    true
}

/// Leaves the processors to whoever else wants them. Being nice is not enough: who runs is left
/// alone for some milliseconds, however nice.
fn be_idle() {
    let id = std::process::id().to_string();
    let set = Command::new("chrt").args(["--idle", "--pid", "0", &id]).status();
    assert!(set.is_ok_and(|status| status.success()), "chrt, of util-linux, sets the policy");
}

fn misbehave(
    kind: String,
    address: SocketAddr,
    silent: Vec<TcpStream>,
    stop: Stop,
) -> JoinHandle<()> {
    std::thread::spawn(move || match kind.as_str() {
        "stopped reader" => stop_reading(address, &stop),
        "flood, acks unread" => flood(address, &stop, messages, false),
        "flood, acks read" => flood(address, &stop, messages, true),
        "flood of pings" => flood(address, &stop, pings, false),
        "byte a second" => drip(address, &stop),
        SILENT => keep(silent, &stop),
        "10 MB lines" => send_long_lines(address, &stop),
        "binary noise" => make_noise(address, &stop),
        "resets" => reset(address, &stop),
        TALKER => talk(address, &stop),
        other => burn(other.strip_prefix(BURN).unwrap().parse().unwrap(), &stop),
    })
}

/// Tells the threads to end.
#[derive(Clone, Debug, Default)]
struct Stop(Arc<AtomicBool>);

impl Stop {
    fn lasts(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }

    /// Whether to go on after this time.
    fn sleep(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        while self.lasts() && Instant::now() < end {
            std::thread::sleep((end - Instant::now()).min(Duration::from_millis(20)));
        }
        self.lasts()
    }
}

/// A peer that the server knows, under a name that nobody has had.
fn member(stream: TcpStream) -> Option<TcpStream> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    stream.set_write_timeout(Some(Duration::from_millis(20))).unwrap();
    let hello = format!("{{\"type\":\"hello\",\"version\":1,\"name\":\"neighbour-{number}\"}}\n");
    (&stream).write_all(hello.as_bytes()).ok()?;
    Some(stream)
}

/// Writes all of it, however slowly it is taken; `false` when the link is closed, nothing is taken
/// any more, or time is up.
fn push(stream: &TcpStream, mut bytes: &[u8], stop: &Stop) -> bool {
    let mut taken = Instant::now();
    while !bytes.is_empty() {
        match (&*stream).write(&bytes[..bytes.len().min(WRITE_BYTES)]) {
            Ok(written) => {
                bytes = &bytes[written..];
                taken = Instant::now();
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return false,
        }
        if !stop.lasts() || taken.elapsed() > BACK_AFTER {
            return false;
        }
    }
    true
}

/// Never reads what it asks for, page after page of history; a new one each second.
fn stop_reading(address: SocketAddr, stop: &Stop) {
    let page = b"{\"type\":\"history\",\"room\":\"lobby\",\"before\":900000,\"limit\":200}\n";
    while stop.lasts() {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let connected = socket.connect(&address.into()).is_ok();
        let Some(stream) = connected.then(|| member(socket.into())).flatten() else { return };
        for _ in 0..10 {
            // Once the server reads no more of it, or has closed it, nothing is to be done.
            push(&stream, &page.repeat(6), stop);
            if !stop.sleep(Duration::from_millis(100)) {
                return;
            }
        }
    }
}

/// Sends as fast as it is taken; comes back when it was closed, or nothing is taken any more.
fn flood(address: SocketAddr, stop: &Stop, chunk: fn(u64) -> Vec<u8>, reads: bool) {
    let mut sent = 0;
    while stop.lasts() {
        let connected = || TcpStream::connect(address).ok().and_then(member);
        if let Some(stream) = (sent < FLOOD_MOST).then(connected).flatten() {
            let mut heard = stream.try_clone().unwrap();
            let reader = reads.then(|| {
                std::thread::spawn(move || {
                    let mut scratch = vec![0; 256 * 1024];
                    while heard.read(&mut scratch).is_ok_and(|read| read > 0) {}
                })
            });
            while sent < FLOOD_MOST && push(&stream, &chunk(sent), stop) {
                sent += 64;
            }
            // Ends the reader, and the connection though it shares the socket.
            stream.shutdown(Shutdown::Both).ok();
            reader.into_iter().for_each(|reader| reader.join().unwrap());
        }
        stop.sleep(BACK_AFTER);
    }
}

fn messages(first: u64) -> Vec<u8> {
    let lines = (first..first + 64).map(|number| {
        format!("{{\"type\":\"say\",\"id\":\"{number}\",\"room\":\"lobby\",\"text\":\"flood\"}}\n")
    });
    lines.collect::<String>().into_bytes()
}

fn pings(_: u64) -> Vec<u8> {
    PING.repeat(64)
}

/// Sends its hello a byte a second.
fn drip(address: SocketAddr, stop: &Stop) {
    let Ok(mut stream) = TcpStream::connect(address) else { return };
    for byte in b"{\"type\":\"hello\",\"version\":1,\"name\":\"drip\"}\n" {
        stream.write_all(&[*byte]).ok();
        if !stop.sleep(Duration::from_secs(1)) {
            return;
        }
    }
}

fn silent(address: SocketAddr) -> Vec<TcpStream> {
    (0..500).filter_map(|_| TcpStream::connect(address).ok()).collect()
}

fn keep(silent: Vec<TcpStream>, stop: &Stop) {
    while stop.sleep(Duration::from_secs(1)) {}
    drop(silent);
}

/// Twice a second a line of 10 MB, in turn from a native member and one of the line dialect.
fn send_long_lines(address: SocketAddr, stop: &Stop) {
    let text = vec![b'x'; 10_000_000];
    for native in [true, false].into_iter().cycle() {
        if let Ok(stream) = TcpStream::connect(address) {
            stream.set_write_timeout(Some(Duration::from_millis(20))).unwrap();
            let begin: &[u8] = if native {
                b"{\"type\":\"hello\",\"version\":1,\"name\":\"long\"}\n{\"type\":\"say\",\"text\":\""
            } else {
                b"long\n"
            };
            _ = push(&stream, begin, stop)
                && push(&stream, &text, stop)
                && push(&stream, b"\n", stop);
        }
        if !stop.sleep(Duration::from_millis(500)) {
            return;
        }
    }
}

/// Five times a second 64 KiB of random bytes.
fn make_noise(address: SocketAddr, stop: &Stop) {
    let mut noise = vec![0; 64 * 1024];
    loop {
        getrandom::fill(&mut noise).unwrap();
        if let Ok(stream) = TcpStream::connect(address) {
            stream.set_write_timeout(Some(Duration::from_millis(20))).unwrap();
            push(&stream, &noise, stop);
        }
        if !stop.sleep(Duration::from_millis(200)) {
            return;
        }
    }
}

/// Twenty times a second a connection that is reset, every other one after a hello.
fn reset(address: SocketAddr, stop: &Stop) {
    for known in [true, false].into_iter().cycle() {
        if let Ok(stream) = TcpStream::connect(address) {
            let stream = if known { member(stream) } else { Some(stream) };
            if let Some(stream) = stream {
                SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
                stop.sleep(Duration::from_millis(10));
            }
        }
        if !stop.sleep(Duration::from_millis(40)) {
            return;
        }
    }
}

fn talk(address: SocketAddr, stop: &Stop) {
    let Some(mut stream) = TcpStream::connect(address).ok().and_then(member) else { return };
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut scratch = vec![0; 256 * 1024];
    for number in 0.. {
        let line = format!(
            "{{\"type\":\"say\",\"id\":\"{number}\",\"room\":\"lobby\",\"text\":\"hi\"}}\n"
        );
        stream.write_all(line.as_bytes()).ok();
        let said = Instant::now();
        while said.elapsed() < Duration::from_millis(300) {
            if !stop.lasts() || matches!(stream.read(&mut scratch), Ok(0)) {
                return;
            }
        }
    }
}

/// Uses this part of the time of a processor, a few milliseconds at a time.
fn burn(part: f64, stop: &Stop) {
    let period = Duration::from_millis(5);
    while stop.lasts() {
        let begin = Instant::now();
        while begin.elapsed() < period.mul_f64(part.min(1.0)) {
            std::hint::spin_loop();
        }
        std::thread::sleep(period.saturating_sub(begin.elapsed()));
    }
}
