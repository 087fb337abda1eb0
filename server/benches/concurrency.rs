//! Four ways to serve many clients at once, and this server: how much each delivers, how fast, what
//! it takes, and what one client that stalls or resets does to the others.
//!
//! `cargo bench -p chat-server --bench concurrency` builds the servers in `examples/`, lets
//! `chat-server simulate` chat with each, and prints one table; numbers behind `--` choose among
//! the crowds of 10, 100 and 1000, so that it can be had in parts. Nothing is asserted: the figures are for reading, and
//! `assets/concurrency.md` says how.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "concurrency/contestant.rs"]
mod contestant;
#[path = "concurrency/crowd.rs"]
mod crowd;
#[path = "concurrency/trouble.rs"]
mod trouble;

use contestant::{Contestant, Kind, Peak};
use crowd::{Figures, simulate};
use trouble::Trouble;

const CROWDS: [u16; 3] = [10, 100, 1_000];

/// What the crowd says together in a second, when its pace is a class's and not the server's.
const MESSAGES_PER_SECOND: u16 = 20;

/// Shorter delays are nobody's concern: they are within what a shared machine does by itself.
const FELT_MS: f64 = 50.0;

const DEAD: &str = "server dead";

/// Where the crowd came to no figures: that says nothing about the server.
const NOT_MEASURED: &str = "not measured";

const KINDS: [Kind; 6] = [
    Kind::Example("blocking"),
    Kind::Example("threads_with_a_lock"),
    Kind::Example("threads_with_a_queue"),
    Kind::Example("async_one_thread"),
    Kind::Ours { on_disk: false },
    Kind::Ours { on_disk: true },
];

fn main() {
    rlimit::increase_nofile_limit(65_536).ok();
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |crowd: u16| words.is_empty() || words.contains(&crowd.to_string());
    contestant::build();
    println!("\n{}\n", machine());
    println!(
        "| server | clients | deliveries/s | latency p50 | p99 | threads | memory | one stalls | one resets |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---|---|");
    for clients in CROWDS.into_iter().filter(|crowd| wanted(*crowd)) {
        for kind in KINDS {
            row(kind, clients);
        }
    }
}

fn machine() -> String {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("Linux {}, {cores} processors", kernel.trim())
}

fn row(kind: Kind, clients: u16) {
    let (full, peak) = run(kind, clients, "0s", Trouble::None);
    let every = format!("{}ms", u32::from(clients) * 1_000 / u32::from(MESSAGES_PER_SECOND));
    let (paced, _) = run(kind, clients, &every, Trouble::None);
    let [stalls, resets] = [Trouble::Stalls, Trouble::Resets].map(|trouble| match &paced {
        Some(paced) if paced.received > 0 => troubled(kind, clients, &every, trouble, paced, &peak),
        Some(_) => "nobody hears anything anyway".to_owned(),
        None => NOT_MEASURED.to_owned(),
    });
    println!(
        "| {kind} | {clients} | {} | {} | {} | {} | {} | {stalls} | {resets} |",
        cell(full, |full| full.received_per_second.round().to_string()),
        cell(paced.as_ref(), |paced| ms(paced.latency_ms.p50)),
        cell(paced.as_ref(), |paced| ms(paced.latency_ms.p99)),
        peak.threads,
        mib(peak.memory),
    );
}

/// What becomes of a crowd that one of its members troubles, beside what it was without.
fn troubled(
    kind: Kind,
    clients: u16,
    every: &str,
    trouble: Trouble,
    alone: &Figures,
    before: &Peak,
) -> String {
    let (troubled, after) = run(kind, clients, every, trouble);
    match troubled {
        Some(troubled) => consequence(alone, &troubled, before, &after),
        None if after.died => DEAD.to_owned(),
        None => NOT_MEASURED.to_owned(),
    }
}

/// One crowd with one server of its own.
fn run(kind: Kind, clients: u16, every: &str, trouble: Trouble) -> (Option<Figures>, Peak) {
    // Who makes trouble sits at the table, too.
    let seats = clients + u16::from(trouble != Trouble::None);
    let mut contestant = Contestant::start(kind, seats);
    let mut maker = trouble.begin(contestant.address);
    let figures = simulate(clients, every, &mut contestant, |since| {
        trouble.go_on(&mut maker, clients, since);
    });
    (figures, contestant.peak())
}

/// What became of the others.
fn consequence(alone: &Figures, troubled: &Figures, before: &Peak, after: &Peak) -> String {
    if after.died {
        return DEAD.to_owned();
    }
    if troubled.received == 0 {
        return "all stopped".to_owned();
    }
    let grown = after.memory.saturating_sub(before.memory);
    let more = if grown > 4 << 20 { format!(", {} more", mib(grown)) } else { String::new() };
    let (with, without) = (troubled.latency_ms.p99, alone.latency_ms.p99);
    let times = with.zip(without).map_or(1.0, |(with, without)| with / without);
    let felt = times > 3.0 && with.is_some_and(|ms| ms > FELT_MS);
    let delayed = if felt { format!(", delayed by {times:.0}") } else { String::new() };
    format!("others go on{delayed}{more}")
}

/// What a run came to, if it did.
fn cell<T>(run: Option<T>, show: impl FnOnce(T) -> String) -> String {
    run.map_or(NOT_MEASURED.to_owned(), show)
}

fn ms(ms: Option<f64>) -> String {
    ms.map_or("-".to_owned(), |ms| format!("{ms:.1} ms"))
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
