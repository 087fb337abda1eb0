//! A chat server with a thread for each client, and a lock around the list of who is there.
//!
//! What it teaches: with a thread of its own, each client can be waited for without keeping the
//! others waiting. But what all threads share, the list of members, has to be protected from two
//! of them changing it at once, and the lock that does so also puts the messages into one order.
//!
//! How it fails: the lock is held while a message is written to everybody. A client that stops
//! reading fills its socket, the write to it waits, the thread that writes keeps the lock, and
//! soon every other thread waits for the lock: one client that stalls has stopped everybody, newcomers
//! too. And a thread costs memory and the scheduler's time, even for a client that never speaks; and
//! each client two file descriptors, of which a process has a limited number. When they are used up,
//! newcomers wait, which is said ten times a second, until somebody leaves.
//!
//! `cargo run -p chat-server --example threads_with_a_lock -- PORT`, then `nc 127.0.0.1 PORT` a few
//! times: the first line is a name, each later one a message, `EXIT` leaves.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(65_433);
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    let room = Arc::new(Room::default());
    for (id, stream) in listener.incoming().enumerate() {
        let stream = match stream {
            Ok(stream) => stream,
            Err(error) => {
                // Somebody waits and there is no descriptor for them: trying at once would only
                // keep a processor busy.
                println!("nobody can be taken in now: {error}");
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        let room = Arc::clone(&room);
        let client = thread::Builder::new().spawn(move || serve(id, stream, &room));
        if let Err(error) = client {
            // The client's socket went with its thread: they see that they were not let in.
            println!("no thread for one more client: {error}");
        }
    }
    Ok(())
}

/// Serves one client until they leave, in their own thread.
fn serve(id: usize, stream: TcpStream, room: &Room) -> io::Result<()> {
    // A line goes out at once, instead of waiting until the one before has been confirmed.
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream.try_clone()?).lines().map_while(Result::ok).map(cleaned);
    let Some(name) = lines.next() else { return Ok(()) };
    room.members().insert(id, stream);
    room.tell(None, &format!("SERVER: {name} joined"));
    let mut farewell = "";
    for text in lines {
        if text.eq_ignore_ascii_case("exit") {
            farewell = "DONE\n";
            break;
        }
        room.tell(Some(id), &format!("{name}: {text}"));
    }
    // The loop ends by itself when the client is gone, be it by a reset.
    let stream = room.members().remove(&id);
    room.tell(None, &format!("SERVER: {name} left"));
    stream.map_or(Ok(()), |mut stream| stream.write_all(farewell.as_bytes()))
}

/// Leaves out whatever could steer the others' terminals.
fn cleaned(line: String) -> String {
    line.chars().filter(|c| !c.is_control()).collect()
}

/// Everybody who has said their name, and the socket to tell them by.
#[derive(Default)]
struct Room(Mutex<BTreeMap<usize, TcpStream>>);

impl Room {
    /// The members, for one thread at a time: until the guard is dropped, all others wait here.
    fn members(&self) -> MutexGuard<'_, BTreeMap<usize, TcpStream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everybody, or everybody but one.
    fn tell(&self, except: Option<usize>, line: &str) {
        let line = format!("{line}\n");
        for (id, stream) in self.members().iter_mut() {
            if Some(*id) != except {
                // With the lock held. Without it, two threads could write to one client at once
                // and mix their lines; with a copy of the list, two members could hear two
                // messages in a different order. An error means that somebody is gone: their own
                // thread finds that out.
                stream.write_all(line.as_bytes()).ok();
            }
        }
    }
}
