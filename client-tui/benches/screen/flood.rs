//! A start, then 100,000 messages as fast as they are read; then the same room is scrolled and
//! resized.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::figures::{Subject, Times, header, row, watched};
use crate::floor;
use crate::frames::Frames;
use crate::server::{Server, shows};
use crate::terminal::Terminal;

/// Messages of the flood.
pub(crate) const MESSAGES: u64 = 100_000;

/// Starts, of which the median counts.
pub(crate) const STARTS: usize = 9;

/// Times that PgUp is pressed.
pub(crate) const PAGES: usize = 60;

/// Times that the terminal gets another size.
const SIZES: u32 = 200;

/// How long nothing must be drawn before the next thing is measured.
pub(crate) const QUIET: Duration = Duration::from_millis(12);

const FIRST: Subject =
    Subject { name: "first picture after exec", goal: "4 ms", others: "19 / 45 / 2.7 ms" };
const FLOOR: Subject = Subject { name: "the floor's first picture", goal: "", others: "" };
const WELCOMED: Subject = Subject { name: "in the room after exec", goal: "6 ms", others: "" };
const LAST: Subject = Subject {
    name: "the last of 100,000 on the screen",
    goal: "0.5 s",
    others: "5.2 / 13.7 / 10 s",
};
const CPU: Subject = Subject { name: "… the client's processor time", goal: "0.3 s", others: "" };
const BYTES: Subject = Subject { name: "… bytes drawn", goal: "0.3 MB", others: "" };
const RESIDENT: Subject =
    Subject { name: "memory afterwards (VmRSS)", goal: "24 MiB", others: "62 / 66 / 48 MiB" };
const MOST: Subject = Subject { name: "the most there was (VmHWM)", goal: "24 MiB", others: "" };
const BEFORE: Subject = Subject { name: "memory before (VmRSS)", goal: "", others: "" };
const PAGE: Subject =
    Subject { name: "PgUp until drawn, median", goal: "0.6 ms", others: "5.9 / 1.8 / 0.5 ms" };
const RESIZE: Subject =
    Subject { name: "resize until drawn, median", goal: "1 ms", others: "1.1 / 1.7 / 34 ms" };
const RESIZE_MOST: Subject = Subject { name: "resize until drawn, p95", goal: "", others: "" };
const RESIZE_WORST: Subject =
    Subject { name: "resize until drawn, worst of 200", goal: "2 ms", others: "" };
const WHOLE: Subject = Subject { name: "… of them without stolen time", goal: "", others: "" };
const THREADS: Subject = Subject { name: "threads", goal: "", others: "" };

/// One round's figures, each behind its subject and unit.
type Round = Vec<(&'static Subject, &'static str, f64)>;

pub(crate) fn measure(rounds: usize) {
    let rounds: Vec<Round> = (0..rounds).map(|_| round()).collect();
    header("A start, and 100,000 messages as fast as they are read");
    for (at, (subject, unit, _)) in rounds.iter().take(1).flatten().enumerate() {
        row(subject, unit, rounds.iter().map(|round| round[at].2).collect());
    }
}

fn round() -> Round {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(Frames);
    let mut floors = Times::default();
    for _ in 0..STARTS {
        let (time, is_whole) = watched(|| floor_start(data.path()));
        floors.push(time, is_whole);
    }
    // All but the first are starts of every day: the folder is there.
    let mut terminal = joined(&server, data.path()).0;
    let (mut firsts, mut welcomes) = (Times::default(), Times::default());
    for _ in 0..STARTS {
        drop(terminal);
        let (start, is_whole) = watched(|| joined(&server, data.path()));
        let (first, welcomed);
        (terminal, first, welcomed) = start;
        firsts.push(first, is_whole);
        welcomes.push(welcomed, is_whole);
    }
    let mut figures: Round = vec![
        (&FLOOR, "ms", floors.quantile(0.5)),
        (&FIRST, "ms", firsts.quantile(0.5)),
        (&WELCOMED, "ms", welcomes.quantile(0.5)),
    ];
    flood(&mut terminal, &mut server, &mut figures);
    figures.push((&PAGE, "ms", pages(&mut terminal).quantile(0.5)));
    let resizes = resizes(&mut terminal);
    figures.push((&RESIZE, "ms", resizes.quantile(0.5)));
    figures.push((&RESIZE_MOST, "ms", resizes.quantile(0.95)));
    figures.push((&RESIZE_WORST, "ms", resizes.quantile(1.0)));
    figures.push((&WHOLE, "%", 100.0 * resizes.whole()));
    figures
}

