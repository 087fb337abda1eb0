//! Links on which packets vanish without a word: the server notices each within 20 s, whatever the
//! peer speaks, and tells the others.
//!
//! The server lives in a network of its own, at the other end of two cables. From one of them every
//! frame is suddenly addressed to a card that is not there, which is how a Wi-Fi that is out of
//! reach looks: no error, no reset and no end, at neither side. All of it is made of namespaces, so
//! nothing of it outlives the processes in them. Where the machine allows none, the test says so.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::io::Write;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use support::Peer;
use support::dialect::{Dialect, Places};
use support::program::Program;
use tokio::time::Instant;

/// Set for the part that runs within the network.
const INSIDE: &str = "CHAT_TEST_NETWORK";

/// What the contract promises.
const NOTICED_WITHIN: Duration = Duration::from_secs(20);

/// How often the server's sockets are looked at: nothing tells when one is let go.
const LOOK: Duration = Duration::from_millis(100);

/// Two cables: `live` stays, `dead` does not. The neighbours on `dead` are fixed, so that nobody
/// asks who has an address and finds that there is no answer: that would be an error.
const LAY_CABLES: &str = "set -e
    export PATH=\"$PATH:/usr/sbin:/sbin\"
    there=\"nsenter --target $1 --net\"
    for cable in live dead; do
        case $cable in live) net=10.65.1;; dead) net=10.65.2;; esac
        ip link add $cable address 02:00:00:00:00:01 type veth \
            peer name far-$cable address 02:00:00:00:00:02
        ip link set far-$cable netns $1
        ip addr add $net.1/24 dev $cable
        $there ip addr add $net.2/24 dev far-$cable
        ip link set $cable up
        $there ip link set far-$cable up
    done
    ip neigh replace 10.65.2.2 lladdr 02:00:00:00:00:02 nud permanent dev dead
    $there ip neigh replace 10.65.2.1 lladdr 02:00:00:00:00:01 nud permanent dev far-dead";

/// From now on whatever goes through `dead`, either way, is for somebody else.
const CUT_CABLE: &str = "set -e
    export PATH=\"$PATH:/usr/sbin:/sbin\"
    ip neigh replace 10.65.2.2 lladdr 02:00:00:00:00:99 nud permanent dev dead
    nsenter --target $1 --net \
        ip neigh replace 10.65.2.1 lladdr 02:00:00:00:00:99 nud permanent dev far-dead";

/// What is needed of the machine, tried out.
const PROBE: &str = "set -e
    export PATH=\"$PATH:/usr/sbin:/sbin\"
    ip link add probe address 02:00:00:00:00:01 type veth peer name far-probe
    ip link set probe up
    ip neigh replace 10.65.2.2 lladdr 02:00:00:00:00:02 nud permanent dev probe
    unshare --net true
    nsenter --target $$ --net true";

