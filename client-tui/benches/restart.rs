//! A classroom whose server restarts: how soon 500 clients are live again, and whether they come
//! back in one instant.
//!
//! `cargo bench -p chat-tui --bench restart` prints the table; a number behind `--` replaces the 500.
//! The clients are this program's network side over real sockets, the server is a process of its
//! own with its log on disk. Nothing is asserted.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]
#![allow(dead_code, reason = "each bench uses its own part of what they share")]

#[path = "restart/classroom.rs"]
mod classroom;
#[path = "../../server/benches/support/process.rs"]
mod process;
#[path = "../../server/benches/support/server.rs"]
mod server;

use std::time::{Duration, Instant};

use classroom::{Classroom, News, What};
use server::Server;

/// How wide a bar of the histogram is.
const BAR: Duration = Duration::from_millis(250);

/// How long they have; whoever is not back then, is told as missing.
const MOST: Duration = Duration::from_secs(30);

/// How a server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Stopped,
    Killed,
}

fn main() {
    if let Some(role) = process::role() {
        assert!(server::serve(&role), "no such role: {role}");
        return;
    }
    rlimit::increase_nofile_limit(65_536).ok();
    let clients = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(500);
    println!("\n## {clients} clients and a restart\n");
    println!(
        "| server | away for | first live again | median | last | last since the end | attempts | refused | most in {} ms while away | after | dropped again | server's CPU |",
        BAR.as_millis()
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut histograms = Vec::new();
    for (end, away) in [(End::Stopped, 1), (End::Killed, 1), (End::Killed, 5), (End::Killed, 20)] {
        histograms.push(restart(clients, end, Duration::from_secs(away)));
    }
    println!("\nAttempts in each {} ms since the end; `|`: the server is back.\n", BAR.as_millis());
    histograms.iter().for_each(|histogram| println!("{histogram}"));
}

/// One restart: prints its row, returns its histogram.
fn restart(clients: usize, end: End, away: Duration) -> String {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Some(folder.path()), 0);
    let port = server.address.port();
    let mut classroom = Classroom::new(clients, port);
    classroom.hear_until(MOST, |seen| live(seen) == clients);
    classroom.hear_until(Duration::from_secs(1), |_| false);
    classroom.seen.clear();
    let ended = Instant::now();
    match end {
        End::Stopped => server.stop(),
        End::Killed => drop(server),
    }
    classroom.hear_until(away.saturating_sub(ended.elapsed()), |_| false);
    let server = Server::start(Some(folder.path()), port);
    let back = Instant::now();
    classroom.hear_until(MOST, |seen| live(seen) >= clients);
    let cpu = server.process.cpu();
    let seen = std::mem::take(&mut classroom.seen);
    row(&format!("{end:?}"), clients, &seen, (ended, back), cpu);
    let name = format!("{end:?}, away for {:.1} s", (back - ended).as_secs_f64());
    histogram(&name, &seen, ended, back)
}

fn live(seen: &[News]) -> usize {
    seen.iter().filter(|news| news.what == What::Live).count()
}

fn row(how: &str, clients: usize, seen: &[News], (ended, back): (Instant, Instant), cpu: Duration) {
    let times = |what| seen.iter().filter(move |news| news.what == what).map(|news| news.at);
    let lives: Vec<Instant> = times(What::Live).collect();
    let after = |at: Option<&Instant>| {
        at.map_or("never".to_owned(), |at| seconds(at.saturating_duration_since(back)))
    };
    let missing = clients - lives.len().min(clients);
    let last = if missing > 0 { format!("{missing} missing") } else { after(lives.last()) };
    let most = |keep: &dyn Fn(Instant) -> bool| {
        let kept = times(What::Trying).filter(|at| keep(*at));
        bars(kept, ended).into_iter().max().unwrap_or(0)
    };
    println!(
        "| {how} | {} | {} | {} | {last} | {} | {} | {} | {} | {} | {} | {:.2} s |",
        seconds(back - ended),
        after(lives.first()),
        after(lives.get(lives.len() / 2)),
        lives.last().map_or("never".to_owned(), |at| seconds(*at - ended)),
        times(What::Trying).count(),
        times(What::Refused).count(),
        most(&|at| at < back),
        most(&|at| at >= back),
        times(What::Down).filter(|at| *at >= back).count(),
        cpu.as_secs_f64(),
    );
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// How many fall into each bar.
fn bars(times: impl Iterator<Item = Instant>, ended: Instant) -> Vec<usize> {
    let mut bars = Vec::new();
    for at in times {
        let bar = (at.saturating_duration_since(ended).as_millis() / BAR.as_millis()) as usize;
        bars.resize(bars.len().max(bar + 1), 0);
        bars[bar] += 1;
    }
    bars
}

fn histogram(name: &str, seen: &[News], ended: Instant, back: Instant) -> String {
    let tries = seen.iter().filter(|news| news.what == What::Trying).map(|news| news.at);
    let mut shown = format!("- {name}:");
    let start = ((back - ended).as_millis() / BAR.as_millis()) as usize;
    for (bar, count) in bars(tries, ended).into_iter().enumerate() {
        let mark = if bar == start { "| " } else { "" };
        shown.push_str(&format!(" {mark}{count}"));
    }
    shown
}
