//! A peer whose dialect is known: its requests in order, its deadlines, and its end.

use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use chat_protocol::{Code, Event, Refusal, Request};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;

use super::deadline::{Deadline, Due};
use super::pace::Pace;
use super::{Context, Over, READ_BYTES, lifeline, read_into};
use crate::doors::{Asked, Door};
use crate::hub::{Command, ConnId, Newcomer};
use crate::link::{Link, Pushed, Wish};
use crate::outbox::TOO_SLOW;

/// Requests of one connection that may be under way; a peer that sends more is read again when
/// one has been answered.
const WINDOW: usize = 64;

/// Refused attempts to say hello after which a connection is closed.
const HELLOS: usize = 20;

/// How long a peer that has ended its side may take to be told everything that it asked for.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// How long the hub may take to say goodbye when it stops.
const GOODBYE: Duration = Duration::from_secs(3);

/// Stands for the address of a peer that is gone already.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// A peer whose dialect is known.
pub(super) struct Peer<'a> {
    conn: ConnId,
    link: &'a Arc<Link>,
    door: Box<dyn Door>,
    context: &'a Context,
    window: Arc<Semaphore>,
    /// One place, held by the hub until everything that was missed has been told.
    missed: Arc<Semaphore>,
    deadline: Deadline,
    pace: Pace,
    address: IpAddr,
    /// Attempts to say hello that were refused.
    refused: usize,
    known: bool,
}

impl<'a> Peer<'a> {
    pub(super) fn new(
        conn: ConnId,
        link: &'a Arc<Link>,
        door: Box<dyn Door>,
        context: &'a Context,
    ) -> Self {
        let heartbeat = door.dialect().heartbeat();
        let now = Instant::now();
        let address = link.stream().peer_addr().map_or(UNKNOWN, |address| address.ip());
        let again = context.floods.came_from(address, now);
        if !heartbeat {
            lifeline::hold(link.stream());
        }
        Self {
            conn,
            link,
            door,
            context,
            window: Arc::new(Semaphore::new(WINDOW)),
            missed: Arc::new(Semaphore::new(1)),
            deadline: Deadline::new(now, heartbeat),
            pace: Pace::new(now, heartbeat, again),
            address,
            refused: 0,
            known: false,
        }
    }

    pub(super) async fn run(mut self, buffer: BytesMut, leave: CancellationToken) {
        // However it ends, the hub is told below.
        let _over: Result<(), Over> = self.talk(buffer, leave).await;
        if self.known {
            tokio::time::timeout(LAST_ANSWERS, self.get_last_answers()).await.ok();
            self.context.hub.send(Command::Gone(self.conn)).await.ok();
        }
    }

    /// The peer says nothing more, and may still be reading: what it asked before the end is dealt
    /// with and answered, and what it missed is told.
    async fn get_last_answers(&self) {
        let answered = async {
            let _all = self.window.acquire_many(WINDOW as u32).await;
            let _caught_up = self.missed.acquire().await;
        };
        tokio::pin!(answered);
        loop {
            if self.link.take_drained() && self.send(Command::Drained(self.conn)).await.is_err() {
                return;
            }
            let wish = self.link.wish();
            if matches!(wish, Wish::Close | Wish::Finish) {
                return;
            }
            tokio::select! {
                () = &mut answered => return,
                () = self.link.woken() => {}
                writable = self.link.stream().writable(), if wish != Wish::Read => {
                    if writable.is_err() {
                        return;
                    }
                    self.link.flush_writable();
                }
            }
        }
    }

    async fn talk(&mut self, mut buffer: BytesMut, leave: CancellationToken) -> Result<(), Over> {
        let mut timer = Box::pin(tokio::time::sleep_until(self.deadline.next()));
        let mut ended = false;
        loop {
            let was_known = self.known;
            self.take_requests(&mut buffer, ended).await?;
            if self.known && !was_known {
                timer.as_mut().reset(self.deadline.next());
            }
            if buffer.is_empty() {
                buffer = BytesMut::new();
            }
            if self.link.take_drained() {
                self.send(Command::Drained(self.conn)).await?;
            }
            let wish = self.link.wish();
            if ended || matches!(wish, Wish::Close | Wish::Finish) {
                return Err(Over);
            }
            tokio::select! {
                () = self.link.woken() => {}
                readable = self.link.stream().readable(), if wish != Wish::WriteFirst => {
                    readable.map_err(|_| Over)?;
                    let read = read_into(self.link, &mut buffer)?;
                    ended = read.is_none();
                    self.deadline.heard(Instant::now());
                    if read == Some(READ_BYTES) {
                        // There is more: between its pieces it is the others' turn.
                        tokio::task::yield_now().await;
                    }
                }
                writable = self.link.stream().writable(),
                    if matches!(wish, Wish::Write | Wish::WriteFirst) =>
                {
                    writable.map_err(|_| Over)?;
                    self.link.flush_writable();
                }
                () = &mut timer => self.on_deadline(&mut timer)?,
                () = leave.cancelled(), if !self.known => return Err(Over),
            }
        }
    }

    fn on_deadline(&self, timer: &mut Pin<Box<Sleep>>) -> Result<(), Over> {
        match self.deadline.due(Instant::now()) {
            Due::Over => {
                self.say_why();
                return Err(Over);
            }
            Due::Ping => {
                let mut ping = BytesMut::new();
                self.door.dialect().print(&Event::Ping, &mut ping);
                self.link.push(ping.freeze());
                self.link.flush();
            }
            Due::Nothing => {}
        }
        timer.as_mut().reset(self.deadline.next());
        Ok(())
    }

