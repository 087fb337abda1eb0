//! A socket and its outbox: written to by the hub at once where possible, and by the connection's
//! own task where the socket has to be waited for.

use std::io::{self, IoSlice};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::FutureExt;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::outbox::{BEHIND, Outbox, Overflow, SLICES};

/// One connection's socket, shared by its task, which reads, and the hub, which writes.
///
/// Waking a task for every recipient of every message costs more than the write itself. So the
/// hub pushes what a round brought, then flushes each link once; only a socket that takes no more
/// wakes its task, which waits for it to become writable.
#[derive(Debug)]
pub(crate) struct Link {
    stream: TcpStream,
    writing: Mutex<Writing>,
    /// Wakes the connection's task: the socket must be waited for, or the link is to be closed.
    wake: Notify,
}

#[derive(Debug, Default)]
struct Writing {
    outbox: Outbox,
    stage: Stage,
    /// The socket took no more; its task waits for it.
    blocked: bool,
    /// Something was pushed since the last flush.
    dirty: bool,
    /// The hub wants to know when everything has been written.
    drain_wanted: bool,
    /// It has been, and the hub was not told yet.
    drained: bool,
    /// News that the peer is not to be told yet; `None` where they go out at once.
    held: Option<Outbox>,
    /// Answers are held back like news: each has its turn.
    in_turn: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Takes frames.
    #[default]
    Open,
    /// Writes what waits, takes no more, then closes.
    Finishing,
    /// The socket failed: nothing can be written any more.
    Broken,
}

/// What the connection's task should do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing waits to be written.
    Read,
    /// Wait until the socket is writable.
    Write,
    /// The same, and read nothing until then: too much waits.
    WriteFirst,
    /// Write what waits, then close.
    Finish,
    /// Close: everything is written, or nothing more can be.
    Close,
}

/// What became of a push.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// It waits, and the link wants to be flushed.
    First,
    /// It waits, behind others that do.
    Behind,
    /// Too much waits already.
    Overflow,
    /// The link takes nothing any more; its task will say so.
    Closed,
}

impl Writing {
    /// Puts bytes where they wait; what is held back counts like the rest.
    fn put(&mut self, bytes: Bytes, news: bool) -> Result<(), Overflow> {
        match &mut self.held {
            Some(held) if news || self.in_turn => held.push(bytes, self.outbox.cost()),
            held => self.outbox.push(bytes, held.as_ref().map_or(0, Outbox::cost)),
        }
    }

    /// Puts what was held back behind the rest.
    fn release(&mut self) {
        if let Some(mut held) = self.held.take() {
            self.outbox.append(&mut held);
        }
    }
}

