//! `chat-server simulate`: users that chat with any server and judge it. Owns what may be asked for
//! on the command line, and what the exit code says.
//!
//! The play itself is a fold (`world`) over a judge of what arrives, people who behave by their
//! seed, and what is on its way; sockets and clocks are at the edge (`drive`, `user`).

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use chat_protocol::limit::DEFAULT_PORT;
use clap::Args;
use jiff::SignedDuration;

mod cast;
mod crowd;
mod dialect;
mod drive;
mod flights;
mod greetings;
mod judge;
mod latencies;
mod report;
mod screen;
mod table;
mod user;
mod wire;
mod world;

use dialect::Dialect;
use screen::Screen;

/// The longest run, and the shortest.
const LASTS: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(100)..=Duration::from_secs(3_600);

/// The longest pause, on average.
const EVERY_MOST: Duration = Duration::from_secs(600);

/// The exit code for a server that has lost, doubled or mixed up something, or let nobody in.
const FAULTY: u8 = 1;

const HELP: &str = "\
Exit codes: 0 every message arrived once and in order at everybody who was to get it, 1 some did \
not or somebody could not get in, 2 bad usage.

In order means: what one user said to all arrives at each other user in the order it was said, and \
so does what one told another. A native server numbers what is said to all: everybody must hear it \
with the same rising numbers, and the sender must be told that it was taken. In the comma dialect the \
server chooses the words, so for each pair it is counted whether as many arrived as were sent. In \
the duet dialect users take turns: they say something, and wait for the answer, which is what others \
said meanwhile; how long a message took includes the wait for the next turn. In the raw dialect what a \
user says is to come back to that user once and in order, as an echo server sends it, with whatever it \
puts before it; one that serves one client after another is asked for --users 1.

The verdict is the last line of the output, good or bad; what hinders a run, or makes it wait behind \
Ctrl-C, goes to standard error.

Ctrl-C ends the chat early: what is on its way is still waited for, a second one gives up.

--json prints one object: ok, verdict, dialect, server, seed, seconds; users, came_in, closed (by the \
server); sent (messages); due, received, received_per_second, lost, doubled, out_of_order, strange \
(deliveries: a message counts once for each who is to get it); unacknowledged; latency_ms with p50, \
p99, most; people, each with name, sent, received, latency_ms.";

/// Let users chat with a server, and tell whether it lost, doubled or mixed up anything
///
/// They come in, look who is there, and chat with all or with friends at random intervals, with any
/// server of these dialects, also one of your own. Who is still waiting for what was said is given
/// time, so a server that is slow but right passes.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// Where the server is
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    host: String,

    /// Its port
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT)]
    port: u16,

    /// What the users speak: native, line, comma, pickle, nc, duet or raw
    #[arg(long, value_name = "DIALECT", default_value = "native")]
    dialect: Dialect,

    /// How many users there are, up to 2000
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=2_000))]
    users: u16,

    /// How long they chat, as in 30s, 500ms or 2m
    #[arg(long = "for", value_name = "TIME", default_value = "30s")]
    lasts: Time,

    /// How long each user waits from one message to the next, on average; 0s is as fast as the
    /// server delivers
    #[arg(long, value_name = "TIME", default_value = "2s")]
    every: Time,

    /// End when so many messages were sent, however long it took
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    messages: u64,

    /// Play the same again: names, friends, words and pauses follow from it [default: any]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    /// Print the figures as one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// A time as people write it.
#[derive(Clone, Copy, Debug)]
struct Time(Duration);

impl FromStr for Time {
    type Err = &'static str;
    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        let form = "a time is a number with its unit, as in 30s, 500ms or 2m";
        let time: SignedDuration = raw.parse().map_err(|_| form)?;
        time.try_into().map(Self).map_err(|_| form)
    }
}

/// What is to be played.
#[derive(Clone, Debug)]
struct Plan {
    dialect: Dialect,
    /// The server, for people.
    place: String,
    addresses: Vec<SocketAddr>,
    users: usize,
    lasts: Duration,
    every: Duration,
    /// At most so many.
    messages: u64,
    seed: u64,
}

impl Default for Plan {
    fn default() -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT));
        Self {
            dialect: Dialect::Native,
            place: address.to_string(),
            addresses: vec![address],
            users: 10,
            lasts: Duration::from_secs(30),
            every: Duration::from_secs(2),
            messages: 1_000_000,
            seed: 0,
        }
    }
}

impl Arguments {
    /// What is asked for, as far as it can be had; the addresses are still to be found.
    fn plan(&self) -> Result<Plan, String> {
        let (Time(lasts), Time(every)) = (self.lasts, self.every);
        if !LASTS.contains(&lasts) {
            return Err("--for takes 100ms to 1h".to_owned());
        }
        if every > EVERY_MOST {
            return Err("--every takes 0s to 10m".to_owned());
        }
        // Short, because somebody may want to type it.
        let any = || getrandom::u32().map_or(1, |seed| u64::from(seed % 1_000_000));
        Ok(Plan {
            dialect: self.dialect,
            place: format!("{}:{}", self.host, self.port),
            addresses: Vec::new(),
            users: self.users.into(),
            lasts,
            every,
            messages: self.messages.max(1),
            seed: self.seed.unwrap_or_else(any),
        })
    }
}

/// Why there is no good end, and the exit code that says so.
pub(crate) struct Failure {
    pub(crate) text: String,
    pub(crate) code: u8,
}

/// Plays it.
///
/// # Errors
/// When what was asked for cannot be had.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let plan = arguments.plan().map_err(|text| Failure { text, code: crate::USAGE })?;
    let failed = |text: String| Failure { text, code: FAULTY };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().map_err(|error| failed(error.to_string()))?;
    runtime.block_on(async {
        let found = tokio::net::lookup_host((arguments.host.as_str(), arguments.port)).await;
        let addresses = found
            .map_err(|error| failed(format!("{} cannot be found: {error}", arguments.host)))?
            .collect();
        let plan = Plan { addresses, ..plan };
        let mut screen = Screen::new(arguments.json);
        let report = drive::run(&plan, &mut screen).await;
        screen.finish(&report);
        // The verdict stands below the figures, good or bad.
        Ok(ExitCode::from(if report.ok { 0 } else { FAULTY }))
    })
}
