//! Standing still as a job of a shell: the terminal is the shell's meanwhile, and ours again behind
//! it, whether we were asked or not. The real program under a real shell.
#![cfg(unix)]
// These are tests; clippy knows only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::Command;

use portable_pty::CommandBuilder;
use support::pty::Pty;

/// What takes the terminal over, each of it once.
const TAKEN: [&str; 7] = [
    "\x1b[?1049h", // the alternate screen
    "\x1b[?2004h", // bracketed paste
    "\x1b[?1004h", // focus
    "\x1b[?1000h", // mouse
    "\x1b[?1002h",
    "\x1b[?1006h",
    "\x1b[6 q", // the cursor's shape
];

/// What gives it back.
const GIVEN_BACK: [&str; 5] =
    ["\x1b[?1049l", "\x1b[?2004l", "\x1b[?1004l", "\x1b[?1000l", "\x1b[?25h"];

/// A client that is a shell's job; the shell waits for a line wherever it has the terminal.
struct Job {
    pty: Pty,
    /// The terminal's settings before the client took over, and since.
    before: String,
    raw: String,
    data: tempfile::TempDir,
}

impl Job {
    /// Starts it on its start screen. When it stands still, the shell first does this.
    fn start(meanwhile: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new("sh");
        let client = env!("CARGO_BIN_EXE_chat-tui");
        let line = format!(
            "set -m; echo ready; read go; sh -c 'echo $$ > id; exec {client} --name ann'; \
             while [ $? -gt 128 ]; do {meanwhile}; echo HELD; read go; fg; done; echo ENDED"
        );
        command.args(["-c", &line]);
        let mut pty = Pty::start(command, data.path());
        pty.wait_for("ready");
        let before = pty.settings();
        pty.enter("go");
        pty.wait_for("ann");
        let raw = pty.settings();
        assert_ne!(before, raw);
        Self { pty, before, raw, data }
    }

    fn signal(&self, name: &str) {
        signal(self.data.path(), name);
    }

    /// Everything that was written from there on.
    fn written(&self, from: usize) -> String {
        String::from_utf8_lossy(&self.pty.written()[from..]).into_owned()
    }

    /// Has it stand still by this signal; where what the shell writes begins.
    fn hold(&self, name: &str) -> usize {
        let from = self.pty.written().len();
        self.signal(name);
        self.pty.wait_written(b"HELD", from)
    }

    /// Has it go on, and waits until it shows what it did.
    fn go_on(&mut self, held: usize) {
        self.pty.send("\n");
        self.pty.wait_written(b"\x1b[?1049h", held);
        self.pty.wait_for("Your name");
        assert_eq!(self.pty.settings(), self.raw);
    }
}

fn signal(data: &Path, name: &str) {
    let id = std::fs::read_to_string(data.join("id")).unwrap();
    let sent = Command::new("kill").args(["-s", name, id.trim()]).status().unwrap();
    assert!(sent.success(), "kill -s {name} {id}");
}

#[test]
fn asked_to_stand_still_it_gives_the_terminal_back_and_takes_it_again() {
    let mut job = Job::start("true");
    for typed in ["annx", "annxx"] {
        let start = job.pty.written().len();
        let held = job.hold("TSTP");
        assert_eq!(job.pty.settings(), job.before);
        assert!(!job.pty.screen().contains("Your name"), "{}", job.pty.screen());
        let between = job.written(start);
        for sequence in GIVEN_BACK {
            assert!(between.contains(sequence), "no {sequence:?} in {between:?}");
        }
        job.go_on(held);
        job.pty.send("x");
        job.pty.wait_for(typed);
        let behind = job.written(held);
        for sequence in TAKEN {
            assert_eq!(behind.matches(sequence).count(), 1, "{sequence:?} in {behind:?}");
        }
        assert!(!behind.contains("\x1b[?1049l"), "{behind:?}");
    }
    job.signal("TERM");
    job.pty.wait_for("ENDED");
    assert_eq!(job.pty.settings(), job.before);
}

#[test]
fn stopped_without_being_asked_it_takes_the_terminal_again() {
    // The shell has modes of its own, and leaves the screen that it does not know of.
    let mut job = Job::start("printf '\\033[?1049l\\033[?1000l'; stty sane");
    let held = job.hold("STOP");
    job.go_on(held);
    let behind = job.written(held);
    for sequence in TAKEN {
        assert_eq!(behind.matches(sequence).count(), 1, "{sequence:?} in {behind:?}");
    }
    job.pty.send("x");
    job.pty.wait_for("annx");
    job.signal("TERM");
    job.pty.wait_for("ENDED");
    assert_eq!(job.pty.settings(), job.before);
}

#[test]
fn a_size_that_changed_meanwhile_is_seen() {
    for name in ["STOP", "TSTP"] {
        let mut job = Job::start("true");
        let held = job.hold(name);
        // The shell is told, and we are not.
        job.pty.resize(60, 12);
        job.go_on(held);
        // What is at the foot of a larger one is seen again.
        job.pty.wait_for("F1 help");
    }
}

#[test]
fn going_on_without_having_stood_still_changes_nothing() {
    let mut job = Job::start("true");
    let start = job.pty.written().len();
    job.signal("CONT");
    job.pty.wait_written(b"\x1b[?1049h", start);
    job.pty.send("x");
    job.pty.wait_for("annx");
    assert_eq!(job.pty.settings(), job.raw);
}
