//! One connection to a lab's server while it lasts: requests become the dialect's bytes, bytes
//! become what was heard. No heartbeat: these dialects have none, and a ping would be a message.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::time::Duration;

use bytes::BytesMut;
use chat_protocol::lab::SETTLE;
use chat_protocol::{Heard, Lab, LabCodec, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until, timeout};

use super::connect::failure_of;
use super::connection::{GOODBYE, UNTOLD_MOST, UNWRITTEN_MOST, stuck};
use super::frames::{BATCH_MOST, READ_BYTES};
use super::pace::Pace;
use super::worker::{Ended, Order, Worker};
use super::{Event, Failure};

/// How often who is there is asked for.
const LIST_EVERY: Duration = Duration::from_secs(3);

/// The same of a server that does not seem to know the question, so that its complaints do not fill
/// the screen.
const LIST_SELDOM: Duration = Duration::from_secs(60);

/// Questions without an answer after which a server does not seem to know them.
const UNANSWERED_MOST: u32 = 3;

/// One connection while it lasts.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    reader: ReadHalf<'a>,
    writer: WriteHalf<'a>,
    lab: Lab,
    /// From the hello on.
    codec: Option<LabCodec>,
    came: BytesMut,
    /// When what has come is whole, if nothing more comes.
    settle_at: Option<Instant>,
    unwritten: Pace,
    /// Events that wait for room; nothing is read while there are [`UNTOLD_MOST`] or more.
    untold: VecDeque<Event>,
    listing: Listing,
}

/// Asking who is there.
#[derive(Debug, Default)]
struct Listing {
    /// When to ask next; never in a dialect that has no word for it.
    at: Option<Instant>,
    unanswered: u32,
}

impl<'a> Visit<'a> {
    /// A connection over which nothing has gone yet.
    pub(super) fn new(stream: &'a mut TcpStream, lab: Lab) -> Self {
        let (reader, writer) = stream.split();
        Self {
            reader,
            writer,
            lab,
            codec: None,
            came: BytesMut::new(),
            settle_at: None,
            unwritten: Pace::new(lab.gap()),
            untold: VecDeque::new(),
            listing: Listing::default(),
        }
    }

    /// Carries words both ways. Neither reading, writing nor telling ever waits for another.
    pub(super) async fn serve(&mut self, worker: &mut Worker) -> Ended {
        let events = worker.events();
        loop {
            // Before the hello nobody knows what to make of it.
            let read = self.codec.is_some() && self.untold.len() < UNTOLD_MOST;
            let settle_at = self.settle_at.filter(|_| read);
            self.unwritten.release(Instant::now());
            let due = [self.listing.at, self.unwritten.due()].into_iter().flatten().min();
            let unwritten = self.unwritten.ready();
            let write = !unwritten.is_empty();
            self.came.reserve(READ_BYTES);
            tokio::select! {
                biased;
                order = worker.order() => if let Some(ended) = self.obey(order).await {
                    return ended;
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.look_at_the_clock();
                }
                permit = events.reserve(), if !self.untold.is_empty() => {
                    match (permit, self.untold.pop_front()) {
                        (Ok(permit), Some(event)) => permit.send((worker.era(), event)),
                        _ => return Ended::Over,
                    }
                }
                written = self.writer.write_buf(unwritten), if write => if written.is_err() {
                    // What the server still has to say is heard.
                    self.unwritten.clear();
                },
                count = self.reader.read_buf(&mut self.came), if read => {
                    if let Err(failure) = self.received(count) {
                        return Ended::Failed(failure);
                    }
                }
                // Behind the read: silence is what has lasted while one listened.
                () = sleep_until(settle_at.unwrap_or_else(Instant::now)), if settle_at.is_some() => {
                    if let Err(failure) = self.settle().await {
                        return Ended::Failed(failure);
                    }
                }
            }
        }
    }

    /// What has come in and was not told yet.
    pub(super) fn into_untold(self) -> VecDeque<Event> {
        self.untold
    }