/// A client, ready to begin.
pub(crate) fn prepare(server: &Server, data: &Path) -> Terminal {
    let arguments = format!("--host 127.0.0.1 --port {} --name zoe", server.port);
    Terminal::prepare(Path::new(env!("CARGO_BIN_EXE_chat-tui")), &arguments, &[], data)
}

/// A client in the room, and when after its start it drew first, and when the room.
pub(crate) fn joined(server: &Server, data: &Path) -> (Terminal, Duration, Duration) {
    let mut terminal = prepare(server, data);
    let start = terminal.go();
    let first = terminal.wait_until("a picture", |screen| !screen.contents().is_empty());
    let in_room = |screen: &vt100::Screen| screen.contents().contains(" 13 here");
    let welcomed = match in_room(terminal.screen()) {
        true => first,
        false => terminal.wait_until("the room", in_room),
    };
    (terminal, first - start, welcomed - start)
}

fn floor_start(data: &Path) -> Duration {
    let mut terminal = floor::prepare(data);
    let start = terminal.go();
    terminal.wait_until("the floor", |screen| screen.contents().contains("#lobby")) - start
}

fn flood(terminal: &mut Terminal, server: &mut Server, figures: &mut Round) {
    terminal.settle(Duration::from_millis(100));
    let process = terminal.process();
    let before = process.mebibytes("VmRSS");
    let messages = server.messages(MESSAGES);
    let (cpu, written) = (process.cpu(), terminal.written());
    let start = Instant::now();
    let last = std::thread::scope(|scope| {
        scope.spawn(|| server.write(&messages));
        terminal.wait_until("the last message", |screen| shows(screen, MESSAGES))
    });
    figures.push((&LAST, "s", (last - start).as_secs_f64()));
    terminal.settle(Duration::from_millis(200));
    figures.push((&CPU, "s", (process.cpu() - cpu).as_secs_f64()));
    #[allow(clippy::cast_precision_loss)]
    figures.push((&BYTES, "MB", (terminal.written() - written) as f64 / 1e6));
    figures.push((&BEFORE, "MiB", before));
    figures.push((&RESIDENT, "MiB", process.mebibytes("VmRSS")));
    figures.push((&MOST, "MiB", process.mebibytes("VmHWM")));
    #[allow(clippy::cast_precision_loss)]
    figures.push((&THREADS, "", process.thread_count() as f64));
}

fn pages(terminal: &mut Terminal) -> Times {
    let mut times = Times::default();
    for _ in 0..PAGES {
        let before = terminal.screen().contents();
        let (time, is_whole) = watched(|| {
            let pressed = terminal.send("\x1b[5~");
            terminal.wait_until("another page", |screen| screen.contents() != before) - pressed
        });
        times.push(time, is_whole);
        terminal.settle(QUIET);
    }
    terminal.send("\x1b");
    terminal.wait_until("the newest", |screen| shows(screen, MESSAGES));
    times
}

fn resizes(terminal: &mut Terminal) -> Times {
    let mut times = Times::default();
    for (width, height) in sizes() {
        terminal.settle(QUIET);
        let (time, is_whole) = watched(|| {
            let resized = terminal.resize((width, height));
            let fits = |screen: &vt100::Screen| fills(screen, (width, height));
            terminal.wait_until("the new size", fits) - resized
        });
        times.push(time, is_whole);
    }
    times
}

/// The sizes that the terminal gets, the same in every round.
pub(crate) fn sizes() -> impl Iterator<Item = (u16, u16)> {
    let mut random: u32 = 1;
    let mut below = move |most: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u16::try_from((random >> 16) % most).unwrap()
    };
    (0..SIZES).map(move |_| (50 + below(150), 15 + below(45)))
}

/// Whether a picture of this size is on the screen: a bar from edge to edge at the top, and the
/// row that is typed in at the bottom.
fn fills(screen: &vt100::Screen, (width, height): (u16, u16)) -> bool {
    let corner = screen.cell(0, width - 1);
    let bar = corner.is_some_and(|cell| cell.bgcolor() != vt100::Color::Default);
    bar && screen.cursor_position().0 + 2 >= height && shows(screen, MESSAGES)
}
