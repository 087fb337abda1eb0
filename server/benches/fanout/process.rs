//! The measured server in a process of its own: this very program, started in another role.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chat_server::{Config, Storage};

/// Names the role; unset in the process that measures.
const ROLE: &str = "CHAT_BENCH_ROLE";

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The least that a server can do.
    Limit,
    /// Ours, in memory.
    Ephemeral,
    /// Ours, on disk.
    Durable,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Limit => "limit",
            Self::Ephemeral => "ours, memory",
            Self::Durable => "ours, disk",
        })
    }
}

/// The role that this process was started in, if any.
pub(crate) fn role() -> Option<Kind> {
    match std::env::var(ROLE).ok()?.as_str() {
        "limit" => Some(Kind::Limit),
        "ours, memory" => Some(Kind::Ephemeral),
        "ours, disk" => Some(Kind::Durable),
        other => panic!("no such role: {other}"),
    }
}

/// Serves until standard input ends.
pub(crate) fn serve(kind: Kind) {
    rlimit::increase_nofile_limit(65_536).ok();
    std::thread::spawn(|| {
        std::io::stdin().lines().for_each(drop);
        std::process::exit(0);
    });
    match kind {
        Kind::Limit => super::limit::serve(announce),
        Kind::Ephemeral => ours(Storage::Ephemeral),
        Kind::Durable => {
            let folder = tempfile::tempdir().unwrap();
            ours(Storage::Folder(folder.path().to_owned()));
        }
    }
}

#[tokio::main]
async fn ours(storage: Storage) {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let config = Config { listen, storage, ..Config::default() };
    let running = chat_server::start(config).await.unwrap();
    announce(running.addresses()[0]);
    std::future::pending::<()>().await;
}

fn announce(address: SocketAddr) {
    println!("{address}");
    std::io::stdout().flush().unwrap();
}

/// A server that runs; dropping it ends it.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    pub(crate) fn start(kind: Kind) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(ROLE, kind.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, address: line.trim().parse().unwrap() }
    }

    /// The time that its threads have spent on a processor.
    pub(crate) fn cpu(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let nanos = tasks.flatten().filter_map(|task| {
            let stat = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            stat.split(' ').next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanos.sum())
    }

    /// Bytes of memory that it has.
    pub(crate) fn resident(&self) -> u64 {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id())).unwrap();
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
