//! Whether a log that grows gets slower: opening, appending, resuming and paging with 5,000
//! messages and with 5 million.
//!
//! `cargo bench -p chat-server --bench growth` prints the table; a number behind `--` replaces the
//! 5 million. Nothing is asserted.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_protocol::{MessageId, Nick, Page, RoomName, Text};
use chat_server::log::sqlite::{Durability, SqliteLog};
use chat_server::log::{ChannelId, Log, PersonId, Record, Said};

const LOBBY: ChannelId = ChannelId(1);

/// Messages in one batch while a log is filled.
const BATCH: usize = 2_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let most = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(5_000_000);
    println!("\n## A log that grows\n");
    println!(
        "| messages | on disk | open | append 1 | append 64 | resume page | page back | in the middle |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|");
    for messages in [5_000, most] {
        measure(messages).await;
    }
}

async fn measure(messages: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    let (log, _) = SqliteLog::open(&path, Durability::Disk).unwrap();
    let mut number = 0;
    let room = Record::Room {
        channel: LOBBY,
        name: RoomName::lobby(),
        topic: chat_protocol::Line::default(),
    };
    log.append(Arc::new(vec![room])).await.unwrap();
    while number < messages {
        let batch = BATCH.min(messages - number);
        log.append(said(&mut number, batch)).await.unwrap();
    }
    log.close().await;
    let size = std::fs::metadata(&path).unwrap().len() / (1024 * 1024);
    let open =
        best(3, || async { SqliteLog::open(&path, Durability::Disk).map(drop).unwrap() }).await;
    let (log, snapshot) = SqliteLog::open(&path, Durability::Disk).unwrap();
    let last = snapshot.rooms[0].last;
    let mut one = Vec::new();
    let mut many = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        log.append(said(&mut number, 1)).await.unwrap();
        one.push(start.elapsed());
        let start = Instant::now();
        log.append(said(&mut number, 64)).await.unwrap();
        many.push(start.elapsed());
    }
    let read = async |page| {
        let start = Instant::now();
        for _ in 0..50 {
            log.read(LOBBY, page, 200).await.unwrap();
        }
        start.elapsed() / 50
    };
    let resume = read(Page::After(last - 100)).await;
    let newest = read(Page::Newest).await;
    let middle = read(Page::Before(last / 2)).await;
    println!(
        "| {messages} | {size} MiB | {} | {} | {} | {} | {} | {} |",
        ms(open),
        ms(median(one)),
        ms(median(many)),
        ms(resume),
        ms(newest),
        ms(middle)
    );
    log.close().await;
    remove(&path);
}

/// What many people say: ids as clients make them up, without order.
fn said(number: &mut usize, count: usize) -> Arc<Vec<Record>> {
    let records = (0..count).map(|_| {
        *number += 1;
        let scattered = (*number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Record::Said(Said {
            channel: LOBBY,
            author: PersonId((*number % 300) as i64 + 1),
            from: Nick::new("somebody").unwrap(),
            id: MessageId::new(&format!("{scattered:016x}-{number}")).unwrap(),
            // Old enough for ids to be forgotten: a log of so many is months old.
            at: 1_600_000_000_000 + *number as i64,
            text: Text::new(
                "a line of chat as people type it, neither long nor short, as they go by",
            )
            .unwrap(),
        })
    });
    Arc::new(records.collect())
}

async fn best<F: Future<Output = ()>>(times: usize, mut work: impl FnMut() -> F) -> Duration {
    let mut least = Duration::MAX;
    for _ in 0..times {
        let start = Instant::now();
        work().await;
        least = least.min(start.elapsed());
    }
    least
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn remove(path: &Path) {
    std::fs::remove_file(path).unwrap();
}
