//! Whether anybody still wants what is printed: a reader that has gone, and signals.

use std::io;

#[cfg(unix)]
pub(super) use unix::{Reader, Signals};

#[cfg(unix)]
mod unix {
    use std::os::fd::{AsFd, OwnedFd};

    use super::io;
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// Standard output, watched for nothing but its reader's end: without that, `| head` would
    /// hold us until the next message is written.
    pub(in super::super) struct Reader(Option<AsyncFd<OwnedFd>>);

    impl Reader {
        /// Watches from now on, where that can be watched: of a file nobody is the reader.
        pub(in super::super) fn watch() -> Self {
            let out = io::stdout().as_fd().try_clone_to_owned().ok();
            // Deprecated because a type may lie about its descriptor; `OwnedFd` does not, and the
            // successor is `unsafe`.
            #[allow(deprecated)]
            let watch = |fd: OwnedFd| AsyncFd::with_interest(fd, Interest::ERROR).ok();
            Self(out.and_then(watch))
        }

        /// Waits until the reader is gone.
        pub(in super::super) async fn gone(&self) {
            match &self.0 {
                Some(out) => _ = out.ready(Interest::ERROR).await,
                None => std::future::pending().await,
            }
        }
    }

    /// The signals that end a program, which then exits as shells expect of one that they ended.
    pub(in super::super) struct Signals {
        interrupt: Signal,
        terminate: Signal,
        hang_up: Signal,
    }

    impl Signals {
        pub(in super::super) fn watch() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        }

        /// Waits for the next one; gives the code to exit with.
        pub(in super::super) async fn next(&mut self) -> u8 {
            tokio::select! {
                _ = self.interrupt.recv() => 130,
                _ = self.terminate.recv() => 143,
                _ = self.hang_up.recv() => 129,
            }
        }
    }
}

#[cfg(not(unix))]
pub(super) use elsewhere::{Reader, Signals};

#[cfg(not(unix))]
mod elsewhere {
    use super::io;

    /// Where a reader's end is found out by writing alone.
    pub(in super::super) struct Reader;

    impl Reader {
        pub(in super::super) fn watch() -> Self {
            Self
        }

        pub(in super::super) async fn gone(&self) {
            std::future::pending().await
        }
    }

    /// Ctrl-C.
    pub(in super::super) struct Signals;

    impl Signals {
        pub(in super::super) fn watch() -> io::Result<Self> {
            Ok(Self)
        }

        pub(in super::super) async fn next(&mut self) -> u8 {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            130
        }
    }
}
