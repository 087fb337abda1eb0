//! A chat server with a task for each client, all on one thread: single-threaded and asynchronous.
//!
//! What it teaches: a task that has to wait steps aside, at each `.await`, and the thread runs
//! another. So one thread waits for a thousand clients at once, at a few kilobytes each. Between
//! two `.await`s nobody else runs, which is why the list of members needs no lock. Each client has
//! an outbox of their own: telling everybody puts a line into each, and waits for nobody.
//!
//! How it fails: the outboxes have no bound. A client that stops reading harms nobody at first, and
//! its outbox grows until there is no memory left for anybody. Whoever bounds them has to decide
//! what happens to a client whose outbox is full: the real server tells them, closes, and lets them
//! catch up when they come again. And there is one thread: a task that computes for a second, or
//! calls something that waits without `.await`, stops everybody for that second, and a
//! second processor has nothing to do. When the process has no file descriptor left, newcomers wait,
//! which is said ten times a second, until somebody leaves.
//!
//! `cargo run -p chat-server --example async_one_thread -- PORT`, then `nc 127.0.0.1 PORT` a few
//! times: the first line is a name, each later one a message, `EXIT` leaves.

#![allow(clippy::print_stdout)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::LocalSet;

/// Everybody who has said their name, and their outbox. Shared by tasks of one thread only.
type Room = Rc<RefCell<BTreeMap<usize, UnboundedSender<Rc<str>>>>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let port: u16 = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(65_433);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    LocalSet::new().run_until(accept_all(listener)).await
}

async fn accept_all(listener: TcpListener) -> io::Result<()> {
    let room = Room::default();
    for id in 0.. {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Somebody waits and there is no descriptor for them: trying at once would only
                // keep the thread busy.
                println!("nobody can be taken in now: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let room = Rc::clone(&room);
        tokio::task::spawn_local(async move { serve(id, stream, &room).await });
    }
    Ok(())
}

/// Serves one client until they leave, in their own task.
async fn serve(id: usize, stream: TcpStream, room: &Room) -> io::Result<()> {
    // A line goes out at once, instead of waiting until the one before has been confirmed.
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let Some(name) = lines.next_line().await?.map(cleaned) else { return Ok(()) };
    let (sender, mut outbox) = unbounded_channel();
    room.borrow_mut().insert(id, sender);
    tell(room, None, &format!("SERVER: {name} joined"));
    let mut farewell = "";
    loop {
        // Waits for both at once: for what they say, and for what they are to be told.
        tokio::select! {
            line = lines.next_line() => {
                // None is the end, and an error a reset, or bytes that are no text.
                let Some(text) = line.ok().flatten().map(cleaned) else { break };
                if text.eq_ignore_ascii_case("exit") {
                    farewell = "DONE\n";
                    break;
                }
                tell(room, Some(id), &format!("{name}: {text}"));
            }
            Some(line) = outbox.recv() => {
                // A socket that is full makes this task wait, and no other.
                if writer.write_all(line.as_bytes()).await.is_err() {
                    break;
                }
            }
        }
    }
    room.borrow_mut().remove(&id);
    tell(room, None, &format!("SERVER: {name} left"));
    writer.write_all(farewell.as_bytes()).await
}

/// Leaves out whatever could steer the others' terminals.
fn cleaned(line: String) -> String {
    line.chars().filter(|c| !c.is_control()).collect()
}

/// Puts a line into everybody's outbox, or everybody's but one. There is no `.await` in here, so
/// no other task runs meanwhile, and everybody hears everything in the same order.
fn tell(room: &Room, except: Option<usize>, line: &str) {
    let line: Rc<str> = format!("{line}\n").into();
    for (id, outbox) in room.borrow().iter() {
        if Some(*id) != except {
            // It fails when that client's task has just ended.
            outbox.send(Rc::clone(&line)).ok();
        }
    }
}
