//! A chat server with one thread and calls that wait: a table at which everybody speaks in turn.
//!
//! What it teaches: `accept` and `read_line` come back when something has come in, and until then
//! the program does nothing else. One thread can wait for one thing at a time, so the server has
//! to decide whom it listens to: first it fills the seats, then it goes round the table, a line
//! from each guest. For a board game that is all it takes.
//!
//! How it fails: whoever has the turn and says nothing stops everybody, also without wanting to.
//! Whoever reads nothing does so too, once their socket is full. Latecomers wait unseen in the
//! listener's backlog until the table is empty; and with more seats than the process has file
//! descriptors they wait for ever, which is said ten times a second. Nothing here is wrong; there
//! is just no line at which the program could notice anybody else.
//!
//! `cargo run -p chat-server --example blocking -- PORT SEATS`, then `nc 127.0.0.1 PORT` as often
//! as there are seats: the first line is a name, each later one a message, `EXIT` leaves.

#![allow(clippy::print_stdout)]

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let port = argument(1).unwrap_or(65_433);
    let seats = argument(2).unwrap_or(2);
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let mut table = Vec::new();
        while table.len() < usize::from(seats) {
            // The whole server waits for a newcomer, and then for their name.
            let stream = match listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Somebody waits and there is no descriptor for them: trying at once would
                    // only keep a processor busy.
                    println!("nobody can be taken in now: {error}");
                    thread::sleep(Duration::from_millis(100));
                    continue;
                }
            };
            if let Some(guest) = Guest::welcome(stream) {
                let joined = format!("SERVER: {} joined", guest.name);
                table.push(guest);
                tell(&mut table, None, &joined);
            }
        }
        while !table.is_empty() {
            go_round(&mut table);
        }
    }
}

fn argument(at: usize) -> Option<u16> {
    std::env::args().nth(at)?.parse().ok()
}

/// Hears a line from each guest, and passes it on to the others.
fn go_round(table: &mut Vec<Guest>) {
    let mut turn = 0;
    while let Some(guest) = table.get_mut(turn) {
        // The whole server waits for this one guest.
        match guest.hear() {
            Some(text) if !text.eq_ignore_ascii_case("exit") => {
                let line = format!("{}: {text}", guest.name);
                tell(table, Some(turn), &line);
                turn += 1;
            }
            farewell => {
                let mut guest = table.remove(turn);
                if farewell.is_some() {
                    guest.tell("DONE");
                }
                tell(table, None, &format!("SERVER: {} left", guest.name));
            }
        }
    }
}

/// Tells everybody, or everybody but one.
fn tell(table: &mut [Guest], except: Option<usize>, line: &str) {
    for (seat, guest) in table.iter_mut().enumerate() {
        if Some(seat) != except {
            guest.tell(line);
        }
    }
}

/// Somebody at the table.
struct Guest {
    name: String,
    stream: BufReader<TcpStream>,
}

impl Guest {
    /// Asks for a name; `None` if they leave without one.
    fn welcome(stream: TcpStream) -> Option<Self> {
        // A line goes out at once, instead of waiting until the one before has been confirmed.
        stream.set_nodelay(true).ok()?;
        let mut guest = Self { name: String::new(), stream: BufReader::new(stream) };
        guest.name = guest.hear()?;
        Some(guest)
    }

    /// Waits for a line; `None` if none will come any more, be it by a reset.
    fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) | Err(_) => None,
            // Whatever could steer the others' terminals is left out, the line's end with it.
            Ok(_) => Some(line.chars().filter(|c| !c.is_control()).collect()),
        }
    }

    /// Writes a line, and waits while the socket is full. Whoever is gone does not hear it: that
    /// is noticed when it is their turn.
    fn tell(&mut self, line: &str) {
        self.stream.get_mut().write_all(format!("{line}\n").as_bytes()).ok();
    }
}
