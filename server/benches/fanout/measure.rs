//! What a run measured, and this disk.

use std::io::Write;
use std::time::{Duration, Instant};

/// What one run measured.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) deliveries: u64,
    pub(crate) cpu: Duration,
    pub(crate) time: Duration,
    pub(crate) latencies: Vec<Duration>,
    pub(crate) acks: Vec<Duration>,
}

impl Measured {
    pub(crate) fn deliveries_per_second(&self) -> f64 {
        self.deliveries as f64 / self.time.as_secs_f64()
    }

    /// Microseconds of the server's CPU for each delivery.
    pub(crate) fn cpu_per_delivery(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.deliveries.max(1) as f64
    }

    pub(crate) fn latency(&self, part: f64) -> String {
        percentile(&self.latencies, part)
    }

    pub(crate) fn ack(&self, part: f64) -> String {
        percentile(&self.acks, part)
    }
}

fn percentile(durations: &[Duration], part: f64) -> String {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    let at = ((sorted.len() as f64 * part) as usize).min(sorted.len().saturating_sub(1));
    match sorted.get(at) {
        Some(duration) => format!("{:.2} ms", duration.as_secs_f64() * 1e3),
        None => "none".to_owned(),
    }
}

/// How long this disk takes to make 4 KiB last.
pub(crate) fn disk() -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut file = std::fs::File::create(folder.path().join("probe")).unwrap();
    let mut times = Vec::new();
    for _ in 0..500 {
        let start = Instant::now();
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        times.push(start.elapsed());
    }
    format!("p50 {}, p99 {}", percentile(&times, 0.5), percentile(&times, 0.99))
}
