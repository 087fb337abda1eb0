//! What a delivery costs: this server beside the least that a server can do, in one run.
//!
//! `cargo bench -p chat-server --bench fanout` prints the tables; words behind `--` choose among
//! `dense`, `sparse`, `memory` and `disk`. Nothing is asserted: the figures are for reading, and on
//! a shared machine only their ratios mean much.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]
#![allow(dead_code, reason = "each bench uses its own part of what they share")]

#[path = "fanout/limit.rs"]
mod limit;
#[path = "support/load.rs"]
mod load;
#[path = "support/measure.rs"]
mod measure;
#[path = "support/process.rs"]
mod process;
#[path = "support/server.rs"]
mod server;

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use load::{Load, Pace};
use measure::shown;
use process::Process;
use server::Server;
use tempfile::TempDir;

const ROOMS: [usize; 3] = [10, 100, 1_000];

fn main() {
    if let Some(role) = process::role() {
        return play(&role);
    }
    rlimit::increase_nofile_limit(65_536).ok();
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |word: &str| words.is_empty() || words.iter().any(|given| given == word);
    if wanted("disk") {
        println!("\n## This disk\n\nwrite and fdatasync of 4 KiB: {}", measure::disk());
    }
    if wanted("dense") {
        table(
            "dense: 2 senders, 16 messages outstanding each",
            Pace::Dense,
            Duration::from_secs(3),
        );
    }
    if wanted("sparse") {
        let pace = Pace::Sparse { senders: 1, every: Duration::from_millis(33) };
        table("sparse: 1 sender, 30 messages a second", pace, Duration::from_secs(5));
    }
    if wanted("memory") {
        memory();
    }
}

fn play(role: &str) {
    if !server::serve(role) {
        std::thread::spawn(|| process::obey(|_| {}));
        rlimit::increase_nofile_limit(65_536).ok();
        limit::serve(process::announce);
    }
}

/// Which server.
#[derive(Clone, Copy, Debug)]
enum Kind {
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

/// A server of some kind, and where it keeps its data.
struct Measuree {
    process: Process,
    address: SocketAddr,
    _folder: Option<TempDir>,
}

impl Measuree {
    fn start(kind: Kind) -> Self {
        let folder = matches!(kind, Kind::Durable).then(|| tempfile::tempdir().unwrap());
        let (process, address) = if let Kind::Limit = kind {
            let process = Process::start("limit");
            let address = process.hear().parse().unwrap();
            (process, address)
        } else {
            let server = Server::start(folder.as_ref().map(TempDir::path), 0);
            (server.process, server.address)
        };
        Self { process, address, _folder: folder }
    }
}

fn table(title: &str, pace: Pace, time: Duration) {
    println!("\n## {title}\n");
    println!(
        "| room | server | deliveries/s | CPU µs/delivery | of the limit | latency p50 | p99 | ack p50 | p99 |"
    );
    println!("|---:|---|---:|---:|---:|---:|---:|---:|---:|");
    for room in ROOMS {
        let mut limit = None;
        for kind in [Kind::Limit, Kind::Ephemeral, Kind::Durable] {
            let measuree = Measuree::start(kind);
            let mut load = Load::new(measuree.address, room, pace);
            load.warm_up(time / 4);
            let before = measuree.process.cpu();
            let measured = load.measure(time);
            let cpu = measuree.process.cpu() - before;
            assert_eq!(measured.lost, 0, "the server closed members' connections");
            let cost = cpu.as_secs_f64() * 1e6 / measured.deliveries.max(1) as f64;
            let limit = *limit.get_or_insert(cost);
            println!(
                "| {room} | {kind} | {:.0} | {:.2} | {:.2} | {} | {} | {} | {} |",
                measured.deliveries_per_second(),
                cost,
                cost / limit,
                shown(&measured.latencies, 0.5),
                shown(&measured.latencies, 0.99),
                shown(&measured.acks, 0.5),
                shown(&measured.acks, 0.99),
            );
        }
    }
}

fn memory() {
    println!("\n## Idle members of one room\n");
    println!("| members | server | KiB in all | bytes a member | coming in | its CPU |");
    println!("|---:|---|---:|---:|---:|---:|");
    for members in [1_000, 10_000] {
        for kind in [Kind::Limit, Kind::Ephemeral] {
            let measuree = Measuree::start(kind);
            let (before, began) = (measuree.process.resident(), Instant::now());
            let mut load = Load::new(measuree.address, members, Pace::Dense);
            let time = began.elapsed();
            let cpu = measuree.process.cpu();
            // What is held only until the links are empty again does not count.
            load.listen_for(Duration::from_secs(1));
            let after = measuree.process.resident();
            let each = (after - before) as f64 / members as f64;
            println!(
                "| {members} | {kind} | {} | {each:.0} | {:.1} s | {:.1} s |",
                after / 1024,
                time.as_secs_f64(),
                cpu.as_secs_f64(),
            );
            drop(load);
        }
    }
}
