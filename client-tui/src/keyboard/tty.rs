//! Reads what the terminal sends, on Unix: waits without a clock, but for the end of what has begun.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{QueueSelector, tcflush};

use crate::input::{Input, Parser, Wait};

/// What wakes the reader, and what it waits for besides keys.
static WAKE: LazyLock<io::Result<(PipeReader, PipeWriter)>> = LazyLock::new(io::pipe);

/// How long Esc is waited for to become more than that: whatever a terminal sends for one key comes
/// at once, and nobody types so fast.
const KEY: Duration = Duration::from_millis(40);

/// How long a sequence may take that nobody types. Over a bad link it comes in pieces.
const REST: Duration = Duration::from_secs(1);

/// After such a silence a paste is as long as it is.
const PASTE: Duration = Duration::from_secs(1);

/// Bytes that are read at once; the terminal itself keeps no more.
const BYTES: usize = 4096;

/// Reads the terminal that is the program's input.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    parser: Parser,
    /// What has begun, and when, or when it last went on.
    begun: Option<(Wait, Instant)>,
}

impl Reader {
    /// Waits for something to happen, and adds what it is; nothing when woken, or interrupted.
    pub(crate) fn read(&mut self, inputs: &mut Vec<Input>) -> io::Result<()> {
        let (woken, _) = WAKE.as_ref().map_err(|error| io::Error::from(error.kind()))?;
        let stdin = io::stdin();
        let mut both = [
            PollFd::new(&stdin, PollFlags::IN),
            PollFd::from_borrowed_fd(woken.as_fd(), PollFlags::IN),
        ];
        let patience = self.begun.map(|(wait, since)| {
            let most = match wait {
                Wait::Key => KEY,
                Wait::Rest(_) => REST,
                Wait::Paste => PASTE,
            };
            most.saturating_sub(since.elapsed())
        });
        let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
        match poll(&mut both, patience.as_ref()) {
            Ok(0) => {
                self.begun = None;
                self.parser.give_up(inputs);
                return Ok(());
            }
            Err(Errno::INTR) => return Ok(()),
            result => result?,
        };
        if !both[1].revents().is_empty() {
            // What has begun goes to whoever has the keyboard now, or to nobody.
            *self = Self::default();
            return { woken }.read(&mut [0; 16]).map(drop);
        }
        let mut bytes = [0; BYTES];
        match rustix::io::read(&stdin, &mut bytes) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            // Some other program has made reading not wait: then there was nothing after all.
            Err(Errno::INTR | Errno::AGAIN) => Ok(()),
            Ok(count) => {
                self.parser.take(&bytes[..count], inputs);
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
}

/// Makes a read return that waits for keys.
pub(crate) fn wake_reader() {
    if let Ok((_, wake)) = WAKE.as_ref() {
        _ = { wake }.write(&[0]);
    }
}

/// Drops what came together with the last key and was not read yet. Only while the gate is closed.
pub(crate) fn drop_waiting() {
    _ = tcflush(io::stdin(), QueueSelector::IFlush);
}
