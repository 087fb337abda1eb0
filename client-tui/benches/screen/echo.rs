//! A key, until the input row shows it: at rest, in a busy room, in a flood.
//!
//! Keys are typed in slices. A virtual machine stands still for milliseconds now and then, while
//! its host serves others, whatever runs on it; the system counts that time as stolen. Slices in
//! which none was count; the figure of all is beside it.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::figures::{milliseconds, quantile, watched};
use crate::frames::Frames;
use crate::server::{Server, Stopping};
use crate::terminal::Terminal;
use crate::{flood, floor};

/// Keys in a slice.
pub(crate) const KEYS: usize = 20;

/// Slices of which nothing was stolen that a round wants.
pub(crate) const ENOUGH: usize = 20;

/// How many times as many slices are typed for these at most.
pub(crate) const PATIENCE: usize = 6;

/// A scenario: messages offered a second, and what is aimed at.
struct Scenario {
    rate: u32,
    name: &'static str,
    goal: &'static str,
    others: &'static str,
}

const SCENARIOS: [Scenario; 3] = [
    Scenario { rate: 0, name: "at rest", goal: "", others: "" },
    Scenario {
        rate: 10_000,
        name: "10,000 messages a second",
        goal: "0.6 ms",
        others: "0.63 / 9.7 / 281 ms",
    },
    Scenario {
        rate: 100_000,
        name: "100,000 offered a second",
        goal: "2 ms",
        others: "8.6 (at 27,000/s) / 10.4 (14,000/s) / 286 ms (9,700/s)",
    },
];

/// Some keys typed after each other, and what came of them.
#[derive(Default)]
struct Slice {
    times: Vec<Duration>,
    /// What the program's threads worked.
    cpu: Duration,
    /// Messages taken a second.
    taken: f64,
    /// Pictures looked at, and those of them whose row was not as typed.
    pictures: usize,
    wrong: usize,
    /// Whether the host took none of the processors' time.
    is_whole: bool,
}

pub(crate) fn measure(rounds: usize) {
    println!("\n## A key, until its row shows it\n");
    println!("| | p50 | p99 | p99 of all | goal (p99) | irssi / WeeChat / tiny (p99) |");
    println!("|---|---:|---:|---:|---:|---:|");
    let floor = until_enough(rounds, at_the_floor());
    line(&Scenario { rate: 0, name: "the floor", goal: "", others: "" }, &floor);
    let (mut pictures, mut wrong) = (0, 0);
    for scenario in &SCENARIOS {
        let slices = until_enough(rounds, in_a_room(scenario.rate));
        line(scenario, &slices);
        let mean = |of: fn(&Slice) -> f64| {
            #[allow(clippy::cast_precision_loss)]
            let count = slices.len() as f64;
            slices.iter().map(of).sum::<f64>() / count
        };
        match scenario.rate {
            0 => {
                let a_key = mean(|slice| milliseconds(slice.cpu)) / KEYS as f64;
                println!("| … processor time a key | {a_key:.2} ms | | | | |");
            }
            _ => println!("| … taken a second | {:.0} | | | | |", mean(|slice| slice.taken)),
        }
        let whole = slices.iter().filter(|slice| slice.is_whole).count();
        println!("| … slices without stolen time | {whole} of {} | | | | |", slices.len());
        pictures += slices.iter().map(|slice| slice.pictures).sum::<usize>();
        wrong += slices.iter().map(|slice| slice.wrong).sum::<usize>();
    }
    println!("\nThe input row was as typed in {} of {pictures} pictures.", pictures - wrong);
}

fn line(Scenario { name, goal, others, .. }: &Scenario, slices: &[Slice]) {
    let times = |wanted: fn(&&Slice) -> bool| -> Vec<Duration> {
        slices.iter().filter(wanted).flat_map(|slice| slice.times.iter().copied()).collect()
    };
    let (whole, all) = (times(|slice| slice.is_whole), times(|_| true));
    let [p50, p99, of_all] =
        [(&whole, 0.5), (&whole, 0.99), (&all, 0.99)].map(|(times, share)| quantile(times, share));
    println!("| {name} | {p50:.2} ms | {p99:.2} ms | {of_all:.2} ms | {goal} | {others} |");
}

/// Slices until so many were whole.
fn until_enough(rounds: usize, mut slice: impl FnMut() -> Slice) -> Vec<Slice> {
    let enough = rounds * ENOUGH;
    let (mut slices, mut whole) = (Vec::new(), 0);
    while whole < enough && slices.len() < enough * PATIENCE {
        let (slice, is_whole) = watched(&mut slice);
        whole += usize::from(is_whole);
        slices.push(Slice { is_whole, ..slice });
    }
    slices
}

fn at_the_floor() -> impl FnMut() -> Slice {
    let data = tempfile::tempdir().unwrap();
    let mut terminal = floor::prepare(data.path());
    terminal.go();
    terminal.wait_until("the floor's row", |screen| screen.contents().contains("#lobby"));
    move || type_keys(&mut terminal)
}

fn in_a_room(rate: u32) -> impl FnMut() -> Slice {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(Frames);
    let mut terminal = flood::joined(&server, data.path()).0;
    terminal.settle(Duration::from_millis(50));
    move || {
        _ = &data;
        let slice = slice(&mut terminal, &mut server, rate);
        terminal.settle(Duration::from_millis(20));
        slice
    }
}

/// A slice while so many messages come in.
fn slice(terminal: &mut Terminal, server: &mut Server, rate: u32) -> Slice {
    let stop = AtomicBool::new(rate == 0);
    std::thread::scope(|scope| {
        let stopping = Stopping(&stop);
        let flood = scope.spawn(|| server.flood(rate, &stop));
        let mut slice = type_keys(terminal);
        drop(stopping);
        slice.taken = flood.join().unwrap();
        slice
    })
}

/// Types, and looks at every picture that comes.
fn type_keys(terminal: &mut Terminal) -> Slice {
    let process = terminal.process();
    let before = process.cpu();
    let mut slice = Slice::default();
    let (_, from) = terminal.screen().cursor_position();
    let mut typed = String::new();
    for number in 0..KEYS {
        let before = typed.clone();
        // What is typed is taken out again, and leaves the row as it was.
        let growing = number < KEYS / 2;
        let pressed = terminal.send(&next_key(&mut typed, number, growing));
        loop {
            let shown = terminal.picture(Duration::from_secs(20));
            slice.pictures += 1;
            let row = terminal.typed(from);
            if row == typed {
                let shown = shown.expect("every key is shown in a picture");
                slice.times.push(shown.saturating_duration_since(pressed));
                break;
            }
            assert!(shown.is_some(), "{row:?} never became {typed:?}");
            slice.wrong += usize::from(row != before);
        }
        let next = Instant::now() + pause(number);
        while terminal.picture(next.saturating_duration_since(Instant::now())).is_some() {
            slice.pictures += 1;
            slice.wrong += usize::from(terminal.typed(from) != typed);
        }
    }
    slice.cpu = process.cpu() - before;
    slice
}

/// How long nothing is typed after a key: no picture's rhythm decides when the next one comes.
pub(crate) fn pause(number: usize) -> Duration {
    Duration::from_micros(5_000 + u64::try_from(number * 7_919 % 13_000).unwrap())
}

/// A letter, or one taken out again.
pub(crate) fn next_key(typed: &mut String, number: usize, growing: bool) -> String {
    if !growing {
        typed.pop();
        return "\x7f".to_owned();
    }
    let letter = char::from(b'a' + u8::try_from(number % 26).unwrap());
    typed.push(letter);
    letter.to_string()
}
