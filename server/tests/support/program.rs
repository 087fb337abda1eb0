//! The real `chat-server` program, started, stopped and killed.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal};

/// A server that runs. Dropping it ends it at once, as a power cut would.
pub(crate) struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

/// The program with these arguments, in an environment of its own.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Program {
    /// Starts a server on a free port, with its data in this folder.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(&["--port", "0", "--data", data.to_str().unwrap()])
    }

    /// The same on this port.
    pub(crate) fn start_again(data: &Path, port: u16) -> Self {
        Self::start_with(&["--port", &port.to_string(), "--data", data.to_str().unwrap()])
    }

    /// Starts a server on the loopback address with these arguments, `--port` among them.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        Self::spawn(command(&[&["--bind", "127.0.0.1", "--name", "room 12"], arguments].concat()))
    }

    /// Starts a server with these arguments by another program, one that becomes what it is told
    /// to run and keeps its process's number.
    pub(crate) fn start_through(through: &[&str], arguments: &[&str]) -> Self {
        let (program, before) = through.split_first().unwrap();
        let mut command = Command::new(program);
        command.args(before).arg(env!("CARGO_BIN_EXE_chat-server")).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on ").and_then(|rest| rest.split(' ').next());
        let address = address.unwrap_or_else(|| panic!("first line: {line:?}")).parse().unwrap();
        Self { child, output, address }
    }

    /// The process's number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Bytes that the server's system holds for the peer at this port, who came by that door, until
    /// they are taken; `None` when the link is no longer open.
    #[cfg(target_os = "linux")]
    pub(crate) fn in_flight(&self, door: u16, peer: u16) -> Option<u64> {
        let table = std::fs::read_to_string(format!("/proc/{}/net/tcp", self.id())).unwrap();
        let (local, remote) = (format!(":{door:04X}"), format!(":{peer:04X}"));
        table.lines().find_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let is_it = fields[1].ends_with(&local) && fields[2].ends_with(&remote);
            let (waits, _) = fields[4].split_once(':')?;
            (is_it && fields[3] == "01").then(|| u64::from_str_radix(waits, 16).unwrap())
        })
    }

    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "no whole line: {line:?}");
        line.trim_end().to_owned()
    }

    /// Ends it by SIGKILL.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Sends SIGTERM and waits; returns the exit code and everything printed.
    pub(crate) fn terminate(mut self) -> (Option<i32>, String) {
        let pid = Pid::from_child(&self.child);
        rustix::process::kill_process(pid, Signal::TERM).unwrap();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
