//! One slow, dead, flooding or lying connection costs only itself: what twenty ordinary members
//! notice of neighbours who misbehave.
//!
//! `cargo bench -p chat-server --bench neighbours` prints the tables; words behind `--` choose among
//! `disk` and `memory` and among the kinds (`flood`, say); a number is how many pairs of slices are
//! measured. Seconds without and with the neighbours alternate in one run, so that a shared machine's
//! noise falls on both; percentiles are of all slices of a sort, growth is the median of all pairs'.
//! Nothing is asserted.
//!
//! A virtual machine stands still while its host serves others, and the more of the processor is
//! used, the more often: the system counts that time as stolen. Each row is followed by one of the
//! tenths of seconds in which none was; growth is there that of the percentiles, with the interval
//! in which it lies with a nominal confidence of 90 % (of twenty pairs or more). A hundredth of few
//! deliveries is few: more pairs make the interval small.
//!
//! The neighbours are a process of their own, but there are few processors. So a kind that uses much
//! of them takes turns with two controls: a process that uses as much of the processor, and leaves
//! the server alone; and the same neighbours at another server, while the members talk at the first
//! one. What the controls cost is the machine's doing. What a kind costs beyond that has a row of
//! its own, the seconds beside the neighbours at the members' server over those beside the same
//! neighbours at another one: it is the server's doing, and the reading of what the members are told
//! of the neighbours.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]
#![allow(dead_code, reason = "each bench uses its own part of what they share")]

#[path = "neighbours/interval.rs"]
mod interval;
#[path = "support/load.rs"]
mod load;
#[path = "support/measure.rs"]
mod measure;
#[path = "neighbours/peers.rs"]
mod peers;
#[path = "support/process.rs"]
mod process;
#[path = "support/server.rs"]
mod server;

use std::time::Duration;

use interval::interval;
use load::{Load, Pace};
use measure::{Measured, percentile};
use peers::{BURN, KINDS, MORE_FLOODS, Peers, TALKER};
use server::Server;

/// Members, two of whom say something every 10 ms.
const MEMBERS: usize = 20;
const PACE: Pace = Pace::Sparse { senders: 2, every: Duration::from_millis(5) };

/// A slice is a second, measured in tenths.
const TENTH: Duration = Duration::from_millis(100);
const TENTHS: usize = 10;

/// How long the neighbours have been at it, or gone, when a slice begins.
const SETTLE: Duration = Duration::from_millis(300);

/// Rows of the tenths in which the host took nothing: of a pair, and of what a kind costs beyond
/// what the same neighbours cost at another server.
const WHOLE: &str = "… nothing stolen";
const BEYOND: &str = "**beyond the same at another server**, nothing stolen";

/// In what orders a kind and its two controls are measured, turn by turn: each is as often behind
/// each of the others.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1], [2, 0, 1], [1, 0, 2]];

/// Part of a processor that is worth a control.
const NOTABLE: f64 = 0.03;

fn main() {
    if let Some(role) = process::role() {
        assert!(server::serve(&role) || peers::serve(&role), "no such role: {role}");
        return;
    }
    let words = std::env::args().skip(1).filter(|word| !word.starts_with('-'));
    let (numbers, words): (Vec<String>, Vec<String>) =
        words.partition(|word| word.parse::<usize>().is_ok());
    let pairs = numbers.first().map_or(8, |number| number.parse().unwrap());
    let named = |all: &[&str], word: &str| all.iter().any(|one| one.contains(word));
    let chosen = |all: &[&str], one: &str| {
        let mut among = words.iter().filter(|word| named(all, word)).peekable();
        among.peek().is_none() || among.any(|word| one.contains(word.as_str()))
    };
    let mut kinds = vec!["nobody"];
    kinds.extend(KINDS);
    kinds.extend(["one of each", "all together"]);
    for storage in ["disk", "memory"] {
        if chosen(&["disk", "memory"], storage) {
            header(storage);
            for kind in kinds.iter().filter(|kind| chosen(&kinds, kind)) {
                measure(storage, kind, pairs);
            }
        }
    }
}

