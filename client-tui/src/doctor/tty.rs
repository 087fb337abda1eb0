//! The terminal as something that can be asked: raw while it is, and as it was afterwards, however
//! that ends. No question waits longer than half a second, and no answer is left for the shell.

#[cfg(unix)]
pub(super) use unix::Tty;

/// Why there is nobody to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// There is no terminal.
    None,
    /// It belongs to another program just now.
    Background,
}

#[cfg(unix)]
mod unix {
    use std::fs::{File, OpenOptions};
    use std::io::{self, Read, Write};
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use rustix::process::getpgrp;
    use rustix::termios::{
        OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr,
    };
    use tokio::signal::unix::{SignalKind, signal};

    use super::super::answers::{Answer, Answers};
    use super::Absent;

    /// How long answers to one question are waited for.
    const PATIENCE: Duration = Duration::from_millis(500);

    /// How long a read waits.
    const MOMENT: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

    /// What every terminal answers: what comes before this answer is all that comes.
    const WHO: &str = "\x1b[c";

    /// The terminal while it is being asked.
    #[derive(Debug)]
    pub(in super::super) struct Tty {
        kept: Arc<Kept>,
        answers: Answers,
        interrupted: bool,
    }

    /// The terminal, and its settings from before.
    #[derive(Debug)]
    struct Kept {
        file: File,
        settings: Termios,
    }

    impl Tty {
        /// Takes the terminal over.
        pub(in super::super) fn open() -> Result<Self, Absent> {
            let file = OpenOptions::new().read(true).write(true).open("/dev/tty");
            let file = file.map_err(|_| Absent::None)?;
            // Whoever writes settings from the background is stopped by the system, and hangs.
            if tcgetpgrp(&file).ok() != Some(getpgrp()) {
                return Err(Absent::Background);
            }
            let settings = tcgetattr(&file).map_err(|_| Absent::None)?;
            let mut raw = settings.clone();
            raw.make_raw();
            // A read ends by itself when nothing comes for a tenth of a second.
            raw.special_codes[SpecialCodeIndex::VMIN] = 0;
            raw.special_codes[SpecialCodeIndex::VTIME] = 1;
            let kept = Arc::new(Kept { file, settings });
            kept.watch();
            tcsetattr(&kept.file, OptionalActions::Flush, &raw).map_err(|_| Absent::None)?;
            Ok(Self { kept, answers: Answers::default(), interrupted: false })
        }

        /// Columns and rows, if the terminal has told any.
        pub(in super::super) fn size(&self) -> Option<(u16, u16)> {
            let size = tcgetwinsize(&self.kept.file).ok()?;
            (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
        }

        /// Asks, and waits until everything is answered that will be; `None` when the terminal
        /// answers nothing, or somebody pressed Ctrl-C.
        pub(in super::super) fn ask(&mut self, question: &str) -> Option<Vec<Answer>> {
            if self.interrupted {
                return None;
            }
            let mut out = &self.kept.file;
            out.write_all(format!("{question}{WHO}").as_bytes()).and_then(|()| out.flush()).ok()?;
            let start = Instant::now();
            let mut heard = Vec::new();
            while start.elapsed() < PATIENCE {
                for answer in self.read() {
                    match answer {
                        Answer::Control(text, 'c') if text.starts_with('?') => return Some(heard),
                        Answer::Interrupt => self.interrupted = true,
                        answer => heard.push(answer),
                    }
                }
                if self.interrupted {
                    break;
                }
            }
            self.drain();
            None
        }

        /// Whether Ctrl-C was pressed.
        pub(in super::super) fn is_interrupted(&self) -> bool {
            self.interrupted
        }

        /// What has come, or comes within a tenth of a second.
        fn read(&mut self) -> Vec<Answer> {
            // A shell that has stopped us and lets us go on may have made it a terminal of lines
            // again: then a read would wait for one.
            let mut fds = [PollFd::new(&self.kept.file, PollFlags::IN)];
            if let Ok(0) | Err(Errno::INTR) = poll(&mut fds, Some(&MOMENT)) {
                return Vec::new();
            }
            let mut bytes = [0; 1024];
            match (&self.kept.file).read(&mut bytes) {
                Ok(count) => self.answers.take(&bytes[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Vec::new(),
                Err(_) => {
                    self.interrupted = true;
                    Vec::new()
                }
            }
        }

        /// An answer that comes late must not end up at the shell's prompt.
        fn drain(&mut self) {
            let start = Instant::now();
            while start.elapsed() < PATIENCE && !self.interrupted {
                _ = self.read();
            }
        }
    }

    impl Drop for Tty {
        fn drop(&mut self) {
            self.kept.give_back();
        }
    }

    impl Kept {
        /// The terminal is as it was, and what was asked for is not to be seen.
        fn give_back(&self) {
            _ = (&self.file).write_all(b"\r\x1b[0m\x1b[K");
            _ = tcsetattr(&self.file, OptionalActions::Flush, &self.settings);
        }

        /// A signal that ends the program gives the terminal back first. Without a thread for
        /// that, one is as badly off as with any other program.
        fn watch(self: &Arc<Self>) {
            let kept = Arc::downgrade(self);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            let work = move || {
                let code = runtime.block_on(async {
                    let watch = |kind| signal(kind).ok();
                    let mut terminate = watch(SignalKind::terminate());
                    let mut hang_up = watch(SignalKind::hangup());
                    let mut interrupt = watch(SignalKind::interrupt());
                    let mut quit = watch(SignalKind::quit());
                    tokio::select! {
                        Some(_) = next(&mut terminate) => 143,
                        Some(_) = next(&mut hang_up) => 129,
                        Some(_) = next(&mut interrupt) => 130,
                        Some(_) = next(&mut quit) => 131,
                        else => std::future::pending().await,
                    }
                });
                if let Some(kept) = kept.upgrade() {
                    kept.give_back();
                }
                std::process::exit(code);
            };
            _ = std::thread::Builder::new().name("signals".to_owned()).spawn(work);
        }
    }

    async fn next(signal: &mut Option<tokio::signal::unix::Signal>) -> Option<()> {
        signal.as_mut()?.recv().await
    }
}

/// Where nothing can be asked.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct Tty;

#[cfg(not(unix))]
impl Tty {
    pub(super) fn open() -> Result<Self, Absent> {
        Err(Absent::None)
    }

    pub(super) fn size(&self) -> Option<(u16, u16)> {
        None
    }

    pub(super) fn ask(&mut self, _question: &str) -> Option<Vec<super::answers::Answer>> {
        None
    }

    pub(super) fn is_interrupted(&self) -> bool {
        false
    }
}
