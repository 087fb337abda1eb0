//! How large the terminal is.

use std::io;

use ratatui::layout::Size;

/// Columns that are drawn on at most.
pub(super) const WIDEST: u16 = 1_000;

/// The most that is drawn on, whatever size a terminal claims to have: each cell takes memory.
const MOST: Size = Size { width: WIDEST, height: 500 };

/// The size of what is drawn on. Asked before every picture: it may have changed since the news of
/// it was on its way.
pub(crate) fn size() -> io::Result<Size> {
    let (width, height) = match known() {
        Some(size) => size,
        None => crossterm::terminal::size()?,
    };
    Ok(Size { width: width.min(MOST.width), height: height.min(MOST.height) })
}

/// The size, as who writes knows it without opening the terminal once more.
#[cfg(unix)]
fn known() -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}

/// Where nobody knows it without asking.
#[cfg(not(unix))]
fn known() -> Option<(u16, u16)> {
    None
}
