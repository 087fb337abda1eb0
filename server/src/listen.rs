//! Binding ports and accepting connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

use crate::connection::{self, Context};
use crate::console::Console;
use crate::doors::kind::DoorKind;
use crate::hub::ConnId;

/// How soon a link on which nothing is acknowledged counts as dead: below the 20 s within which
/// the contract wants it noticed.
const USER_TIMEOUT: Duration = Duration::from_secs(15);

/// What the system keeps of what a peer sent and we have not taken; it doubles this for its own
/// books. Left to itself it takes megabytes for a peer that floods: memory, and work done for
/// nobody. This is enough for 2 MB a second across a continent.
const RECEIVE_BUFFER: usize = 128 * 1024;

/// How long to wait when the system has no room for one more connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Listens on one address.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address).await?;
    // Its connections are born with them: the window that a peer is offered is settled first.
    SockRef::from(&listener).set_recv_buffer_size(RECEIVE_BUFFER).ok();
    Ok(listener)
}

/// Accepts connections until the server stops.
pub(crate) async fn accept_all(
    listener: TcpListener,
    kind: DoorKind,
    context: Arc<Context>,
    tracker: TaskTracker,
    console: Console,
) {
    let stop = context.stop.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                prepare(&stream);
                let context = Arc::clone(&context);
                tracker.spawn(connection::serve(next_number(), stream, kind, context));
            }
            Err(error) if is_peers(&error) => {}
            Err(error) => {
                console.trouble(&format!("connections wait, the system has no room: {error}"));
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Connections are numbered through all servers of a process, so that a number names one.
fn next_number() -> ConnId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    ConnId(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Whether the peer gave up before we took it in.
fn is_peers(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

/// Small messages go at once, and dead links are noticed. A socket that does not take a setting
/// works without it.
fn prepare(stream: &TcpStream) {
    stream.set_nodelay(true).ok();
    let socket = SockRef::from(stream);
    let keepalive =
        TcpKeepalive::new().with_time(Duration::from_secs(5)).with_interval(Duration::from_secs(3));
    #[cfg(not(any(target_os = "windows", target_os = "openbsd")))]
    let keepalive = keepalive.with_retries(3);
    socket.set_tcp_keepalive(&keepalive).ok();
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(USER_TIMEOUT)).ok();
    #[cfg(not(target_os = "linux"))]
    let _ = USER_TIMEOUT;
}
