//! `send`: takes texts to one conversation, and ends when the server has acknowledged all of them.

mod parts;

use std::collections::VecDeque;
use std::io::{self, Cursor, IsTerminal, Read};
use std::time::Duration;

use chat_protocol::{
    Code, Conversation, Event as Frame, MessageId, Nick, Refusal, Request, RoomName, Text, Welcome,
    limit,
};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::arguments::scripts::Send;
use crate::failed::Failed;
use crate::session::{News, Session};
use crate::words::counted;
use crate::words::hint::grouped;
use parts::Parts;

/// Messages on their way at a time: enough that the way there and back is not waited for each.
const WINDOW: usize = 32;

/// Texts that wait for the window. When they do nothing more is read, and whoever writes waits.
const WAITING: usize = 1;

/// Bytes that are read at a time.
const READ_BYTES: usize = 16 * 1024;

/// Bytes that one text may have: as many messages of full length as may be on their way at a time.
/// Nobody reads more than that in a chat, and it would push everything else out of sight.
const WHOLE_MOST: usize = WINDOW * limit::TEXT_BYTES;

/// How soon what the server could not take just now is sent again.
const AGAIN: Duration = Duration::from_secs(1);

/// A text, or why there are no more.
type Given = Result<Text, Failed>;

/// Sends what the arguments say.
pub(super) fn run(arguments: &Send, login: Nick) -> Result<(), Failed> {
    let texts = texts(arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(deliver(arguments, login, texts))
}

/// The texts, as they come.
fn texts(arguments: &Send) -> Result<mpsc::Receiver<Given>, Failed> {
    let source: Box<dyn Read + std::marker::Send> = match arguments.text.as_deref() {
        Some(text) if text != "-" => Box::new(Cursor::new(text.to_owned())),
        None if io::stdin().is_terminal() => {
            let host = arguments.access.host();
            let words =
                format!("what to send? chat-tui send --host {host} \"text\", or - and type");
            return Err(Failed::usage(words));
        }
        _ => Box::new(io::stdin()),
    };
    let (sender, texts) = mpsc::channel(WAITING);
    let lines = arguments.lines;
    let read = move || {
        let read = if lines { read_lines } else { read_whole };
        if let Err(failed) = read(source, &mut |text: Text| sender.blocking_send(Ok(text)).is_ok())
        {
            _ = sender.blocking_send(Err(failed));
        }
    };
    std::thread::Builder::new().name("input".to_owned()).spawn(read)?;
    Ok(texts)
}

/// Reads one text to its end, and gives it, part by part: nothing of one that is too long.
fn read_whole(
    source: Box<dyn Read + std::marker::Send>,
    give: &mut dyn FnMut(Text) -> bool,
) -> Result<(), Failed> {
    let (mut bytes, most) = (Vec::new(), WHOLE_MOST as u64);
    source.take(most + 1).read_to_end(&mut bytes).map_err(|error| unread(&error))?;
    if bytes.len() > WHOLE_MOST {
        return Err(too_long());
    }
    let mut parts = Parts::new(false);
    let found = parts.take(&bytes);
    _ = found.into_iter().chain(parts.finish()).all(give);
    Ok(())
}

/// Reads to the end, or until nobody wants any more; gives lines as they come.
fn read_lines(
    mut source: Box<dyn Read + std::marker::Send>,
    give: &mut dyn FnMut(Text) -> bool,
) -> Result<(), Failed> {
    let (mut parts, mut bytes) = (Parts::new(true), vec![0; READ_BYTES]);
    loop {
        let found = match source.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => parts.take(&bytes[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unread(&error)),
        };
        if !found.into_iter().all(&mut *give) {
            return Ok(());
        }
    }
    _ = parts.finish().into_iter().all(give);
    Ok(())
}

/// Connects when there is something to send, and not before: who waits for a long build is not
/// shown as being there.
async fn deliver(
    arguments: &Send,
    login: Nick,
    mut texts: mpsc::Receiver<Given>,
) -> Result<(), Failed> {
    let Some(first) = texts.recv().await else {
        let nothing = Failed::new("there was nothing to send: the text is empty");
        return if arguments.lines { Ok(()) } else { Err(nothing) };
    };
    let first = first?;
    let session = Session::open(&arguments.access, login)?;
    let mut delivery = Delivery::new(session, arguments.to())?;
    let timeout = arguments.timeout();
    let mut given: Option<Given> = Some(Ok(first));
    let mut over = false;
    let mut deadline = Instant::now() + timeout;
    while !over || !delivery.unacked.is_empty() {
        if let Some(text) = given.take() {
            if delivery.unacked.is_empty() {
                deadline = Instant::now() + timeout;
            }
            let text = text.map_err(|failed| delivery.failed(&failed.words))?;
            delivery.add(text)?;
        }
        let (full, busy) = (delivery.unacked.len() >= WINDOW, !delivery.unacked.is_empty());
        tokio::select! {
            text = texts.recv(), if !over && !full => (over, given) = (text.is_none(), text),
            news = delivery.session.next() => if delivery.take(news?)? {
                deadline = Instant::now() + timeout;
            },
            () = sleep_until(delivery.again.unwrap_or(deadline)), if delivery.again.is_some() => {
                delivery.again = None;
                delivery.send_all();
            }
            () = sleep_until(deadline), if busy => {
                let seconds = timeout.as_secs();
                let words = format!("the server has not confirmed within {seconds} s: try again");
                return Err(delivery.failed(&words));
            }
        }
    }
    delivery.session.leave();
    Ok(())
}

fn unread(error: &io::Error) -> Failed {
    Failed::new(format!("the text cannot be read: {error}"))
}

fn too_long() -> Failed {
    Failed::usage(format!(
        "the text is longer than {} bytes, which is {WINDOW} messages: nothing was sent; send its \
         end (| tail -n 50), or each line as it comes (--lines)",
        grouped(WHOLE_MOST)
    ))
}

/// Messages on their way to one conversation.
struct Delivery {
    session: Session,
    to: Conversation,
    /// What the ids of this run begin with.
    prefix: String,
    count: u64,
    /// What the server has not acknowledged yet, in order; at most [`WINDOW`].
    unacked: VecDeque<(MessageId, Text)>,
    acked: usize,
    standing: Standing,
    /// When to send again what the server could not take.
    again: Option<Instant>,
}

/// How far one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Never welcome so far.
    New,
    /// On the way back, or into the room.
    Entering,
    /// Where messages can be sent.
    In,
}

