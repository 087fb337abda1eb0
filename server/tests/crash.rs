//! The server is killed again and again while people talk: nothing acknowledged is lost, nothing
//! is doubled, everybody reads the same.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::crowd::{Acked, Orders, Reader, Sender, between, judge, log_of};
use support::program::Program;
use tokio::sync::watch;

/// The longest that a server lives before it is killed, in milliseconds.
const LIFE: u64 = 60;

/// Random numbers that are the same at every run: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

async fn survive(kills: u32) {
    let data = tempfile::tempdir().unwrap();
    let rooms: Vec<String> = ["lobby", "left", "right"].map(str::to_owned).into();
    let mut program = Program::start(data.path());
    let port = program.address.port();
    let orders = Orders { address: program.address, finish: false, read_until: None };
    let (command, orders) = watch::channel(orders);
    let acked: Acked = Arc::new(Mutex::default());
    let names = ["ann", "bob", "cy"];
    let senders: Vec<_> = (0..names.len())
        .map(|index| {
            let sender = Sender {
                name: names[index].to_owned(),
                rooms: rooms.clone(),
                friend: names[(index + 1) % names.len()].to_owned(),
                acked: Arc::clone(&acked),
            };
            tokio::spawn(sender.speak(orders.clone()))
        })
        .collect();
    let readers: Vec<_> = ["rita", "rob"]
        .into_iter()
        .map(|name| {
            let reader = Reader { name: name.to_owned(), rooms: rooms.clone() };
            tokio::spawn(reader.read(orders.clone()))
        })
        .collect();

    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..kills {
        // The instant of the kill is the point of the test; nothing waits for it.
        tokio::time::sleep(Duration::from_millis(random.below(LIFE))).await;
        program.kill();
        program = Program::start_again(data.path(), port);
    }
    command.send_modify(|orders| orders.finish = true);
    for sender in senders {
        sender.await.unwrap();
    }

    let mut log = log_of(&orders, "ann", &rooms, &["bob", "cy"]).await;
    log.extend(log_of(&orders, "bob", &[], &["cy"]).await);
    let acked = std::mem::take(&mut *acked.lock().unwrap());
    judge(&log, &acked);
    let lengths = rooms.iter().map(|room| (room.clone(), log[room].len() as u64)).collect();
    command.send_modify(|orders| orders.read_until = Some(lengths));
    for reader in readers {
        for (room, read) in reader.await.unwrap() {
            assert_eq!(read, log[&room], "{room} as a reader saw it");
        }
    }
    let said = log.values().map(Vec::len).sum::<usize>();
    let directs = log[&between("ann", "bob")].len();
    println!(
        "{kills} kills, {} acknowledged, {said} in the log, {directs} of them private",
        acked.len()
    );
    assert!(acked.len() > kills as usize, "too little was said to prove anything");
    assert_eq!(program.terminate().0, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_in_hundreds_of_crashes() {
    survive(300).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes many minutes: cargo test --release -p chat-server --test crash -- --ignored --nocapture"]
async fn nothing_acknowledged_is_lost_in_thousands_of_crashes() {
    let kills = std::env::var("CHAT_KILLS").ok().and_then(|kills| kills.parse().ok());
    survive(kills.unwrap_or(2_000)).await;
}
