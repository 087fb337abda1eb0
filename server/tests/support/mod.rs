//! A server on a free port, and peers that speak to it in bytes.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used)]

pub(crate) mod crowd;
pub(crate) mod dialect;
pub(crate) mod load;
pub(crate) mod program;
pub(crate) mod proxy;
pub(crate) mod simulation;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use chat_server::{Config, DoorKind, Running, Storage};
use futures::FutureExt;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpSocket, TcpStream};

/// Longer than anything here takes: a test that waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server that keeps nothing.
pub(crate) async fn ephemeral() -> Running {
    start(Storage::Ephemeral).await
}

/// A server that keeps everything in this folder.
pub(crate) async fn durable(folder: &Path) -> Running {
    start(Storage::Folder(folder.to_owned())).await
}

/// A server that keeps nothing, with a port for each of these dialects; they follow the main one
/// in its addresses.
pub(crate) async fn with_doors(doors: &[DoorKind]) -> Running {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let doors = doors.iter().map(|kind| (*kind, listen)).collect();
    let name = "room 12".to_owned();
    chat_server::start(Config { listen, doors, name, ..Config::default() }).await.unwrap()
}

async fn start(storage: Storage) -> Running {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let name = "room 12".to_owned();
    chat_server::start(Config { listen, storage, name, ..Config::default() }).await.unwrap()
}

/// One end of a connection.
pub(crate) struct Peer {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
}

impl Peer {
    /// Connects and says nothing.
    pub(crate) async fn connect(server: &Running) -> Self {
        Self::connect_to(server.addresses()[0]).await
    }

    pub(crate) async fn connect_to(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap())
    }

    /// Connects with little room for what is not read at once: whoever stops reading is noticed
    /// by their server soon.
    pub(crate) async fn connect_narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 * 1024).unwrap();
        Self::over(socket.connect(address).await.unwrap())
    }

    fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        let (reader, writer) = stream.into_split();
        Self { reader: BufReader::new(reader), writer }
    }

    /// Ends the connection by a reset: nothing that is under way arrives.
    pub(crate) fn reset(self) {
        let stream = self.reader.into_inner().reunite(self.writer).unwrap();
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    }

    /// Connects as a guest and takes the welcome.
    pub(crate) async fn guest(server: &Running, name: &str) -> Self {
        let mut peer = Self::connect(server).await;
        peer.send(json!({"type": "hello", "version": 1, "name": name})).await;
        peer.expect("welcome").await;
        peer
    }

    /// Connects as the owner of a name and takes the welcome.
    pub(crate) async fn owner(server: &Running, name: &str) -> Self {
        let mut peer = Self::connect(server).await;
        peer.send(hello(name)).await;
        peer.expect("welcome").await;
        peer
    }

    /// Connects in the line dialect and takes the line that says so.
    pub(crate) async fn line(server: &Running, name: &str) -> Self {
        let mut peer = Self::connect(server).await;
        peer.bytes(format!("{name}\n").as_bytes()).await;
        assert_eq!(peer.text_line().await, format!("SERVER: {name} joined"));
        peer
    }

    /// Our end's port, by which the server's end can be told from others.
    pub(crate) fn port(&self) -> u16 {
        self.writer.local_addr().unwrap().port()
    }

    /// The port that we came to.
    pub(crate) fn door(&self) -> u16 {
        self.writer.peer_addr().unwrap().port()
    }

    /// Sends one frame.
    pub(crate) async fn send(&mut self, frame: Value) {
        self.bytes(format!("{frame}\n").as_bytes()).await;
    }

    /// Sends bytes as they are.
    pub(crate) async fn bytes(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).await.unwrap();
    }

    /// The same, when the server may have closed the connection.
    pub(crate) async fn try_bytes(&mut self, bytes: &[u8]) -> bool {
        self.writer.write_all(bytes).await.is_ok()
    }

    /// Says something in the lobby.
    pub(crate) async fn say(&mut self, id: &str, text: &str) {
        self.send(json!({"type": "say", "id": id, "room": "lobby", "text": text})).await;
    }

    /// The next line, without its end.
    pub(crate) async fn text_line(&mut self) -> String {
        self.next_line().await.expect("a line, not the end")
    }

    /// The next line; `None` at the end of the stream.
    pub(crate) async fn next_line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, self.reader.read_line(&mut line));
        match read.await.expect("a line in time") {
            Ok(0) => None,
            Ok(_) => Some(line.trim_end_matches('\n').to_owned()),
            Err(_) => None,
        }
    }

    /// What one read brings, as `recv(4096)` has it; empty at the end of the stream.
    pub(crate) async fn recv(&mut self) -> String {
        String::from_utf8_lossy(&self.recv_bytes().await).into_owned()
    }

    /// The same, of bytes that are no text.
    pub(crate) async fn recv_bytes(&mut self) -> Vec<u8> {
        let mut scratch = [0; 4096];
        let read = tokio::time::timeout(PATIENCE, self.reader.read(&mut scratch));
        let read = read.await.expect("bytes in time").unwrap_or(0);
        scratch[..read].to_vec()
    }

    /// The next frame.
    pub(crate) async fn frame(&mut self) -> Value {
        let line = self.text_line().await;
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a frame: {line}"))
    }

    /// The next frame, which must be of this type.
    pub(crate) async fn expect(&mut self, kind: &str) -> Value {
        let frame = self.frame().await;
        assert_eq!(frame["type"], kind, "{frame}");
        frame
    }

    /// The next frame of this type, whatever comes before it.
    pub(crate) async fn wait_for(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// The next frame, which must be a refusal with this code.
    pub(crate) async fn refused(&mut self, code: &str) -> Value {
        let frame = self.expect("error").await;
        assert_eq!(frame["code"], code, "{frame}");
        frame
    }

    /// Whether nothing has come that was not read.
    pub(crate) fn has_nothing(&mut self) -> bool {
        self.reader.fill_buf().now_or_never().is_none()
    }

    /// Nothing is on its way: a ping is answered by the next frame.
    pub(crate) async fn nothing_more(&mut self) {
        self.send(json!({"type": "ping"})).await;
        self.expect("pong").await;
    }

    /// Everything until the end of the stream.
    pub(crate) async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(PATIENCE, self.reader.read_to_end(&mut rest));
        read.await.expect("an end in time").ok();
        String::from_utf8_lossy(&rest).into_owned()
    }

    /// Says that no more will come, and goes on reading.
    pub(crate) async fn half_close(&mut self) {
        self.writer.shutdown().await.unwrap();
    }
}

/// The hello of a name's owner.
pub(crate) fn hello(name: &str) -> Value {
    json!({"type": "hello", "version": 1, "name": name, "token": token(name)})
}

pub(crate) fn token(name: &str) -> String {
    format!("the secret token of {name}")
}
