//! What a run measured, and this disk.

use std::io::Write;
use std::time::{Duration, Instant};

use super::process;

/// What one run measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) deliveries: u64,
    pub(crate) time: Duration,
    pub(crate) latencies: Vec<Duration>,
    pub(crate) acks: Vec<Duration>,
    /// Members whose connection the server closed.
    pub(crate) lost: usize,
}

impl Measured {
    pub(crate) fn deliveries_per_second(&self) -> f64 {
        self.deliveries as f64 / self.time.as_secs_f64()
    }

    /// Adds what another slice of the same run measured.
    pub(crate) fn pool(&mut self, other: &Self) {
        self.deliveries += other.deliveries;
        self.time += other.time;
        self.latencies.extend(&other.latencies);
        self.acks.extend(&other.acks);
        self.lost += other.lost;
    }
}

/// The smallest duration that this part of all does not exceed.
pub(crate) fn percentile(durations: &[Duration], part: f64) -> Option<Duration> {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    let at = ((sorted.len() as f64 * part) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied()
}

/// The same for people.
pub(crate) fn shown(durations: &[Duration], part: f64) -> String {
    percentile(durations, part).map_or("none".to_owned(), ms)
}

pub(crate) fn ms(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1e3)
}

/// How long this disk takes to make 4 KiB last, and what that costs: the floor below each commit.
pub(crate) fn disk() -> String {
    const TIMES: u32 = 500;
    let folder = tempfile::tempdir().unwrap();
    let mut file = std::fs::File::create(folder.path().join("probe")).unwrap();
    let mut times = Vec::new();
    let before = process::own_cpu();
    for _ in 0..TIMES {
        let start = Instant::now();
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        times.push(start.elapsed());
    }
    let cpu = (process::own_cpu() - before).as_secs_f64() * 1e6 / f64::from(TIMES);
    format!("p50 {}, p99 {}, CPU {cpu:.0} µs", shown(&times, 0.5), shown(&times, 0.99))
}
