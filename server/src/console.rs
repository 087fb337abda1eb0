//! The server's own console: one whole line for each thing that happens, never held up by whoever
//! reads it, or does not.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chat_protocol::{Message, Nick, Profile, RoomName};

/// Lines that may wait for a console that does not take them (a paused terminal, a full pipe).
/// When it is full, lines are dropped, and how many is said when it takes lines again.
const QUEUE: usize = 1024;

/// The same trouble is not told again within this time.
const TROUBLE_EVERY: Duration = Duration::from_secs(10);

/// What the console shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Nothing: the screen belongs to somebody else.
    #[default]
    Nothing,
    /// Joins, leaves and troubles.
    Comings,
    /// Messages in rooms as well. What is said between two people is never shown.
    Messages,
}

/// How long a stop waits for the console to take the last lines.
const LAST_LINES: Duration = Duration::from_millis(500);

/// The end of the console's thread.
pub(crate) struct Ending(Option<Receiver<()>>);

impl Ending {
    /// Waits until the last line is written, as long as that makes sense. Every [`Console`] must
    /// have been dropped before.
    pub(crate) fn wait(self) {
        if let Some(ended) = self.0 {
            // An error says that the thread has ended, or that nobody takes its lines.
            ended.recv_timeout(LAST_LINES).ok();
        }
    }
}

/// A handle to the console; clones write to the same one.
#[derive(Clone)]
pub(crate) struct Console {
    show: Show,
    lines: Option<SyncSender<String>>,
    dropped: Arc<AtomicU64>,
    last_trouble: Arc<Mutex<Option<(String, Instant)>>>,
}

impl Console {
    /// Starts the console on standard output.
    pub(crate) fn start(show: Show) -> (Self, Ending) {
        let dropped = Arc::new(AtomicU64::new(0));
        let (lines, ending) = if show == Show::Nothing {
            (None, None)
        } else {
            let (lines, queue) = sync_channel(QUEUE);
            let (ending, ended) = sync_channel(1);
            let dropped = Arc::clone(&dropped);
            std::thread::spawn(move || {
                write_lines(&queue, &dropped);
                drop(ending);
            });
            (Some(lines), Some(ended))
        };
        (Self { show, lines, dropped, last_trouble: Arc::default() }, Ending(ending))
    }

    pub(crate) fn joined(&self, who: &Nick, room: &RoomName, via: Option<&str>) {
        match via {
            Some(via) => self.line(format_args!("{who} joined {room} ({via})")),
            None => self.line(format_args!("{who} joined {room}")),
        }
    }

    pub(crate) fn left(&self, who: &Nick, room: &RoomName) {
        self.line(format_args!("{who} left {room}"));
    }

    pub(crate) fn renamed(&self, from: &Nick, to: &Nick) {
        self.line(format_args!("{from} is now {to}"));
    }

    /// What somebody told of themselves.
    pub(crate) fn profile(&self, who: &Nick, profile: &Profile) {
        let parts = [
            ("name", &profile.full_name),
            ("student id", &profile.student_id),
            ("GitHub", &profile.github),
        ];
        let told = parts.iter().filter(|(_, value)| !value.is_empty());
        let told: Vec<String> =
            told.map(|(what, value)| format!("{what} {}", value.as_str())).collect();
        if !told.is_empty() {
            self.line(format_args!("profile of {who}: {}", told.join(", ")));
        }
    }

    /// Somebody wanted to talk with somebody who is not here.
    pub(crate) fn nobody(&self, from: &Nick, to: &Nick) {
        self.line(format_args!("{from} asked for {to}, who is not here"));
    }

    pub(crate) fn said(&self, room: &RoomName, message: &Message) {
        if self.show == Show::Messages {
            self.line(format_args!("#{room} {}: {}", message.from, message.text));
        }
    }

    /// Something that whoever runs the server should know, told now and then while it lasts.
    pub(crate) fn trouble(&self, what: &str) {
        let mut last = self.last_trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let told =
            last.as_ref().is_some_and(|(text, at)| text == what && at.elapsed() < TROUBLE_EVERY);
        if !told {
            *last = Some((what.to_owned(), Instant::now()));
            self.line(format_args!("trouble: {what}"));
        }
    }

    fn line(&self, what: std::fmt::Arguments<'_>) {
        let Some(lines) = &self.lines else { return };
        let line = format!("{} {}", local_time(), escape(&what.to_string()));
        if let Err(TrySendError::Full(_)) = lines.try_send(line) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn local_time() -> impl std::fmt::Display {
    jiff::Zoned::now().strftime("%H:%M:%S").to_string()
}

/// One line, whatever the text: control characters are shown as escapes.
fn escape(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escaped = chat_protocol::text::is_unwanted(c) || c == '\n';
            let (plain, escape) =
                if escaped { (None, Some(c.escape_default())) } else { (Some(c), None) };
            plain.into_iter().chain(escape.into_iter().flatten())
        })
        .collect()
}

fn write_lines(queue: &Receiver<String>, dropped: &AtomicU64) {
    let mut out = std::io::stdout();
    // Nobody reads any more: the lines are for nobody, and the server goes on.
    while let Ok(line) = queue.recv() {
        writeln!(out, "{line}").ok();
        let dropped = dropped.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            writeln!(out, "… {dropped} lines were left out, they were not read in time").ok();
        }
        out.flush().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(escape("a\nb\x1b[31m\u{202E}é"), "a\\nb\\u{1b}[31m\\u{202e}é");
    }

    #[test]
    fn a_console_that_nobody_reads_holds_nobody_up() {
        let (lines, queue) = sync_channel(1);
        let console = Console {
            show: Show::Messages,
            lines: Some(lines),
            dropped: Arc::default(),
            last_trouble: Arc::default(),
        };
        let nick = Nick::new("ann").unwrap();
        for _ in 0..5 {
            console.renamed(&nick, &nick);
        }
        assert_eq!(console.dropped.load(Ordering::Relaxed), 4);
        assert!(queue.recv().unwrap().ends_with("ann is now ann"));
    }
}
