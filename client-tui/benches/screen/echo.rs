//! A key, until the input row shows it: at rest, in a busy room, in a flood.
//!
//! Keys are typed in slices, and between them into a program that does nothing. A machine that is
//! shared stands still for milliseconds now and then, whatever runs on it: a slice counts when
//! that program showed each of its keys soon before and behind it. The figure of all is beside it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::figures::{milliseconds, quantile};
use crate::server::Server;
use crate::terminal::Terminal;
use crate::{flood, floor};

/// Keys in a slice.
const KEYS: usize = 40;

/// Slices in quiet moments that a round wants.
const ENOUGH: usize = 10;

/// How many times as many slices are typed for these at most.
const PATIENCE: usize = 4;

/// How soon the floor shows a key on a quiet machine.
const QUIET: Duration = Duration::from_micros(500);

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
}

/// The slices of a scenario: all, and those in whose neighbourhood the machine was quiet.
#[derive(Default)]
struct Slices {
    all: Vec<Slice>,
    quiet: Vec<usize>,
}

impl Slices {
    /// What a share of the keys did not take longer than: in quiet moments, and in all.
    fn quantiles(&self, share: f64) -> [f64; 2] {
        let quiet = self.quiet.iter().filter_map(|&at| self.all.get(at));
        let times = |slices: Vec<&Slice>| -> Vec<Duration> {
            slices.iter().flat_map(|slice| slice.times.iter().copied()).collect()
        };
        [
            quantile(&times(quiet.collect()), share),
            quantile(&times(self.all.iter().collect()), share),
        ]
    }
}

pub(crate) fn measure(rounds: usize) {
    println!("\n## A key, until its row shows it\n");
    println!("| | p50 | p99 | p99 of all | goal (p99) | irssi / WeeChat / tiny (p99) |");
    println!("|---|---:|---:|---:|---:|---:|");
    let (mut pictures, mut wrong) = (0, 0);
    for scenario in &SCENARIOS {
        let (slices, floor) = in_turns(scenario.rate, rounds * ENOUGH);
        if scenario.rate == 0 {
            line(&Scenario { name: "the floor", ..*scenario }, &floor);
        }
        line(scenario, &slices);
        let figure = |of: fn(&Slice) -> f64| {
            #[allow(clippy::cast_precision_loss)]
            let count = slices.all.len() as f64;
            slices.all.iter().map(of).sum::<f64>() / count
        };
        match scenario.rate {
            0 => {
                let a_key = figure(|slice| milliseconds(slice.cpu)) / KEYS as f64;
                println!("| … processor time a key | {a_key:.2} ms | | | | |");
            }
            _ => println!("| … taken a second | {:.0} | | | | |", figure(|slice| slice.taken)),
        }
        let (some, all) = (slices.quiet.len(), slices.all.len());
        println!("| … slices in quiet moments | {some} of {all} | | | | |");
        pictures += slices.all.iter().map(|slice| slice.pictures).sum::<usize>();
        wrong += slices.all.iter().map(|slice| slice.wrong).sum::<usize>();
    }
    println!("\nThe input row was as typed in {} of {pictures} pictures.", pictures - wrong);
}

fn line(Scenario { name, goal, others, .. }: &Scenario, slices: &Slices) {
    let ([p50, _], [p99, of_all]) = (slices.quantiles(0.5), slices.quantiles(0.99));
    println!("| {name} | {p50:.2} ms | {p99:.2} ms | {of_all:.2} ms | {goal} | {others} |");
}

/// The client and the floor in turns, until so many slices had a quiet machine before and behind.
fn in_turns(rate: u32, enough: usize) -> (Slices, Slices) {
    let data = tempfile::tempdir().unwrap();
    let mut idle = floor::prepare(data.path());
    idle.go();
    idle.wait_until("the floor's row", |screen| screen.contents().contains("#lobby"));
    let mut server = Server::start(0);
    let mut terminal = flood::joined(&server, data.path()).0;
    terminal.settle(Duration::from_millis(50));

    let (mut slices, mut floor) = (Slices::default(), Slices::default());
    floor.all.push(type_keys(&mut idle));
    while slices.quiet.len() < enough && slices.all.len() < enough * PATIENCE {
        slices.all.push(slice(&mut terminal, &mut server, rate));
        terminal.settle(Duration::from_millis(20));
        floor.all.push(type_keys(&mut idle));
        let last = floor.all.len() - 1;
        if floor.all[last - 1..].iter().all(is_quiet) {
            slices.quiet.push(last - 1);
            floor.quiet.push(last);
        }
    }
    (slices, floor)
}

/// Whether a program that does nothing showed every key soon.
fn is_quiet(floor: &Slice) -> bool {
    floor.times.iter().all(|time| *time <= QUIET)
}

/// A slice while so many messages come in.
fn slice(terminal: &mut Terminal, server: &mut Server, rate: u32) -> Slice {
    let stop = AtomicBool::new(rate == 0);
    std::thread::scope(|scope| {
        let flood = scope.spawn(|| server.flood(rate, &stop));
        let mut slice = type_keys(terminal);
        stop.store(true, Ordering::SeqCst);
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
        // No picture's rhythm decides when the next key comes.
        let micros = 5_000 + u64::try_from(number * 7_919 % 13_000).unwrap();
        let next = Instant::now() + Duration::from_micros(micros);
        while terminal.picture(next.saturating_duration_since(Instant::now())).is_some() {
            slice.pictures += 1;
            slice.wrong += usize::from(terminal.typed(from) != typed);
        }
    }
    slice.cpu = process.cpu() - before;
    slice
}

/// A letter, or one taken out again.
fn next_key(typed: &mut String, number: usize, growing: bool) -> String {
    if !growing {
        typed.pop();
        return "\x7f".to_owned();
    }
    let letter = char::from(b'a' + u8::try_from(number % 26).unwrap());
    typed.push(letter);
    letter.to_string()
}
