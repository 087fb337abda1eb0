//! This very program started in another role, in a process of its own, so that its processor time
//! and memory are told apart.

use std::fmt::Display;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Names the role; unset in the process that measures.
const ROLE: &str = "CHAT_BENCH_ROLE";

/// The role that this process was started in, if any.
pub(crate) fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// Prints a line for the process that started this one.
pub(crate) fn announce(what: impl Display) {
    println!("{what}");
    std::io::stdout().flush().unwrap();
}

/// Deals with what the process that started this one tells it; ends with that one.
pub(crate) fn obey(mut order: impl FnMut(&str)) {
    for line in std::io::stdin().lines().map_while(Result::ok) {
        order(&line);
    }
    std::process::exit(0);
}

/// A process that runs; dropping it ends it.
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    announced: Receiver<String>,
}

impl Process {
    pub(crate) fn start(role: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let (sender, announced) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                sender.send(line).ok();
            }
        });
        Self { child, input, announced }
    }

    /// The next line that it announces.
    pub(crate) fn hear(&self) -> String {
        self.announced.recv().unwrap()
    }

    /// Whether it has announced something, which is taken.
    pub(crate) fn has_announced(&self) -> bool {
        self.announced.try_recv().is_ok()
    }

    pub(crate) fn tell(&mut self, order: &str) {
        writeln!(self.input, "{order}").unwrap();
    }

    pub(crate) fn wait(&mut self) {
        self.child.wait().unwrap();
    }

    /// The time that its threads have spent on a processor.
    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(&self.child.id().to_string())
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

/// The time that this process's threads have spent on a processor.
pub(crate) fn own_cpu() -> Duration {
    cpu_of("self")
}

/// The time that the host of this machine took of its processors, in ticks of 10 ms since it
/// began; nothing where nothing is told.
pub(crate) fn stolen() -> u64 {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    // "cpu", and the eighth figure behind it.
    stat.split_whitespace().nth(8).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}

/// Of threads that live: a thread that ends takes its time with it.
fn cpu_of(process: &str) -> Duration {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let nanos = tasks.flatten().filter_map(|task| {
        let stat = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}