    /// Does what a command asks; says so if that is the end.
    async fn obey(&mut self, order: Order) -> Option<Ended> {
        match order {
            Order::Hurry => None,
            Order::Send(request) => {
                self.send(request);
                (self.unwritten.len() > UNWRITTEN_MOST).then(stuck)
            }
            Order::Renew => Some(stuck()),
            Order::Leave => {
                self.leave().await;
                Some(Ended::Ordered)
            }
            Order::Over => {
                self.leave().await;
                Some(Ended::Over)
            }
        }
    }

    /// Says it in the dialect; what that has no words for, nobody asks for.
    fn send(&mut self, request: Request) {
        let mut bytes = BytesMut::new();
        if let Request::Hello(hello) = &request {
            let profile = hello.profile.clone().unwrap_or_default();
            let codec = self.codec.insert(LabCodec::new(self.lab, &hello.name, &profile));
            codec.hello(&mut bytes);
            self.listing.at = Some(Instant::now() + LIST_EVERY);
        } else if let Some(codec) = &mut self.codec {
            match request {
                Request::Say { text, .. } => drop(codec.say(&text, &mut bytes)),
                Request::Tell { to, text, .. } => drop(codec.tell(&to, &text, &mut bytes)),
                Request::Bye => codec.bye(&mut bytes),
                _ => {}
            }
        }
        self.unwritten.push(bytes);
    }

    fn look_at_the_clock(&mut self) {
        let now = Instant::now();
        if self.listing.at.is_some_and(|at| now >= at) {
            self.ask_who_is_there(now);
        }
    }

    fn ask_who_is_there(&mut self, now: Instant) {
        let mut bytes = BytesMut::new();
        let can = self.codec.as_mut().is_some_and(|codec| codec.list(&mut bytes));
        self.unwritten.push(bytes);
        let seldom = self.listing.unanswered >= UNANSWERED_MOST;
        self.listing.at = can.then(|| now + if seldom { LIST_SELDOM } else { LIST_EVERY });
        self.listing.unanswered = self.listing.unanswered.saturating_add(1);
    }

    /// Takes what has come for whole, unless more has come meanwhile: after this process stood
    /// still, the rest lies in the socket, and only a turn of the runtime finds it there.
    async fn settle(&mut self) -> Result<(), Failure> {
        yield_now().await;
        match self.reader.try_read_buf(&mut self.came) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.hear(true);
                Ok(())
            }
            count => self.received(count),
        }
    }

    /// Takes what a read brought.
    fn received(&mut self, count: std::io::Result<usize>) -> Result<(), Failure> {
        match count {
            Ok(1..) => {
                self.hear(false);
                Ok(())
            }
            ended => {
                if let Some(codec) = &mut self.codec {
                    let last = codec.end(&mut self.came);
                    self.tell(last);
                }
                Err(ended.err().map_or(Failure::Closed, |error| failure_of(&error)))
            }
        }
    }

    fn hear(&mut self, settled: bool) {
        let Some(codec) = &mut self.codec else { return };
        let heard = codec.hear(&mut self.came, settled);
        let waits = !self.came.is_empty() && !settled;
        self.settle_at = waits.then(|| Instant::now() + SETTLE);
        self.tell(heard);
    }

    fn tell(&mut self, mut heard: Vec<Heard>) {
        if heard.iter().any(|heard| matches!(heard, Heard::Names(_))) {
            self.listing.unanswered = 0;
        }
        while !heard.is_empty() {
            let rest = heard.split_off(heard.len().min(BATCH_MOST));
            self.untold.push_back(Event::Heard(heard));
            heard = rest;
        }
    }

    /// Lets go politely: what was sent last should arrive, each thing as itself.
    async fn leave(&mut self) {
        let goodbye = async {
            loop {
                self.unwritten.release(Instant::now());
                self.writer.write_all_buf(self.unwritten.ready()).await?;
                self.unwritten.release(Instant::now());
                let Some(due) = self.unwritten.due() else { break };
                sleep_until(due).await;
            }
            self.writer.shutdown().await
        };
        _ = timeout(GOODBYE, goodbye).await;
    }
}
