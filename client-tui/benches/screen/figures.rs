//! Figures gathered over rounds, and the rows they make.

use std::time::Duration;

use crate::process::stolen;

/// What a row is about, what was aimed at, and what irssi, WeeChat and tiny needed for the same on
/// a machine of this kind.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) goal: &'static str,
    pub(crate) others: &'static str,
}

/// Begins a table of rows.
pub(crate) fn header(title: &str) {
    println!("\n## {title}\n");
    println!("| | median of rounds | best round | goal | irssi / WeeChat / tiny |");
    println!("|---|---:|---:|---:|---:|");
}

/// One row: a figure of every round.
pub(crate) fn row(subject: &Subject, unit: &str, mut rounds: Vec<f64>) {
    rounds.sort_by(f64::total_cmp);
    let (Some(best), Some(median)) = (rounds.first(), rounds.get(rounds.len() / 2)) else { return };
    let Subject { name, goal, others } = subject;
    println!(
        "| {name} | {} {unit} | {} {unit} | {goal} | {others} |",
        short(*median),
        short(*best)
    );
}

/// Three digits that count.
pub(crate) fn short(number: f64) -> String {
    match number {
        number if number >= 100.0 => format!("{number:.0}"),
        number if number >= 10.0 => format!("{number:.1}"),
        number => format!("{number:.2}"),
    }
}

/// What a share of the times does not exceed, in milliseconds.
pub(crate) fn quantile(times: &[Duration], share: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let at = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
    times.get(at).copied().map_or(f64::NAN, milliseconds)
}

/// Does something, and tells whether the host took none of the processors' time meanwhile.
pub(crate) fn watched<T>(something: impl FnOnce() -> T) -> (T, bool) {
    let before = stolen();
    let it = something();
    (it, stolen() == before)
}

/// Times of the same thing, as often as it was done. Of a virtual machine, the host takes time now
/// and then: what was measured meanwhile is left out, unless there is nothing else.
#[derive(Default)]
pub(crate) struct Times {
    all: Vec<Duration>,
    whole: Vec<Duration>,
}

impl Times {
    pub(crate) fn push(&mut self, time: Duration, is_whole: bool) {
        self.all.push(time);
        if is_whole {
            self.whole.push(time);
        }
    }

    /// What a share of them does not exceed, in milliseconds.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        quantile(if self.whole.is_empty() { &self.all } else { &self.whole }, share)
    }

    /// What a share of all does not exceed, in milliseconds, whatever was stolen meanwhile.
    pub(crate) fn quantile_of_all(&self, share: f64) -> f64 {
        quantile(&self.all, share)
    }

    /// The share of those in which nothing was stolen.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn whole(&self) -> f64 {
        self.whole.len() as f64 / self.all.len() as f64
    }
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
