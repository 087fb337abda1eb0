//! `chat-server simulate` from outside: the real program against the real server, and against
//! small servers that lose, double and mix up what they are given.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::sync::{Arc, Mutex};

use rustix::process::{Pid, Signal, kill_process};
use support::program::{Program, command};
use support::simulation::{figures_of, simulate};

#[test]
fn the_real_server_passes_in_every_dialect() {
    let program = Program::start_with(&["--port", "0", "--ephemeral"]);
    for dialect in ["native", "line", "comma", "pickle"] {
        let (code, figures, verdict) = figures_of(program.address, dialect, 5);
        assert_eq!(code, Some(0), "{dialect}: {figures}");
        assert!(verdict.ends_with("arrived once and in order"), "{verdict}");
        assert_eq!((&figures["ok"], &figures["came_in"]), (&true.into(), &5.into()), "{dialect}");
        assert!(figures["sent"].as_u64().unwrap() > 5, "{dialect}: {figures}");
        assert_eq!(figures["received"], figures["due"], "{dialect}: {figures}");
        assert!(figures["latency_ms"]["p99"].as_f64().unwrap() > 0.0, "{dialect}: {figures}");
        assert_eq!(figures["people"].as_array().unwrap().len(), 5, "{dialect}");
    }
    assert_eq!(program.terminate().0, Some(0));
}

/// As fast as it goes, so that whoever does not wait for room would be slowed down or closed.
#[test]
fn the_real_server_passes_with_its_limits_on() {
    let program = Program::start_with(&["--port", "0", "--ephemeral", "--limits", "on"]);
    for dialect in ["native", "line"] {
        let many = ["--dialect", dialect, "--users", "60", "--for", "1s", "--every", "0s"];
        let (code, out, said) = simulate(program.address, &many);
        assert_eq!((code, said.as_str()), (Some(0), ""), "{out}");
        assert!(out.contains("arrived once and in order") && out.contains("seed 7"), "{out}");
    }
    assert_eq!(program.terminate().0, Some(0));
}

/// What a small server does with one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Passes,
    Loses,
    Doubles,
    /// Keeps it until the same sender says something more, and passes it on after that.
    Holds,
    /// Passes on all but the last letter.
    Cuts,
    /// Closes everybody's connection.
    Closes,
    /// Keeps everything until it is let go, and then passes it on.
    Dams,
}

/// A line server for one thread a client, that treats one message differently: the tenth.
struct Small {
    clients: HashMap<usize, TcpStream>,
    held: HashMap<usize, String>,
    heard: usize,
    does: Does,
    /// What it keeps.
    dammed: Vec<(usize, String)>,
}

impl Small {
    fn start(does: Does) -> SocketAddr {
        Self::start_known(does).0
    }

    /// The same, and the server itself.
    fn start_known(does: Does) -> (SocketAddr, Arc<Mutex<Self>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (clients, held, dammed) = (HashMap::new(), HashMap::new(), Vec::new());
        let small = Arc::new(Mutex::new(Self { clients, held, heard: 0, does, dammed }));
        let known = Arc::clone(&small);
        std::thread::spawn(move || {
            for (client, stream) in listener.incoming().flatten().enumerate() {
                let small = Arc::clone(&small);
                std::thread::spawn(move || Self::serve(&small, client, stream));
            }
        });
        (address, known)
    }

    /// Passes on what it kept, and from now on everything at once.
    fn let_go(&mut self) {
        self.does = Does::Passes;
        for (from, line) in std::mem::take(&mut self.dammed) {
            self.tell(Some(from), &line);
        }
    }

    fn serve(small: &Mutex<Self>, client: usize, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
        let Some(name) = lines.next() else { return };
        small.lock().unwrap().clients.insert(client, stream);
        small.lock().unwrap().tell(None, &format!("SERVER: {name} joined"));
        for text in lines.take_while(|text| text != "EXIT") {
            small.lock().unwrap().hear(client, format!("{name}: {text}"));
        }
        if let Some(stream) = small.lock().unwrap().clients.remove(&client) {
            stream.shutdown(Shutdown::Both).ok();
        }
    }

    fn hear(&mut self, from: usize, line: String) {
        self.heard += 1;
        if self.does == Does::Dams {
            return self.dammed.push((from, line));
        }
        let held = self.held.remove(&from);
        match if self.heard == 10 { self.does } else { Does::Passes } {
            Does::Passes => self.tell(Some(from), &line),
            Does::Loses | Does::Dams => {}
            Does::Doubles => (0..2).for_each(|_| self.tell(Some(from), &line)),
            Does::Holds => _ = self.held.insert(from, line),
            Does::Cuts => {
                let mut line = line;
                line.pop();
                self.tell(Some(from), &line);
            }
            Does::Closes => {
                self.clients.drain().for_each(|(_, client)| drop(client.shutdown(Shutdown::Both)));
            }
        }
        if let Some(held) = held {
            self.tell(Some(from), &held);
        }
    }

