//! Searching: what was said is found a moment later, by those who may read it and by nobody else,
//! whatever happens to the index.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use chat_server::{Clock, Config, Running};
use serde_json::{Value, json};
use support::program::Program;
use support::{Peer, durable, ephemeral, hello};

/// Sends a search and takes its answer, once everything was looked at.
async fn search(peer: &mut Peer, request: Value) -> Value {
    loop {
        peer.send(request.clone()).await;
        let answer = peer.wait_for("search").await;
        assert_eq!(answer["query"], request["query"]);
        if answer["complete"].is_null() {
            return answer;
        }
    }
}

/// What a query finds, as `room seq from: text`.
async fn found(peer: &mut Peer, query: &str) -> Vec<String> {
    let answer = search(peer, json!({"type": "search", "query": query, "offset": 0})).await;
    shown(&answer)
}

fn shown(answer: &Value) -> Vec<String> {
    let word = |hit: &Value, field: &str| hit[field].to_string().trim_matches('"').to_owned();
    let hits = answer["hits"].as_array().unwrap().iter();
    hits.map(|hit| {
        let [room, seq, from, text] = ["room", "seq", "from", "text"].map(|f| word(hit, f));
        format!("{room} {seq} {from}: {text}")
    })
    .collect()
}

/// Says something in a room, and takes the ack.
async fn say(peer: &mut Peer, room: &str, text: &str) {
    let id = fastrand::u64(..).to_string();
    peer.send(json!({"type": "say", "id": id, "room": room, "text": text})).await;
    peer.wait_for("ack").await;
}

/// Tells somebody something, and takes the ack.
async fn tell(peer: &mut Peer, to: &str, text: &str) {
    let id = fastrand::u64(..).to_string();
    peer.send(json!({"type": "tell", "id": id, "to": to, "text": text})).await;
    peer.wait_for("ack").await;
}

async fn join(peer: &mut Peer, room: &str) {
    peer.send(json!({"type": "join", "room": room})).await;
    peer.wait_for("room").await;
}

/// The query finds exactly these, the newest first.
macro_rules! finds {
    ($peer:expr, $query:expr, [$($hit:expr),* $(,)?]) => {
        let expected: Vec<String> = vec![$($hit.to_owned()),*];
        assert_eq!(found(&mut $peer, $query).await, expected, "{:?}", $query);
    };
}

async fn words_and_phrases(server: Running) {
    let mut ann = Peer::owner(&server, "ann").await;
    let mut bob = Peer::owner(&server, "bob").await;
    say(&mut ann, "lobby", "a Deadlock is when both wait").await;
    say(&mut bob, "lobby", "the lock is dead, café closed").await;
    say(&mut ann, "lobby", "C++ or C#? naïve").await;
    say(&mut bob, "lobby", "undead").await;
    finds!(
        ann,
        "dead",
        ["lobby 2 bob: the lock is dead, café closed", "lobby 1 ann: a Deadlock is when both wait"]
    );
    finds!(ann, "lock DEAD", ["lobby 2 bob: the lock is dead, café closed"]);
    finds!(ann, "\"dead\"", ["lobby 2 bob: the lock is dead, café closed"]);
    finds!(ann, "\"is dead\"", ["lobby 2 bob: the lock is dead, café closed"]);
    finds!(ann, "\"dead is\"", []);
    finds!(ann, "CAFE", ["lobby 2 bob: the lock is dead, café closed"]);
    finds!(ann, "c++ naive", ["lobby 3 ann: C++ or C#? naïve"]);
    finds!(ann, "c b", []);
    finds!(ann, "w b", ["lobby 1 ann: a Deadlock is when both wait"]);
    finds!(ann, "nothing", []);
    finds!(ann, "", []);
    finds!(ann, ":) !!!", []);
    server.stop().await;
}

#[tokio::test]
async fn words_and_phrases_are_found_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    words_and_phrases(durable(folder.path()).await).await;
}

#[tokio::test]
async fn words_and_phrases_are_found_in_memory() {
    words_and_phrases(ephemeral().await).await;
}

#[tokio::test]
async fn parts_of_texts_without_spaces_are_found() {
    let server = ephemeral().await;
    let mut ann = Peer::owner(&server, "ann").await;
    say(&mut ann, "lobby", "今天学习数据库").await;
    say(&mut ann, "lobby", "日本語でおk、ガラス").await;
    say(&mut ann, "lobby", "한국어를 배워요").await;
    say(&mut ann, "lobby", "数字，据说").await;
    say(&mut ann, "lobby", "well done 👍🏽").await;
    finds!(ann, "数据", ["lobby 1 ann: 今天学习数据库"]);
    finds!(ann, "习", ["lobby 1 ann: 今天学习数据库"]);
    finds!(ann, "本語", ["lobby 2 ann: 日本語でおk、ガラス"]);
    finds!(ann, "カラス", []);
    finds!(ann, "국어", ["lobby 3 ann: 한국어를 배워요"]);
    finds!(ann, "👍", ["lobby 5 ann: well done 👍🏽"]);
    server.stop().await;
}

