//! Whether a million messages are searched within 50 ms, and what the index costs: the time of
//! queries of several kinds, appends with the indexer at work and without it, building it, and its
//! size.
//!
//! `cargo bench -p chat-server --bench search` prints the tables; a number behind `--` replaces the
//! million. Nothing is asserted.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_protocol::Query;
use chat_server::log::sqlite::{Durability, SqliteLog};
use chat_server::log::{Log, Record};
use chat_server::search::{Corpus, Finder, Found, Wanted};

#[path = "search/crowd.rs"]
mod crowd;

use crowd::{Crowd, DIRECTS, LOBBY, ROOMS, SMALL};

/// Messages in one batch while the log is filled.
const BATCH: usize = 2_000;

/// How often each kind of query is asked, each time for something else.
const TIMES: usize = 30;

/// Texts that are read as a log in memory would have to be without an index: a full room's.
const READ: usize = 100_000;

/// How long appends are measured each way.
const APPENDS: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() {
    let most = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let mut crowd = Crowd::new();
    let (log, _) = SqliteLog::open(&chat(folder.path()), Durability::Disk).unwrap();
    for record in crowd.rooms() {
        log.append(Arc::new(vec![record])).await.unwrap();
    }
    let mut said = 0;
    while said < most {
        let batch = BATCH.min(most - said);
        log.append(Arc::new(crowd.said(batch))).await.unwrap();
        said += batch;
    }
    log.close().await;
    println!("\n## Search in {most} messages\n");
    build(folder.path()).await;
    queries(folder.path(), &mut crowd).await;
    reading(&mut crowd);
    appends(folder.path(), &mut crowd).await;
}

fn chat(folder: &Path) -> PathBuf {
    folder.join("chat.db")
}

fn index(folder: &Path) -> PathBuf {
    folder.join("search.db")
}

fn open(folder: &Path) -> (Arc<dyn Log>, Corpus) {
    let (log, snapshot) = SqliteLog::open(&chat(folder), Durability::Disk).unwrap();
    let log: Arc<dyn Log> = Arc::new(log);
    let corpus = Corpus::new(Arc::clone(&log), &snapshot, Some(index(folder)));
    (log, corpus)
}

fn start(corpus: Corpus) -> Finder {
    Finder::start(corpus, |trouble| println!("{trouble}"))
}

/// Asks again and again until everything is indexed.
async fn caught_up(finder: &Finder) {
    while !ask(finder, "nothing-of-this-kind", &[LOBBY]).await.complete {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn ask(finder: &Finder, typed: &str, channels: &[i64]) -> Found {
    let channels = channels.iter().map(|channel| chat_server::log::ChannelId(*channel)).collect();
    let query = Query::parse(typed);
    let wanted = Wanted { query, channels, limit: 50, ..Wanted::default() };
    finder.find(wanted).await.unwrap()
}

async fn build(folder: &Path) {
    let (log, corpus) = open(folder);
    let begun = Instant::now();
    let finder = start(corpus);
    caught_up(&finder).await;
    let time = begun.elapsed();
    finder.close().await;
    log.close().await;
    let mib = |path: PathBuf| std::fs::metadata(path).unwrap().len() >> 20;
    println!(
        "built in {:.1} s, with its pauses; {} MiB beside a log of {} MiB\n",
        time.as_secs_f64(),
        mib(index(folder)),
        mib(chat(folder))
    );
}

async fn queries(folder: &Path, crowd: &mut Crowd) {
    let (log, corpus) = open(folder);
    let finder = start(corpus);
    caught_up(&finder).await;
    let mine: Vec<i64> = (LOBBY..LOBBY + 4).chain(DIRECTS.step_by(40)).collect();
    let all: Vec<i64> = (LOBBY..ROOMS.end).chain(DIRECTS).collect();
    let small = [SMALL];
    println!("| query | such as | hits on a page | median | worst |");
    println!("|---|---|---:|---:|---:|");
    for (kind, who) in crowd::KINDS.iter().flat_map(|kind| [(kind, &mine), (kind, &all)]) {
        let whose = if who.len() == all.len() { "all may be read" } else { "a few may be read" };
        row(&finder, crowd, &format!("{}, {whose}", kind.name), kind.ask, who).await;
    }
    for kind in crowd::KINDS {
        row(&finder, crowd, &format!("{}, one small room", kind.name), kind.ask, &small).await;
    }
    finder.close().await;
    log.close().await;
}

async fn row(
    finder: &Finder,
    crowd: &mut Crowd,
    name: &str,
    typed: fn(&mut Crowd) -> String,
    channels: &[i64],
) {
    let (mut times, mut hits, mut last) = (Vec::new(), 0, String::new());
    for _ in 0..TIMES {
        last = typed(crowd);
        let begun = Instant::now();
        let found = ask(finder, &last, channels).await;
        times.push(begun.elapsed());
        hits += found.hits.len();
    }
    times.sort_unstable();
    println!(
        "| {name} | `{last}` | {:.0} | {} | {} |",
        hits as f64 / TIMES as f64,
        ms(times[TIMES / 2]),
        ms(times[TIMES - 1])
    );
}

/// What it would take to look at every text instead: what an index in memory saves.
fn reading(crowd: &mut Crowd) {
    let texts: Vec<_> = crowd
        .said(READ)
        .into_iter()
        .filter_map(|record| match record {
            Record::Said(said) => Some(said.text),
            _ => None,
        })
        .collect();
    let query = Query::parse("zzz");
    let begun = Instant::now();
    let found = texts.iter().filter(|text| query.matches(text)).count();
    println!("\nreading {READ} texts instead: {}, {found} found", ms(begun.elapsed()));
}

async fn appends(folder: &Path, crowd: &mut Crowd) {
    println!("\n| appends of | indexer | messages a second | commit median | p99 |");
    println!("|---:|---|---:|---:|---:|");
    for batch in [1, 64] {
        let (log, corpus) = open(folder);
        append(&log, None, crowd, batch, "none").await;
        let finder = start(corpus);
        caught_up(&finder).await;
        append(&log, Some(&finder), crowd, batch, "takes in what is appended").await;
        finder.close().await;
        log.close().await;
        // Kept for the next round, which begins with a whole index again.
        let aside = folder.join("aside.db");
        std::fs::rename(index(folder), &aside).unwrap();
        let (log, corpus) = open(folder);
        let finder = start(corpus);
        append(&log, Some(&finder), crowd, batch, "takes in the whole log").await;
        finder.close().await;
        log.close().await;
        std::fs::rename(&aside, index(folder)).unwrap();
    }
}

async fn append(
    log: &Arc<dyn Log>,
    finder: Option<&Finder>,
    crowd: &mut Crowd,
    batch: usize,
    indexer: &str,
) {
    let begun = Instant::now();
    let (mut times, mut said) = (Vec::new(), 0);
    while begun.elapsed() < APPENDS {
        let records = Arc::new(crowd.said(batch));
        let commit = Instant::now();
        let stored = log.append(Arc::clone(&records)).await.unwrap();
        times.push(commit.elapsed());
        said += stored.len();
        if let Some(finder) = finder {
            finder.stored(crowd::newest(&records, &stored));
        }
    }
    let time: Duration = times.iter().sum();
    times.sort_unstable();
    println!(
        "| {batch} | {indexer} | {:.0} | {} | {} |",
        said as f64 / time.as_secs_f64(),
        ms(times[times.len() / 2]),
        ms(times[times.len() * 99 / 100])
    );
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