    fn tell(&mut self, except: Option<usize>, line: &str) {
        for (client, stream) in &mut self.clients {
            if Some(*client) != except {
                stream.write_all(format!("{line}\n").as_bytes()).ok();
            }
        }
    }
}

#[track_caller]
fn check(does: Does, expected: &[(&str, u64)]) {
    let (code, figures, said) = figures_of(Small::start(does), "line", 5);
    let is_good = expected.is_empty();
    assert_eq!(code, Some(if is_good { 0 } else { 1 }), "{does:?}: {said}");
    assert_eq!(figures["ok"], is_good);
    assert_eq!(said.lines().count(), 1, "{said}");
    for key in ["lost", "doubled", "out_of_order", "strange"] {
        let wanted =
            expected.iter().find(|(named, _)| *named == key).map_or(0, |(_, count)| *count);
        assert_eq!(figures[key], wanted, "{does:?}, {key}: {figures}");
        let word = if key == "strange" { "changed".to_owned() } else { key.replace('_', " ") };
        assert_eq!(said.contains(&word), wanted > 0, "{does:?}, {key}: {said}");
    }
}

#[test]
fn servers_that_lose_double_or_mix_up_a_message_are_found_out() {
    check(Does::Passes, &[]);
    check(Does::Loses, &[("lost", 4)]);
    check(Does::Doubles, &[("doubled", 4)]);
    check(Does::Holds, &[("out_of_order", 4)]);
    check(Does::Cuts, &[("lost", 4), ("strange", 4)]);
}

#[test]
fn a_server_that_closes_is_found_out() {
    let (code, figures, said) = figures_of(Small::start(Does::Closes), "line", 5);
    assert_eq!((code, &figures["closed"]), (Some(1), &5.into()), "{said}");
    assert!(said.contains("closed by the server") && said.contains("lost"), "{said}");
}

/// A simulation at a server that has heard something, and has passed on nothing yet.
fn dammed() -> (Child, Arc<Mutex<Small>>) {
    let (address, small) = Small::start_known(Does::Dams);
    let port = address.port().to_string();
    let play = ["--dialect", "line", "--users", "5", "--for", "1m", "--every", "50ms"];
    let simulates = command(&[&["simulate", "--port", &port], &play[..]].concat()).spawn().unwrap();
    while small.lock().unwrap().heard == 0 {
        std::thread::yield_now();
    }
    (simulates, small)
}

/// As Ctrl-C does.
fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
}

#[test]
fn what_is_on_its_way_at_an_interrupt_is_waited_for() {
    let (mut simulates, small) = dammed();
    interrupt(&simulates);
    let mut waits = String::new();
    BufReader::new(simulates.stderr.take().unwrap()).read_line(&mut waits).unwrap();
    assert!(waits.starts_with("waits for ") && waits.contains("Ctrl-C once more"), "{waits}");
    small.lock().unwrap().let_go();
    let output = simulates.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{out}");
    assert!(out.contains("arrived once and in order"), "{out}");
}

#[test]
fn a_server_that_is_not_there_or_says_nothing_is_told_of_in_one_line() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (code, silent, _) = simulate(address, &["--users", "2", "--for", "200ms"]);
    assert_eq!(code, Some(1), "{silent}");
    drop(listener);
    let (code, out, said) = simulate(address, &["--users", "2", "--for", "200ms"]);
    assert_eq!((code, out.lines().count(), said.as_str()), (Some(1), 1, ""), "{out}");
    assert!(out.starts_with("nobody got in") && out.contains("is the server running"), "{out}");
}

#[test]
fn the_verdict_is_the_last_line_of_the_output_good_or_bad() {
    for (does, expected) in [(Does::Passes, "once and in order"), (Does::Cuts, "changed")] {
        let moment = ["--dialect", "line", "--users", "3", "--for", "1s", "--every", "50ms"];
        let (code, out, said) = simulate(Small::start(does), &moment);
        assert_eq!(code, Some(i32::from(does != Does::Passes)), "{out}");
        assert_eq!(said, "", "{out}");
        assert!(out.lines().last().unwrap().contains(expected), "{out}");
        assert!(out.contains("seed 7") && out.contains("sent"), "{out}");
    }
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let (code, out, said) = simulate(address, &["--host", "nowhere.invalid"]);
    assert_eq!((code, out.as_str(), said.lines().count()), (Some(1), "", 1), "{said}");
}

#[test]
fn bad_usage_is_told_from_a_bad_server() {
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    for bad in [
        &["--users", "0"][..],
        &["--users", "9999999"],
        &["--for", "3"],
        &["--for", "0s"],
        &["--for", "-3s"],
        &["--every", "soon"],
        &["--every", "3h"],
        &["--dialect", "telex"],
        &["--seed", "x"],
    ] {
        assert_eq!(simulate(address, bad).0, Some(2), "{bad:?}");
    }
}
