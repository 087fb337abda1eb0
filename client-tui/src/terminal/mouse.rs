//! The mouse: whether the terminal tells us what it does. Of its ways only what is done with a button
//! held is asked for: a mouse that moves over the window wakes nobody.

use std::io::{self, Write};

/// Has the terminal tell of buttons, of motion while one is held, and of any size of screen.
#[cfg(unix)]
pub(super) fn switch(out: &mut impl Write, on: bool) -> io::Result<()> {
    // Off in the opposite order: some terminals take the last one to be switched off for all.
    let modes =
        if on { "\x1b[?1000h\x1b[?1002h\x1b[?1006h" } else { "\x1b[?1006l\x1b[?1002l\x1b[?1000l" };
    out.write_all(modes.as_bytes())
}

/// Where terminals are asked by other means.
#[cfg(not(unix))]
pub(super) fn switch(out: &mut impl Write, on: bool) -> io::Result<()> {
    use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
    match on {
        true => crossterm::queue!(out, EnableMouseCapture),
        false => crossterm::queue!(out, DisableMouseCapture),
    }
}