impl Delivery {
    fn new(session: Session, to: Conversation) -> Result<Self, Failed> {
        let prefix = crate::id_prefix()?;
        Ok(Self {
            session,
            to,
            prefix,
            count: 0,
            unacked: VecDeque::new(),
            acked: 0,
            standing: Standing::New,
            again: None,
        })
    }

    fn add(&mut self, text: Text) -> Result<(), Failed> {
        self.count += 1;
        let id = MessageId::new(&format!("{}-{}", self.prefix, self.count));
        let id = id.map_err(|error| Failed::new(error.to_string()))?;
        if self.standing == Standing::In {
            self.send(id.clone(), text.clone());
        }
        self.unacked.push_back((id, text));
        Ok(())
    }

    fn send(&mut self, id: MessageId, text: Text) {
        self.session.send(match self.to.clone() {
            Conversation::Room(room) => Request::Say { id, room, text },
            Conversation::Direct(to) => Request::Tell { id, to, text },
        });
    }

    /// Sends everything that is not acknowledged: under its id, so that it is there once.
    fn send_all(&mut self) {
        for (id, text) in self.unacked.clone() {
            self.send(id, text);
        }
    }

    /// Takes news; whether a message was acknowledged.
    fn take(&mut self, news: News) -> Result<bool, Failed> {
        match news {
            News::Up => self.session.hello(Vec::new()),
            News::Frames(frames) => {
                let before = self.acked;
                for frame in frames {
                    self.frame(frame)?;
                }
                return Ok(self.acked > before);
            }
            News::Down(failure) => {
                if self.standing == Standing::New {
                    return Err(self.session.why(&failure));
                }
                let sent = self.standing == Standing::In && !self.unacked.is_empty();
                if sent && self.session.is_guest() {
                    // A guest's ids are forgotten with the connection.
                    return Err(self.failed(
                        "the link broke before the server confirmed: look, then send again",
                    ));
                }
                self.standing = Standing::Entering;
            }
        }
        Ok(false)
    }

    fn frame(&mut self, frame: Frame) -> Result<(), Failed> {
        match frame {
            Frame::Welcome(welcome) => self.welcome(&welcome),
            // Either we have entered it, or were in it and the welcome had no place for it.
            Frame::Room(info) if self.standing == Standing::Entering && self.is_to(&info.name) => {
                self.arrive();
            }
            Frame::Ack(ack) => {
                let before = self.unacked.len();
                self.unacked.retain(|(id, _)| *id != ack.id);
                self.acked += before - self.unacked.len();
            }
            Frame::Error(refusal) => return self.refused(&refusal),
            _ => {}
        }
        Ok(())
    }

    fn welcome(&mut self, welcome: &Welcome) {
        self.standing = Standing::Entering;
        match &self.to {
            Conversation::Room(room)
                if !welcome.rooms.iter().any(|info| self.is_to(&info.name)) =>
            {
                // Whoever is in it already is merely shown it again.
                self.session.send(Request::Join { room: room.clone() });
            }
            _ => self.arrive(),
        }
    }

    fn is_to(&self, room: &RoomName) -> bool {
        matches!(&self.to, Conversation::Room(to) if to.key() == room.key())
    }

    fn arrive(&mut self) {
        self.standing = Standing::In;
        self.send_all();
    }

    fn refused(&mut self, refusal: &Refusal) -> Result<(), Failed> {
        let id = refusal.id.as_deref();
        let ours = self.unacked.iter().any(|(known, _)| Some(known.as_str()) == id);
        match refusal.code {
            Code::TooFast | Code::NotStored if ours => {
                self.again.get_or_insert_with(|| Instant::now() + AGAIN);
                Ok(())
            }
            _ if self.standing == Standing::New && self.session.take_suggestion(refusal) => {
                self.session.hello(Vec::new());
                Ok(())
            }
            _ if ours || self.standing != Standing::In => {
                let Failed { words, .. } = self.session.refused(refusal);
                Err(self.failed(&words))
            }
            _ => Ok(()),
        }
    }

    /// Why not everything arrived, and how much did.
    fn failed(&self, words: &str) -> Failed {
        match self.acked {
            0 => Failed::new(words),
            acked => Failed::new(format!("{words} ({} arrived)", counted(acked, "message"))),
        }
    }
}
