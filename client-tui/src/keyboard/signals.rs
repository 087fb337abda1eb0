//! What the terminal tells by signals: that its size is another, that somebody else wants it, and
//! that it is ours again.

use std::io;

use futures::FutureExt;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::input::Input;
use crate::terminal;

/// What a shell asks its jobs to stand still by, and what it lets them go on by: their numbers are
/// nobody else's to know.
const SUSPEND: i32 = rustix::process::Signal::TSTP.as_raw();
const RESUME: i32 = rustix::process::Signal::CONT.as_raw();

/// These signals.
#[derive(Debug)]
pub(super) struct Signals {
    resized: Signal,
    suspend: Signal,
    resumed: Signal,
    /// Whether the size is to be told.
    size_due: bool,
}

impl Signals {
    /// From now on. Needs the runtime on which they will be asked for.
    ///
    /// # Errors
    /// When they cannot be watched.
    pub(super) fn watch() -> io::Result<Self> {
        Ok(Self {
            resized: signal(SignalKind::window_change())?,
            suspend: signal(SignalKind::from_raw(SUSPEND))?,
            resumed: signal(SignalKind::from_raw(RESUME))?,
            size_due: false,
        })
    }

    /// The next thing that is told. Safe to cancel.
    pub(super) async fn next(&mut self) -> Input {
        loop {
            if std::mem::take(&mut self.size_due)
                && let Ok(size) = terminal::size()
            {
                return Input::Resize(size.width, size.height);
            }
            tokio::select! {
                biased;
                _ = self.resumed.recv() => {
                    // As the system has it, who is to go on is not to stand still any more.
                    _ = self.suspend.recv().now_or_never();
                    // Who does not have the terminal is not told that it changes.
                    self.size_due = true;
                    return Input::Resume;
                }
                _ = self.suspend.recv() => return Input::Suspend,
                _ = self.resized.recv() => self.size_due = true,
            }
        }
    }
}
