//! Reads what the terminal sends, on Unix: within the loop that draws, so that a key wakes nobody but
//! who shows it. Only what is there is read; the clock is asked for nothing but the end of what has
//! begun.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{QueueSelector, tcflush};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, sleep_until};

use super::signals::Signals;
use crate::input::{Input, Parser, Wait};
use crate::runtime::Keyboard;
use crate::terminal;

/// How long Esc is waited for to become more than that: whatever a terminal sends for one key comes
/// at once, and nobody types so fast.
const KEY: Duration = Duration::from_millis(40);

/// How long a sequence may take that nobody types. Over a bad link it comes in pieces.
const REST: Duration = Duration::from_secs(1);

/// After such a silence a paste is as long as it is.
const PASTE: Duration = Duration::from_secs(1);

/// Bytes that are read at once; the terminal itself keeps no more.
const BYTES: usize = 4096;

/// The keyboard that is the program's input, and what is told of the terminal by signals.
#[derive(Debug)]
pub(crate) struct Keys {
    tty: AsyncFd<OwnedFd>,
    signals: Signals,
    parser: Parser,
    /// What has begun, and when, or when it last went on.
    begun: Option<(Wait, Instant)>,
    /// What was read and not taken yet.
    read: VecDeque<Input>,
    /// Whether all was read that there was when this was looked at last.
    drained: bool,
}

impl Keys {
    /// The keyboard, and signals from now on. Needs the runtime on which it will be asked.
    ///
    /// # Errors
    /// When it cannot be watched.
    pub(crate) fn watch() -> io::Result<Self> {
        let tty = match own() {
            Some(tty) => tty,
            None => io::stdin().as_fd().try_clone_to_owned()?,
        };
        Self::over(tty)
    }

    /// The same by what is read.
    fn over(tty: OwnedFd) -> io::Result<Self> {
        // Deprecated because a type may lie about its descriptor; `OwnedFd` does not, and the
        // successor is `unsafe`.
        #[allow(deprecated)]
        let tty = AsyncFd::with_interest(tty, Interest::READABLE)?;
        Ok(Self {
            tty,
            signals: Signals::watch()?,
            parser: Parser::default(),
            begun: None,
            read: VecDeque::new(),
            drained: false,
        })
    }

    /// Reads what is there.
    fn read(&mut self) -> io::Result<()> {
        let tty = self.tty.get_ref();
        let mut fds = [PollFd::new(tty, PollFlags::IN)];
        match poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
            Ok(0) | Err(Errno::INTR) => return Ok(()),
            result => result?,
        };
        let mut bytes = [0; BYTES];
        match rustix::io::read(tty, &mut bytes) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            // Somebody else was faster: then there was nothing after all.
            Err(Errno::INTR | Errno::AGAIN) => Ok(()),
            Ok(count) => {
                let mut inputs = Vec::new();
                self.drained = count < BYTES;
                self.parser.take(&bytes[..count], &mut inputs);
                self.read.extend(inputs);
                self.wait_on();
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Something came: what is begun now has until when? A sequence since it began, as typing must
    /// not feed it; the others since they last went on.
    fn wait_on(&mut self) {
        self.begun = self.parser.waits().map(|wait| match self.begun {
            Some((before, since)) if wait == before && matches!(wait, Wait::Rest(_)) => {
                (wait, since)
            }
            _ => (wait, Instant::now()),
        });
    }

    /// Until when is waited for what has begun, if anything has.
    fn due(&self) -> Option<Instant> {
        self.begun.map(|(wait, since)| {
            since
                + match wait {
                    Wait::Key => KEY,
                    Wait::Rest(_) => REST,
                    Wait::Paste => PASTE,
                }
        })
    }

    /// What has begun is at its end.
    fn give_up(&mut self) {
        let mut inputs = Vec::new();
        self.begun = None;
        self.parser.give_up(&mut inputs);
        self.read.extend(inputs);
    }

    /// What has begun goes to whoever has the keyboard now, or to nobody.
    fn forget(&mut self) {
        (self.parser, self.begun) = (Parser::default(), None);
        self.read.clear();
        self.drained = false;
    }
}

impl Keyboard for Keys {
    async fn next(&mut self) -> Option<io::Result<Input>> {
        // Looked at each time: what watches the terminal is not asked while there is news without
        // an end.
        self.drained = false;
        loop {
            if let Some(input) = self.waiting() {
                return Some(input);
            }
            let (lent, due) = (terminal::is_with_another(), self.due());
            tokio::select! {
                biased;
                readable = self.tty.readable(), if !lent => match readable {
                    Ok(mut readable) => {
                        readable.clear_ready();
                        self.drained = false;
                    }
                    Err(error) => return Some(Err(error)),
                },
                input = self.signals.next() => return Some(Ok(input)),
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    // What came while this program stood still comes first.
                    if let Err(error) = self.read() {
                        return Some(Err(error));
                    }
                    if self.due() == due {
                        self.give_up();
                    }
                }
            }
        }
    }

    fn waiting(&mut self) -> Option<io::Result<Input>> {
        if terminal::is_with_another() {
            self.forget();
            return None;
        }
        if self.read.is_empty()
            && !self.drained
            && let Err(error) = self.read()
        {
            return Some(Err(error));
        }
        self.read.pop_front().map(Ok)
    }
}

/// The terminal, opened once more: that reading it does not wait is then true for nobody else who
/// has it open, such as the shell that has started us. Not everybody may open it, such as who became
/// somebody else there: then a read waits if another program takes what was there a moment before.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn own() -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    rustix::fs::open("/proc/self/fd/0", flags, Mode::empty()).ok()
}

/// Elsewhere a descriptor is not opened anew by its name.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn own() -> Option<OwnedFd> {
    None
}

/// From now on another program reads the keyboard. What came together with the last key and was not
/// read yet is dropped.
///
/// # Errors
/// Never here: whoever draws is who reads.
pub(crate) fn lend() -> io::Result<()> {
    _ = tcflush(io::stdin(), QueueSelector::IFlush);
    Ok(())
}

/// From now on we read the keyboard again: as soon as the terminal is ours.
pub(crate) fn take_back() {}