impl Link {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, writing: Mutex::default(), wake: Notify::new() }
    }

    /// The socket, for reading.
    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Whether the peer has ended its side, whatever it sent before and nobody has read.
    pub(crate) fn is_ended(&self) -> bool {
        let ready = self.stream.ready(Interest::READABLE).now_or_never();
        ready.is_some_and(|ready| ready.is_ok_and(|ready| ready.is_read_closed()))
    }

    fn writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts whole frames into the outbox; [`Self::flush`] writes them.
    pub(crate) fn push(&self, bytes: Bytes) -> Pushed {
        self.put(bytes, false)
    }

    /// The same with what the peer did not ask for: it may have to wait for its time.
    pub(crate) fn push_news(&self, bytes: Bytes) -> Pushed {
        self.put(bytes, true)
    }

    fn put(&self, bytes: Bytes, news: bool) -> Pushed {
        let mut writing = self.writing();
        if writing.stage != Stage::Open {
            return Pushed::Closed;
        }
        match writing.put(bytes, news) {
            Err(Overflow) => Pushed::Overflow,
            Ok(()) if std::mem::replace(&mut writing.dirty, true) => Pushed::Behind,
            Ok(()) => Pushed::First,
        }
    }

    /// Holds news back from now on, and with `in_turn` everything. The connection's task, which
    /// decides when they go, is woken whenever something was pushed.
    pub(crate) fn hold(&self, in_turn: bool) {
        let mut writing = self.writing();
        writing.held = Some(Outbox::default());
        writing.in_turn = in_turn;
    }

    /// Lets news go from now on, and those that were held back.
    pub(crate) fn release(&self) {
        let mut writing = self.writing();
        writing.release();
        if !writing.blocked {
            self.write(&mut writing);
        }
    }

    /// The same at the end, where it is not for a turn that news wait.
    pub(crate) fn release_all(&self) {
        if !self.writing().in_turn {
            self.release();
        }
    }

    /// Lets so many bytes of whole lines go, the end of the last one only with `end`; returns
    /// whether there were any.
    pub(crate) fn release_lines(&self, most: usize, end: bool) -> bool {
        let mut writing = self.writing();
        let lines = writing.held.as_mut().and_then(|held| held.take_lines(most, end));
        let Some(lines) = lines else { return false };
        // They were held to the bound when they came.
        writing.outbox.add(lines);
        if !writing.blocked {
            self.write(&mut writing);
        }
        true
    }

    /// Writes what waits, as far as the socket takes it without waiting.
    pub(crate) fn flush(&self) {
        let mut writing = self.writing();
        writing.dirty = false;
        if writing.held.is_some() {
            self.wake.notify_one();
        }
        if !writing.blocked {
            self.write(&mut writing);
        }
    }

    /// The same after the socket has become writable again; returns whether it took anything.
    pub(crate) fn flush_writable(&self) -> bool {
        let mut writing = self.writing();
        writing.blocked = false;
        let waiting = writing.outbox.waiting();
        self.write(&mut writing);
        writing.outbox.waiting() < waiting
    }

    /// Whether the hub is to be told, now, that everything is written.
    pub(crate) fn take_drained(&self) -> bool {
        std::mem::take(&mut self.writing().drained)
    }

    fn write(&self, writing: &mut Writing) {
        while writing.outbox.waiting() > 0 {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = writing.outbox.fill(&mut slices);
            match self.stream.try_write_vectored(&slices[..filled]) {
                Ok(written) => writing.outbox.advance(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    writing.blocked = true;
                    self.wake.notify_one();
                    return;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    writing.stage = Stage::Broken;
                    self.wake.notify_one();
                    return;
                }
            }
        }
        if std::mem::take(&mut writing.drain_wanted) {
            writing.drained = true;
            self.wake.notify_one();
        }
    }

    /// Whether everything is written. If it is not, the connection's task tells the hub when it is.
    pub(crate) fn drained_or_tell(&self) -> bool {
        let mut writing = self.writing();
        let drained = writing.outbox.waiting() == 0;
        writing.drain_wanted = !drained;
        drained
    }

    /// Takes nothing more; what waits is still written, news that are held back aside.
    pub(crate) fn finish(&self) {
        let mut writing = self.writing();
        if writing.stage == Stage::Open {
            writing.stage = Stage::Finishing;
        }
        drop(writing);
        self.wake.notify_one();
    }

    /// Drops what has not begun to be written, says `last` and closes.
    pub(crate) fn cut_short(&self, last: Bytes) {
        let mut writing = self.writing();
        if writing.stage == Stage::Open {
            writing.outbox.cut_short(last);
            writing.stage = Stage::Finishing;
        }
        drop(writing);
        self.wake.notify_one();
    }

    /// What the connection's task should do next.
    pub(crate) fn wish(&self) -> Wish {
        let writing = self.writing();
        match (writing.stage, writing.outbox.waiting()) {
            (Stage::Broken, _) | (Stage::Finishing, 0) => Wish::Close,
            (Stage::Finishing, _) => Wish::Finish,
            (Stage::Open, waiting) if writing.blocked && waiting > BEHIND => Wish::WriteFirst,
            (Stage::Open, _) if writing.blocked => Wish::Write,
            (Stage::Open, _) => Wish::Read,
        }
    }

    /// Returns once [`Self::wish`] may have changed.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }
}
