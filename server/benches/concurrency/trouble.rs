//! One client who makes trouble: stops reading while others talk, or ends by a reset.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    None,
    Stalls,
    Resets,
}

/// When the one that resets does so: while the others chat. A big crowd takes a while to come in.
const RESETS_AFTER: Duration = Duration::from_millis(1_200);
const RESETS_AFTER_EACH: Duration = Duration::from_millis(2);

/// What somebody says to the one who does not read, until their socket is full: at most so much,
/// for so long.
const TALK_BYTES: usize = 16 << 20;
const TALK_FOR: Duration = Duration::from_millis(1_500);

impl Trouble {
    /// Comes in; and if it stalls, is talked to until nothing more goes into its socket.
    pub(crate) fn begin(self, address: SocketAddr) -> Option<TcpStream> {
        if self == Self::None {
            return None;
        }
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        // As little as the system allows: so the server's side is full soon.
        socket.set_recv_buffer_size(4_096).unwrap();
        socket.connect(&address.into()).unwrap();
        let mut stream = TcpStream::from(socket);
        stream.write_all(b"trouble\n").unwrap();
        if self == Self::Stalls {
            talk(address);
        }
        Some(stream)
    }

    /// So many others come in and chat, for so long by now.
    pub(crate) fn go_on(self, maker: &mut Option<TcpStream>, clients: u16, since: Duration) {
        let after = RESETS_AFTER + RESETS_AFTER_EACH * u32::from(clients);
        if self == Self::Resets && since > after {
            // Closed without lingering, a socket says nothing but that it is gone.
            maker.take().map(|stream| SockRef::from(&stream).set_linger(Some(Duration::ZERO)));
        }
    }
}

/// Somebody talks, and takes leave.
fn talk(address: SocketAddr) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
    let line = format!("{}\n", "x".repeat(1_000));
    let began = Instant::now();
    let mut said = 0;
    stream.write_all(b"talker\n").ok();
    while said < TALK_BYTES
        && began.elapsed() < TALK_FOR
        && stream.write_all(line.as_bytes()).is_ok()
    {
        said += line.len();
    }
}
