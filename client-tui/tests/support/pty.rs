//! A terminal that a test holds the other end of: starts a program in it, types, and looks at the
//! screen. Waits for what is to be seen, never for time to pass.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};

/// How long a program may take until what is waited for is there. Long, because the machine may be
/// busy; a test that passes does not wait for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program in a terminal. Dropping it ends the program.
pub(crate) struct Pty {
    master: Box<dyn MasterPty + Send>,
    /// Kept open, so that the terminal's settings can still be read when the program has ended.
    _slave: Box<dyn SlavePty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Seen>,
}

/// What the program has written.
struct Seen {
    terminal: Mutex<Shown>,
    changed: Condvar,
}

struct Shown {
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// How much of `raw` the parser has taken.
    taken: usize,
    /// Where in `raw` the last whole picture ends.
    whole: usize,
    pictures: Vec<Picture>,
}

/// What the screen showed, from this moment on.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) at: Instant,
    pub(crate) text: String,
}

/// What begins every picture that the client draws.
const PICTURE_BEGIN: &[u8] = b"\x1b[?2026h";

/// What ends it.
const PICTURE_END: &[u8] = b"\x1b[?2026l";

impl Pty {
    /// Starts the client with these arguments, its data in `data`, on a screen of 80 by 24.
    pub(crate) fn client(data: &Path, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_chat-tui"));
        command.args(arguments);
        Self::start(command, data)
    }

    /// Starts any program, in an environment that knows nothing of its tester's.
    pub(crate) fn start(mut command: CommandBuilder, data: &Path) -> Self {
        command.env_clear();
        for kept in ["PATH", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("HOME", data);
        command.env("XDG_DATA_HOME", data);
        command.cwd(data);
        let pair = native_pty_system().openpty(size(80, 24)).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let writer = pair.master.take_writer().unwrap();
        let seen = Seen::watch(pair.master.try_clone_reader().unwrap());
        Self { master: pair.master, _slave: pair.slave, writer, child, seen }
    }

    /// Types text, or whatever bytes a key sends.
    pub(crate) fn send(&mut self, text: &str) {
        self.send_bytes(text.as_bytes());
    }

    /// The same for what is no text.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).unwrap();
        self.writer.flush().unwrap();
    }

    /// Types a line and presses Enter.
    pub(crate) fn enter(&mut self, line: &str) {
        self.send(line);
        self.send("\r");
    }

    /// Pastes text, as a terminal with bracketed paste does.
    pub(crate) fn paste(&mut self, text: &str) {
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.seen
            .terminal
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(cells(height), cells(width));
        self.master.resize(size(width, height)).unwrap();
    }

    /// The screen as text, line by line.
    pub(crate) fn screen(&self) -> String {
        self.whole().parser.screen().contents()
    }

