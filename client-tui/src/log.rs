//! `--log-file`: what the client does, for reports of its mistakes. Kinds, sizes and times alone: no
//! text that anybody wrote or typed, no name, no token and no code.
//!
//! Off, it costs a look at one cell. On, a thread of its own writes, and what the disk does not take
//! in time is left out and counted: nobody waits for it.

use std::fmt::{self, Debug, Write as _};
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::sync::Notify;

use crate::effect::Effect;
use crate::event::Event;
use crate::net;

/// Lines that may wait for the disk; what comes beyond is left out.
const LINES: usize = 4_096;

/// How long the disk is given at the end.
const FINISHING: Duration = Duration::from_secs(1);

/// Bytes of a name that a frame gives for what it is.
const KIND_BYTES: usize = 24;

/// Whoever writes, if a log is kept.
static LOG: OnceLock<Log> = OnceLock::new();

/// What is wrong with it.
static TROUBLE: Trouble = Trouble { words: Mutex::new(None), news: Notify::const_new() };

/// The log of this run. The whole program has one, as it has one terminal.
struct Log {
    start: Instant,
    lines: SyncSender<Line>,
    left_out: AtomicU64,
}

/// What is wrong, until somebody has told it.
struct Trouble {
    words: Mutex<Option<String>>,
    news: Notify,
}

enum Line {
    Of(Duration, String),
    /// Everything before is to be on the disk; the sender is dropped when it is.
    End(SyncSender<()>),
}

/// Keeps a log from now on, behind what the file holds already. Only its owner can read a file that
/// comes to be by this.
///
/// # Errors
/// When the file cannot be written.
pub fn open(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    let (sender, lines) = sync_channel(LINES);
    let name = path.display().to_string();
    let work = move || write(file, &lines, |error| TROUBLE.tell(format!("{name}: {error}")));
    std::thread::Builder::new().name("log".to_owned()).spawn(work)?;
    let log = Log { start: Instant::now(), lines: sender, left_out: AtomicU64::new(0) };
    _ = LOG.set(log);
    note(|| {
        let variable = |name| std::env::var(name).unwrap_or_default();
        let (term, colours) = (variable("TERM"), variable("COLORTERM"));
        let version = env!("CARGO_PKG_VERSION");
        let os = std::env::consts::OS;
        format!(
            "chat-tui {version} on {os}, TERM={term} COLORTERM={colours}, {}",
            jiff::Zoned::now()
        )
    });
    Ok(())
}

/// Waits for the moment, if it comes, in which the disk does not take the log any more, and tells
/// why: once, because it is tried on. Safe to cancel.
pub(crate) async fn trouble() -> String {
    if LOG.get().is_none() {
        return std::future::pending().await;
    }
    loop {
        match TROUBLE.take() {
            Some(words) => return words,
            None => TROUBLE.news.notified().await,
        }
    }
}

/// Waits until everything is written, but not for long. Returns what is wrong with the log and was
/// not told before.
pub fn close() -> Option<String> {
    let log = LOG.get()?;
    note(|| "end".to_owned());
    let (written, done) = sync_channel(1);
    if log.lines.try_send(Line::End(written)).is_ok() {
        _ = done.recv_timeout(FINISHING);
    }
    TROUBLE.take()
}

/// Notes something, if a log is kept; the words are made up only then.
pub(crate) fn note(words: impl FnOnce() -> String) {
    if let Some(log) = LOG.get() {
        log.note(words());
    }
}

/// Notes that something happened.
pub(crate) fn happened(event: &Event) {
    note(|| format!("event  {}", of_event(event)));
}

/// Notes what the world is asked for.
pub(crate) fn asked(effect: &Effect) {
    note(|| match effect {
        Effect::Send(request) => format!("effect Send {}", name(request)),
        effect => format!("effect {}", name(effect)),
    });
}

/// Notes frames that go out, or one that came in, by their bytes.
pub(crate) fn frames(way: &str, bytes: &[u8]) {
    note(|| {
        let lines = bytes.split_inclusive(|&byte| byte == b'\n');
        let told: Vec<String> =
            lines.map(|line| format!("{} {} bytes", kind(line), line.len())).collect();
        format!("{way}    {}", told.join(", "))
    });
}

