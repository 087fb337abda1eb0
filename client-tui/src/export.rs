//! Conversations written to files: by a thread and a connection of its own, so that neither a long
//! history nor a slow disk is felt at the keyboard. One page of messages is held at a time.

mod file;
mod markdown;
mod work;

use std::path::PathBuf;
use std::sync::mpsc as done;
use std::time::Duration;

use chat_protocol::{Conversation, Message, Nick, Token};
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::effect::Target;

/// News that may wait for the client. Of progress what finds no room is left out.
const NEWS: usize = 16;

/// How long a thread is given to take back what it has begun.
const STOPPING: Duration = Duration::from_secs(1);

/// What a file is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Markdown,
    /// For programs: one message a line, as in the native protocol.
    Json,
}

/// What is to be written, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which conversation.
    pub room: Conversation,
    /// Where its messages come from.
    pub source: Source,
    /// The server's name, for the title.
    pub server: String,
    /// The file as it was named; without a name, one is made up.
    pub file: Option<String>,
    /// In which form.
    pub form: Form,
    /// Whose messages are left out, because they are not to be heard.
    pub without: Vec<Nick>,
    /// The zone that dates and times are told in.
    pub zone: TimeZone,
}

/// Where messages come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The server's whole history.
    Server(Target),
    /// What has been seen: there is no more.
    Seen(Vec<Message>),
}

/// How it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// So many messages are written, of so many.
    Written(u64, u64),
    /// The file is there, and holds so many messages.
    Done {
        /// Where.
        path: PathBuf,
        /// How many.
        messages: u64,
    },
    /// It was stopped, and there is no file.
    Stopped,
    /// It failed, and there is no file: one line on why.
    Failed(String),
}

/// Whoever writes, if somebody does.
#[derive(Debug)]
pub struct Exporter {
    sender: mpsc::Sender<News>,
    receiver: mpsc::Receiver<News>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    /// Dropping it stops the thread.
    _stop: oneshot::Sender<()>,
    /// Ends with the thread.
    done: done::Receiver<()>,
}

impl Default for Exporter {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(NEWS);
        Self { sender, receiver, running: None }
    }
}

impl Exporter {
    /// Begins; [`Self::next`] tells how it goes. The state asks for one at a time. A token is whose
    /// history the server's is.
    pub fn begin(&mut self, order: Order, token: Option<Token>) {
        let (stop, stopped) = oneshot::channel();
        let (finished, done) = done::channel();
        let news = self.sender.clone();
        let work = move || {
            let end = work::run(order, token, stopped, &news);
            // The end is told in any case.
            _ = news.blocking_send(end);
            drop(finished);
        };
        match std::thread::Builder::new().name("export".to_owned()).spawn(work) {
            Ok(_) => self.running = Some(Running { _stop: stop, done }),
            Err(error) => _ = self.sender.try_send(News::Failed(error.to_string())),
        }
    }

    /// Stops; what was written is taken back, and [`News::Stopped`] follows.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Stops, and waits until no half file is left, but not for long.
    pub fn close(self) {
        let Self { receiver, running, .. } = self;
        drop(receiver);
        if let Some(Running { _stop, done }) = running {
            drop(_stop);
            _ = done.recv_timeout(STOPPING);
        }
    }

    /// The next news. Safe to cancel.
    pub async fn next(&mut self) -> News {
        match self.receiver.recv().await {
            Some(news) => news,
            // We hold a sender ourselves.
            None => std::future::pending().await,
        }
    }
}

impl Form {
    /// What the ending of a file's name asks for.
    ///
    /// # Errors
    /// When it asks for nothing we know, in words.
    pub(crate) fn of(name: &str) -> Result<Self, String> {
        let is = |ending: &str| {
            let start = name.len().checked_sub(ending.len()).and_then(|at| name.get(at..));
            start.is_some_and(|end| end.eq_ignore_ascii_case(ending))
        };
        match () {
            () if is(".md") || is(".markdown") => Ok(Self::Markdown),
            () if is(".jsonl") || is(".ndjson") => Ok(Self::Json),
            // A folder, in which a name is made up.
            () if is("/") || ["~", ".", ".."].contains(&name) => Ok(Self::Markdown),
            () => Err(format!("in which form? {name}.md for people, {name}.jsonl for programs")),
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Json => "jsonl",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells_the_form() {
        let check = |name: &str, expected| assert_eq!(Form::of(name).ok(), expected, "{name}");
        check("a.md", Some(Form::Markdown));
        check("~/A.Markdown", Some(Form::Markdown));
        check("a.jsonl", Some(Form::Json));
        check("notes/", Some(Form::Markdown));
        check("~", Some(Form::Markdown));
        check("..", Some(Form::Markdown));
        check("a.txt", None);
        check("é", None);
        check("", None);
    }
}
