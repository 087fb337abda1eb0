//! The screen, as somebody who sits before it has it: how soon keys are seen, what a flood costs,
//! scrolling, resizing, the start, and rest.
//!
//! `cargo bench -p chat-tui --bench screen` prints the tables, its goals and what other clients
//! needed beside them; a number behind `--` replaces the three rounds, and words choose the parts
//! (`echo`, `flood`, `rest`). The client is the real binary in a terminal of 120 by 40, the server
//! a thread of this process that writes frames. Every part runs in several rounds, because the
//! machine is shared: the median says how it is, the minimum how it could be; what was measured while
//! the host took time from the machine is left out where that can be told. Nothing is asserted
//! on time; `floor` is what a program that does nothing needs in the same terminal.
//!
//! The words `irssi` and `weechat` bring these in, where they are installed: `echo` and `flood` are
//! then measured of them and of ours turn by turn, in tables of their own, and the server speaks
//! IRC with them. On a machine that is never quiet, such ratios are what can be believed.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

#[path = "screen/beside.rs"]
mod beside;
#[path = "screen/contestant.rs"]
mod contestant;
#[path = "screen/echo.rs"]
mod echo;
#[path = "screen/figures.rs"]
mod figures;
#[path = "screen/flood.rs"]
mod flood;
#[path = "screen/floor.rs"]
mod floor;
#[path = "screen/frames.rs"]
mod frames;
#[path = "screen/irc.rs"]
mod irc;
#[path = "screen/process.rs"]
mod process;
#[path = "screen/rest.rs"]
mod rest;
#[path = "screen/server.rs"]
mod server;
#[path = "screen/terminal.rs"]
mod terminal;

use contestant::Contestant;

fn main() {
    if floor::is_asked_for() {
        floor::run();
        return;
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    let rounds = words.iter().find_map(|word| word.parse().ok()).unwrap_or(3);
    let parts: Vec<&str> = ["echo", "flood", "rest"]
        .into_iter()
        .filter(|part| words.iter().any(|word| word == part))
        .collect();
    let wanted = |part| parts.is_empty() || parts.contains(&part);
    println!("\nLoad before: {}\n", process::load());
    let contestants = Contestant::are_asked_for(&words).then(|| Contestant::named(&words));
    if wanted("echo") {
        match &contestants {
            Some(contestants) => beside::measure_keys(contestants, rounds),
            None => echo::measure(rounds),
        }
    }
    if wanted("flood") {
        match &contestants {
            Some(contestants) => beside::measure_flood(contestants, rounds),
            None => flood::measure(rounds),
        }
    }
    if wanted("rest") {
        rest::measure(rounds);
    }
    println!("\nLoad after: {}", process::load());
}