impl Log {
    fn note(&self, words: String) {
        let at = self.start.elapsed();
        let left_out = self.left_out.swap(0, Ordering::Relaxed);
        if left_out > 0 {
            let words = format!("{left_out} lines are left out: the disk was too slow");
            self.send(Line::Of(at, words));
        }
        self.send(Line::Of(at, words));
    }

    fn send(&self, line: Line) {
        if self.lines.try_send(line).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Trouble {
    fn tell(&self, why: String) {
        let words = format!("the log has gaps: {why}");
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
        self.news.notify_one();
    }

    fn take(&self) -> Option<String> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Writes lines as they come; they are on the disk when no more are waiting. The first failure is
/// told, and what comes behind it is tried on: disks are emptied.
fn write(file: impl Write, lines: &Receiver<Line>, tell: impl FnOnce(io::Error)) {
    let mut file = BufWriter::new(file);
    let mut tell = Some(tell);
    let mut check = |result: io::Result<()>| {
        if let Err(error) = result
            && let Some(tell) = tell.take()
        {
            tell(error);
        }
    };
    loop {
        let line = match lines.try_recv() {
            Ok(line) => line,
            Err(TryRecvError::Disconnected) => return,
            Err(TryRecvError::Empty) => {
                check(file.flush());
                let Ok(line) = lines.recv() else { return };
                line
            }
        };
        match line {
            // In one piece: what the disk does not take is left out whole.
            Line::Of(at, words) => {
                let line = format!("{:10.3} {words}\n", at.as_secs_f64());
                check(file.write_all(line.as_bytes()));
            }
            Line::End(written) => {
                check(file.flush());
                drop(written);
            }
        }
    }
}

/// What happened, without what was said.
fn of_event(event: &Event) -> String {
    match event {
        Event::Key(key) => format!("Key {}", of_key(key)),
        Event::Typed(text) => format!("Keys that write, {} of them", text.chars().count()),
        Event::Paste(text) => format!("Paste of {} bytes", text.len()),
        Event::Mouse(mouse) => format!("Mouse {}", name(&mouse.kind)),
        Event::Resized { width, height } => format!("Resized to {width}x{height}"),
        Event::Net(net::Event::Frames(frames)) => format!("Net Frames: {}", frames.len()),
        Event::Net(net::Event::Heard(heard)) => format!("Net Heard: {}", heard.len()),
        Event::Net(net::Event::Down { failure, retry_in }) => {
            format!("Net Down: {}, next try in {retry_in:?}", name(failure))
        }
        Event::Net(net::Event::RoundTrip(time)) => format!("Net RoundTrip: {time:?}"),
        Event::Net(event) => format!("Net {}", name(event)),
        event => name(event),
    }
}

/// A key, without what it writes.
fn of_key(key: &KeyEvent) -> String {
    let held = key.modifiers - KeyModifiers::SHIFT;
    match key.code {
        KeyCode::Char(_) if held.is_empty() => "that writes".to_owned(),
        // Ctrl-W is a command; anything else may come of a layout that writes so.
        KeyCode::Char(c) if c.is_ascii_alphanumeric() => format!("{held:?} {c}"),
        KeyCode::Char(_) => format!("{held:?} and a sign"),
        code => format!("{} {:?}", name(&code), key.modifiers),
    }
}

/// What a value is called in the program: the first word of how it describes itself, and nothing of
/// what it holds.
fn name(value: &impl Debug) -> String {
    /// Takes letters, and ends the description at the first other sign.
    struct Name(String);
    impl fmt::Write for Name {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            for c in text.chars() {
                if !c.is_ascii_alphanumeric() {
                    return Err(fmt::Error);
                }
                self.0.push(c);
            }
            Ok(())
        }
    }
    let mut name = Name(String::new());
    _ = write!(name, "{value:?}");
    name.0
}

/// What a frame says that it is; nothing else of it is looked at.
fn kind(line: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Head {
        #[serde(rename = "type")]
        kind: String,
    }
    let kind = serde_json::from_slice::<Head>(line).map(|head| head.kind).unwrap_or_default();
    let known = kind.len() <= KIND_BYTES
        && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if known && !kind.is_empty() { kind } else { "?".to_owned() }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use chat_protocol::{MessageId, Request, RoomName, Text};

    use super::*;

    #[test]
    fn nothing_that_was_said_or_typed_is_told() {
        let key = |code, modifiers| of_event(&Event::Key(KeyEvent::new(code, modifiers)));
        let check = |told: String, expected: &str| {
            assert_eq!(told, expected);
            assert!(!told.contains("secret"));
        };
        check(key(KeyCode::Char('s'), KeyModifiers::NONE), "Key that writes");
        check(key(KeyCode::Char('S'), KeyModifiers::SHIFT), "Key that writes");
        check(key(KeyCode::Char('w'), KeyModifiers::CONTROL), "Key KeyModifiers(CONTROL) w");
        check(key(KeyCode::Enter, KeyModifiers::NONE), "Key Enter KeyModifiers(0x0)");
        check(of_event(&Event::Typed("secret".to_owned())), "Keys that write, 6 of them");
        check(of_event(&Event::Paste("secret".to_owned())), "Paste of 6 bytes");
        check(of_event(&Event::Edited(Ok("secret".to_owned()))), "Edited");
        let failure = net::Failure::NotChat("secret".to_owned());
        let down = Event::Net(net::Event::Down { failure, retry_in: None });
        check(of_event(&down), "Net Down: NotChat, next try in None");
        check(name(&Effect::Copy("secret".to_owned())), "Copy");
        let (id, text) = (MessageId::new("1").unwrap(), Text::new("secret").unwrap());
        check(name(&Request::Say { id, room: RoomName::lobby(), text }), "Say");
    }

    #[test]
    fn frames_are_told_by_their_kinds() {
        let check =
            |line: &str, expected: &str| assert_eq!(kind(line.as_bytes()), expected, "{line}");
        check(r#"{"type":"message","text":"secret"}"#, "message");
        check(r#"{"type":"Secret words"}"#, "?");
        check(r#"{"text":"type"}"#, "?");
        check("secret", "?");
    }

    #[test]
    fn lines_are_written_in_their_order() {
        let (sender, lines) = sync_channel(8);
        let (done, ended) = channel();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let out = file.reopen().unwrap();
        std::thread::spawn(move || {
            write(out, &lines, |error| panic!("{error}"));
            done.send(()).unwrap();
        });
        for words in ["one", "two"] {
            sender.send(Line::Of(Duration::from_millis(1_500), words.to_owned())).unwrap();
        }
        let (written, is_written) = sync_channel(1);
        sender.send(Line::End(written)).unwrap();
        assert!(is_written.recv().is_err());
        let mut text = String::new();
        io::Read::read_to_string(&mut file, &mut text).unwrap();
        assert_eq!(text, "     1.500 one\n     1.500 two\n");
        drop(sender);
        ended.recv().unwrap();
    }

    #[test]
    fn a_disk_that_is_full_is_told_once_and_tried_again() {
        /// Takes nothing for some time.
        struct Full<'a>(u8, &'a mut Vec<u8>);
        impl Write for Full<'_> {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.saturating_sub(1);
                if self.0 > 0 {
                    Err(io::ErrorKind::StorageFull.into())
                } else {
                    self.1.write(bytes)
                }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (mut told, mut text) = (Vec::new(), Vec::new());
        let (sender, lines) = sync_channel(8);
        let mut ends = Vec::new();
        for words in ["one", "two", "three"] {
            sender.send(Line::Of(Duration::ZERO, words.to_owned())).unwrap();
            let (written, is_written) = sync_channel(1);
            sender.send(Line::End(written)).unwrap();
            ends.push(is_written);
        }
        drop(sender);
        write(Full(3, &mut text), &lines, |error| told.push(error.kind()));
        assert_eq!(told, [io::ErrorKind::StorageFull]);
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text.lines().count(), 3, "{text}");
    }
}