fn header(storage: &str) {
    println!("\n## Neighbours of {MEMBERS} members, {storage}\n");
    println!(
        "| neighbour | delivery p50 | p99 | growth | ack p50 | p99 | growth | messages/s | server's CPU | members' | neighbours' | lost |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
}

/// A second without the neighbours, or with them.
#[derive(Clone, Default)]
struct Slice {
    measured: Measured,
    /// Of those tenths in which the host took none of the processors' time, and how many these are.
    whole: Measured,
    tenths: usize,
    /// What the server, the members and the neighbours used of the processors.
    cpu: [Duration; 3],
}

/// The second without the neighbours, and the one with them after it.
type Pair = [Slice; 2];

fn measure(storage: &str, kind: &str, pairs: usize) {
    let kinds: Vec<&str> = match kind {
        "nobody" => vec!["burn 0"],
        "one of each" => KINDS.into_iter().filter(|kind| !MORE_FLOODS.contains(kind)).collect(),
        "all together" => KINDS.to_vec(),
        one => vec![one],
    };
    let folders =
        ["members", "others"].map(|_| (storage == "disk").then(|| tempfile::tempdir().unwrap()));
    let [server, other] = folders
        .each_ref()
        .map(|folder| Server::start(folder.as_ref().map(tempfile::TempDir::path), 0));
    let mut load = Load::new(server.address, MEMBERS, PACE);
    load.warm_up(Duration::from_secs(1));
    let mut arms = vec![Arm::new(kind, Peers::start(server.address, &kinds))];
    arms[0].measure(&mut load, &server);
    let used = arms[0].used();
    if used >= NOTABLE && pairs > 1 {
        let title = format!("*control: {:.0} % of a processor*", used * 100.0);
        let burn = format!("{BURN}{used:.3}");
        arms.push(Arm::new(&title, Peers::start(server.address, &[&burn])));
        // Floods are slowed down only beside others.
        let kinds: Vec<&str> = kinds.iter().copied().chain([TALKER]).collect();
        let title = "*control: the same at another server*";
        arms.push(Arm::new(title, Peers::start(other.address, &kinds)));
    }
    for turn in 1..pairs {
        for arm in ORDERS[turn % ORDERS.len()] {
            if let Some(arm) = arms.get_mut(arm) {
                arm.measure(&mut load, &server);
            }
        }
    }
    let beyond = match arms.as_slice() {
        [here, _, elsewhere] => Some(beyond(&here.pairs[1..], &elsewhere.pairs)),
        _ => None,
    };
    for arm in arms {
        row(&arm.title, &arm.pairs);
        whole_row(WHOLE, arm.pairs);
    }
    beyond.into_iter().for_each(|pairs| whole_row(BEYOND, pairs));
}

/// What the members are measured beside.
struct Arm {
    title: String,
    peers: Peers,
    pairs: Vec<Pair>,
}

impl Arm {
    fn new(title: &str, peers: Peers) -> Self {
        Self { title: title.to_owned(), peers, pairs: Vec::new() }
    }

    /// Measures one pair.
    fn measure(&mut self, load: &mut Load, server: &Server) {
        let without = slice(load, server, &self.peers);
        settle("begin", &mut self.peers, load);
        let with = slice(load, server, &self.peers);
        settle("end", &mut self.peers, load);
        self.pairs.push([without, with]);
    }

    /// How much of a processor the neighbours used.
    fn used(&self) -> f64 {
        let with = sum(&self.pairs, 1);
        with.cpu[2].as_secs_f64() / with.measured.time.as_secs_f64()
    }
}

/// The seconds beside a control's neighbours, each with that beside these ones of the same turn.
fn beyond(these: &[Pair], control: &[Pair]) -> Vec<Pair> {
    let turns = these.iter().zip(control);
    turns.map(|([_, this], [_, that])| [that.clone(), this.clone()]).collect()
}

/// Gives the neighbours an order; the members listen all the while, lest they fall behind.
fn settle(order: &str, peers: &mut Peers, load: &mut Load) {
    peers.tell(order);
    while !peers.obeyed() {
        load.listen_for(Duration::from_millis(10));
    }
    load.listen_for(SETTLE);
}

fn slice(load: &mut Load, server: &Server, peers: &Peers) -> Slice {
    let cpu = || [server.process.cpu(), process::own_cpu(), peers.process.cpu()];
    let mut slice = Slice::default();
    let before = cpu();
    for _ in 0..TENTHS {
        let stolen = process::stolen();
        let measured = load.measure(TENTH);
        slice.measured.pool(&measured);
        if process::stolen() == stolen {
            slice.whole.pool(&measured);
            slice.tenths += 1;
        }
    }
    let after = cpu();
    slice.cpu = [0, 1, 2].map(|which| after[which].saturating_sub(before[which]));
    slice
}

/// All seconds of one sort as one.
fn sum(pairs: &[Pair], which: usize) -> Slice {
    let mut sum = Slice::default();
    for slice in pairs.iter().map(|pair| &pair[which]) {
        sum.measured.pool(&slice.measured);
        sum.whole.pool(&slice.whole);
        sum.tenths += slice.tenths;
        for (sum, cpu) in sum.cpu.iter_mut().zip(slice.cpu) {
            *sum += cpu;
        }
    }
    sum
}

/// A row of the tenths in which nothing was stolen, of pairs of which both seconds have such.
fn whole_row(title: &str, mut pairs: Vec<Pair>) {
    let all = pairs.len() * TENTHS;
    pairs.retain(|pair| pair.iter().all(|slice| slice.tenths > 0));
    let sums = [0, 1].map(|which| sum(&pairs, which));
    let figures = |of: fn(&Measured) -> &Vec<Duration>| {
        let [without, with] =
            sums.each_ref().map(|sum| [0.5, 0.99].map(|part| millis(of(&sum.whole), part)));
        let growth = (with[1] / without[1] - 1.0) * 100.0;
        let samples: Vec<_> =
            pairs.iter().map(|pair| [0, 1].map(|side| of(&pair[side].whole).as_slice())).collect();
        let between = interval(&samples).map_or(String::new(), |ends| {
            let [low, high] = ends.map(|end| (end - 1.0) * 100.0);
            format!(" ({low:+.0} to {high:+.0})")
        });
        let [p50, p99] =
            [0, 1].map(|which| format!("{:.2} → {:.2} ms", without[which], with[which]));
        format!("{p50} | {p99} | {growth:+.0} %{between}")
    };
    println!(
        "| {title}: {} and {} of {all} tenths | {} | {} | | | | | |",
        sums[0].tenths,
        sums[1].tenths,
        figures(latencies),
        figures(acks),
    );
}

fn row(title: &str, pairs: &[Pair]) {
    let sums = [0, 1].map(|which| sum(pairs, which));
    let quantiles = |of: fn(&Measured) -> &Vec<Duration>, part| {
        let [without, with] = sums.each_ref().map(|sum| millis(of(&sum.measured), part));
        format!("{without:.2} → {with:.2} ms")
    };
    let [without, with] = sums.each_ref().map(|sum| {
        let time = sum.measured.time.as_secs_f64();
        let per_second = sum.measured.deliveries_per_second() / (MEMBERS - 1) as f64;
        (per_second, sum.cpu.map(|cpu| 100.0 * cpu.as_secs_f64() / time))
    });
    println!(
        "| {title} | {} | {} | {} | {} | {} | {} | {:.0} → {:.0} | {:.0} → {:.0} % | {:.0} → {:.0} % | {:.1} % | {} |",
        quantiles(latencies, 0.5),
        quantiles(latencies, 0.99),
        growth(pairs, latencies),
        quantiles(acks, 0.5),
        quantiles(acks, 0.99),
        growth(pairs, acks),
        without.0,
        with.0,
        without.1[0],
        with.1[0],
        without.1[1],
        with.1[1],
        with.1[2],
        sums.iter().map(|sum| sum.measured.lost).sum::<usize>(),
    );
}

fn latencies(measured: &Measured) -> &Vec<Duration> {
    &measured.latencies
}

fn acks(measured: &Measured) -> &Vec<Duration> {
    &measured.acks
}

/// By how much the p99 grew from a slice to the one after it: the median of all pairs, which one
/// hiccup of the machine does not move.
fn growth(pairs: &[Pair], of: fn(&Measured) -> &Vec<Duration>) -> String {
    let ratio = |[without, with]: &Pair| {
        millis(of(&with.measured), 0.99) / millis(of(&without.measured), 0.99)
    };
    let mut ratios: Vec<f64> = pairs.iter().map(ratio).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let middle = |at: usize| ratios.get(at).copied().unwrap_or(f64::NAN);
    let median = (middle(ratios.len() / 2) + middle(ratios.len().saturating_sub(1) / 2)) / 2.0;
    format!("{:+.0} %", (median - 1.0) * 100.0)
}

fn millis(durations: &[Duration], part: f64) -> f64 {
    percentile(durations, part).map_or(f64::NAN, |one| one.as_secs_f64() * 1e3)
}
