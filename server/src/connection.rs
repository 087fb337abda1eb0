//! One peer: which dialect it speaks, its requests in order, its deadlines, and its end.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chat_protocol::{Code, Event, Line, Refusal, Request};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;

use crate::doors::line::LineDoor;
use crate::doors::native::NativeDoor;
use crate::doors::{Asked, Door, Sniffed, http, sniff};
use crate::hub::{Command, ConnId, Handle, Newcomer};
use crate::link::{Link, Pushed, Wish};
use crate::outbox::TOO_SLOW;
use crate::waiting_room::WaitingRoom;

mod closing;
mod deadline;
mod lifeline;
mod pace;

use closing::{close_gently, write_out};
use deadline::{Deadline, Due};
use pace::Pace;

/// Requests of one connection that may be under way; a peer that sends more is read again when
/// one has been answered.
const WINDOW: usize = 64;

/// Refused attempts to say hello after which a connection is closed.
const HELLOS: usize = 20;

/// How long the hub may take to say goodbye when it stops.
const GOODBYE: Duration = Duration::from_secs(3);

/// What a read takes at most. The memory is the thread's: an idle connection holds none.
const READ_BYTES: usize = 64 * 1024;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// What every connection of a server shares.
pub(crate) struct Context {
    /// Where requests go.
    pub(crate) hub: Handle,
    /// Who has not said hello.
    pub(crate) waiting_room: WaitingRoom,
    /// The server's name.
    pub(crate) name: Line,
    /// Whether those who flood are slowed down.
    pub(crate) limits: bool,
    /// Cancelled when the server stops.
    pub(crate) stop: CancellationToken,
}

/// Which dialects a port takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorKind {
    /// Whichever the first bytes tell.
    Main,
    /// The line dialect only.
    Line,
}

impl std::fmt::Display for DoorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Main => "native",
            Self::Line => "line",
        })
    }
}

impl std::str::FromStr for DoorKind {
    type Err = String;
    fn from_str(raw: &str) -> Result<Self, String> {
        match raw {
            "line" => Ok(Self::Line),
            _ => Err(format!("no door is called ‘{raw}’: the one there is, is called line")),
        }
    }
}

/// The connection ends. Why, only matters where it is noticed.
struct Over;

/// Serves one connection until it ends.
pub(crate) async fn serve(conn: ConnId, stream: TcpStream, kind: DoorKind, context: Arc<Context>) {
    let leave = context.stop.child_token();
    context.waiting_room.enter(conn, leave.clone());
    let link = Arc::new(Link::new(stream));
    let first = FirstBytes { link: &link, leave: &leave, buffer: BytesMut::new() };
    match first.tell(kind).await {
        Ok((Sniffed::Native, buffer)) => {
            Peer::new(conn, &link, Box::new(NativeDoor::default()), &context)
                .run(buffer, leave)
                .await;
        }
        Ok((Sniffed::Http, buffer)) => {
            tokio::select! {
                () = serve_http(&link, buffer, &context) => {}
                () = leave.cancelled() => {}
            }
        }
        Ok((Sniffed::Tls, _)) => {
            // A fatal alert, handshake_failure: RFC 8446, section 6.
            link.push(Bytes::from_static(&[0x15, 3, 1, 0, 2, 2, 40]));
            link.flush();
        }
        Ok((_, buffer)) => {
            Peer::new(conn, &link, Box::new(LineDoor::default()), &context)
                .run(buffer, leave)
                .await;
        }
        Err(Over) => {}
    }
    context.waiting_room.leave(conn);
    link.finish();
    write_out(&link).await;
    close_gently(&link, context.stop.is_cancelled()).await;
}

/// Reads what is there. `Ok(false)` says that no more will come.
fn read_into(link: &Link, buffer: &mut BytesMut) -> Result<bool, Over> {
    SCRATCH.with_borrow_mut(|scratch| match link.stream().try_read(scratch) {
        Ok(0) => Ok(false),
        Ok(read) => {
            buffer.extend_from_slice(&scratch[..read]);
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
        Err(_) => Err(Over),
    })
}

/// A connection before its dialect is known.
struct FirstBytes<'a> {
    link: &'a Link,
    leave: &'a CancellationToken,
    buffer: BytesMut,
}

