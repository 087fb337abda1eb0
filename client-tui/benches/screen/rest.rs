//! Ten seconds in which nothing happens: a client that rests draws nothing, and wakes for nothing
//! but the pings by which both sides know that the link lives.

use std::time::{Duration, Instant};

use crate::figures::{Subject, header, row};
use crate::flood;
use crate::frames::Frames;
use crate::server::Server;

/// How long is rested.
const REST: Duration = Duration::from_secs(10);

/// Times that a ping wakes a thread: it is due, it is answered, and the round trip is told; and
/// the runtime's clock comes near a moment that is seconds away in two steps before.
const WAKES_A_PING: f64 = 5.0;

pub(crate) fn measure(rounds: usize) {
    let (mut written, mut wakes, mut pings) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let data = tempfile::tempdir().unwrap();
        let mut server = Server::start(Frames);
        let (mut terminal, ..) = flood::joined(&server, data.path());
        let messages = server.messages(1_000);
        server.write(&messages);
        terminal.settle(Duration::from_secs(2));
        let process = terminal.process();
        let (bytes, sleeps, pinged) = (terminal.written(), process.sleeps(), server.pings());
        let end = Instant::now() + REST;
        while terminal.picture(end.saturating_duration_since(Instant::now())).is_some() {}
        #[allow(clippy::cast_precision_loss)]
        let pinged = (server.pings() - pinged) as f64;
        #[allow(clippy::cast_precision_loss)]
        written.push((terminal.written() - bytes) as f64);
        wakes.push(process.sleeps() - sleeps - pinged * WAKES_A_PING);
        pings.push(pinged);
    }
    header("Ten seconds of rest");
    row(&Subject { name: "bytes drawn", goal: "0", others: "" }, "", written);
    row(&Subject { name: "wakes, without those of pings", goal: "0", others: "" }, "", wakes);
    row(&Subject { name: "pings", goal: "", others: "" }, "", pings);
}
