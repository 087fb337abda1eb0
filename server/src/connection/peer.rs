//! A peer whose dialect is known: its requests in order, its deadlines, and its end.

use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use chat_protocol::{Code, Event, Refusal, Request};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;

use super::breath::Breath;
use super::deadline::{Deadline, Due};
use super::flow::{Flow, Gate};
use super::pace::{BESIDE_OTHERS, Pace};
use super::pauses::Pauses;
use super::{Context, Over, lifeline, read_into};
use crate::doors::{Asked, Came, Door};
use crate::hub::{Command, ConnId, Haste, Newcomer, Permit};
use crate::link::{Link, Pushed, Wish};
use crate::outbox::TOO_SLOW;

/// Refused attempts to say hello after which a connection is closed.
const HELLOS: usize = 20;

/// How long the hub may take to say goodbye when it stops.
const GOODBYE: Duration = Duration::from_secs(3);

/// What a request costs, beside saying something: those that are stored by themselves cost the
/// others a wait for the disk, and those that everybody is told of a line on each screen.
fn weight(asked: &Result<Asked, Refusal>) -> u32 {
    match asked {
        Ok(Asked::Request(
            Request::Rename { .. }
            | Request::Topic { .. }
            | Request::Announce { .. }
            | Request::Timer { .. }
            | Request::Away { .. },
        )) => 4,
        // Charged by itself.
        Ok(Asked::Request(Request::History { .. })) => 0,
        _ => 1,
    }
}

/// Whether this tells only that somebody is there.
fn is_heartbeat(asked: &Result<Asked, Refusal>) -> bool {
    matches!(asked, Ok(Asked::Request(Request::Ping | Request::Pong)))
}

/// What a page of history costs. They are answered one after the other, so that whoever asks for
/// many never overruns the window; whether they read them, nobody can tell for megabytes.
const PAGE: u32 = 4;

/// What a search costs: mostly no more than a few pages, and a twentieth of a second at the most.
const SEARCH: u32 = 16;

/// Returns at that time.
async fn until(time: Option<Instant>) {
    if let Some(time) = time {
        tokio::time::sleep_until(time).await;
    }
}

