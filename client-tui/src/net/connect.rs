//! Getting a TCP connection: the name looked up, every address tried, the error put in our terms.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{sleep, timeout};

use super::Failure;

/// The longest that one attempt takes, the look-up included.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How long an address has the field to itself before the next one is tried beside it.
const STAGGER: Duration = Duration::from_millis(250);

/// Addresses of one name that are tried.
const ADDRESSES_MOST: usize = 8;

/// Connects to the first of the host's addresses that answers.
pub(super) async fn connect(host: &str, port: u16) -> Result<TcpStream, Failure> {
    let attempt = async {
        let addresses: Vec<SocketAddr> = match lookup_host((host, port)).await {
            Ok(found) => found.take(ADDRESSES_MOST).collect(),
            Err(_) => return Err(Failure::UnknownHost),
        };
        if addresses.is_empty() {
            return Err(Failure::UnknownHost);
        }
        race(&addresses).await
    };
    let stream = timeout(TIMEOUT, attempt).await.unwrap_or(Err(Failure::TimedOut))?;
    prepare(&stream);
    Ok(stream)
}

/// Tries the addresses one after the other, each a little later than the one before, or as soon
/// as that one has failed.
async fn race(addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
    let mut waiting = addresses.iter();
    let mut trying: FuturesUnordered<_> =
        waiting.next().map(TcpStream::connect).into_iter().collect();
    let mut worst: Option<Failure> = None;
    loop {
        tokio::select! {
            result = trying.next() => match result {
                Some(Ok(stream)) => return Ok(stream),
                Some(Err(error)) => {
                    let failure = failure_of(&error);
                    worst = Some(match worst {
                        Some(before) if weight(&before) >= weight(&failure) => before,
                        _ => failure,
                    });
                    trying.extend(waiting.next().map(TcpStream::connect));
                }
                None => return Err(worst.unwrap_or(Failure::UnknownHost)),
            },
            () = sleep(STAGGER), if waiting.len() > 0 => {
                trying.extend(waiting.next().map(TcpStream::connect));
            }
        }
    }
}

/// Which of several addresses' failures says most: a machine that refused is there.
fn weight(failure: &Failure) -> u8 {
    match failure {
        Failure::Refused => 3,
        Failure::TimedOut => 2,
        Failure::Unreachable => 1,
        _ => 0,
    }
}

/// Small frames go out at once, and the kernel too looks after a dead link. Neither is needed for
/// chatting, so an error does not matter.
fn prepare(stream: &TcpStream) {
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(15))
        .with_interval(Duration::from_secs(5));
    _ = stream.set_nodelay(true);
    _ = SockRef::from(stream).set_tcp_keepalive(&keepalive);
}

/// The system's error in our terms.
pub(super) fn failure_of(error: &io::Error) -> Failure {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused => Failure::Refused,
        Kind::TimedOut => Failure::TimedOut,
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown => {
            Failure::Unreachable
        }
        Kind::ConnectionReset
        | Kind::ConnectionAborted
        | Kind::BrokenPipe
        | Kind::UnexpectedEof => Failure::Closed,
        _ => Failure::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn closed_port(address: &str) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind((address, 0)).await.unwrap();
        listener.local_addr().unwrap()
    }

    #[tokio::test]
    async fn every_address_is_tried() {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let open = listener.local_addr().unwrap();
        let closed = closed_port("127.0.0.1").await;
        let stream = race(&[closed, closed, open]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
        assert_eq!(race(&[closed, closed]).await.unwrap_err(), Failure::Refused);
    }

    #[tokio::test]
    async fn a_name_that_is_none_is_unknown() {
        assert_eq!(connect("no such host", 1).await.unwrap_err(), Failure::UnknownHost);
        assert_eq!(connect("", 1).await.unwrap_err(), Failure::UnknownHost);
    }
}
