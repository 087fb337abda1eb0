//! A server that is measured: one of the examples or ours, in a process of its own.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Which server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Example(&'static str),
    Ours { on_disk: bool },
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Example(name) => name,
            Self::Ours { on_disk: false } => "chat-server, in memory",
            Self::Ours { on_disk: true } => "chat-server, on disk",
        })
    }
}

/// The most that a server took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Peak {
    pub(crate) threads: u64,
    pub(crate) memory: u64,
    /// It has ended by itself.
    pub(crate) died: bool,
}

/// A server that runs; dropping it ends it.
pub(crate) struct Contestant {
    child: Child,
    pub(crate) address: SocketAddr,
    peak: Peak,
    _folder: TempDir,
}

/// Builds the examples as this bench is built.
pub(crate) fn build() {
    let build =
        ["build", "--quiet", "--profile", "bench", "--package", "chat-server", "--examples"];
    assert!(Command::new(env!("CARGO")).args(build).status().unwrap().success());
}

/// Examples lie beside the folder that benches lie in.
fn example(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.parent().unwrap().with_file_name("examples").join(name)
}

impl Contestant {
    pub(crate) fn start(kind: Kind, seats: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = match kind {
            Kind::Example(name) => {
                let mut command = Command::new(example(name));
                command.args(["0", &seats.to_string()]);
                command
            }
            Kind::Ours { on_disk } => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
                command.args(["--bind", "127.0.0.1", "--port", "0"]);
                match on_disk {
                    true => command.arg("--data").arg(folder.path()),
                    false => command.arg("--ephemeral"),
                };
                command
            }
        };
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = output.next().unwrap().unwrap();
        let address = line.split(' ').nth(2).and_then(|address| address.parse().ok()).unwrap();
        // What it prints later is taken, or it would wait for that.
        std::thread::spawn(move || output.for_each(drop));
        Self { child, address, peak: Peak::default(), _folder: folder }
    }

    /// Looks at what it takes now.
    pub(crate) fn look(&mut self) {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).unwrap_or_default();
        let field = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
        };
        self.peak.threads = self.peak.threads.max(field("Threads:"));
        self.peak.memory = self.peak.memory.max(field("VmRSS:") * 1024);
    }

    /// The most it has taken.
    pub(crate) fn peak(&mut self) -> Peak {
        Peak { died: self.child.try_wait().unwrap().is_some(), ..self.peak }
    }
}

impl Drop for Contestant {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
