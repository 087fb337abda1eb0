//! One connection from its first bytes to its end: which dialect it speaks, and who serves it.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use chat_protocol::Line;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::doors::comma::CommaDoor;
use crate::doors::duet::DuetDoor;
use crate::doors::kind::DoorKind;
use crate::doors::line::LineDoor;
use crate::doors::native::NativeDoor;
use crate::doors::nc::NcDoor;
use crate::doors::pickle::PickleDoor;
use crate::doors::{Door, Sniffed, daytime, http, sniff};
use crate::hub::{ConnId, Handle};
use crate::link::Link;
use crate::waiting_room::WaitingRoom;

mod breath;
mod closing;
mod deadline;
mod floods;
mod flow;
mod lifeline;
mod others;
mod pace;
mod pauses;
mod peer;

use closing::{close_gently, write_out};
pub(crate) use floods::Floods;
pub(crate) use others::Others;
use peer::Peer;

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
    /// From where floods came.
    pub(crate) floods: Floods,
    /// Who asks for something.
    pub(crate) others: Others,
    /// What the time is told by.
    pub(crate) clock: Clock,
    /// Cancelled when the server stops.
    pub(crate) stop: CancellationToken,
}

/// The connection ends. Why, only matters where it is noticed.
struct Over;

/// Serves one connection until it ends.
pub(crate) async fn serve(conn: ConnId, stream: TcpStream, kind: DoorKind, context: Arc<Context>) {
    let leave = context.stop.child_token();
    context.waiting_room.enter(conn, leave.clone());
    let link = Arc::new(Link::new(stream));
    let first = FirstBytes { link: &link, leave: &leave, buffer: BytesMut::new() };
    match first.tell(kind, &context.clock).await {
        Ok((Visitor::Talks(door), buffer)) => {
            Peer::new(conn, &link, door, &context).run(buffer, leave).await;
        }
        Ok((Visitor::Browses, buffer)) => {
            tokio::select! {
                () = serve_http(&link, buffer, &context) => {}
                () = leave.cancelled() => {}
            }
        }
        Ok((Visitor::IsTold(bytes), _)) => {
            link.push(bytes);
            link.flush();
        }
        Err(Over) => {}
    }
    context.waiting_room.leave(conn);
    link.finish();
    write_out(&link).await;
    close_gently(&link, context.stop.is_cancelled()).await;
}

/// Reads what is there, at most [`READ_BYTES`]; returns how much it was, and `None` when no more
/// will come.
fn read_into(link: &Link, buffer: &mut BytesMut) -> Result<Option<usize>, Over> {
    SCRATCH.with_borrow_mut(|scratch| match link.stream().try_read(scratch) {
        Ok(0) => Ok(None),
        Ok(read) => {
            buffer.extend_from_slice(&scratch[..read]);
            Ok(Some(read))
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Some(0)),
        Err(_) => Err(Over),
    })
}

/// What a connection is for.
enum Visitor {
    /// Somebody who speaks a dialect.
    Talks(Box<dyn Door>),
    /// A web browser, or a program like one.
    Browses,
    /// Somebody who is told this, and goodbye.
    IsTold(Bytes),
}

impl Visitor {
    fn talks(door: impl Door + 'static) -> Self {
        Self::Talks(Box::new(door))
    }

    /// Whoever comes to a port of one dialect; `None` on the main one.
    fn of(kind: DoorKind, clock: &Clock) -> Option<Self> {
        Some(match kind {
            DoorKind::Main => return None,
            DoorKind::Nc => Self::talks(NcDoor::default()),
            DoorKind::Line => Self::talks(LineDoor::default()),
            DoorKind::Comma => Self::talks(CommaDoor::default()),
            DoorKind::Pickle => Self::talks(PickleDoor::default()),
            DoorKind::Daytime => Self::IsTold(daytime::answer(clock.now())),
            DoorKind::Duet => Self::talks(DuetDoor::default()),
        })
    }

    /// Whoever begins so; `None` as long as that does not tell.
    fn told_by(sniffed: Sniffed) -> Option<Self> {
        Some(match sniffed {
            Sniffed::Undecided => return None,
            Sniffed::Native => Self::talks(NativeDoor::default()),
            Sniffed::Comma => Self::talks(CommaDoor::default()),
            Sniffed::Pickle => Self::talks(PickleDoor::default()),
            Sniffed::Line => Self::talks(LineDoor::default()),
            Sniffed::Http => Self::Browses,
            // A fatal alert, handshake_failure: RFC 8446, section 6.
            Sniffed::Tls => Self::IsTold(Bytes::from_static(&[0x15, 3, 1, 0, 2, 2, 40])),
        })
    }
}

/// A connection before its dialect is known.
struct FirstBytes<'a> {
    link: &'a Link,
    leave: &'a CancellationToken,
    buffer: BytesMut,
}

impl FirstBytes<'_> {
    async fn tell(mut self, kind: DoorKind, clock: &Clock) -> Result<(Visitor, BytesMut), Over> {
        if let Some(visitor) = Visitor::of(kind, clock) {
            return Ok((visitor, self.buffer));
        }
        let give_up = tokio::time::sleep(deadline::SILENT);
        tokio::pin!(give_up);
        loop {
            tokio::select! {
                readable = self.link.stream().readable() => readable.map_err(|_| Over)?,
                () = &mut give_up => return Err(Over),
                () = self.leave.cancelled() => return Err(Over),
            }
            let more = read_into(self.link, &mut self.buffer)?.is_some();
            if let Some(visitor) = Visitor::told_by(sniff(&self.buffer)) {
                return Ok((visitor, self.buffer));
            }
            if !more {
                // Whoever says two letters and no more is somebody with a short name.
                let somebody = !self.buffer.is_empty();
                let visitor = somebody.then(|| Visitor::talks(LineDoor::default()));
                return Ok((visitor.ok_or(Over)?, self.buffer));
            }
        }
    }
}

/// Answers one request for a page.
async fn serve_http(link: &Link, mut request: BytesMut, context: &Context) {
    let reading = async {
        while !http::is_whole(&request) && request.len() < http::HEAD_BYTES {
            link.stream().readable().await.map_err(|_| Over)?;
            if read_into(link, &mut request)?.is_none() {
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
