//! The small servers in `examples/` when more clients come than they have file descriptors for.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Descriptors that each has; twice as many clients come.
const DESCRIPTORS: usize = 24;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Builds the examples as this test is built, and tells where they are.
fn examples() -> PathBuf {
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let build = ["build", "--quiet", "--package", "chat-server", "--examples", "--profile"];
    assert!(Command::new(env!("CARGO")).args(build).arg(profile).status().unwrap().success());
    let own = std::env::current_exe().unwrap();
    own.parent().unwrap().with_file_name("examples")
}

/// An example that runs; dropping it ends it.
struct Example {
    child: Child,
    lines: Receiver<String>,
    address: SocketAddr,
}

impl Example {
    fn start(name: &str) -> Self {
        let script = format!("ulimit -n {DESCRIPTORS}; exec \"$0\" 0 1000");
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .arg(examples().join(name))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            output.map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let line: String = lines.recv_timeout(PATIENCE).unwrap();
        let address = line.split(' ').nth(2).unwrap().parse().unwrap();
        Self { child, lines, address }
    }

    /// The next line that it prints.
    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// They must say so, and not more than ten times a second; when there is room, go on.
#[track_caller]
fn check(name: &str, lets_in_again: bool) {
    let example = Example::start(name);
    let address = example.address;
    let come = || {
        let mut client = TcpStream::connect(address).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client.write_all(b"ann\n").unwrap();
        client
    };
    let began = Instant::now();
    let clients: Vec<TcpStream> = (0..2 * DESCRIPTORS).map(|_| come()).collect();
    for _ in 0..4 {
        let line = example.line();
        assert!(line.starts_with("nobody can be taken in now: "), "{name}: {line:?}");
    }
    assert!(began.elapsed() >= Duration::from_millis(300), "{name}: {:?}", began.elapsed());
    drop(clients);
    if lets_in_again {
        let mut joined = String::new();
        BufReader::new(come()).read_line(&mut joined).unwrap();
        assert!(joined.starts_with("SERVER: "), "{name}: {joined:?}");
    }
}

#[test]
fn at_the_limit_of_descriptors_they_say_so_and_go_on() {
    check("async_one_thread", true);
    check("threads_with_a_lock", true);
    check("threads_with_a_queue", true);
    // Its seats are never all taken, so that nobody has a turn.
    check("blocking", false);
}