/// Stands for the address of a peer that is gone already.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// A peer whose dialect is known.
pub(super) struct Peer<'a> {
    conn: ConnId,
    link: &'a Arc<Link>,
    door: Box<dyn Door>,
    context: &'a Context,
    flow: Flow,
    /// What has come and may not go yet.
    held: Option<Result<Asked, Refusal>>,
    deadline: Deadline,
    pauses: Pauses,
    address: IpAddr,
    /// Attempts to say hello that were refused.
    refused: usize,
    known: bool,
    breath: Breath,
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
            flow: Flow::new(context.limits.then(|| Pace::new(now, heartbeat, again))),
            held: None,
            deadline: Deadline::new(now, heartbeat),
            pauses: Pauses::default(),
            address,
            refused: 0,
            known: false,
            breath: Breath::default(),
        }
    }

    pub(super) async fn run(mut self, buffer: BytesMut, leave: CancellationToken) {
        // However it ends, the hub is told below.
        let _over: Result<(), Over> = self.talk(buffer, leave).await;
        if self.known {
            self.context.hub.send(Command::Gone(self.conn)).await.ok();
        }
    }

    async fn talk(&mut self, mut buffer: BytesMut, leave: CancellationToken) -> Result<(), Over> {
        let mut timer = Box::pin(tokio::time::sleep_until(self.deadline.next()));
        let mut ended = false;
        if !buffer.is_empty() {
            self.pauses.read(Instant::now());
        }
        self.greet();
        loop {
            let was_known = self.known;
            let came = self.what_came(&mut buffer, ended)?;
            let gate = self.take_requests(&mut buffer, came).await?;
            if came == Came::Paused && self.held.is_none() {
                self.pauses.over();
            }
            self.pauses.let_news_go(
                &mut *self.door,
                self.link,
                self.known && self.flow.is_answered(),
            );
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
            let all_asked = ended && self.held.is_none();
            if matches!(wish, Wish::Close | Wish::Finish) || (all_asked && self.flow.is_done()) {
                return Err(Over);
            }
            let hears = !ended && self.held.is_none() && wish != Wish::WriteFirst;
            let waits = !buffer.is_empty() && self.held.is_none();
            let look = self.pauses.next_look(&*self.door, waits);
            let rest = self.breath.until();
            tokio::select! {
                () = self.link.woken() => {}
                () = until(rest), if hears && rest.is_some() => self.breath.over(),
                readable = self.link.stream().readable(), if hears && rest.is_none() => {
                    readable.map_err(|_| Over)?;
                    ended = self.read(&mut buffer)?;
                    if ended {
                        timer.as_mut().reset(self.deadline.next());
                    }
                }
                writable = self.link.stream().writable(),
                    if matches!(wish, Wish::Write | Wish::WriteFirst) =>
                {
                    writable.map_err(|_| Over)?;
                    if self.link.flush_writable() {
                        // Whoever takes what they are told is alive.
                        self.deadline.heard(Instant::now());
                    }
                }
                () = self.flow.changed(gate.as_ref()), if gate.is_some() || all_asked => {}
                () = until(look), if look.is_some() => {}
                () = &mut timer => {
                    let late = timer.deadline().elapsed();
                    // What it waits for is ours to do, or there is nothing for it to take.
                    if wish == Wish::Read && (self.held.is_some() || ended) {
                        self.deadline.heard(Instant::now());
                    }
                    // What has come is heard first, whichever of the two is noticed first.
                    if hears && read_into(self.link, &mut buffer)?.is_some_and(|read| read > 0) {
                        self.deadline.heard(Instant::now());
                    }
                    self.on_deadline(&mut timer, late)?;
                }
                () = leave.cancelled(), if !self.known => return Err(Over),
            }
        }
    }

    /// Why the door is asked for what has come. While something may not go yet nothing is read:
    /// what a flood brings waits in the peer's own system.
    fn what_came(&mut self, buffer: &mut BytesMut, ended: bool) -> Result<Came, Over> {
        let came = self.pauses.came(&*self.door, ended, Instant::now());
        let we_paused = came == Came::Paused
            && (self.held.is_some() || read_into(self.link, buffer)?.is_some_and(|read| read > 0));
        if we_paused {
            self.pauses.read(Instant::now());
            return Ok(Came::More);
        }
        Ok(came)
    }

    /// Tells a peer that says nothing first whom it has reached.
    fn greet(&mut self) {
        let mut out = BytesMut::new();
        self.door.greet(self.context.name.as_str(), &mut out);
        if !out.is_empty() {
            self.link.push(out.freeze());
            self.link.flush();
        }
    }

    /// Reads what has come; returns whether that was the end.
    fn read(&mut self, buffer: &mut BytesMut) -> Result<bool, Over> {
        let read = read_into(self.link, buffer)?;
        let now = Instant::now();
        self.deadline.heard(now);
        if read != Some(0) {
            self.pauses.read(now);
        }
        match read {
            Some(read) => self.breath.take(read, now),
            None => self.deadline.ended(),
        }
        Ok(read.is_none())
    }

    fn on_deadline(&mut self, timer: &mut Pin<Box<Sleep>>, late: Duration) -> Result<(), Over> {
        match self.deadline.look(Instant::now(), late) {
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

    /// Deals with the whole requests in the buffer, as many as may go now. Returns what the next
    /// one waits for.
    async fn take_requests(
        &mut self,
        buffer: &mut BytesMut,
        came: Came,
    ) -> Result<Option<Gate>, Over> {
        loop {
            let next = self.held.take().or_else(|| self.door.next(buffer, came));
            let Some(asked) = next else { return Ok(None) };
            if !self.known {
                self.introduce(asked).await?;
                continue;
            }
            let now = Instant::now();
            let others =
                if self.context.others.are_there(self.conn, now) { BESIDE_OTHERS } else { 1 };
            let gate = match self.link.wish() {
                Wish::WriteFirst => None,
                _ if matches!(asked, Ok(Asked::Request(Request::Search(_)))) => {
                    Some(self.flow.ask_search(SEARCH * others, now))
                }
                _ => Some(self.flow.ask(weight(&asked) * others, now)),
            };
            match gate {
                Some(Gate::Open(permit)) => {
                    if let Ok(Asked::Request(Request::History { .. })) = asked {
                        self.flow.charge(PAGE * others, now);
                    }
                    let slowed = self.flow.is_slowed();
                    let for_others = slowed && others > 1;
                    let haste = if for_others { Haste::WithOthers } else { Haste::Now };
                    // Floods are not slowed down for the sake of each other.
                    if !slowed && !is_heartbeat(&asked) {
                        self.context.others.asked(self.conn, now);
                    }
                    self.pass_on(asked, permit, haste).await?;
                }
                gate => {
                    if self.flow.is_paced() {
                        self.context.floods.note(self.address, Instant::now());
                    }
                    self.held = Some(asked);
                    return Ok(gate);
                }
            }
        }
    }

    async fn introduce(&mut self, asked: Result<Asked, Refusal>) -> Result<(), Over> {
        match asked {
            Ok(Asked::Hello(hello, on_taken)) => {
                // There is one: a hello that was refused has given it back.
                let missing = self.flow.missing().ok_or(Over)?;
                self.pauses.begin(&mut *self.door, self.link);
                let newcomer = Newcomer {
                    missing,
                    conn: self.conn,
                    link: Arc::clone(self.link),
                    dialect: self.door.dialect(),
                    hello,
                    on_taken,
                };
                let left = lifeline::left_waiting(self.link, self.door.dialect().heartbeat());
                let answer = self.context.hub.hello(newcomer, left).await.map_err(|_| Over)?;
                match answer.ok_or(Over)? {
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
            Ok(Asked::Request(_) | Asked::People) => {
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

    /// Hands a known peer's request to the hub, in order.
    async fn pass_on(
        &mut self,
        asked: Result<Asked, Refusal>,
        permit: Permit,
        haste: Haste,
    ) -> Result<(), Over> {
        let request = match asked {
            Err(refusal) => return self.send(Command::Refuse(self.conn, refusal, permit)).await,
            Ok(Asked::People) => {
                self.pauses.ask(&mut *self.door, self.link);
                return self.send(Command::People(self.conn, permit)).await;
            }
            Ok(Asked::Hello(hello, _)) => Request::Hello(hello),
            Ok(Asked::Request(request)) => request,
        };
        if let Request::History { .. } = request {
            self.flow.alone();
        }
        self.send(Command::Request(self.conn, request, permit, haste)).await?;
        // However long the hub had to be waited for, the peer was not silent meanwhile.
        self.deadline.heard(Instant::now());
        Ok(())
    }
}
