//! A chat server whose threads share nothing: each client's thread listens, one thread speaks, and
//! between them is a queue.
//!
//! What it teaches: instead of sharing the list of members under a lock, give it to one thread and
//! send that thread messages. The queue puts everything into one order, so everybody hears the
//! same, and no lock can be forgotten or held too long. Listening never waits for speaking.
//!
//! How it fails: one thread speaks, so it waits for whoever takes what it says the slowest. A
//! client that stops reading stops everybody's messages as it does with a lock, only less visibly:
//! all threads go on listening, the queue has no bound, and what nobody hears is kept until there is no
//! memory left. A bounded queue would make the senders wait instead. To help everybody else, each
//! client would need a queue of their own. And each takes two file descriptors, of which a process
//! has a limited number: when they are used up, newcomers wait, which is said ten times a second,
//! until somebody leaves.
//!
//! `cargo run -p chat-server --example threads_with_a_queue -- PORT`, then `nc 127.0.0.1 PORT` a few
//! times: the first line is a name, each later one a message, `EXIT` leaves.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// What the threads that listen tell the one that speaks.
enum Event {
    Joined { id: usize, name: String, stream: TcpStream },
    Said { id: usize, text: String },
    Left { id: usize, farewell: &'static str },
}

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(65_433);
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    let (queue, events) = channel();
    thread::spawn(move || speak(&events));
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
        let queue = queue.clone();
        let client = thread::Builder::new().spawn(move || listen(id, stream, &queue));
        if let Err(error) = client {
            // The client's socket went with its thread: they see that they were not let in.
            println!("no thread for one more client: {error}");
        }
    }
    Ok(())
}

/// Listens to one client until they leave, in their own thread.
fn listen(id: usize, stream: TcpStream, queue: &Sender<Event>) -> io::Result<()> {
    // A line goes out at once, instead of waiting until the one before has been confirmed.
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream.try_clone()?).lines().map_while(Result::ok).map(cleaned);
    let Some(name) = lines.next() else { return Ok(()) };
    // The queue takes everything at once, for it has no bound, and fails only without a speaker.
    queue.send(Event::Joined { id, name, stream }).ok();
    let mut farewell = "";
    for text in lines {
        if text.eq_ignore_ascii_case("exit") {
            farewell = "DONE";
            break;
        }
        queue.send(Event::Said { id, text }).ok();
    }
    // The loop ends by itself when the client is gone, be it by a reset.
    queue.send(Event::Left { id, farewell }).ok();
    Ok(())
}

/// Leaves out whatever could steer the others' terminals.
fn cleaned(line: String) -> String {
    line.chars().filter(|c| !c.is_control()).collect()
}

/// Tells everybody what the queue brings, one event after the other. The members are this
/// thread's own: nobody else can see them, so nothing has to be locked.
fn speak(events: &Receiver<Event>) {
    let mut members: BTreeMap<usize, (String, TcpStream)> = BTreeMap::new();
    for event in events {
        match event {
            Event::Joined { id, name, stream } => {
                let line = format!("SERVER: {name} joined");
                members.insert(id, (name, stream));
                members.values_mut().for_each(|(_, stream)| tell(stream, &line));
            }
            Event::Said { id, text } => {
                let Some((name, _)) = members.get(&id) else { continue };
                let line = format!("{name}: {text}");
                let others = members.iter_mut().filter(|(other, _)| **other != id);
                others.for_each(|(_, (_, stream))| tell(stream, &line));
            }
            Event::Left { id, farewell } => {
                let Some((name, mut stream)) = members.remove(&id) else { continue };
                if !farewell.is_empty() {
                    tell(&mut stream, farewell);
                }
                let line = format!("SERVER: {name} left");
                members.values_mut().for_each(|(_, stream)| tell(stream, &line));
            }
        }
    }
}

/// Writes a line, and waits while the socket is full: here everybody waits for one. An error means
/// that somebody is gone, which the thread that listens to them will tell.
fn tell(stream: &mut TcpStream, line: &str) {
    stream.write_all(format!("{line}\n").as_bytes()).ok();
}