impl FirstBytes<'_> {
    async fn tell(mut self, kind: DoorKind) -> Result<(Sniffed, BytesMut), Over> {
        if kind == DoorKind::Line {
            return Ok((Sniffed::Line, self.buffer));
        }
        let give_up = tokio::time::sleep(deadline::SILENT);
        tokio::pin!(give_up);
        loop {
            tokio::select! {
                readable = self.link.stream().readable() => readable.map_err(|_| Over)?,
                () = &mut give_up => return Err(Over),
                () = self.leave.cancelled() => return Err(Over),
            }
            let more = read_into(self.link, &mut self.buffer)?;
            match sniff(&self.buffer) {
                Sniffed::Undecided if more => {}
                // Whoever says two letters and no more is somebody with a short name.
                Sniffed::Undecided if !self.buffer.is_empty() => {
                    return Ok((Sniffed::Line, self.buffer));
                }
                Sniffed::Undecided => return Err(Over),
                sniffed => return Ok((sniffed, self.buffer)),
            }
        }
    }
}

/// Answers one request for a page.
async fn serve_http(link: &Link, mut request: BytesMut, context: &Context) {
    let reading = async {
        while !http::is_whole(&request) && request.len() < http::HEAD_BYTES {
            link.stream().readable().await.map_err(|_| Over)?;
            if !read_into(link, &mut request)? {
                break;
            }
        }
        Ok::<(), Over>(())
    };
    let whole = tokio::time::timeout(deadline::BEGUN, reading).await;
    let Ok(reached) = link.stream().local_addr() else { return };
    if matches!(whole, Ok(Ok(()))) {
        link.push(Bytes::from(http::answer(&request, &context.name, reached)));
        link.flush();
    }
}

/// A peer whose dialect is known.
struct Peer<'a> {
    conn: ConnId,
    link: &'a Arc<Link>,
    door: Box<dyn Door>,
    context: &'a Context,
    window: Arc<Semaphore>,
    deadline: Deadline,
    pace: Pace,
    /// Attempts to say hello that were refused.
    refused: usize,
    known: bool,
}

impl<'a> Peer<'a> {
    fn new(conn: ConnId, link: &'a Arc<Link>, door: Box<dyn Door>, context: &'a Context) -> Self {
        let heartbeat = door.dialect().heartbeat();
        if !heartbeat {
            lifeline::hold(link.stream());
        }
        Self {
            conn,
            link,
            door,
            context,
            window: Arc::new(Semaphore::new(WINDOW)),
            deadline: Deadline::new(Instant::now(), heartbeat),
            pace: Pace::new(Instant::now()),
            refused: 0,
            known: false,
        }
    }

    async fn run(mut self, buffer: BytesMut, leave: CancellationToken) {
        // However it ends, the hub is told below.
        let _over: Result<(), Over> = self.talk(buffer, leave).await;
        if self.known {
            // What was asked before the end is still dealt with and answered.
            let all = self.window.acquire_many(WINDOW as u32);
            tokio::time::timeout(Duration::from_secs(5), all).await.ok();
            self.context.hub.send(Command::Gone(self.conn)).await.ok();
        }
    }

    async fn talk(&mut self, mut buffer: BytesMut, leave: CancellationToken) -> Result<(), Over> {
        let mut timer = Box::pin(tokio::time::sleep_until(self.deadline.next()));
        let mut ended = false;
        loop {
            self.take_requests(&mut buffer, ended).await?;
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
                    ended = !read_into(self.link, &mut buffer)?;
                    self.deadline.heard(Instant::now());
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
                let newcomer = Newcomer {
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
        let Some(at) = self.pace.overrun(Instant::now()) else { return Ok(()) };
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
