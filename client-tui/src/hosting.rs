//! A room hosted from this very program: the server, on threads of its own, and the addresses
//! under which others find it. The only file that names the server.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::mpsc as done;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::event::{HostFailure, Hosted};

/// What the names of the server's threads begin with.
pub const THREAD: &str = "host";

/// Answers that may wait for the client; there is one for each time it asks, and it asks again
/// only after the answer.
const ANSWERS: usize = 4;

/// How long the server is given to stop.
const STOPPING: Duration = Duration::from_secs(5);

/// How long whoever holds a port is given to say what it is.
const PROBING: Duration = Duration::from_secs(1);

/// Bytes of that answer that are read.
const PROBE_BYTES: u64 = 2048;

/// The header by which a chat server gives its name.
const HEADER: &str = "chat-server:";

type Answer = Result<Hosted, HostFailure>;

/// The room that is hosted here, if one is.
#[derive(Debug)]
pub struct Host {
    sender: mpsc::Sender<Answer>,
    receiver: mpsc::Receiver<Answer>,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    Closed,
    Opening(Thread),
    Open(Thread, Hosted),
}

/// The server's thread.
#[derive(Debug)]
struct Thread {
    /// Dropping it asks the server to stop.
    stop: oneshot::Sender<()>,
    /// Ends when the server has stopped.
    done: done::Receiver<()>,
}

impl Host {
    /// Nothing hosted yet.
    #[must_use]
    pub fn new() -> Self {
        let (sender, receiver) = mpsc::channel(ANSWERS);
        Self { sender, receiver, phase: Phase::Closed }
    }

    /// Opens a room on this port; [`Self::next`] answers. A room that is open stays as it is.
    pub fn open(&mut self, port: u16) {
        match &self.phase {
            Phase::Opening(_) => {}
            Phase::Open(_, hosted) => _ = self.sender.try_send(Ok(hosted.clone())),
            Phase::Closed => match Thread::spawn(port, self.sender.clone()) {
                Ok(thread) => self.phase = Phase::Opening(thread),
                Err(error) => _ = self.sender.try_send(Err(no_thread(&error))),
            },
        }
    }

    /// The answer to [`Self::open`]. Safe to cancel.
    pub async fn next(&mut self) -> Answer {
        let Some(answer) = self.receiver.recv().await else {
            // We hold a sender ourselves.
            return std::future::pending().await;
        };
        self.phase = match (std::mem::replace(&mut self.phase, Phase::Closed), &answer) {
            (Phase::Opening(thread), Ok(hosted)) => Phase::Open(thread, hosted.clone()),
            (Phase::Opening(_), Err(_)) => Phase::Closed,
            (phase, _) => phase,
        };
        answer
    }

    /// Closes the room, and waits until it is closed, but not for ever.
    pub fn close(self) {
        if let Phase::Opening(thread) | Phase::Open(thread, _) = self.phase {
            drop(thread.stop);
            _ = thread.done.recv_timeout(STOPPING);
        }
    }
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl Thread {
    /// Starts the server on threads of its own, so that a crowd there does not hold up the screen
    /// here.
    fn spawn(port: u16, answers: mpsc::Sender<Answer>) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let (finished, done) = done::channel();
        std::thread::Builder::new().name(THREAD.to_owned()).spawn(move || {
            let runtime = runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name(format!("{THREAD}-worker"))
                .enable_all()
                .build();
            match runtime {
                Ok(runtime) => {
                    runtime.block_on(host(port, answers, stopped));
                    runtime.shutdown_background();
                }
                Err(error) => _ = answers.try_send(Err(no_thread(&error))),
            }
            drop(finished);
        })?;
        Ok(Self { stop, done })
    }
}

fn no_thread(error: &io::Error) -> HostFailure {
    HostFailure::Other(format!("this computer has no room for a server now: {error}"))
}

/// Hosts until told to stop.
async fn host(port: u16, answers: mpsc::Sender<Answer>, stop: oneshot::Receiver<()>) {
    match server::start(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))).await {
        Ok(running) => {
            let port = running.port().unwrap_or(port);
            if answers.send(Ok(Hosted { port, addresses: addresses() })).await.is_ok() {
                // An error is an answer too: whoever could tell us to stop is gone.
                _ = stop.await;
            }
            running.stop().await;
        }
        Err(server::Failure::PortTaken) => {
            let server = probe(port).await;
            _ = answers.send(Err(HostFailure::PortTaken { port, server })).await;
        }
        Err(server::Failure::Other(why)) => _ = answers.send(Err(HostFailure::Other(why))).await,
    }
}

/// The server's library, in the few words that are needed here.
mod server {
    use std::net::SocketAddr;

    /// Why the server did not start.
    pub(super) enum Failure {
        /// Somebody else holds the port.
        PortTaken,
        /// Anything else, in one line for people.
        Other(String),
    }

    /// A server that runs.
    pub(super) struct Running(tokio::net::TcpListener);

    impl Running {
        /// The port that it listens on.
        pub(super) fn port(&self) -> Option<u16> {
            self.0.local_addr().ok().map(|address| address.port())
        }

        /// Stops it, members told.
        pub(super) async fn stop(self) {
            drop(self.0);
        }
    }

    /// Holds the port; nobody serves it yet.
    pub(super) async fn start(listen: SocketAddr) -> Result<Running, Failure> {
        match tokio::net::TcpListener::bind(listen).await {
            Ok(listener) => Ok(Running(listener)),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(Failure::PortTaken),
            Err(error) => Err(Failure::Other(error.to_string())),
        }
    }
}

