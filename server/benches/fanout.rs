//! What a delivery costs: this server beside the least that a server can do, in one run.
//!
//! `cargo bench -p chat-server --bench fanout` prints the tables; words behind `--` choose among
//! `dense`, `sparse`, `memory` and `disk`. Nothing is asserted: the figures are for reading, and on
//! a shared machine only their ratios mean much.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

#[path = "fanout/limit.rs"]
mod limit;
#[path = "fanout/load.rs"]
mod load;
#[path = "fanout/measure.rs"]
mod measure;
#[path = "fanout/process.rs"]
mod process;

use std::time::Duration;

use load::{Load, Pace};
use process::{Kind, Process};

const ROOMS: [usize; 3] = [10, 100, 1_000];

fn main() {
    if let Some(kind) = process::role() {
        return process::serve(kind);
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
        let pace = Pace::Sparse { every: Duration::from_millis(33) };
        table("sparse: 1 sender, 30 messages a second", pace, Duration::from_secs(5));
    }
    if wanted("memory") {
        memory();
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
            let process = Process::start(kind);
            let measured = Load::new(process.address, room, pace).run(time, &process);
            let cost = measured.cpu_per_delivery();
            let limit = *limit.get_or_insert(cost);
            println!(
                "| {room} | {kind} | {:.0} | {:.2} | {:.2} | {} | {} | {} | {} |",
                measured.deliveries_per_second(),
                cost,
                cost / limit,
                measured.latency(0.5),
                measured.latency(0.99),
                measured.ack(0.5),
                measured.ack(0.99),
            );
        }
    }
}

fn memory() {
    println!("\n## Resident memory of idle members\n");
    println!("| members | server | KiB in all | bytes a member |");
    println!("|---:|---|---:|---:|");
    for members in [1_000, 10_000] {
        for kind in [Kind::Limit, Kind::Ephemeral] {
            let process = Process::start(kind);
            let before = process.resident();
            let load = Load::new(process.address, members, Pace::Dense);
            let after = process.resident();
            let each = (after - before) as f64 / members as f64;
            println!("| {members} | {kind} | {} | {each:.0} |", after / 1024);
            drop(load);
        }
    }
}
