//! One person's way to one server without a screen, for subcommands and exports: the link on a thread
//! of its own, so that output that nobody takes does not make it die, and the hello by which one
//! comes in.

pub(crate) mod follow;

use std::io;
use std::sync::mpsc as done;
use std::time::Duration;

use chat_protocol::{
    Code, Event as Frame, Hello, Line, Nick, Refusal, Request, Resume, Token, limit,
};

use crate::arguments::scripts::Access;
use crate::dialect::Dialect;
use crate::effect::Target;
use crate::failed::Failed;
use crate::net::{self, Command, Event, Failure, Link};
use crate::storage::Storage;
use crate::words;

/// How long the link is given to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// Names that a guest tries, each as the server suggested, before giving up.
const NAMES_MOST: usize = 8;

/// News of the session.
#[derive(Debug)]
pub(crate) enum News {
    /// The link is up: [`Session::hello`] is expected now.
    Up,
    /// Frames, in order.
    Frames(Vec<Frame>),
    /// The link is down, and is being made anew.
    Down(Failure),
}

/// One person's way to one server.
#[derive(Debug)]
pub(crate) struct Session {
    link: Link,
    target: Target,
    /// Missing for guests.
    token: Option<Token>,
    code: Option<String>,
    names_tried: usize,
    /// Ends when the link has said goodbye.
    parted: done::Receiver<()>,
}

impl Session {
    /// Sets out for the server, under the name and with the token that the client on the screen
    /// would have. Owners may be connected several times, so that neither disturbs the other.
    pub(crate) fn open(access: &Access, login: Nick) -> io::Result<Self> {
        let mut storage = Storage::open();
        let name = access.name.clone().or_else(|| storage.last_name()).unwrap_or(login);
        let token = (!access.guest).then(|| {
            storage.prepare(&name);
            storage.token(&name)
        });
        // What could not be kept is the next run's trouble: this one has a token.
        _ = storage.close();
        let target = target(access.host(), access.port(), name);
        Self::begin(target, token, access.code.clone())
    }

    /// Sets out once more for where one is already, as the same person.
    pub(crate) fn again(target: &Target, token: Option<Token>) -> io::Result<Self> {
        Self::begin(target.clone(), token, None)
    }

    /// Sets out for a server as a guest.
    pub(crate) fn guest(host: &str, port: u16, name: Nick) -> io::Result<Self> {
        Self::begin(target(host, port, name), None, None)
    }

    fn begin(target: Target, token: Option<Token>, code: Option<String>) -> io::Result<Self> {
        let (mut link, worker) = net::link();
        let (finished, parted) = done::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("network".to_owned()).spawn(move || {
            runtime.block_on(worker.run());
            drop(finished);
        })?;
        link.command(Command::Connect { target: target.clone(), token: token.clone() });
        Ok(Self { link, target, token, code, names_tried: 0, parted })
    }

    /// The next news. Safe to cancel.
    ///
    /// # Errors
    /// When no link will come about any more.
    pub(crate) async fn next(&mut self) -> Result<News, Failed> {
        loop {
            return match self.link.next().await {
                Some(Event::Up { .. }) => Ok(News::Up),
                Some(Event::Frames(frames)) => Ok(News::Frames(frames)),
                Some(Event::Down { failure, retry_in: Some(_) }) => Ok(News::Down(failure)),
                Some(Event::Down { failure, retry_in: None }) => Err(self.why(&failure)),
                Some(_) => continue,
                None => Err(Failed::new("the network's thread has failed: try again")),
            };
        }
    }

    /// Says who one is.
    pub(crate) fn hello(&mut self, resume: Vec<Resume>) {
        let client = concat!("chat-tui ", env!("CARGO_PKG_VERSION"));
        let hello = Hello {
            token: self.token.clone(),
            code: self.code.clone(),
            client: Some(Line::cut(client, limit::FIELD_BYTES)),
            resume,
            visit: true,
            ..Hello::guest(self.target.name.clone())
        };
        self.send(Request::Hello(Box::new(hello)));
    }

    /// Takes the name that a refused hello suggests; `false` when there is none, or the name
    /// matters: it is an owner's.
    pub(crate) fn take_suggestion(&mut self, refusal: &Refusal) -> bool {
        let suggested = refusal.suggest.as_deref().and_then(|name| Nick::new(name).ok());
        self.names_tried += 1;
        match suggested.filter(|_| self.token.is_none() && self.names_tried <= NAMES_MOST) {
            Some(name) if refusal.code == Code::NameTaken => {
                self.target.name = name;
                true
            }
            _ => false,
        }
    }

    /// Whether one is a guest, whose messages the server knows only as long as the link holds.
    pub(crate) fn is_guest(&self) -> bool {
        self.token.is_none()
    }

    pub(crate) fn send(&mut self, request: Request) {
        self.link.command(Command::Send(request));
    }

    /// Why there is no link, in one line.
    pub(crate) fn why(&self, failure: &Failure) -> Failed {
        Failed::new(why(failure, &self.target))
    }

    /// Why the server will not have us, or will not do what was asked, in one line.
    pub(crate) fn refused(&self, refusal: &Refusal) -> Failed {
        let words = words::refusal(refusal);
        let name = &self.target.name;
        Failed::new(match (refusal.code, &refusal.suggest) {
            (Code::NameTaken, Some(free)) => {
                let free = chat_protocol::text::one_line(free);
                format!("the name ‘{name}’ is somebody else's here: try --name {free}, or --guest")
            }
            (Code::BadName, _) => format!("{words}: try another --name"),
            _ => words,
        })
    }

    /// Says goodbye, and waits until what was sent has gone out, but not for long.
    ///
    /// No room is parted from, not even one that was entered for this alone. With a person's last
    /// connection the server takes them out of all rooms anyway, guests always. Who has another one
    /// open may have come to read that room there meanwhile: no frame tells that, and being thrown
    /// out is worse than a room more in the list.
    pub(crate) fn leave(mut self) {
        self.send(Request::Bye);
        drop(self.link);
        _ = self.parted.recv_timeout(GOODBYE);
    }
}

fn target(host: &str, port: u16, name: Nick) -> Target {
    Target { host: host.to_owned(), port, name, dialect: Dialect::Native }
}

/// Why there is no link: what it is, and what to do first.
fn why(failure: &Failure, target: &Target) -> String {
    let words::Diagnosis { headline, advice } = words::failure(failure, target);
    let ended = |line: &str| {
        let end = if line.ends_with(['.', '?', ':']) { "" } else { "." };
        format!("{}{end}", line.trim())
    };
    let sentences = std::iter::once(&headline).chain(&advice).map(|line| ended(line));
    let sentences = sentences.collect::<Vec<_>>().join(" ");
    sentences.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_the_link_is_one_line_with_advice() {
        let name = Nick::new("ann").unwrap();
        let target = target("lab", 7000, name);
        let check = |failure, expected: &str| {
            let words = why(&failure, &target);
            assert!(words.contains(expected) && !words.contains('\n'), "{words}");
        };
        check(Failure::Refused, "no server listens on port 7000. Is the server running?");
        check(Failure::Refused, "chat-tui --serve --port 7000");
        check(Failure::UnknownHost, "‘lab’. Check the spelling.");
        check(Failure::NotChat("SSH-2.0".to_owned()), "It says: SSH-2.0");
    }
}
