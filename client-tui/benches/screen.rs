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

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

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
#[path = "screen/process.rs"]
mod process;
#[path = "screen/rest.rs"]
mod rest;
#[path = "screen/server.rs"]
mod server;
#[path = "screen/terminal.rs"]
mod terminal;

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
    if wanted("echo") {
        echo::measure(rounds);
    }
    if wanted("flood") {
        flood::measure(rounds);
    }
    if wanted("rest") {
        rest::measure(rounds);
    }
    println!("\nLoad after: {}", process::load());
}