fn shell(script: &str, argument: &str) {
    let output = Command::new("sh").args(["-c", script, "sh", argument]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// How to make a network here, as root or as anybody; otherwise, why that cannot be done.
fn network() -> Result<Vec<&'static str>, String> {
    let mut why = String::new();
    for flags in [vec!["--net"], vec!["--user", "--map-root-user", "--net"]] {
        match Command::new("unshare").args(&flags).args(["sh", "-c", PROBE]).output() {
            Ok(output) if output.status.success() => return Ok(flags),
            Ok(output) => why = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; "),
            Err(error) => why = format!("unshare: {error}"),
        }
    }
    Err(why)
}

#[test]
fn links_on_which_packets_vanish_are_noticed() {
    let flags = match network() {
        Ok(flags) => flags,
        Err(why) => {
            // Written past the harness, which shows nothing that a test prints when it passes.
            let skipped = "SKIPPED: dropped packets are not tested, this machine gives no network";
            writeln!(std::io::stderr(), "{skipped} ({why})").unwrap();
            return;
        }
    };
    let output = Command::new("unshare")
        .args(flags)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "within_a_network", "--ignored", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    print!("{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "see above");
}

/// A server, somebody whose link lives, and others whose links will not.
struct World {
    what: &'static str,
    program: Program,
    witness: Peer,
    dying: Vec<(&'static str, Peer)>,
}

impl World {
    async fn new(what: &'static str, mut program: Program) -> Self {
        let doors = Places::doors_of(&mut program);
        let at = |network: u8, door: SocketAddr| {
            Peer::connect_to(SocketAddr::from(([10, 65, network, 2], door.port())))
        };
        let mut witness = at(1, doors.main).await;
        witness.send(json!({"type": "hello", "version": 1, "name": "witness"})).await;
        witness.expect("welcome").await;
        let mut dying = Vec::new();
        for dialect in Dialect::ALL {
            let mut peer = at(2, doors.of(dialect)).await;
            peer.bytes(&dialect.hello(dialect.name())).await;
            dying.push((dialect.name(), peer));
            witness.expect("joined").await;
        }
        Self { what, program, witness, dying }
    }

    /// Those who have not said who they are.
    async fn strangers(&mut self) {
        let first: [(&'static str, &[u8]); 4] =
            [("silent", b""), ("HTTP", b"GET / HTTP/1.1\r\n"), ("begun", b"{"), ("short", b"GE")];
        for (who, bytes) in first {
            let address = SocketAddr::from(([10, 65, 2, 2], self.program.address.port()));
            let mut peer = Peer::connect_to(address).await;
            peer.bytes(bytes).await;
            self.dying.push((who, peer));
        }
    }

    /// Returns once everybody is connected and has acknowledged everything.
    async fn settle(&self) {
        let start = Instant::now();
        while !self
            .dying
            .iter()
            .all(|(_, peer)| self.program.in_flight(peer.door(), peer.port()) == Some(0))
        {
            assert!(start.elapsed() < support::PATIENCE, "{} does not settle", self.what);
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Watches the links die. Says something at these times, and so puts bytes in flight.
    async fn watch(mut self, cut: Instant, talk: Vec<Duration>) {
        let mut left: Vec<String> = Vec::new();
        let mut gone: Vec<&str> = Vec::new();
        let mut flew: Vec<&str> = Vec::new();
        let mut talk = talk.into_iter().enumerate().peekable();
        while left.len() < KNOWN.len() || gone.len() < self.dying.len() {
            let at = cut.elapsed();
            let late = |who: &str| panic!("{who} is not noticed in {at:?}: {}", self.what);
            for (who, peer) in &self.dying {
                match self.program.in_flight(peer.door(), peer.port()) {
                    _ if gone.contains(who) => {}
                    None => {
                        println!("{}: {who} is let go after {at:.1?}", self.what);
                        gone.push(who);
                    }
                    Some(_) if at > NOTICED_WITHIN => late(who),
                    Some(0) => {}
                    Some(_) => flew.push(who),
                }
            }
            if left.len() < KNOWN.len() && at > NOTICED_WITHIN {
                late("somebody known");
            }
            if let Some((number, _)) = talk.next_if(|(_, when)| *when <= at) {
                self.witness.say(&number.to_string(), "is anybody there?").await;
            }
            // A tick without a frame is a look at the sockets. A line is never half read: frames
            // are small, and come whole.
            let Ok(frame) = tokio::time::timeout(LOOK, self.witness.frame()).await else {
                continue;
            };
            match frame["type"].as_str().unwrap() {
                "ping" => self.witness.send(json!({"type": "pong"})).await,
                "left" => left.push(frame["name"].as_str().unwrap().to_owned()),
                "ack" => {}
                other => panic!("{other}: {}", self.what),
            }
        }
        left.sort();
        assert_eq!(left, KNOWN, "{}", self.what);
        if self.what == BUSY {
            assert!(flew.contains(&"native") && flew.contains(&"line"), "nothing was in flight");
        }
        // The last words may still be on their way; nobody leaves twice.
        self.witness.send(json!({"type": "ping"})).await;
        loop {
            match self.witness.frame().await["type"].as_str().unwrap() {
                "pong" => return,
                "ack" | "ping" => {}
                other => panic!("{other}: {}", self.what),
            }
        }
    }
}

/// Those who have said who they are, as they are announced: a duet gives no name.
const KNOWN: [&str; 6] = ["comma", "guest-1", "line", "native", "nc", "pickle"];

/// Nobody says anything; strangers are here too.
const QUIET: &str = "quiet";

/// Somebody talks all the time, so that something is always in flight.
const BUSY: &str = "busy";

#[tokio::test]
#[ignore = "runs within the network that the other test makes for it"]
async fn within_a_network() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let arguments = [
        &["--bind", "0.0.0.0", "--port", "0", "--ephemeral"][..],
        &["--door", "nc=0", "--door", "duet=0"],
    ]
    .concat();
    let first = Program::start_through(&["unshare", "--net"], &arguments);
    let id = first.id().to_string();
    shell(LAY_CABLES, &id);
    let there = || Program::start_through(&["nsenter", "--target", &id, "--net"], &arguments);
    let mut quiet = World::new(QUIET, first).await;
    quiet.strangers().await;
    let seconds = |seconds: u64| vec![Duration::from_secs(seconds)];
    let always = (0..100).map(|tick| Duration::from_millis(tick * 300)).collect();
    // The first bytes for a link that has been dead for a while start no new wait.
    let mut worlds = vec![(quiet, Vec::new())];
    for (what, talk) in [
        (BUSY, always),
        ("spoken to after 5 s", seconds(5)),
        ("spoken to after 7 s", seconds(7)),
        ("spoken to after 9 s", seconds(9)),
        ("spoken to after 12 s", seconds(12)),
    ] {
        worlds.push((World::new(what, there()).await, talk));
    }
    for (world, _) in &worlds {
        world.settle().await;
    }
    shell(CUT_CABLE, &id);
    let cut = Instant::now();
    let watching = worlds.into_iter().map(|(world, talk)| tokio::spawn(world.watch(cut, talk)));
    let watching: Vec<_> = watching.collect();
    let mut failed = Vec::new();
    for watch in watching {
        failed.extend(watch.await.err());
    }
    assert!(failed.is_empty(), "{failed:?}");
}
