//! How large the terminal is, and when that changes.

use std::future::Future;
use std::io;

use ratatui::layout::Size;
use tokio::sync::mpsc;

use crate::input::Input;

/// The most that is drawn on, whatever size a terminal claims to have: each cell takes memory.
const MOST: Size = Size { width: 1_000, height: 500 };

/// The size of what is drawn on. Asked before every picture: it may have changed since the news of
/// it was on its way.
pub(super) fn size() -> io::Result<Size> {
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

/// Tells the size whenever it changes, from now on; to be called within a runtime.
#[cfg(unix)]
pub fn watch_size(keys: mpsc::WeakSender<io::Result<Input>>) -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let changes = signal(SignalKind::window_change());
    async move {
        let Ok(mut changes) = changes else { return };
        while changes.recv().await.is_some() {
            let Some(keys) = keys.upgrade() else { return };
            if let Ok((width, height)) = crossterm::terminal::size() {
                _ = keys.send(Ok(Input::Resize(width, height))).await;
            }
        }
    }
}

/// Elsewhere sizes come as keys do.
#[cfg(not(unix))]
pub async fn watch_size(_keys: mpsc::WeakSender<io::Result<Input>>) {}
