//! A key, until the input row shows it, in alternating slices.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::{MEASURE, ratio};
use crate::contestant::{Contestant, Seat};
use crate::echo::{ENOUGH, KEYS, PATIENCE, next_key, pause};
use crate::figures::{Times, short, watched};
use crate::server::{Stopping, shows};
use crate::terminal::Terminal;

/// Messages offered a second.
const RATES: [u32; 3] = [0, 10_000, 100_000];

/// How long slices are typed at most, for every round that was asked for.
const TURNS: Duration = Duration::from_secs(22);

/// How long nothing must be drawn between two slices.
const QUIET: Duration = Duration::from_millis(20);

/// What came of a contestant's slices.
struct Column<'a> {
    seat: Seat<'a>,
    times: Times,
    slices: usize,
    whole: usize,
    /// Messages taken, and the time until the last of them was shown.
    taken: u64,
    time: Duration,
}

pub(crate) fn measure(contestants: &[Contestant], rounds: usize) {
    println!("\n## A key, until its row shows it, side by side\n");
    println!("Looked at whenever anything was read, ours as well.\n");
    println!(
        "| | p50 | p90 | p99 | p99 of all | taken a second | slices whole | p99 to {MEASURE}'s |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for rate in RATES {
        let columns = turns(contestants, rate, rounds);
        let measure = columns.iter().find(|column| column.seat.contestant.name() == MEASURE);
        let measure = measure.map(|column| column.times.quantile(0.99));
        match rate {
            0 => println!("| **at rest** | | | | | | | |"),
            rate => println!("| **{rate} offered a second** | | | | | | | |"),
        }
        for column in &columns {
            line(column, measure);
        }
    }
}

fn line(Column { seat, times, slices, whole, taken, time }: &Column<'_>, measure: Option<f64>) {
    let [p50, p90, p99] = [0.5, 0.9, 0.99].map(|share| times.quantile(share));
    let of_all = times.quantile_of_all(0.99);
    #[allow(clippy::cast_precision_loss)]
    let taken = match taken {
        0 => String::new(),
        taken => format!("{:.0}", *taken as f64 / time.as_secs_f64()),
    };
    println!(
        "| {} | {} ms | {} ms | {} ms | {} ms | {taken} | {whole} of {slices} | {} |",
        seat.contestant.name(),
        short(p50),
        short(p90),
        short(p99),
        short(of_all),
        ratio(p99, measure)
    );
}

/// Slices turn by turn, until everybody has enough in which nothing was stolen.
fn turns(contestants: &[Contestant], rate: u32, rounds: usize) -> Vec<Column<'_>> {
    let enough = rounds * ENOUGH;
    let takes_part = |it: &&Contestant| rate == 0 || !it.is_floor();
    let mut columns: Vec<Column<'_>> =
        contestants.iter().filter(takes_part).map(Column::new).collect();
    let end = Instant::now() + TURNS * u32::try_from(rounds).unwrap();
    for _ in 0..enough * PATIENCE {
        if Instant::now() > end || columns.iter().all(|column| column.whole >= enough) {
            break;
        }
        for column in &mut columns {
            column.slice(rate);
        }
    }
    columns
}

impl<'a> Column<'a> {
    fn new(contestant: &'a Contestant) -> Self {
        let seat = Seat::in_the_room(contestant);
        Self { seat, times: Times::default(), slices: 0, whole: 0, taken: 0, time: Duration::ZERO }
    }

    /// Types while so many messages come in, and waits until the last of them is shown.
    fn slice(&mut self, rate: u32) {
        let Seat { terminal, server, .. } = &mut self.seat;
        let before = server.last();
        let start = Instant::now();
        let stop = AtomicBool::new(rate == 0);
        let (times, is_whole) = std::thread::scope(|scope| {
            let _stopping = Stopping(&stop);
            scope.spawn(|| server.flood(rate, &stop));
            watched(|| type_keys(terminal))
        });
        let last = server.last();
        if last > before {
            let shown = terminal.glimpse_until("the last message", |screen| shows(screen, last));
            self.taken += last - before;
            self.time += shown.saturating_duration_since(start);
        }
        terminal.hush(QUIET);
        self.slices += 1;
        self.whole += usize::from(is_whole);
        times.into_iter().for_each(|time| self.times.push(time, is_whole));
    }
}

/// Types, and looks at everything that comes.
fn type_keys(terminal: &mut Terminal) -> Vec<Duration> {
    let at = terminal.screen().cursor_position();
    // Some say something in a row that is empty.
    let empty = behind(terminal.screen(), at);
    let mut typed = String::new();
    let mut times = Vec::with_capacity(KEYS);
    for number in 0..KEYS {
        let pressed = terminal.send(&next_key(&mut typed, number, number < KEYS / 2));
        let wanted = if typed.is_empty() { &empty } else { &typed };
        let shown = terminal.glimpse_until("a key", |screen| behind(screen, at) == *wanted);
        times.push(shown.saturating_duration_since(pressed));
        let next = Instant::now() + pause(number);
        while Instant::now() < next {
            terminal.glimpse(next.saturating_duration_since(Instant::now()));
        }
    }
    times
}

/// The text behind the place at which typing began.
fn behind(screen: &vt100::Screen, (row, column): (u16, u16)) -> String {
    let most = u16::try_from(KEYS).unwrap();
    screen.contents_between(row, column, row, column + most).trim_end().to_owned()
}