#[tokio::test]
async fn people_are_found_by_the_name_of_then_and_of_now() {
    let server = ephemeral().await;
    let mut ann = Peer::owner(&server, "ann").await;
    let mut bob = Peer::owner(&server, "bob").await;
    say(&mut ann, "lobby", "one").await;
    say(&mut bob, "lobby", "two").await;
    ann.send(json!({"type": "rename", "name": "Anna Lee"})).await;
    ann.wait_for("renamed").await;
    say(&mut ann, "lobby", "three").await;
    finds!(bob, "from:ann", ["lobby 1 ann: one"]);
    finds!(bob, "from:\"anna lee\"", ["lobby 3 Anna Lee: three", "lobby 1 ann: one"]);
    finds!(bob, "from:b0b", ["lobby 2 bob: two"]);
    finds!(bob, "from:ann from:bob t", ["lobby 2 bob: two"]);
    finds!(bob, "from:nobody", []);
    server.stop().await;
}

#[tokio::test]
async fn only_what_one_may_read_is_found() {
    let server = ephemeral().await;
    let mut ann = Peer::owner(&server, "ann").await;
    let mut bob = Peer::owner(&server, "bob").await;
    let mut cy = Peer::owner(&server, "cy").await;
    join(&mut ann, "rust").await;
    join(&mut bob, "rust").await;
    say(&mut ann, "lobby", "secret to all").await;
    say(&mut ann, "rust", "secret to crabs").await;
    tell(&mut ann, "bob", "secret to bob").await;
    tell(&mut bob, "ann", "secret to ann").await;
    tell(&mut ann, "ann", "secret to myself").await;
    let crabs = "rust 1 ann: secret to crabs";
    let all = "lobby 1 ann: secret to all";
    finds!(cy, "secret", [all]);
    finds!(cy, "secret in:rust", []);
    finds!(cy, "secret in:@ann", []);
    finds!(cy, "crabs", []);
    finds!(bob, "secret", ["@ann 2 bob: secret to ann", "@ann 1 ann: secret to bob", crabs, all]);
    finds!(bob, "secret in:#RUST", [crabs]);
    finds!(bob, "in:@ann from:ann", ["@ann 1 ann: secret to bob"]);
    finds!(bob, "secret in:lobby in:rust", [crabs, all]);
    finds!(ann, "secret in:@ann", ["@ann 1 ann: secret to myself"]);
    bob.send(json!({"type": "part", "room": "rust"})).await;
    finds!(bob, "secret in:rust", []);
    finds!(bob, "crabs", []);
    join(&mut bob, "rust").await;
    finds!(bob, "crabs", [crabs]);
    server.stop().await;
}

#[tokio::test]
async fn what_is_found_is_left_out_when_its_room_was_left_meanwhile() {
    let server = ephemeral().await;
    let mut ann = Peer::owner(&server, "ann").await;
    join(&mut ann, "rust").await;
    say(&mut ann, "rust", "crabs").await;
    finds!(ann, "crabs", ["rust 1 ann: crabs"]);
    // Both are read before the search is answered, or the room is still hers: either is right.
    for _ in 0..20 {
        ann.bytes(
            b"{\"type\":\"search\",\"query\":\"crabs\"}\n{\"type\":\"part\",\"room\":\"rust\"}\n",
        )
        .await;
        let (mut left, mut answer) = (false, None);
        while !left || answer.is_none() {
            let frame = ann.frame().await;
            match frame["type"].as_str() {
                Some("left") => left = true,
                Some("search") => {
                    assert!(!left || shown(&frame).is_empty(), "found behind {frame}");
                    answer = Some(frame);
                }
                _ => {}
            }
        }
        join(&mut ann, "rust").await;
    }
    server.stop().await;
}

#[tokio::test]
async fn days_are_those_of_the_asker() {
    let at = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let shown_by = std::sync::Arc::clone(&at);
    let clock = Clock::new(move || shown_by.load(std::sync::atomic::Ordering::Relaxed));
    let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let config = Config { listen, clock, ..Config::default() };
    let server = chat_server::start(config).await.unwrap();
    let mut ann = Peer::owner(&server, "ann").await;
    // 2026-11-01, an hour before midnight and an hour behind it, in UTC.
    for (ms, text) in [(1_793_487_600_000, "before"), (1_793_494_800_000, "behind")] {
        at.store(ms, std::sync::atomic::Ordering::Relaxed);
        say(&mut ann, "lobby", text).await;
    }
    let mut check = async |offset: i64, expected: &[&str]| {
        let query = "be before:2026-11-01";
        let request = json!({"type": "search", "query": query, "offset": offset});
        assert_eq!(shown(&search(&mut ann, request).await), expected, "at {offset}");
    };
    check(0, &["lobby 1 ann: before"]).await;
    check(-120, &["lobby 2 ann: behind", "lobby 1 ann: before"]).await;
    check(120, &[]).await;
    finds!(ann, "be before:2026-11-02", ["lobby 2 ann: behind", "lobby 1 ann: before"]);
    server.stop().await;
}

