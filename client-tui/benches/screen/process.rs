//! What the system knows of the client: memory, processor time, how often it was woken.

use std::time::Duration;

/// A process by its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// A figure of its memory in MiB: `VmRSS` is what it has, `VmHWM` the most that it ever had.
    pub(crate) fn mebibytes(self, what: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap();
        number_behind(&status, what) / 1024.0
    }

    /// The time that its threads have spent on a processor.
    pub(crate) fn cpu(self) -> Duration {
        let threads = self.threads("schedstat");
        let nanos = threads.iter().filter_map(|stat| stat.split(' ').next()?.parse::<u64>().ok());
        Duration::from_nanos(nanos.sum())
    }

    /// How often its threads have gone to sleep by themselves: each time something woke them.
    pub(crate) fn sleeps(self) -> f64 {
        let threads = self.threads("status");
        threads.iter().map(|status| number_behind(status, "voluntary_ctxt_switches")).sum()
    }

    pub(crate) fn thread_count(self) -> usize {
        self.threads("comm").len()
    }

    fn threads(self, file: &str) -> Vec<String> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.0)).unwrap();
        tasks
            .flatten()
            .filter_map(|task| std::fs::read_to_string(task.path().join(file)).ok())
            .collect()
    }
}

fn number_behind(status: &str, what: &str) -> f64 {
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
    let word = line.and_then(|line| line.split_whitespace().next());
    word.and_then(|word| word.parse().ok()).unwrap_or(f64::NAN)
}

/// How busy the machine is.
pub(crate) fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{} on {processors} processors", load.trim())
}

/// The time that the host of this machine took of its processors, in ticks of 10 ms since it
/// began; nothing where nothing is told.
pub(crate) fn stolen() -> u64 {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    // "cpu", and the eighth figure behind it.
    stat.split_whitespace().nth(8).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}
