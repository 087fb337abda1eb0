//! The crowd that chats: `chat-server simulate` in a process of its own.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::contestant::Contestant;

/// How long it chats.
const LASTS: &str = "2s";

/// No run takes longer, whatever the server does.
const AT_MOST: Duration = Duration::from_secs(45);

/// How often the server is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What the crowd found, as far as it is of interest here.
#[derive(Debug, Deserialize)]
pub(crate) struct Figures {
    /// Deliveries.
    pub(crate) received: u64,
    pub(crate) received_per_second: f64,
    pub(crate) latency_ms: Latency,
}

/// In milliseconds; nothing where nothing was delivered.
#[derive(Debug, Deserialize)]
pub(crate) struct Latency {
    pub(crate) p50: Option<f64>,
    pub(crate) p99: Option<f64>,
}

/// Lets a crowd chat with a server; `meanwhile` is called again and again with the time that has
/// passed. `None` when it did not come to figures: it had to be ended, or failed.
pub(crate) fn simulate(
    clients: u16,
    every: &str,
    contestant: &mut Contestant,
    mut meanwhile: impl FnMut(Duration),
) -> Option<Figures> {
    let (users, port) = (clients.to_string(), contestant.address.port().to_string());
    let mut child = Command::new(env!("CARGO_BIN_EXE_chat-server"))
        .args(["simulate", "--dialect", "line", "--seed", "1", "--json", "--for", LASTS])
        .args(["--users", &users, "--port", &port, "--every", every])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = child.stdout.take().unwrap();
    let json = std::thread::spawn(move || {
        let mut json = String::new();
        output.read_to_string(&mut json).map(|_| json).unwrap_or_default()
    });
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        contestant.look();
        meanwhile(began.elapsed());
        std::thread::sleep(LOOK);
        if began.elapsed() > AT_MOST {
            child.kill().ok();
        }
    }
    serde_json::from_str(&json.join().unwrap()).ok()
}
