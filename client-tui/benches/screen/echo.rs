//! A key, until the input row shows it: at rest, in a busy room, in a flood.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::figures::{Subject, header, milliseconds, quantile, row};
use crate::server::Server;
use crate::terminal::Terminal;
use crate::{flood, floor};

/// Keys in a round.
const KEYS: usize = 400;

/// Characters in the row before they are taken out again.
const LONGEST: usize = 60;

/// A scenario: messages offered a second.
struct Scenario {
    rate: u32,
    median: Subject,
    worst: Subject,
}

const SCENARIOS: [Scenario; 3] = [
    Scenario {
        rate: 0,
        median: Subject { name: "at rest, p50", goal: "", others: "" },
        worst: Subject { name: "at rest, p99", goal: "", others: "" },
    },
    Scenario {
        rate: 10_000,
        median: Subject { name: "10,000 messages a second, p50", goal: "", others: "" },
        worst: Subject {
            name: "10,000 messages a second, p99",
            goal: "0.6 ms",
            others: "0.63 / 9.7 / 281 ms",
        },
    },
    Scenario {
        rate: 100_000,
        median: Subject { name: "100,000 offered a second, p50", goal: "", others: "" },
        worst: Subject {
            name: "100,000 offered a second, p99",
            goal: "2 ms",
            others: "8.6 (at 27,000/s) / 10.4 (14,000/s) / 286 ms (9,700/s)",
        },
    },
];

/// What a round of a scenario has brought.
struct Round {
    times: Vec<Duration>,
    /// What the program's threads worked.
    cpu: Duration,
    /// Messages taken a second.
    taken: f64,
    /// Pictures looked at, and those of them whose row was not as typed.
    pictures: usize,
    wrong: usize,
}

pub(crate) fn measure(rounds: usize) {
    header("A key, until its row shows it");
    let floor: Vec<Round> = (0..rounds).map(|_| at_the_floor()).collect();
    let quantiles = |rounds: &[Round], share| -> Vec<f64> {
        rounds.iter().map(|round| quantile(&round.times, share)).collect()
    };
    let name = |name| Subject { name, goal: "", others: "" };
    row(&name("floor, p50"), "ms", quantiles(&floor, 0.5));
    row(&name("floor, p99"), "ms", quantiles(&floor, 0.99));
    let (mut pictures, mut wrong) = (0, 0);
    for Scenario { rate, median, worst } in &SCENARIOS {
        let results: Vec<Round> = (0..rounds).map(|_| round(*rate)).collect();
        row(median, "ms", quantiles(&results, 0.5));
        row(worst, "ms", quantiles(&results, 0.99));
        if *rate == 0 {
            #[allow(clippy::cast_precision_loss)]
            let a_key = |round: &Round| milliseconds(round.cpu) / KEYS as f64;
            row(&name("… processor time a key"), "ms", results.iter().map(a_key).collect());
        } else {
            let taken = results.iter().map(|round| round.taken).collect();
            row(&name("… messages taken a second"), "", taken);
        }
        pictures += results.iter().map(|round| round.pictures).sum::<usize>();
        wrong += results.iter().map(|round| round.wrong).sum::<usize>();
    }
    println!("\nThe input row was as typed in {} of {pictures} pictures.", pictures - wrong);
}

fn at_the_floor() -> Round {
    let data = tempfile::tempdir().unwrap();
    let mut terminal = floor::prepare(data.path());
    terminal.go();
    terminal.wait_until("the floor's row", |screen| screen.contents().contains("#lobby"));
    type_keys(&mut terminal)
}

fn round(rate: u32) -> Round {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(0);
    let mut terminal = flood::joined(&server, data.path()).0;
    terminal.settle(Duration::from_millis(50));
    let stop = AtomicBool::new(rate == 0);
    std::thread::scope(|scope| {
        let flood = scope.spawn(|| server.flood(rate, &stop));
        let mut round = type_keys(&mut terminal);
        stop.store(true, Ordering::SeqCst);
        round.taken = flood.join().unwrap();
        round
    })
}

/// Types, and looks at every picture that comes.
fn type_keys(terminal: &mut Terminal) -> Round {
    let process = terminal.process();
    let before = process.cpu();
    let mut round = Round { times: Vec::new(), cpu: before, taken: 0.0, pictures: 0, wrong: 0 };
    let (_, from) = terminal.screen().cursor_position();
    let mut typed = String::new();
    let mut growing = true;
    for number in 0..KEYS {
        let before = typed.clone();
        growing = if growing { typed.len() < LONGEST } else { typed.is_empty() };
        let pressed = terminal.send(&next_key(&mut typed, number, growing));
        loop {
            let shown = terminal.picture(Duration::from_secs(20));
            round.pictures += 1;
            let row = terminal.typed(from);
            if row == typed {
                let shown = shown.expect("every key is shown in a picture");
                round.times.push(shown.saturating_duration_since(pressed));
                break;
            }
            assert!(shown.is_some(), "{row:?} never became {typed:?}");
            round.wrong += usize::from(row != before);
        }
        // No picture's rhythm decides when the next key comes.
        let micros = 5_000 + u64::try_from(number * 7_919 % 13_000).unwrap();
        let next = Instant::now() + Duration::from_micros(micros);
        while terminal.picture(next.saturating_duration_since(Instant::now())).is_some() {
            round.pictures += 1;
            round.wrong += usize::from(terminal.typed(from) != typed);
        }
    }
    round.cpu = process.cpu() - before;
    round
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