/// Everything that a query finds, page by page.
async fn all_pages(peer: &mut Peer, query: &str, limit: usize) -> Vec<String> {
    let (mut all, mut before) = (Vec::new(), Value::Null);
    loop {
        let mut request = json!({"type": "search", "query": query, "limit": limit});
        if !before.is_null() {
            request["before"] = before;
        }
        let answer = search(peer, request).await;
        assert!(shown(&answer).len() <= limit);
        all.extend(shown(&answer));
        before = answer["next"].clone();
        if before.is_null() {
            return all;
        }
    }
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended() {
    let server = ephemeral().await;
    let mut ann = Peer::owner(&server, "ann").await;
    let mut expected = Vec::new();
    for number in 1..=30 {
        let text = if number % 3 == 0 { "three" } else { "other" };
        say(&mut ann, "lobby", text).await;
        if number % 3 == 0 {
            expected.insert(0, format!("lobby {number} ann: three"));
        }
    }
    for limit in [1, 3, 5, 10, 100] {
        assert_eq!(all_pages(&mut ann, "three", limit).await, expected, "by {limit}");
    }
    assert_eq!(all_pages(&mut ann, "from:ann", 7).await.len(), 30);
    // Large ones: as many as a frame holds.
    for _ in 0..20 {
        say(&mut ann, "lobby", &format!("long {}", "\"".repeat(8_000))).await;
    }
    assert_eq!(all_pages(&mut ann, "long", 100).await.len(), 20);
    for cursor in ["", "x", "0-1", "ffff-99999", "-", "🦀"] {
        ann.send(json!({"type": "search", "query": "three", "before": cursor})).await;
        ann.refused("log_changed").await;
    }
    server.stop().await;
}

/// Fills a folder's log, and returns how many of its messages hold the word `even`.
async fn fill(folder: &Path, messages: usize) -> usize {
    let server = durable(folder).await;
    let mut ann = Peer::owner(&server, "ann").await;
    for number in 0..messages {
        let text = if number % 2 == 0 { "even" } else { "odd" };
        ann.say(&format!("{messages}-{number}"), &format!("{text} {number}")).await;
    }
    for _ in 0..messages {
        ann.wait_for("ack").await;
    }
    assert_eq!(all_pages(&mut ann, "even", 100).await.len(), messages.div_ceil(2));
    server.stop().await;
    messages.div_ceil(2)
}

/// Whatever was done to the index, everything is found again.
async fn is_found_again(folder: &Path, expected: usize) {
    let server = durable(folder).await;
    let mut ann = Peer::owner(&server, "ann").await;
    assert_eq!(all_pages(&mut ann, "even", 100).await.len(), expected);
    let new = format!("new{}", fastrand::u64(..));
    say(&mut ann, "lobby", &new).await;
    assert_eq!(found(&mut ann, &new).await.len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn a_restart_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let even = fill(folder.path(), 500).await;
    is_found_again(folder.path(), even).await;
}

#[tokio::test]
async fn an_index_that_is_gone_or_damaged_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let even = fill(folder.path(), 500).await;
    let index = folder.path().join("search.db");
    let whole = std::fs::read(&index).unwrap();
    std::fs::remove_file(&index).unwrap();
    is_found_again(folder.path(), even).await;
    let mut damaged = whole.clone();
    damaged[4_096..].fill(0xA5);
    for bytes in [&b""[..], b"no database", &whole[..5_000], &damaged] {
        std::fs::write(&index, bytes).unwrap();
        is_found_again(folder.path(), even).await;
    }
}

#[tokio::test]
async fn an_index_that_has_no_place_is_made_in_memory_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let even = fill(folder.path(), 500).await;
    for occupied in ["search.db", "search.db-wal"] {
        let place = folder.path().join(occupied);
        std::fs::remove_file(&place).ok();
        std::fs::create_dir(&place).unwrap();
        is_found_again(folder.path(), even).await;
        let mut program = Program::start(folder.path());
        let mut lines = std::iter::repeat_with(|| program.line());
        let told = lines.find(|line| line.contains("search index")).unwrap();
        assert!(told.contains("in memory") && told.contains("search.db"), "{told}");
        program.kill();
        std::fs::remove_dir(&place).unwrap();
    }
    is_found_again(folder.path(), even).await;
}

