//! `tail`: prints messages as they come, one a line, each once and none missing.

mod line;
mod reader;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use chat_protocol::{Nick, Request};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::{is_coloured, say, unwritten};
use crate::arguments::scripts::Tail;
use crate::failed::Failed;
use crate::look::Colours;
use crate::session::follow::{Follow, From, Said, Step};
use crate::session::{News, Session};
use line::Style;

/// How long whoever is stuck writing is given when it was told to stop.
const PATIENCE: Duration = Duration::from_millis(500);

/// How soon a page is asked for again that the server could not read.
const AGAIN: Duration = Duration::from_secs(1);

/// How often in a row that may happen to whoever waits for the end.
const TRIES: usize = 5;

/// Runs until nobody reads any more, or it is told to stop.
pub(super) fn run(arguments: Tail, login: Nick, colours: Colours) -> Result<ExitCode, Failed> {
    if arguments.since.is_some() && arguments.room.len() > 1 {
        let words = "--since counts the messages of one room: give one --room, or --last";
        return Err(Failed::usage(words));
    }
    let session = Session::open(&arguments.access, login)?;
    let stops = watch_stops()?;
    let from = arguments.since.map_or(From::Last(arguments.last), From::Behind);
    let style = match arguments.json {
        true => Style::Json,
        false => Style::Line { zone: crate::zone::local(), colours: is_coloured(colours) },
    };
    let follow = Follow::new(arguments.room, from);
    let mut tail = Printing {
        session,
        follow,
        style,
        ends: arguments.no_follow,
        lost: false,
        unread: 0,
        again: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(tail.run(stops));
    tail.session.leave();
    ended
}

/// A thread that waits for signals; the code to exit with is handed over, and after a while exited
/// with in any case: whoever reads our output may have stopped taking it.
fn watch_stops() -> io::Result<mpsc::Receiver<u8>> {
    let (sender, stops) = mpsc::channel(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _entered = runtime.enter();
        reader::Signals::watch()?
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let code = runtime.block_on(signals.next());
        _ = sender.try_send(code);
        std::thread::sleep(PATIENCE);
        std::process::exit(code.into());
    })?;
    Ok(stops)
}

/// What prints.
struct Printing {
    session: Session,
    follow: Follow,
    style: Style,
    /// Whether to end when everything that there is was printed.
    ends: bool,
    /// Whether it was told that the link broke.
    lost: bool,
    /// How often in a row the server could not read.
    unread: usize,
    /// When to ask it again.
    again: Option<Instant>,
}

impl Printing {
    async fn run(&mut self, mut stops: mpsc::Receiver<u8>) -> Result<ExitCode, Failed> {
        let reader = reader::Reader::watch();
        while !(self.ends && self.follow.is_through()) {
            let again = self.again;
            tokio::select! {
                biased;
                Some(code) = stops.recv() => return Ok(ExitCode::from(code)),
                () = reader.gone() => break,
                () = sleep_until(again.unwrap_or_else(Instant::now)), if again.is_some() => {
                    self.again = None;
                    self.ask_again();
                }
                news = self.session.next() => if !self.take(news?)? {
                    break;
                },
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Takes news; `false` when nobody reads any more.
    fn take(&mut self, news: News) -> Result<bool, Failed> {
        match news {
            News::Up => {
                let resume = self.follow.resume();
                self.session.hello(resume);
            }
            News::Frames(frames) => {
                for frame in frames {
                    for step in self.follow.take(frame) {
                        if !self.step(step)? {
                            return Ok(false);
                        }
                    }
                }
            }
            News::Down(failure) if !self.follow.is_welcome() => {
                return Err(self.session.why(&failure));
            }
            News::Down(failure) => {
                self.follow.lost();
                if !std::mem::replace(&mut self.lost, true) {
                    let Failed { words, .. } = self.session.why(&failure);
                    let headline = words.split(". ").next().unwrap_or_default();
                    say(&format!("{headline}; reconnecting"));
                }
            }
        }
        Ok(true)
    }

    /// Does what is to be done; `false` when nobody reads any more.
    fn step(&mut self, step: Step) -> Result<bool, Failed> {
        match step {
            Step::Print(room, message) => {
                self.unread = 0;
                return self.print(&room, &message);
            }
            Step::Ask(request) => self.session.send(request),
            // Whoever is in it already is merely shown it again.
            Step::Unseen(room) => self.session.send(Request::Join { room }),
            Step::Unread => self.unread()?,
            Step::Back => {
                if std::mem::take(&mut self.lost) {
                    say("connected again");
                }
            }
            Step::Say(words) => say(&words),
            Step::Refused(refusal) => {
                if !self.session.take_suggestion(&refusal) {
                    return Err(self.session.refused(&refusal));
                }
                let resume = self.follow.resume();
                self.session.hello(resume);
            }
        }
        Ok(true)
    }

    /// The server could not read a page: it is asked again in a moment, for ever if what is to come
    /// is waited for as well.
    fn unread(&mut self) -> Result<(), Failed> {
        if self.again.is_some() {
            return Ok(());
        }
        self.unread += 1;
        if self.ends && self.unread >= TRIES {
            return Err(Failed::new("the server cannot read its history now: try again later"));
        }
        if self.unread == 1 && !self.ends {
            say("the server cannot read its history now: asking again");
        }
        self.again = Some(Instant::now() + AGAIN);
        Ok(())
    }

    fn ask_again(&mut self) {
        for step in self.follow.again() {
            if let Step::Ask(request) = step {
                self.session.send(request);
            }
        }
    }

    fn print(&self, room: &chat_protocol::Conversation, said: &Said) -> Result<bool, Failed> {
        let mut out = io::stdout().lock();
        let line = self.style.line(room, said);
        match out.write_all(&line).and_then(|()| out.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(unwritten(&error)),
        }
    }
}
