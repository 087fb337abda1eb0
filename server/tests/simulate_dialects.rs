//! `chat-server simulate` in dialects in which little tells who speaks: two-way, raw, at netcat, and
//! comma in a server's own words; against the real server's doors and against small servers.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use chat_server::DoorKind;
use support::simulation::{figures_of, simulate};
use support::with_doors;

#[tokio::test(flavor = "multi_thread")]
async fn the_real_servers_own_doors_pass() {
    let server = with_doors(&[DoorKind::Nc, DoorKind::Duet, DoorKind::Line]).await;
    for (door, dialect) in [(1, "nc"), (1, "line"), (2, "duet"), (3, "line")] {
        let address = server.addresses()[door];
        let simulated = tokio::task::spawn_blocking(move || figures_of(address, dialect, 5));
        let (code, figures, verdict) = simulated.await.unwrap();
        assert_eq!(code, Some(0), "{dialect} at {door}: {figures}");
        assert!(verdict.ends_with("arrived once and in order"), "{verdict}");
        assert_eq!((&figures["dialect"], &figures["came_in"]), (&dialect.into(), &5.into()));
        assert!(figures["sent"].as_u64().unwrap() > 5, "{dialect} at {door}: {figures}");
        assert_eq!(figures["received"], figures["due"], "{dialect} at {door}: {figures}");
    }
    server.stop().await;
}

/// As fast as it goes: nobody waits for ever for a turn.
#[tokio::test(flavor = "multi_thread")]
async fn many_take_turns_as_fast_as_they_can() {
    let server = with_doors(&[DoorKind::Duet]).await;
    let address = server.addresses()[1];
    let many = ["--dialect", "duet", "--users", "80", "--for", "1s", "--every", "0s"];
    let (code, out, _) =
        tokio::task::spawn_blocking(move || simulate(address, &many)).await.unwrap();
    assert_eq!(code, Some(0), "{out}");
    server.stop().await;
}

/// What a small server answers the reads of one client, by the how manieth read it is.
type Answers = fn(&[u8], usize) -> Vec<u8>;

/// A server that answers each client by itself; one after another, or all at once.
fn answering(answers: Answers, all_at_once: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let serve = move || {
                let (mut client, mut buffer) = (client, [0; 4096]);
                for number in 0.. {
                    let Ok(read @ 1..) = client.read(&mut buffer) else { return };
                    client.write_all(&answers(&buffer[..read], number)).ok();
                }
            };
            if all_at_once {
                std::thread::spawn(serve);
            } else {
                serve();
            }
        }
    });
    address
}

/// A server that hands what one client sends to these others: whoever it says is to get it, given
/// their number and the sender's.
fn passing_on(goes: fn(usize, usize) -> bool, words: fn(&str) -> String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let clients: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
    std::thread::spawn(move || {
        for (from, mut client) in listener.incoming().flatten().enumerate() {
            clients.lock().unwrap().push(client.try_clone().unwrap());
            let clients = Arc::clone(&clients);
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(read @ 1..) = client.read(&mut buffer) {
                    let said = words(&String::from_utf8_lossy(&buffer[..read]));
                    let mut clients = clients.lock().unwrap();
                    for (_, to) in clients.iter_mut().enumerate().filter(|(to, _)| goes(*to, from))
                    {
                        to.write_all(said.as_bytes()).ok();
                    }
                }
            });
        }
    });
    address
}

#[track_caller]
fn check(address: SocketAddr, dialect: &str, users: usize, expected: &str) {
    let (code, figures, verdict) = figures_of(address, dialect, users);
    let is_good = expected.ends_with("once and in order");
    assert_eq!(code, Some(if is_good { 0 } else { 1 }), "{verdict}");
    assert!(verdict.contains(expected), "{dialect}, {expected}: {verdict}, {figures}");
    assert_eq!(figures["ok"], is_good, "{verdict}");
}

#[test]
fn an_echo_server_passes_and_one_that_does_not_echo_is_found_out() {
    let good = "arrived once and in order";
    let echoes: Answers = |said, _| said.to_vec();
    check(answering(echoes, true), "raw", 5, good);
    check(answering(|said, _| [b"echo: ", said].concat(), true), "raw", 5, good);
    check(answering(|said, _| said.trim_ascii_end().to_vec(), true), "raw", 2, good);
    let loses: Answers = |said, number| if number == 3 { Vec::new() } else { said.to_vec() };
    check(answering(loses, true), "raw", 1, "as number 4 did not come back");
    let doubles: Answers = |said, number| said.repeat(if number == 3 { 2 } else { 1 });
    check(answering(doubles, true), "raw", 1, "as number 4 came back twice");
    // What came instead is shown.
    let shouts: Answers = |said, _| said.to_ascii_uppercase();
    check(answering(shouts, true), "raw", 1, "the server said: ANN-");
    check(answering(|_, _| Vec::new(), true), "raw", 1, "did not come back");
}

