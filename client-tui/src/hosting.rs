//! A room hosted from this very program: the server, on threads of its own, and who
//! has the port when it is taken. The only file that names the server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::mpsc as done;
use std::time::Duration;

use chat_protocol::Token;
use chat_server::{Config, FolderError, Running, StartError, Storage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
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

/// How long whoever holds a port is given to say what it is: on this machine that is long, unless
/// the machine is very busy, and only programs that say nothing make us wait for its end.
const PROBING: Duration = Duration::from_secs(3);

/// Bytes of that answer that are read.
const PROBE_BYTES: u64 = 2048;

/// The header by which a chat server gives its name.
const HEADER: &str = "chat-server:";

type Answer = Result<Hosted, HostFailure>;

/// The room that is hosted here, if one is.
#[derive(Debug)]
pub struct Host {
    folder: Option<PathBuf>,
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

/// What a room is opened with.
struct Wanted {
    port: u16,
    folder: Option<PathBuf>,
    host: Option<Token>,
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
    /// Nothing hosted yet. What will be said is kept in the folder; without one it is forgotten
    /// when the room closes.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        let (sender, receiver) = mpsc::channel(ANSWERS);
        Self { folder, sender, receiver, phase: Phase::Closed }
    }

    /// Opens a room on this port; [`Self::next`] answers. A room that is open stays as it is.
    /// Lists tell that it is theirs who go by `host`.
    pub fn open(&mut self, port: u16, host: Option<Token>) {
        match &self.phase {
            Phase::Opening(_) => {}
            Phase::Open(_, hosted) => _ = self.sender.try_send(Ok(hosted.clone())),
            Phase::Closed => {
                let wanted = Wanted { port, folder: self.folder.clone(), host };
                match Thread::spawn(wanted, self.sender.clone()) {
                    Ok(thread) => self.phase = Phase::Opening(thread),
                    Err(error) => _ = self.sender.try_send(Err(no_thread(&error))),
                }
            }
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

/// This machine's addresses that others can reach, the likeliest first.
#[must_use]
pub fn addresses() -> Vec<std::net::IpAddr> {
    chat_server::addresses::on_the_lan()
}

/// Where a server keeps what is said unless told otherwise.
#[must_use]
pub fn usual_folder() -> Option<PathBuf> {
    chat_server::default_folder()
}

impl Thread {
    /// Starts the server on threads of its own, so that a crowd there does not hold up the screen
    /// here.
    fn spawn(wanted: Wanted, answers: mpsc::Sender<Answer>) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let (finished, done) = done::channel();
        std::thread::Builder::new().name(THREAD.to_owned()).spawn(move || {
            match chat_server::runtime(&format!("{THREAD}-worker")) {
                Ok(runtime) => {
                    runtime.block_on(host(wanted, answers, stopped));
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
async fn host(wanted: Wanted, answers: mpsc::Sender<Answer>, stop: oneshot::Receiver<()>) {
    let port = wanted.port;
    match start(wanted).await {
        Ok(running) => {
            let (port, addresses) = (running.port(), chat_server::addresses::on_the_lan());
            if answers.send(Ok(Hosted { port, addresses })).await.is_ok() {
                // An error is an answer too: whoever could tell us to stop is gone.
                _ = stop.await;
            }
            running.stop().await;
        }
        Err(error) => _ = answers.send(Err(failure(error, port).await)).await,
    }
}

/// Starts the server, in the few words of it that are needed here.
async fn start(wanted: Wanted) -> Result<Running, StartError> {
    // One descriptor for each connection: a class and more. Where the system allows fewer, it
    // says so when it has no more.
    _ = rlimit::increase_nofile_limit(65_536);
    let Wanted { port, folder, host } = wanted;
    let mut config = Config {
        host,
        listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
        storage: folder.map_or(Storage::Ephemeral, Storage::Folder),
        ..Config::default()
    };
    if let Ok(name) = whoami::fallible::hostname() {
        config.name = name;
    }
    chat_server::start(config).await
}

/// Why it did not start, and what to do, in the terms of this program: the server speaks of
/// flags that it has and we have not.
async fn failure(error: StartError, port: u16) -> HostFailure {
    let text = match error {
        StartError::PortTaken(_) => {
            return HostFailure::PortTaken { port, server: probe(port).await };
        }
        StartError::Bind { source, .. } => {
            format!("cannot listen on port {port} ({source}): choose another with --port")
        }
        StartError::Folder(FolderError::Busy(folder)) => format!(
            "a server of yours is running already, with the messages in {}: join that one, \
             or stop it",
            folder.display()
        ),
        StartError::Folder(FolderError::Unusable { path, source }) => format!(
            "messages cannot be kept in {} ({source}): make room there, or name another place \
             by XDG_DATA_HOME",
            path.display()
        ),
        StartError::Log { folder, source } => format!(
            "the messages in {} cannot be read ({source}): move the folder away to start anew",
            folder.display()
        ),
    };
    HostFailure::Other(text)
}

/// The name of the chat server on this machine's port; `None` when whoever is there does not say
/// that it is one.
async fn probe(port: u16) -> Option<String> {
    timeout(PROBING, ask(port)).await.ok().flatten()
}

/// The same, for as long as it takes.
async fn ask(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
    stream.write_all(b"HEAD / HTTP/1.0\r\n\r\n").await.ok()?;
    let mut answer = Vec::new();
    let mut head = stream.take(PROBE_BYTES);
    while name_in(&answer).is_none() && head.read_buf(&mut answer).await.ok()? > 0 {}
    name_in(&answer)
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

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

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

    /// Somebody who has a port, and answers whoever asks there with this.
    async fn holder(says: &'static [u8]) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            // Goes on listening: no room must be opened beside it.
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut asked = [0; 19];
                stream.read_exact(&mut asked).await.unwrap();
                assert_eq!(&asked, b"HEAD / HTTP/1.0\r\n\r\n");
                stream.write_all(says).await.unwrap();
            }
        });
        port
    }

    #[tokio::test]
    async fn a_taken_port_is_asked_who_has_it() {
        let check = async |says, server: Option<&str>| {
            assert_eq!(ask(holder(says).await).await.as_deref(), server);
        };
        check(b"HTTP/1.0 200 OK\r\nChat-Server: ours\r\n\r\n", Some("ours")).await;
        check(b"SSH-2.0\r\n", None).await;
        check(b"", None).await;
        let port = holder(b"SSH-2.0\r\n").await;
        let mut host = Host::new(None);
        host.open(port, None);
        assert_eq!(host.next().await, Err(HostFailure::PortTaken { port, server: None }));
        host.close();
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_not_waited_for_for_ever() {
        let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        assert_eq!(probe(silent.local_addr().unwrap().port()).await, None);
    }

    #[tokio::test]
    async fn a_room_opens_once_and_closes() {
        let mut host = Host::new(None);
        host.open(0, None);
        let hosted = host.next().await.unwrap();
        assert_ne!(hosted.port, 0);
        host.open(0, None);
        assert_eq!(host.next().await.unwrap(), hosted);
        let mut guest = TcpStream::connect((Ipv4Addr::LOCALHOST, hosted.port)).await.unwrap();
        host.close();
        // Everybody is sent away; an error is an end, too.
        _ = guest.read_to_end(&mut Vec::new()).await;
    }

    #[tokio::test]
    async fn messages_that_cannot_be_read_are_told_in_our_terms() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("chat-server");
        let mut host = Host::new(Some(folder.clone()));
        host.open(0, None);
        host.next().await.unwrap();
        host.close();
        std::fs::write(folder.join("chat.db"), "no data base, ".repeat(1000)).unwrap();
        let mut host = Host::new(Some(folder.clone()));
        host.open(0, None);
        let Err(HostFailure::Other(why)) = host.next().await else { panic!("it was read") };
        assert!(why.starts_with(&format!("the messages in {}", folder.display())), "{why}");
        assert!(why.ends_with("move the folder away to start anew"), "{why}");
        host.close();
    }

    #[tokio::test]
    async fn a_room_remembers_and_its_folder_is_for_one() {
        let data = tempfile::tempdir().unwrap();
        let folder = Some(data.path().join("chat-server"));
        for _ in 0..2 {
            let mut host = Host::new(folder.clone());
            host.open(0, None);
            host.next().await.unwrap();
            let mut second = Host::new(folder.clone());
            second.open(0, None);
            let Err(HostFailure::Other(why)) = second.next().await else { panic!("two servers") };
            assert!(why.starts_with("a server of yours is running already"), "{why}");
            second.close();
            host.close();
        }
    }

    #[tokio::test]
    async fn a_second_room_on_the_port_learns_the_firsts_name() {
        let mut host = Host::new(None);
        host.open(0, None);
        let port = host.next().await.unwrap().port;
        let mut second = Host::new(None);
        second.open(port, None);
        let Err(HostFailure::PortTaken { port: taken, .. }) = second.next().await else {
            panic!("two rooms on one port")
        };
        assert_eq!(taken, port);
        assert_eq!(ask(port).await, whoami::fallible::hostname().ok());
        host.close();
    }
}
