//! A link that misbehaves: a proxy that cuts, splits, delays and stalls what passes through it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How one direction of one connection misbehaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    /// After so many bytes both directions end.
    pub(crate) cut_after: u64,
    /// At most so many bytes pass at a time.
    pub(crate) piece: usize,
    /// How long every piece is under way.
    pub(crate) delay: Duration,
    /// How much longer one piece in fifty is.
    pub(crate) late: Duration,
    /// After so many bytes nothing passes any more, and nothing ends; for so long, then all that
    /// was held back passes.
    pub(crate) stall_after: u64,
    pub(crate) stall_for: Duration,
}

impl Fault {
    /// A link as it should be.
    pub(crate) const NONE: Self = Self {
        cut_after: u64::MAX,
        piece: usize::MAX,
        delay: Duration::ZERO,
        late: Duration::ZERO,
        stall_after: u64::MAX,
        stall_for: Duration::MAX,
    };
}

/// How the connection of this number misbehaves: towards the server, and back.
pub(crate) type Plan = dyn Fn(u64) -> (Fault, Fault) + Send + Sync;

/// A proxy that runs until it is dropped.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    /// How many connections there have been.
    pub(crate) connections: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Stands before the server at this address.
    pub(crate) async fn start(server: SocketAddr, plan: Arc<Plan>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (count, connections) = watch::channel(0);
        let task = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (out, back) = plan(*count.borrow());
                count.send_modify(|count| *count += 1);
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(server).await else { return };
                    client.set_nodelay(true).ok();
                    server.set_nodelay(true).ok();
                    carry(client, server, out, back).await;
                });
            }
        });
        Self { address, connections, task }
    }
}

/// Carries bytes both ways until one direction is cut, or both have ended.
async fn carry(client: TcpStream, server: TcpStream, out: Fault, back: Fault) {
    let (client_reader, client_writer) = client.into_split();
    let (server_reader, server_writer) = server.into_split();
    let out = pass(client_reader, server_writer, out);
    let back = pass(server_reader, client_writer, back);
    tokio::pin!(out, back);
    tokio::select! {
        cut = &mut out => if !cut { back.await; },
        cut = &mut back => if !cut { out.await; },
    }
}

/// Pieces that may be under way at a time; whoever sends more waits, as on a link that is full.
const UNDER_WAY: usize = 256;

/// Carries one direction; returns true when it was cut, false when it has ended by itself.
async fn pass(reader: OwnedReadHalf, writer: OwnedWriteHalf, fault: Fault) -> bool {
    let (pieces, arriving) = mpsc::channel(UNDER_WAY);
    let (taken, given) = tokio::join!(take(reader, pieces, fault), give(writer, arriving, fault));
    taken || given
}

/// Takes pieces in, each with the time at which it arrives: a delay lengthens the way, and does
/// not narrow it. None overtakes another, so one that is late holds up those behind it.
async fn take(mut reader: OwnedReadHalf, pieces: mpsc::Sender<Piece>, fault: Fault) -> bool {
    let mut buffer = vec![0; 16 * 1024];
    let (mut taken, mut count) = (0_u64, 0_u64);
    loop {
        let left = usize::try_from(fault.cut_after - taken).unwrap_or(usize::MAX);
        if left == 0 {
            return true;
        }
        let most = buffer.len().min(fault.piece).min(left);
        let read = tokio::select! {
            read = reader.read(&mut buffer[..most]) => read,
            () = pieces.closed() => return true,
        };
        let Ok(read @ 1..) = read else { return false };
        count += 1;
        taken += read as u64;
        let late = if count % 50 == 7 { fault.late } else { Duration::ZERO };
        let piece =
            Piece { arrives: Instant::now() + fault.delay + late, bytes: buffer[..read].to_vec() };
        if pieces.send(piece).await.is_err() {
            return true;
        }
    }
}

/// Gives pieces out when they arrive.
async fn give(mut writer: OwnedWriteHalf, mut pieces: mpsc::Receiver<Piece>, fault: Fault) -> bool {
    let mut given = 0_u64;
    let mut stalled = false;
    while let Some(piece) = pieces.recv().await {
        if given >= fault.stall_after && !std::mem::replace(&mut stalled, true) {
            tokio::time::sleep(fault.stall_for).await;
        }
        // The delays are what the link is made of; no test waits for them to pass.
        if !fault.delay.is_zero() {
            tokio::time::sleep_until(piece.arrives).await;
        }
        if writer.write_all(&piece.bytes).await.is_err() {
            return true;
        }
        given += piece.bytes.len() as u64;
    }
    writer.shutdown().await.ok();
    false
}

/// Bytes under way.
struct Piece {
    arrives: Instant,
    bytes: Vec<u8>,
}