/// The name of the chat server on this machine's port; `None` when whoever is there does not say
/// that it is one.
async fn probe(port: u16) -> Option<String> {
    let ask = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
        stream.write_all(b"HEAD / HTTP/1.0\r\n\r\n").await.ok()?;
        let mut answer = Vec::new();
        let mut head = stream.take(PROBE_BYTES);
        while name_in(&answer).is_none() && head.read_buf(&mut answer).await.ok()? > 0 {}
        name_in(&answer)
    };
    timeout(PROBING, ask).await.ok().flatten()
}

/// The name in an answer's head, once its line is whole.
fn name_in(answer: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(answer);
    let (whole, _) = text.rsplit_once('\n')?;
    let header = |line: &str| {
        let (name, value) = line.split_at_checked(HEADER.len())?;
        name.eq_ignore_ascii_case(HEADER).then(|| chat_protocol::Line::cut(value, 128))
    };
    whole.lines().find_map(header).map(|name| name.as_str().to_owned())
}

/// This machine's addresses that others can reach, the likeliest first.
fn addresses() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut found: Vec<(String, Ipv4Addr)> = Vec::new();
    for interface in interfaces.iter().filter(|interface| interface.is_oper_up()) {
        if let IpAddr::V4(address) = interface.ip() {
            found.push((interface.name.clone(), address));
        }
    }
    likeliest_first(found)
}

/// Private networks before public ones, and what only this machine knows of behind them all.
fn likeliest_first(mut found: Vec<(String, Ipv4Addr)>) -> Vec<IpAddr> {
    found.retain(|(_, address)| !address.is_loopback() && !address.is_link_local());
    found.sort_by_key(|(name, address)| (is_virtual(name), !address.is_private()));
    let mut addresses: Vec<IpAddr> = Vec::new();
    for (_, address) in found {
        if !addresses.contains(&address.into()) {
            addresses.push(address.into());
        }
    }
    addresses
}

/// Whether an interface leads to containers, virtual machines or a tunnel rather than to people
/// in the same room.
fn is_virtual(name: &str) -> bool {
    let kinds = [
        "docker",
        "br-",
        "veth",
        "virbr",
        "vmnet",
        "vboxnet",
        "lxc",
        "lxd",
        "podman",
        "cni",
        "tun",
        "tap",
        "wg",
        "tailscale",
        "zt",
        "utun",
    ];
    kinds.iter().any(|kind| name.starts_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[test]
    fn addresses_are_ordered_by_who_can_reach_them() {
        let found = [
            ("lo", [127, 0, 0, 1]),
            ("docker0", [172, 17, 0, 1]),
            ("eth1", [8, 8, 8, 8]),
            ("wlan0", [192, 168, 1, 23]),
            ("eth0", [169, 254, 3, 4]),
            ("wlan0", [192, 168, 1, 23]),
        ];
        let found = found.map(|(name, ip)| (name.to_owned(), Ipv4Addr::from(ip)));
        let expected = [[192, 168, 1, 23], [8, 8, 8, 8], [172, 17, 0, 1]];
        assert_eq!(
            likeliest_first(found.to_vec()),
            expected.map(|ip| IpAddr::from(Ipv4Addr::from(ip)))
        );
    }

    #[test]
    fn a_chat_server_says_its_name_in_a_header() {
        let check = |answer: &str, name: Option<&str>| {
            assert_eq!(name_in(answer.as_bytes()).as_deref(), name, "{answer:?}");
        };
        check("HTTP/1.0 200 OK\r\nChat-Server: Room 12\r\n\r\n", Some("Room 12"));
        check("HTTP/1.0 200 OK\r\nchat-server:\u{1b}[2Jx\r\n", Some("[2Jx"));
        check("HTTP/1.0 200 OK\r\nChat-Server: Roo", None);
        check("HTTP/1.1 404 Not Found\r\nServer: nginx\r\n\r\n", None);
        check("", None);
    }

    #[tokio::test]
    async fn a_taken_port_is_asked_who_has_it() {
        for (says, server) in [
            (
                &b"HTTP/1.0 200 OK\r\nChat-Server: ours\r\nConnection: close\r\n\r\n"[..],
                Some("ours"),
            ),
            (b"SSH-2.0\r\n", None),
            (b"", None),
        ] {
            let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
            let port = listener.local_addr().unwrap().port();
            tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut asked = [0; 19];
                stream.read_exact(&mut asked).await.unwrap();
                assert_eq!(&asked, b"HEAD / HTTP/1.0\r\n\r\n");
                stream.write_all(says).await.unwrap();
                // Still listening: the room must not be opened beside it.
                (listener, std::future::pending::<()>().await)
            });
            let mut host = Host::new();
            host.open(port);
            let server = server.map(str::to_owned);
            assert_eq!(host.next().await, Err(HostFailure::PortTaken { port, server }));
            host.close();
        }
    }

    #[tokio::test]
    async fn a_room_opens_once_and_closes() {
        let mut host = Host::new();
        host.open(0);
        let hosted = host.next().await.unwrap();
        assert_ne!(hosted.port, 0);
        host.open(0);
        assert_eq!(host.next().await.unwrap(), hosted);
        TcpStream::connect((Ipv4Addr::LOCALHOST, hosted.port)).await.unwrap();
        host.close();
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, hosted.port)).await.is_err());
    }
}
