//! The server is killed again and again while people talk: nothing acknowledged is lost, nothing
//! is doubled, everybody reads the same.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::time::Duration;

use support::crowd::{Crowd, Verdict};
use support::program::Program;

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
    let mut program = Program::start(data.path());
    let port = program.address.port();
    let rooms = ["lobby", "left", "right"];
    let crowd = Crowd::gather(program.address, &["ann", "bob", "cy"], &["rita", "rob"], &rooms);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..kills {
        // The instant of the kill is the point of the test; nothing waits for it.
        tokio::time::sleep(Duration::from_millis(random.below(LIFE))).await;
        program.kill();
        program = Program::start_again(data.path(), port);
    }
    let Verdict { acked, stored } = crowd.judge().await;
    println!("{kills} kills, {acked} acknowledged, {stored} in the log");
    assert!(acked > kills as usize, "too little was said to prove anything");
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
