//! How a dead link is noticed while nothing is read from it, and where the peer answers no pings:
//! there by TCP, which has two ways that do not know of each other. What matters is that both
//! together stay below 20 s.
//!
//! While nothing is under way, the peer's TCP is probed. As soon as something is, it is no longer:
//! then what was sent must be acknowledged in time, counted from then. A link that dies in silence
//! and is written to just before the probes give up is noticed after the sum of the two.
//!
//! The system cannot tell a peer that is dead from one that is alive and has not read for so long
//! that its own buffers are full: whoever takes nothing for that time while something waits for
//! them is gone as well. Where there is no such time-out (elsewhere than on Linux), a link that
//! dies with something under way is noticed only when the system gives up sending, after minutes.

use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

use crate::link::Link;

/// How long nothing may come before the peer's TCP is probed, and how often it is.
const PROBE_AFTER: Duration = Duration::from_secs(4);
const PROBE_EVERY: Duration = Duration::from_secs(2);

/// How long a probe or what was sent may stay without an answer.
const UNANSWERED: Duration = Duration::from_secs(8);

/// After how long of waiting to be let in a program that has ended its side is taken to have left.
const LEFT_AFTER: Duration = Duration::from_secs(4);

/// Returns when somebody who waits to be let in has left. Programs give up and come back by another
/// link; people who end their side have said everything, and wait to read on.
pub(super) async fn left_waiting(link: &Link, is_program: bool) {
    loop {
        tokio::time::sleep(LEFT_AFTER).await;
        if is_program && link.is_ended() {
            return;
        }
    }
}

/// Probes the link from now on. A socket that does not take a setting works without it.
pub(super) fn hold(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new().with_time(PROBE_AFTER).with_interval(PROBE_EVERY);
    #[cfg(not(any(target_os = "windows", target_os = "openbsd")))]
    let keepalive = keepalive.with_retries(2);
    socket.set_tcp_keepalive(&keepalive).ok();
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNANSWERED)).ok();
    #[cfg(not(target_os = "linux"))]
    let _ = UNANSWERED;
}