    /// Tells a peer that is given up what it should have done, in case that it is there.
    fn say_why(&self) {
        let mut last = BytesMut::new();
        let mut refuse = |code, text| {
            let refusal = Refusal::new(code, text);
            self.door.dialect().print(&Event::Error(refusal), &mut last);
        };
        if self.known && self.link.wish() == Wish::WriteFirst {
            refuse(Code::TooSlow, TOO_SLOW);
            self.link.cut_short(last.freeze());
        } else if !self.known && self.door.dialect().heartbeat() {
            refuse(Code::NoHello, "no hello came in time: connect again, and say it first");
            self.link.push(last.freeze());
            self.link.flush();
        }
    }

    async fn send(&self, command: Command) -> Result<(), Over> {
        if self.context.hub.send(command).await.is_err() {
            self.hear_goodbye().await;
            return Err(Over);
        }
        Ok(())
    }

    /// The hub takes nothing more: it is about to say goodbye, and the link is kept until then.
    async fn hear_goodbye(&self) {
        let goodbye = async {
            while !matches!(self.link.wish(), Wish::Finish | Wish::Close) {
                self.link.woken().await;
            }
        };
        tokio::time::timeout(GOODBYE, goodbye).await.ok();
    }

    /// Deals with every whole request in the buffer.
    async fn take_requests(&mut self, buffer: &mut BytesMut, ended: bool) -> Result<(), Over> {
        while let Some(asked) = self.door.next(buffer, ended) {
            if self.known {
                self.pass_on(asked).await?;
            } else {
                self.introduce(asked).await?;
            }
        }
        Ok(())
    }

    async fn introduce(&mut self, asked: Result<Asked, Refusal>) -> Result<(), Over> {
        match asked {
            Ok(Asked::Hello(hello, on_taken)) => {
                // It is free: a hello that was refused has given it back.
                let missed = Arc::clone(&self.missed);
                let missing = missed.acquire_owned().await.map_err(|_| Over)?;
                let newcomer = Newcomer {
                    missing,
                    conn: self.conn,
                    link: Arc::clone(self.link),
                    dialect: self.door.dialect(),
                    hello,
                    on_taken,
                };
                match self.context.hub.hello(newcomer).await.map_err(|_| Over)? {
                    Ok(_name) => {
                        self.known = true;
                        self.deadline.known();
                        self.context.waiting_room.leave(self.conn);
                        Ok(())
                    }
                    Err(refusal) => self.refuse(refusal),
                }
            }
            Ok(Asked::Request(Request::Bye)) => {
                let mut goodbye = BytesMut::new();
                self.door.dialect().print_goodbye(&mut goodbye);
                self.link.push(goodbye.freeze());
                Err(Over)
            }
            Ok(Asked::Request(_)) => {
                let text = "say hello first, with a version and a name";
                self.refuse(Refusal::new(Code::NoHello, text))
            }
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// Answers somebody whom the hub does not know.
    fn refuse(&mut self, refusal: Refusal) -> Result<(), Over> {
        let mut out = BytesMut::new();
        self.door.dialect().print(&Event::Error(refusal), &mut out);
        let pushed = self.link.push(out.freeze());
        self.link.flush();
        self.refused += 1;
        let go_on = matches!(pushed, Pushed::First | Pushed::Behind) && self.refused < HELLOS;
        if go_on { Ok(()) } else { Err(Over) }
    }

    /// Waits, if this peer has sent too much without waiting for answers.
    async fn keep_pace(&mut self) -> Result<(), Over> {
        if !self.context.limits || self.window.available_permits() > 0 {
            return Ok(());
        }
        let now = Instant::now();
        let Some(at) = self.pace.overrun(now) else { return Ok(()) };
        self.context.floods.note(self.address, now);
        let wait = tokio::time::sleep_until(at);
        tokio::pin!(wait);
        loop {
            tokio::select! {
                () = &mut wait => return Ok(()),
                () = self.context.stop.cancelled() => return Ok(()),
                () = self.link.woken() => match self.link.wish() {
                    Wish::Close | Wish::Finish => return Err(Over),
                    Wish::Read | Wish::Write | Wish::WriteFirst => {}
                }
            }
        }
    }

    /// Hands a known peer's request to the hub, in order.
    async fn pass_on(&mut self, asked: Result<Asked, Refusal>) -> Result<(), Over> {
        self.keep_pace().await?;
        let window = Arc::clone(&self.window);
        let permit = window.acquire_owned().await.map_err(|_| Over)?;
        let (request, alone) = match asked {
            Err(refusal) => return self.send(Command::Refuse(self.conn, refusal, permit)).await,
            Ok(Asked::Hello(hello, _)) => (Request::Hello(hello), false),
            Ok(Asked::Request(request)) => {
                let alone = matches!(request, Request::History { .. });
                (request, alone)
            }
        };
        self.send(Command::Request(self.conn, request, permit)).await?;
        if alone {
            // Its answer comes from another thread: what is asked behind it waits for it, so that
            // answers keep the order of their requests.
            let _all = self.window.acquire_many(WINDOW as u32).await.map_err(|_| Over)?;
        }
        Ok(())
    }
}
