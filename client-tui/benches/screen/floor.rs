//! The least that a program in a terminal can do: a first picture, then every key in its row, at
//! once. What is measured of it is what the terminal, the system and the measuring take.

use std::io::{Read, Write, stdin, stdout};
use std::path::Path;

use crate::terminal::Terminal;

/// Names the role; unset in the process that measures.
const ROLE: (&str, &str) = ("CHAT_BENCH_ROLE", "floor");

pub(crate) fn is_asked_for() -> bool {
    std::env::var(ROLE.0).is_ok_and(|role| role == ROLE.1)
}

/// This very program as the one that does nothing, ready to begin.
pub(crate) fn prepare(data: &Path) -> Terminal {
    Terminal::prepare(&std::env::current_exe().unwrap(), "", &[ROLE], data)
}

pub(crate) fn run() {
    crossterm::terminal::enable_raw_mode().unwrap();
    let mut typed = String::new();
    draw(&typed);
    for byte in stdin().lock().bytes().map_while(Result::ok) {
        match byte {
            0x7f => _ = typed.pop(),
            byte => typed.push(char::from(byte)),
        }
        draw(&typed);
    }
}

fn draw(typed: &str) {
    let picture = format!("\x1b[?2026h\x1b[39;1H\x1b[K #lobby {typed}\x1b[?2026l");
    let mut out = stdout().lock();
    out.write_all(picture.as_bytes()).unwrap();
    out.flush().unwrap();
}
