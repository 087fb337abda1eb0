//! A start, 100,000 messages as fast as they are read, then the same room scrolled and resized,
//! turn by turn.

use std::time::{Duration, Instant};

use super::MEASURE;
use crate::contestant::{Contestant, Seat};
use crate::figures::{Times, short, watched};
use crate::flood::{MESSAGES, PAGES, QUIET, STARTS, sizes};
use crate::server::shows;
use crate::terminal::{SIZE, Terminal};

/// What is measured of everybody, and in what it is told.
const ROWS: [(&str, &str); 12] = [
    ("anything drawn after exec, median", "ms"),
    ("the last of 100,000 on the screen", "s"),
    ("… the client's processor time", "s"),
    ("… bytes drawn", "MB"),
    ("memory afterwards (VmRSS)", "MiB"),
    ("the most there was (VmHWM)", "MiB"),
    ("PgUp until drawn, median", "ms"),
    ("resize until drawn, median", "ms"),
    ("… p95", "ms"),
    ("… worst of 200", "ms"),
    ("… of them without stolen time", "%"),
    ("… with the last message's number whole in a row", "%"),
];

/// A round's figures, in the order of the rows.
type Round = [f64; ROWS.len()];

pub(crate) fn measure(contestants: &[Contestant], rounds: usize) {
    let contestants: Vec<&Contestant> = contestants.iter().filter(|it| !it.is_floor()).collect();
    let mut figures: Vec<Vec<Round>> = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        for (contestant, figures) in contestants.iter().zip(&mut figures) {
            figures.push(round(contestant));
        }
    }
    table(&contestants, &figures);
}

fn table(contestants: &[&Contestant], figures: &[Vec<Round>]) {
    println!("\n## A start, and 100,000 messages as fast as they are read, side by side\n");
    println!("Drawn is what is followed by {} ms of nothing, of ours as well.", QUIET.as_millis());
    println!("The median of rounds, and the least.\n");
    let names: Vec<&str> = contestants.iter().map(|it| it.name()).collect();
    println!("| | {} | {} to {MEASURE} |", names.join(" | "), names[0]);
    println!("|---|{}---:|", "---:|".repeat(names.len()));
    let measure = names.iter().position(|name| *name == MEASURE).map(|at| &figures[at]);
    for (at, (name, unit)) in ROWS.iter().enumerate() {
        let all: Vec<(f64, f64)> = figures
            .iter()
            .map(|rounds| median_and_least(rounds.iter().map(|round| round[at])))
            .collect();
        let cells: Vec<String> = all
            .iter()
            .map(|(median, best)| format!("{} {unit} ({})", short(*median), short(*best)))
            .collect();
        // Of rounds that were measured one right after the other.
        let ratios = measure.map(|others| {
            figures[0].iter().zip(others).map(|(ours, others)| ours[at] / others[at])
        });
        let ratio = match ratios {
            Some(ratios) if *unit != "%" => short(median_and_least(ratios).0),
            _ => String::new(),
        };
        println!("| {name} | {} | {ratio} |", cells.join(" | "));
    }
}

fn median_and_least(figures: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    (figures[figures.len() / 2], figures[0])
}

fn round(contestant: &Contestant) -> Round {
    let mut seat = Seat::prepare(contestant);
    let mut starts = Times::default();
    seat.first_picture();
    for _ in 0..STARTS {
        seat.begin_again();
        let (time, is_whole) = watched(|| seat.first_picture());
        starts.push(time, is_whole);
    }
    seat.enter();
    let [last, cpu, bytes] = flood(&mut seat);
    let process = seat.terminal.process();
    let [memory, most] = ["VmRSS", "VmHWM"].map(|what| process.mebibytes(what));
    let (resizes, showing) = resizes(&mut seat.terminal);
    let pages = pages(&mut seat.terminal);
    [
        starts.quantile(0.5),
        last,
        cpu,
        bytes,
        memory,
        most,
        pages.quantile(0.5),
        resizes.quantile(0.5),
        resizes.quantile(0.95),
        resizes.quantile(1.0),
        100.0 * resizes.whole(),
        showing,
    ]
}

/// Seconds until the last message was shown, seconds of processor time, and megabytes drawn.
fn flood(Seat { terminal, server, .. }: &mut Seat<'_>) -> [f64; 3] {
    let process = terminal.process();
    let messages = server.messages(MESSAGES);
    let (cpu, written) = (process.cpu(), terminal.written());
    let start = Instant::now();
    let last = std::thread::scope(|scope| {
        scope.spawn(|| server.write(&messages));
        terminal.glimpse_until("the last message", |screen| shows(screen, MESSAGES))
    });
    terminal.hush(Duration::from_millis(200));
    #[allow(clippy::cast_precision_loss)]
    let bytes = (terminal.written() - written) as f64 / 1e6;
    [(last - start).as_secs_f64(), (process.cpu() - cpu).as_secs_f64(), bytes]
}

/// How long the sizes took, and after how many in a hundred the last message could be found on the
/// screen: some wrap within words, and then it cannot be in a narrow room.
fn resizes(terminal: &mut Terminal) -> (Times, f64) {
    let mut times = Times::default();
    let (mut all, mut showing) = (0.0, 0.0);
    for size in sizes().chain([SIZE]) {
        let (time, is_whole) = watched(|| {
            let resized = terminal.resize(size);
            terminal.drawn(resized, QUIET).expect("a new size makes a new picture")
        });
        times.push(time, is_whole);
        all += 1.0;
        showing += f64::from(u8::from(shows(terminal.screen(), MESSAGES)));
    }
    (times, 100.0 * showing / all)
}

fn pages(terminal: &mut Terminal) -> Times {
    let mut times = Times::default();
    for _ in 0..PAGES {
        let before = terminal.screen().contents();
        let (time, is_whole) = watched(|| {
            let pressed = terminal.send("\x1b[5~");
            terminal.drawn(pressed, QUIET).expect("another page is another picture")
        });
        assert!(terminal.screen().contents() != before, "PgUp shows the same:\n{before}");
        times.push(time, is_whole);
    }
    times
}