#[test]
fn an_echo_server_for_one_after_another_is_told_from_a_bad_one() {
    let echoes: Answers = |said, _| said.to_vec();
    check(answering(echoes, false), "raw", 1, "arrived once and in order");
    let expected = "2 users heard nothing at all: does it serve one after another?";
    check(answering(echoes, false), "raw", 3, expected);
}

#[test]
fn a_server_that_passes_lines_on_is_no_echo() {
    let plain: fn(&str) -> String = str::to_owned;
    let others = passing_on(|to, from| to != from, plain);
    check(others, "raw", 3, "one that passes lines on is tried with line");
    // There it passes, though it tells nobody who speaks.
    check(passing_on(|to, from| to != from, plain), "line", 3, "arrived once and in order");
    check(passing_on(|to, from| to != from, plain), "duet", 3, "arrived once and in order");
    check(passing_on(|to, from| to > from, plain), "duet", 3, "deliveries lost");
}

#[test]
fn nobody_is_praised_for_what_nobody_was_to_get() {
    let plain: fn(&str) -> String = str::to_owned;
    let others = passing_on(|to, from| to != from, plain);
    check(others, "line", 1, "nobody else was there to get them");
    check(passing_on(|to, from| to != from, plain), "duet", 1, "nobody else was there to get them");
}

/// A comma server that greets in words of its own.
struct Comma {
    clients: Vec<(String, TcpStream)>,
    greets: fn(&str, &str) -> String,
    greeted: usize,
    /// This greeting goes out so many times.
    treats: fn(usize) -> usize,
}

impl Comma {
    fn start(greets: fn(&str, &str) -> String, treats: fn(usize) -> usize) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let comma = Self { clients: Vec::new(), greets, greeted: 0, treats };
        let comma = Arc::new(Mutex::new(comma));
        std::thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                let comma = Arc::clone(&comma);
                std::thread::spawn(move || {
                    let (mut buffer, mut name) = ([0; 4096], String::new());
                    while let Ok(read @ 1..) = client.read(&mut buffer) {
                        let said = String::from_utf8_lossy(&buffer[..read]).into_owned();
                        comma.lock().unwrap().hear(&said, &mut name, &mut client);
                    }
                });
            }
        });
        address
    }

    fn hear(&mut self, said: &str, name: &mut String, client: &mut TcpStream) {
        let answer = match said.split_once(',') {
            Some(("register", own)) => {
                own.clone_into(name);
                self.clients.push((own.to_owned(), client.try_clone().unwrap()));
                "ack".to_owned()
            }
            Some(("list", _)) => {
                let names: Vec<&str> = self.clients.iter().map(|(name, _)| name.as_str()).collect();
                names.join(",")
            }
            Some(("chat", to)) => return self.greet(name, to),
            _ => "what?".to_owned(),
        };
        client.write_all(answer.as_bytes()).ok();
    }

    fn greet(&mut self, from: &str, to: &str) {
        self.greeted += 1;
        let words = (self.greets)(from, to).repeat((self.treats)(self.greeted));
        if let Some((_, client)) = self.clients.iter_mut().find(|(name, _)| name == to) {
            client.write_all(words.as_bytes()).ok();
        }
    }
}

#[test]
fn greetings_in_other_words_are_understood() {
    let good = "arrived once and in order";
    let ways: [fn(&str, &str) -> String; 5] = [
        |from, _| format!("{from} says hello\n"),
        |from, _| format!("{from}: hi\n"),
        |from, to| format!("{from} -> {to}: hi!\n"),
        |from, _| format!("message from {from}\n"),
        |from, _| format!("chat,{from}\n"),
    ];
    for greets in ways {
        check(Comma::start(greets, |_| 1), "comma", 3, good);
    }
    check(Comma::start(ways[3], |number| usize::from(number != 5)), "comma", 3, "1 of");
    check(Comma::start(ways[3], |number| 1 + usize::from(number == 5)), "comma", 3, "1 doubled");
    check(Comma::start(|_, _| "hello you\n".to_owned(), |_| 1), "comma", 3, "said: hello you");
}
