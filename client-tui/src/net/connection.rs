//! One connection while it lasts: frames both ways, and the heartbeat. Knows nothing of targets
//! and attempts.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::BytesMut;
use chat_protocol::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep_until, timeout};

use super::connect::failure_of;
use super::frames::{Frames, Harvest};
use super::heartbeat::{Beat, Heartbeat};
use super::worker::{Ended, Order, Worker};
use super::{Event, Failure};
use crate::log;

/// Bytes that may wait to be written. A server that lets this much lie is as good as dead, and
/// the link is renewed: after that the client sends again what was not acknowledged.
pub(super) const UNWRITTEN_MOST: usize = 1 << 20;

/// Events that may wait for room in the queue to the client while reading goes on.
pub(super) const UNTOLD_MOST: usize = 2;

/// How long a link that is being left is given to take what was sent last.
pub(super) const GOODBYE: Duration = Duration::from_millis(500);

/// One connection while it lasts.
#[derive(Debug)]
pub(super) struct Connection<'a> {
    reader: ReadHalf<'a>,
    writer: WriteHalf<'a>,
    frames: Frames,
    /// At most [`UNWRITTEN_MOST`] bytes, and one frame more.
    unwritten: BytesMut,
    /// Events that wait for room; nothing is read while there are [`UNTOLD_MOST`] or more.
    untold: VecDeque<Event>,
    heartbeat: Heartbeat,
    start: Instant,
    /// The server takes nothing any more; what it still has to say is heard.
    deaf: bool,
}

impl<'a> Connection<'a> {
    /// A connection over which nothing has gone yet.
    pub(super) fn new(stream: &'a mut TcpStream) -> Self {
        let (reader, writer) = stream.split();
        Self {
            reader,
            writer,
            frames: Frames::new(),
            unwritten: BytesMut::new(),
            untold: VecDeque::new(),
            heartbeat: Heartbeat::new(),
            start: Instant::now(),
            deaf: false,
        }
    }

    /// Carries frames both ways. Neither reading, writing nor telling ever waits for another.
    pub(super) async fn serve(&mut self, worker: &mut Worker) -> Ended {
        let events = worker.events();
        loop {
            let (tell, write) = (!self.untold.is_empty(), !self.unwritten.is_empty());
            let read = self.untold.len() < UNTOLD_MOST;
            tokio::select! {
                biased;
                order = worker.order() => if let Some(ended) = self.obey(order).await {
                    return ended;
                },
                () = sleep_until(self.start + self.heartbeat.due()) => {
                    if let Some(failure) = self.beat(read) {
                        return Ended::Failed(failure);
                    }
                }
                permit = events.reserve(), if tell => match (permit, self.untold.pop_front()) {
                    (Ok(permit), Some(event)) => permit.send((worker.era(), event)),
                    _ => return Ended::Over,
                },
                written = self.writer.write_buf(&mut self.unwritten), if write => {
                    self.deaf = written.is_err() || self.deaf;
                    if self.deaf {
                        self.unwritten.clear();
                    }
                }
                count = self.reader.read_buf(self.frames.buffer()), if read => {
                    if let Err(failure) = self.received(count) {
                        return Ended::Failed(failure);
                    }
                }
            }
        }
    }

    /// Whether the other side has shown itself to be a chat server.
    pub(super) fn proven(&self) -> bool {
        self.frames.proven()
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
                self.send(&request);
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

    fn send(&mut self, request: &Request) {
        if !self.deaf {
            let before = self.unwritten.len();
            request.encode(&mut self.unwritten);
            log::frames("out", &self.unwritten[before..]);
        }
    }

    /// Lets go politely: what was sent last, `bye` for one, should arrive.
    async fn leave(&mut self) {
        let goodbye = async {
            self.writer.write_all_buf(&mut self.unwritten).await?;
            self.writer.shutdown().await
        };
        _ = timeout(GOODBYE, goodbye).await;
    }

    /// Does what the time calls for. While we ourselves do not read, silence proves nothing.
    fn beat(&mut self, reading: bool) -> Option<Failure> {
        let now = self.start.elapsed();
        if !reading {
            self.heartbeat.excuse(now);
        }
        while let Some(beat) = self.heartbeat.tick(now) {
            match beat {
                Beat::Ping => self.send(&Request::Ping),
                Beat::Silent(time) => self.untold.push_back(Event::Silent(time)),
                Beat::Dead if self.heartbeat.is_welcomed() => return Some(Failure::Silent),
                Beat::Dead => return Some(Failure::Ungreeted),
            }
        }
        None
    }

    /// Takes what a read brought.
    fn received(&mut self, count: std::io::Result<usize>) -> Result<(), Failure> {
        match count {
            Ok(0) => {
                let rest = self.frames.rest();
                self.reap(rest)?;
                Err(Failure::Closed)
            }
            Ok(_) => {
                self.heartbeat.heard(self.start.elapsed());
                let harvest = self.frames.harvest();
                self.reap(harvest)
            }
            Err(error) => Err(failure_of(&error)),
        }
    }

    fn reap(&mut self, harvest: Harvest) -> Result<(), Failure> {
        let Harvest { batches, pings, pongs, stranger } = harvest;
        let frames = || batches.iter().flatten();
        let parted = frames().any(|frame| matches!(frame, chat_protocol::Event::Bye { .. }));
        if frames().any(|frame| !matches!(frame, chat_protocol::Event::Error(_))) {
            self.heartbeat.welcomed(self.start.elapsed());
        }
        self.untold.extend(batches.into_iter().map(Event::Frames));
        // However many pings one read brought, one answer shows that we live.
        if pings > 0 {
            self.send(&Request::Pong);
        }
        for _ in 0..pongs {
            if let Some(round_trip) = self.heartbeat.pong(self.start.elapsed()) {
                self.untold.push_back(Event::RoundTrip(round_trip));
            }
        }
        match stranger {
            Some(failure) => Err(failure),
            // Whoever has said goodbye says nothing more, even if the socket stays open.
            None if parted => Err(Failure::Closed),
            None => Ok(()),
        }
    }
}

/// More was to be sent than the link took.
pub(super) fn stuck() -> Ended {
    Ended::Failed(Failure::Other("the server takes nothing".to_owned()))
}
