//! Where the table goes: drawn again and again on a terminal, printed once elsewhere, or not at all
//! when a program reads the figures.

use std::io::{self, IsTerminal, Write};

use super::report::Report;
use super::table;

/// What is assumed of a terminal that does not tell its size, and of a file.
const SIZE: (usize, usize) = (80, 24);

/// Standard output.
#[derive(Debug)]
pub(crate) struct Screen {
    json: bool,
    live: bool,
    /// Lines of the table that stands there now.
    drawn: usize,
}

impl Screen {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, live: !json && io::stdout().is_terminal(), drawn: 0 }
    }

    /// Whether anybody sees what happens.
    pub(crate) fn is_live(&self) -> bool {
        self.live
    }

    /// Draws the table over the one before.
    pub(crate) fn draw(&mut self, report: &Report, state: &str) {
        let (width, height) = size();
        // One line stays free: on the last one a new line would scroll.
        let lines = table::lines(report, state, height.saturating_sub(2), width);
        let mut out = self.erased();
        self.drawn = lines.len();
        lines.iter().for_each(|line| out += &format!("{line}\n"));
        print(&out);
    }

    /// Tells whoever has interrupted why it does not end at once. On a terminal the table says so.
    pub(crate) fn say_what_is_waited_for(&self, awaited: u64) {
        if !self.live && awaited > 0 {
            let text = format!("waits for {awaited} on their way: Ctrl-C once more gives up");
            // Nobody may be reading it any more.
            writeln!(io::stderr(), "{text}").ok();
        }
    }

    /// Prints what it came to.
    pub(crate) fn finish(&mut self, report: &Report) {
        if self.json {
            // Numbers, texts and lists of them always make an object.
            let json = serde_json::to_string(report).unwrap_or_default();
            print(&format!("{json}\n"));
            return;
        }
        let verdict = &report.verdict;
        if report.figures.users.came_in == 0 {
            // A table would say nothing but zeros.
            print(&format!("{}{verdict}\n", self.erased()));
            return;
        }
        let state = format!("{:.1} s", report.seconds);
        if self.live {
            self.draw(report, &state);
        } else {
            let lines = table::lines(report, &state, report.people.len() + 6, usize::MAX);
            print(&format!("{}\n", lines.join("\n")));
        }
        print(&format!("\n{verdict}\n"));
    }

    /// What leaves nothing of the table that stands there: up to its first line, and nothing below.
    fn erased(&self) -> String {
        if self.drawn > 0 { format!("\x1b[{}A\r\x1b[J", self.drawn) } else { String::new() }
    }
}

/// A closed standard output is no reason to stop: the exit code tells, too.
fn print(text: &str) {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).ok();
}

fn size() -> (usize, usize) {
    terminal_size::terminal_size().map_or(SIZE, |(width, height)| (width.0.into(), height.0.into()))
}
