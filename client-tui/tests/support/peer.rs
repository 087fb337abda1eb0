//! Somebody else in the room, who speaks the protocol in bytes.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A native peer. Whatever it waits for must come within the time that the socket allows.
pub(crate) struct Peer {
    stream: TcpStream,
    lines: BufReader<TcpStream>,
}

impl Peer {
    /// Comes in as a guest.
    pub(crate) fn guest(port: u16, name: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap());
        let mut peer = Self { stream, lines };
        peer.send(&format!(r#"{{"type":"hello","version":1,"name":"{name}"}}"#));
        peer.wait_for(&[r#""type":"welcome""#]);
        peer
    }

    pub(crate) fn send(&mut self, frame: &str) {
        self.stream.write_all(format!("{frame}\n").as_bytes()).unwrap();
    }

    /// Says something in the lobby; the text must need no escapes in JSON.
    pub(crate) fn say(&mut self, id: &str, text: &str) {
        self.send(&format!(r#"{{"type":"say","id":"{id}","room":"lobby","text":"{text}"}}"#));
    }

    /// Reads until a frame comes that holds all of this, and gives it.
    pub(crate) fn wait_for(&mut self, parts: &[&str]) -> String {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).unwrap();
            assert!(read > 0, "the connection ended before {parts:?} came");
            if parts.iter().all(|part| line.contains(part)) {
                return line;
            }
        }
    }

    /// The texts of the lobby's last messages, in order.
    pub(crate) fn history(&mut self) -> Vec<String> {
        self.send(r#"{"type":"history","room":"lobby","limit":200}"#);
        let page = self.wait_for(&[r#""type":"history""#]);
        let texts = page.split(r#""text":""#).skip(1);
        texts.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
    }

    /// Reads and forgets whatever comes from now on, so that it never holds the server up.
    pub(crate) fn listen_to_nothing(&self) {
        let stream = self.stream.try_clone().unwrap();
        let lines = BufReader::new(stream).lines();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    }
}
