//! The duet and daytime doors: what a two-way lab client sees, and one that asks for the time.

#![allow(clippy::unwrap_used)]

mod support;

use chat_server::DoorKind;
use serde_json::json;
use support::{Peer, with_doors};

#[tokio::test]
async fn two_way_clients_talk_turn_by_turn() {
    let server = with_doors(&[DoorKind::Duet]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut duet = Peer::connect_to(server.addresses()[1]).await;
    let joined =
        json!({"type":"joined","room":"lobby","name":"guest-1","via":"duet","marks":["guest"]});
    assert_eq!(ann.expect("joined").await, joined);
    for (id, text) in [("1", "one"), ("2", "two\nthree")] {
        ann.say(id, text).await;
        ann.expect("ack").await;
    }
    // All that was said since, and nothing before its turn.
    duet.bytes(b"hello\n").await;
    assert_eq!(ann.expect("message").await["text"], "hello");
    assert_eq!(duet.recv().await, "ann: one\nann: two\nann: three");
    // There is nothing: the answer is the next thing that is said.
    duet.bytes(b"anybody?").await;
    assert_eq!(ann.expect("message").await["text"], "anybody?");
    ann.say("3", "yes").await;
    assert_eq!(duet.recv().await, "ann: yes");
    ann.expect("ack").await;
    duet.bytes(b"Bye").await;
    assert_eq!(duet.recv().await, "");
    assert_eq!(ann.expect("left").await["name"], "guest-1");
    server.stop().await;
}

#[tokio::test]
async fn an_answer_holds_the_oldest_lines_that_fit() {
    let server = with_doors(&[DoorKind::Duet]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut duet = Peer::connect_to(server.addresses()[1]).await;
    ann.expect("joined").await;
    for number in 0..3 {
        ann.say(&number.to_string(), &number.to_string().repeat(500)).await;
        ann.expect("ack").await;
    }
    let line = |number: &str| format!("ann: {}", number.repeat(500));
    duet.bytes(b"go on").await;
    assert_eq!(duet.recv().await, format!("{}\n{}", line("0"), line("1")));
    duet.bytes(b"go on").await;
    assert_eq!(duet.recv().await, line("2"));
    server.stop().await;
}

#[tokio::test]
async fn two_duets_answer_each_other() {
    let server = with_doors(&[DoorKind::Duet]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut one = Peer::connect_to(server.addresses()[1]).await;
    let mut two = Peer::connect_to(server.addresses()[1]).await;
    ann.expect("joined").await;
    ann.expect("joined").await;
    one.bytes(b"marco").await;
    two.bytes(b"polo").await;
    let (heard, said) = tokio::join!(one.recv(), two.recv());
    let names = ["guest-1", "guest-2"];
    assert!(names.map(|name| format!("{name}: polo")).contains(&heard), "{heard}");
    assert!(names.map(|name| format!("{name}: marco")).contains(&said), "{said}");
    server.stop().await;
}

#[tokio::test]
async fn the_daytime_door_tells_the_time_and_closes() {
    let server = with_doors(&[DoorKind::Daytime]).await;
    let ask = async || {
        let told = Peer::connect_to(server.addresses()[1]).await.rest().await;
        jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", &told).unwrap()
    };
    let before = jiff::Zoned::now().datetime();
    let told = ask().await;
    let after = jiff::Zoned::now().datetime();
    // Whole seconds are told.
    assert!(told >= before.saturating_sub(jiff::Span::new().seconds(1)) && told <= after);
    server.stop().await;
}

#[tokio::test]
async fn a_refusal_is_the_answer_of_its_turn() {
    let server = with_doors(&[DoorKind::Duet]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut duet = Peer::connect_to(server.addresses()[1]).await;
    ann.expect("joined").await;
    duet.bytes(b"\x00\x01\x02").await;
    let refused = duet.recv().await;
    assert!(refused.starts_with("SERVER: this is not text") && !refused.ends_with('\n'));
    // It is nobody's turn: what is said now waits.
    ann.say("1", "one").await;
    ann.expect("ack").await;
    ann.say("2", "two").await;
    ann.expect("ack").await;
    duet.bytes(b"go on").await;
    assert_eq!(duet.recv().await, "ann: one\nann: two");
    server.stop().await;
}

#[tokio::test]
async fn answers_that_are_read_together_stay_apart() {
    let server = with_doors(&[DoorKind::Duet]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut duet = Peer::connect_to(server.addresses()[1]).await;
    ann.expect("joined").await;
    for text in ["a", "b"] {
        duet.bytes(text.as_bytes()).await;
        assert_eq!(ann.expect("message").await["text"], text);
    }
    ann.say("1", "one").await;
    ann.expect("ack").await;
    assert_eq!(duet.recv().await, "ann: one\n");
    ann.say("2", "two").await;
    ann.expect("ack").await;
    assert_eq!(duet.recv().await, "ann: two");
    server.stop().await;
}

#[tokio::test]
async fn whoever_talks_on_is_owed_so_many_answers_and_no_more() {
    let server = with_doors(&[DoorKind::Duet]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut duet = Peer::connect_to(server.addresses()[1]).await;
    ann.expect("joined").await;
    for number in 0..70 {
        duet.bytes(number.to_string().as_bytes()).await;
        assert_eq!(ann.expect("message").await["text"], number.to_string());
    }
    for number in 0..64 {
        ann.say(&number.to_string(), &number.to_string()).await;
        ann.expect("ack").await;
        assert_eq!(duet.recv().await.trim_end(), format!("ann: {number}"));
    }
    // From here on it is turn by turn again.
    for number in ["64", "65"] {
        ann.say(number, number).await;
        ann.expect("ack").await;
    }
    duet.bytes(b"go on").await;
    assert_eq!(duet.recv().await, "ann: 64\nann: 65");
    server.stop().await;
}

#[tokio::test]
async fn a_letter_that_comes_in_two_reads_is_one() {
    let server = with_doors(&[DoorKind::Duet]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut duet = Peer::connect_to(server.addresses()[1]).await;
    ann.expect("joined").await;
    duet.bytes(b"caf\xc3").await;
    assert_eq!(ann.expect("message").await["text"], "caf");
    duet.bytes(b"\xa9!").await;
    assert_eq!(ann.expect("message").await["text"], "é!");
    server.stop().await;
}