#[tokio::test]
async fn the_index_of_another_log_is_not_believed() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let even = fill(one.path(), 100).await;
    fill(other.path(), 300).await;
    std::fs::copy(other.path().join("search.db"), one.path().join("search.db")).unwrap();
    is_found_again(one.path(), even).await;
    // The log of a backup, beside an index that knows of more.
    let backup = std::fs::read(one.path().join("chat.db")).unwrap();
    let server = durable(one.path()).await;
    let mut ann = Peer::owner(&server, "ann").await;
    say(&mut ann, "lobby", "even later").await;
    assert_eq!(found(&mut ann, "later").await.len(), 1);
    server.stop().await;
    // What is not in the file itself yet is of the other time.
    std::fs::remove_file(one.path().join("chat.db-wal")).ok();
    std::fs::write(one.path().join("chat.db"), backup).unwrap();
    is_found_again(one.path(), even).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_missing_from_an_index_whose_server_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let even = fill(folder.path(), 2_000).await;
    for kill in 0..6 {
        std::fs::remove_file(folder.path().join("search.db")).ok();
        let program = Program::start(folder.path());
        let mut ann = Peer::connect_to(program.address).await;
        ann.send(hello("ann")).await;
        ann.wait_for("welcome").await;
        // Killed while it is made anew: the first answers come from a part of it.
        for _ in 0..=kill {
            ann.send(json!({"type": "search", "query": "even"})).await;
            ann.wait_for("search").await;
        }
        program.kill();
        let server = durable(folder.path()).await;
        let mut ann = Peer::owner(&server, "ann").await;
        let all = all_pages(&mut ann, "even", 100).await;
        assert_eq!(all.len(), even, "after kill {kill}");
        server.stop().await;
    }
}

#[tokio::test]
async fn any_query_is_answered() {
    let server = ephemeral().await;
    let mut ann = Peer::owner(&server, "ann").await;
    say(&mut ann, "lobby", "AND OR NOT NEAR \" * ( ) { } ^ : + - text who place").await;
    let mut queries: Vec<String> = [
        "AND",
        "OR NOT",
        "NEAR(a b)",
        "\"",
        "\"\"",
        "* ^a",
        "{text who} : x",
        "text:x",
        "a*b",
        "'; DROP TABLE doc; --",
        "\0\u{1}\u{7f}",
        "from:\"",
        "in:@",
        "before:9999-12-31",
        "before:-9999-01-01",
        "ﷺ ﷺ",
        "\u{301}\u{200D}",
        "👩‍👩‍👧",
        "a b c d e f g h i j k l m n o p q r",
    ]
    .map(str::to_owned)
    .to_vec();
    queries.push("x".repeat(60_000));
    queries.push("\"a\" ".repeat(10_000));
    let mut random = fastrand::Rng::with_seed(6);
    queries.extend((0..200).map(|_| {
        let piece = |random: &mut fastrand::Rng| {
            let pieces = ["from:", "in:", "\"", "a", "数", " ", "*", ")", "ann", "before:20", "-"];
            pieces[random.usize(..pieces.len())].to_owned()
        };
        (0..12).map(|_| piece(&mut random)).collect::<String>()
    }));
    for query in queries {
        ann.send(json!({"type": "search", "query": query})).await;
        ann.wait_for("search").await;
    }
    finds!(ann, "near", ["lobby 1 ann: AND OR NOT NEAR \\\" * ( ) { } ^ : + - text who place"]);
    server.stop().await;
}

#[tokio::test]
async fn messages_do_not_wait_for_searches() {
    let server = ephemeral().await;
    let mut ann = Peer::owner(&server, "ann").await;
    let mut bob = Peer::owner(&server, "bob").await;
    say(&mut ann, "lobby", "hello").await;
    bob.wait_for("message").await;
    let start = Instant::now();
    say(&mut bob, "lobby", "quick").await;
    // A flood: its sender is slowed down, and nobody else.
    let flood = "{\"type\":\"search\",\"query\":\"hello\"}\n".repeat(2_000);
    ann.bytes(flood.as_bytes()).await;
    let (mut answered, mut said) = (0, 0);
    while answered < 35 || said < 50 {
        said += 1;
        let text = format!("still quick {said}");
        say(&mut bob, "lobby", &text).await;
        // Whatever she was answered before she heard it.
        loop {
            let frame = ann.frame().await;
            match frame["type"].as_str().unwrap() {
                "search" => answered += 1,
                "message" if frame["text"] == text => break,
                _ => {}
            }
        }
    }
    // While somebody else has asked for something within a second, 33 go at once, and then two a
    // second. On however slow a machine, it takes a second until nobody has.
    assert!(start.elapsed() > Duration::from_millis(900), "{answered} went through at once");
    finds!(bob, "hello", ["lobby 1 ann: hello"]);
    server.stop().await;
}
