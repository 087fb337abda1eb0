//! A terminal of 120 by 40 with a program in it, whose every picture is timed and can be looked at.
//!
//! A thread reads and notes the time, nothing else; the looking is done by whoever measures, so
//! that it does not lengthen what it measures.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::process::Process;

/// The size at the start.
pub(crate) const SIZE: (u16, u16) = (120, 40);

/// How long the program may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// What ends every picture.
const PICTURE_END: &[u8] = b"\x1b[?2026l";

/// A program in a terminal; dropping it ends the program.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<(Instant, Vec<u8>)>,
    parser: vt100::Parser,
    /// What came behind the last picture.
    rest: Vec<u8>,
    /// When the newest of it came.
    came: Instant,
    written: usize,
}

impl Terminal {
    /// A shell that becomes the program when it is told to [go](Self::go): what starting a process
    /// costs is then not in the measure, what starting the program costs is.
    pub(crate) fn prepare(
        program: &Path,
        arguments: &str,
        variables: &[(&str, &str)],
        data: &Path,
    ) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args([
            "-c",
            &format!("echo ready; read go; exec '{}' {arguments}", program.display()),
        ]);
        command.env_clear();
        let home = data.to_str().unwrap();
        let known = [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("PATH", "/usr/bin:/bin")];
        let folders = [("HOME", home), ("XDG_DATA_HOME", home), ("XDG_CONFIG_HOME", home)];
        for (name, value) in known.iter().chain(&folders).chain(variables) {
            command.env(name, value);
        }
        command.cwd(data);
        let pair = native_pty_system().openpty(size(SIZE)).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let writer = pair.master.take_writer().unwrap();
        let output = watch(pair.master.try_clone_reader().unwrap());
        let parser = vt100::Parser::new(cells(SIZE.1), cells(SIZE.0), 0);
        let mut terminal = Self {
            master: pair.master,
            writer,
            child,
            output,
            parser,
            rest: Vec::new(),
            came: Instant::now(),
            written: 0,
        };
        while !terminal.rest.ends_with(b"ready\r\n") {
            assert!(terminal.read(PATIENCE), "no shell");
        }
        terminal
    }

    /// Lets the program begin; the moment at which it does.
    pub(crate) fn go(&mut self) -> Instant {
        self.send("\n")
    }

    /// Types; the moment just before.
    pub(crate) fn send(&mut self, keys: &str) -> Instant {
        let now = Instant::now();
        self.writer.write_all(keys.as_bytes()).unwrap();
        now
    }

    /// Gives the terminal another size; the moment just before.
    pub(crate) fn resize(&mut self, (width, height): (u16, u16)) -> Instant {
        self.parser.screen_mut().set_size(cells(height), cells(width));
        let now = Instant::now();
        self.master.resize(size((width, height))).unwrap();
        now
    }

    /// Looks at the next whole picture; when it came, or `None` when none has come for so long.
    pub(crate) fn picture(&mut self, most: Duration) -> Option<Instant> {
        let end = Instant::now() + most;
        let mut searched = 0;
        loop {
            let found =
                self.rest[searched..].windows(PICTURE_END.len()).position(|it| it == PICTURE_END);
            if let Some(at) = found {
                let behind = searched + at + PICTURE_END.len();
                self.parser.process(&self.rest[..behind]);
                self.rest.drain(..behind);
                return Some(self.came);
            }
            searched = self.rest.len().saturating_sub(PICTURE_END.len() - 1);
            if !self.read(end.saturating_duration_since(Instant::now())) {
                return None;
            }
        }
    }

    /// Looks at whatever comes next, whether it ends a picture or not: not every program tells.
    /// When it came, or `None` when nothing has come for so long.
    pub(crate) fn glimpse(&mut self, most: Duration) -> Option<Instant> {
        if self.rest.is_empty() && !self.read(most) {
            return None;
        }
        self.parser.process(&self.rest);
        self.rest.clear();
        Some(self.came)
    }

    /// Looks at further pictures until one is as it should be; when that came.
    pub(crate) fn wait_until(
        &mut self,
        what: &str,
        is_so: impl Fn(&vt100::Screen) -> bool,
    ) -> Instant {
        self.until(what, is_so, Self::picture)
    }

    /// Looks at whatever comes until the screen is as it should be, if it is not yet; when that
    /// came.
    pub(crate) fn glimpse_until(
        &mut self,
        what: &str,
        is_so: impl Fn(&vt100::Screen) -> bool,
    ) -> Instant {
        if is_so(self.screen()) {
            return self.came;
        }
        self.until(what, is_so, Self::glimpse)
    }

    fn until(
        &mut self,
        what: &str,
        is_so: impl Fn(&vt100::Screen) -> bool,
        look: impl Fn(&mut Self, Duration) -> Option<Instant>,
    ) -> Instant {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let at = Some(left).filter(|left| !left.is_zero()).and_then(|left| look(self, left));
            let at = at.unwrap_or_else(|| {
                panic!("waited in vain for {what}:\n{}", self.screen().contents())
            });
            if is_so(self.screen()) {
                return at;
            }
        }
    }

    /// Looks at everything that comes until nothing has come for so long.
    pub(crate) fn settle(&mut self, quiet: Duration) {
        while self.picture(quiet).is_some() {}
    }

    /// Looks at whatever comes until nothing has come for so long.
    pub(crate) fn hush(&mut self, quiet: Duration) {
        let end = Instant::now() + PATIENCE;
        while self.glimpse(quiet).is_some_and(|came| came < end) {}
    }

    /// Looks at all that is drawn for something done at this moment: how long after it the last
    /// of that came before nothing did for so long. `None` when nothing is drawn.
    pub(crate) fn drawn(&mut self, since: Instant, quiet: Duration) -> Option<Duration> {
        let mut last = self.glimpse(PATIENCE / 10)?;
        while last < since {
            last = self.glimpse(PATIENCE / 10)?;
        }
        while let Some(came) = self.glimpse(quiet).filter(|came| *came < since + PATIENCE) {
            last = came;
        }
        Some(last.saturating_duration_since(since))
    }

    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// The text in the cursor's row, from this column to the cursor.
    pub(crate) fn typed(&self, from: u16) -> String {
        let (row, column) = self.screen().cursor_position();
        self.screen().contents_between(row, from.min(column), row, column)
    }

    /// Bytes that the program has written, as far as they were looked at.
    pub(crate) fn written(&self) -> usize {
        self.written
    }

    pub(crate) fn process(&self) -> Process {
        Process(self.child.process_id().unwrap())
    }

    fn read(&mut self, most: Duration) -> bool {
        let Ok((at, bytes)) = self.output.recv_timeout(most) else { return false };
        self.came = at;
        self.written += bytes.len();
        self.rest.extend(bytes);
        true
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn watch(mut reader: Box<dyn Read + Send>) -> Receiver<(Instant, Vec<u8>)> {
    let (sender, output) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 64 * 1024];
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            if sender.send((Instant::now(), bytes[..count].to_vec())).is_err() {
                return;
            }
        }
    });
    output
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a screen has cells")
}

fn size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
