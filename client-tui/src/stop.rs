//! Being told to stop from outside: signals, and a terminal that goes away.

use std::io;

#[cfg(unix)]
pub use unix::Stops;

#[cfg(unix)]
mod unix {
    use std::os::fd::{AsFd, OwnedFd};

    use super::io;
    use crate::terminal::is_lent;
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// What the terminal is watched for: its end, which is told whatever is asked for. Asking for
    /// errors alone would be woken by every key as well, just when that is to be drawn.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const END: Interest = Interest::PRIORITY;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const END: Interest = Interest::ERROR;

    /// Everything from outside that ends the program.
    #[derive(Debug)]
    pub struct Stops {
        terminate: Signal,
        hang_up: Signal,
        interrupt: Signal,
        quit: Signal,
        /// Standard input, watched for nothing but its end. A program that is not in the
        /// foreground gets no SIGHUP.
        terminal: Option<AsyncFd<OwnedFd>>,
    }

    impl Stops {
        /// Watches from now on. Needs the runtime that [`Self::next`] will be awaited on.
        ///
        /// # Errors
        /// When signals cannot be watched.
        pub fn watch() -> io::Result<Self> {
            let terminal = io::stdin().as_fd().try_clone_to_owned().ok();
            // Deprecated because a type may lie about its descriptor; `OwnedFd` does not, and the
            // successor is `unsafe`.
            #[allow(deprecated)]
            let watch = |fd: OwnedFd| AsyncFd::with_interest(fd, END).ok();
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
                interrupt: signal(SignalKind::interrupt())?,
                quit: signal(SignalKind::quit())?,
                terminal: terminal.and_then(watch),
            })
        }

        /// Waits for the next one.
        pub async fn next(&mut self) {
            let gone = loop {
                let terminal = async {
                    match &self.terminal {
                        Some(terminal) => _ = terminal.ready(END).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    _ = self.terminate.recv() => break false,
                    _ = self.hang_up.recv() => break false,
                    // Ctrl-C and Ctrl-\ in an editor that we lent the terminal to reach us, too.
                    _ = self.interrupt.recv() => if !is_lent() { break false },
                    _ = self.quit.recv() => if !is_lent() { break false },
                    () = terminal => break true,
                }
            };
            if gone {
                self.terminal = None;
            }
        }
    }
}

/// Where there are no such signals: Ctrl-C from outside.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Stops;

#[cfg(not(unix))]
impl Stops {
    /// Watches from now on.
    ///
    /// # Errors
    /// Never here.
    pub fn watch() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
