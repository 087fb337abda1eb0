//! The end of a connection: what waits is written, and the peer gets to read it.

use std::net::Shutdown;
use std::time::Duration;

use socket2::SockRef;

use crate::link::{Link, Wish};

/// How long a closing link may take to let what waits go out.
const WRITE_OUT: Duration = Duration::from_secs(5);

/// How long a peer's last bytes are waited for; a server that stops has less time for it.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_STOPPING: Duration = Duration::from_millis(250);

/// How many of them are read.
const LINGER_BYTES: usize = 4 * 1024 * 1024;

/// Writes what waits, as long as that makes sense.
pub(super) async fn write_out(link: &Link) {
    let writing = async {
        while link.wish() == Wish::Finish {
            if link.stream().writable().await.is_err() {
                return;
            }
            link.flush_writable();
        }
    };
    // A peer that takes nothing for so long has lost its last frames.
    tokio::time::timeout(WRITE_OUT, writing).await.ok();
}

/// Closes our direction and reads on for a moment: closing a socket with unread bytes in it would
/// reset the link, and destroy what we said last before the peer has read it.
pub(super) async fn close_gently(link: &Link, stopping: bool) {
    if link.wish() != Wish::Close || SockRef::from(link.stream()).shutdown(Shutdown::Write).is_err()
    {
        return;
    }
    let draining = async {
        let mut scratch = [0; 4096];
        let mut left = LINGER_BYTES;
        while left > 0 && link.stream().readable().await.is_ok() {
            match link.stream().try_read(&mut scratch) {
                Ok(0) => return,
                Ok(read) => left = left.saturating_sub(read),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    };
    let linger = if stopping { LINGER_STOPPING } else { LINGER };
    tokio::time::timeout(linger, draining).await.ok();
}