    /// What was shown, once the picture that is being drawn is whole.
    fn whole(&self) -> MutexGuard<'_, Shown> {
        let shown = self.seen.terminal.lock().unwrap();
        let drawing = |shown: &mut Shown| shown.is_drawing();
        self.seen.changed.wait_timeout_while(shown, PATIENCE, drawing).unwrap().0
    }

    /// Every whole picture that the client has drawn.
    pub(crate) fn pictures(&self) -> Vec<Picture> {
        self.whole().pictures.clone()
    }

    /// Every byte that the program has written.
    pub(crate) fn written(&self) -> Vec<u8> {
        self.seen.terminal.lock().unwrap().raw.clone()
    }

    /// Waits until the screen shows this text.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("‘{text}’"), |screen| screen.contents().contains(text));
    }

    /// Waits until the screen shows this text no more.
    pub(crate) fn wait_gone(&self, text: &str) {
        self.wait_until(&format!("no ‘{text}’"), |screen| !screen.contents().contains(text));
    }

    /// Waits until the screen is as it should be.
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        let start = Instant::now();
        let mut shown = self.seen.terminal.lock().unwrap();
        while !is_so(shown.parser.screen()) {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let screen = shown.parser.screen().contents();
            assert!(!left.is_zero(), "waited in vain for {what}; the screen:\n{screen}");
            shown = self.seen.changed.wait_timeout(shown, left).unwrap().0;
        }
    }

    /// Presses a key whenever the screen has changed, until it shows this text.
    pub(crate) fn send_until(&mut self, key: &str, text: &str) {
        self.send_while(key, &format!("‘{text}’"), |screen| !screen.contains(text));
    }

    /// Presses a key whenever the screen has changed, as long as this holds.
    pub(crate) fn send_while(&mut self, key: &str, what: &str, holds: impl Fn(&str) -> bool) {
        let start = Instant::now();
        loop {
            let before = self.written().len();
            self.send(key);
            let mut shown = self.seen.terminal.lock().unwrap();
            // A key that changes nothing is pressed again after a while.
            while shown.raw.len() == before {
                let waited;
                (shown, waited) =
                    self.seen.changed.wait_timeout(shown, Duration::from_millis(100)).unwrap();
                if waited.timed_out() {
                    break;
                }
            }
            let screen = shown.parser.screen().contents();
            if !holds(&screen) {
                return;
            }
            drop(shown);
            let waited = start.elapsed();
            assert!(waited < PATIENCE, "waited in vain for {what}; the screen:\n{screen}");
        }
    }

    /// Waits until the program has written this, after so many bytes; where it ends.
    pub(crate) fn wait_written(&self, bytes: &[u8], after: usize) -> usize {
        let start = Instant::now();
        let mut shown = self.seen.terminal.lock().unwrap();
        loop {
            let found = shown.raw[after..].windows(bytes.len()).position(|window| window == bytes);
            if let Some(at) = found {
                return after + at + bytes.len();
            }
            let left = PATIENCE.saturating_sub(start.elapsed());
            let written = String::from_utf8_lossy(&shown.raw[after..]).into_owned();
            let bytes = String::from_utf8_lossy(bytes);
            assert!(!left.is_zero(), "waited in vain for {bytes:?} in {written:?}");
            shown = self.seen.changed.wait_timeout(shown, left).unwrap().0;
        }
    }

    /// Waits until the client has taken the terminal over.
    pub(crate) fn wait_started(&self) {
        self.wait_until("the alternate screen", vt100::Screen::alternate_screen);
    }

    /// The terminal's settings, as `stty -a` would tell them.
    pub(crate) fn settings(&self) -> String {
        format!("{:?}", self.master.get_termios())
    }

    /// Sends a signal by its name, `TERM` for example.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("the program has ended").to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(sent.success(), "kill -s {name} {id}");
    }

    /// Waits until the program has ended, and gives its exit code.
    pub(crate) fn exit_code(&mut self) -> u32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            let screen = self.screen();
            assert!(start.elapsed() < PATIENCE, "the program does not end; the screen:\n{screen}");
            // There is nothing to wait for: a child's end has no event here.
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Seen {
    /// Reads whatever the program writes, until it has ended.
    fn watch(mut reader: Box<dyn Read + Send>) -> Arc<Self> {
        let parser = vt100::Parser::new(cells(24), cells(80), 0);
        let terminal =
            Mutex::new(Shown { parser, raw: Vec::new(), taken: 0, whole: 0, pictures: Vec::new() });
        let seen = Arc::new(Self { terminal, changed: Condvar::new() });
        let watched = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let mut shown = watched.terminal.lock().unwrap();
                shown.take(&bytes[..count]);
                watched.changed.notify_all();
            }
        });
        seen
    }
}

impl Shown {
    /// Takes what was written, and keeps every picture that it completes.
    fn take(&mut self, bytes: &[u8]) {
        // The end of a picture may come in two pieces.
        let mut from = self.raw.len().saturating_sub(PICTURE_END.len() - 1);
        self.raw.extend_from_slice(bytes);
        while let Some(at) =
            self.raw[from..].windows(PICTURE_END.len()).position(|window| window == PICTURE_END)
        {
            from += at + PICTURE_END.len();
            self.whole = from;
            self.show(from);
            let text = self.parser.screen().contents();
            self.pictures.push(Picture { at: Instant::now(), text });
        }
        self.show(self.raw.len());
    }

    fn is_drawing(&self) -> bool {
        let rest = &self.raw[self.whole..];
        rest.windows(PICTURE_BEGIN.len()).any(|window| window == PICTURE_BEGIN)
    }

    fn show(&mut self, until: usize) {
        self.parser.process(&self.raw[self.taken..until]);
        self.taken = until;
    }
}

fn cells(count: u16) -> std::num::NonZero<u16> {
    std::num::NonZero::new(count).expect("a screen has cells")
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
