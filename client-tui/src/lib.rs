//! A full-screen terminal chat client: one loop of events, pure state, and a picture of it.
//!
//! `runtime` waits for events, hands them to [`update::update`], performs the effects that come
//! back, and draws [`view::paint`] when something changed. Only `runtime`, `world`, `net`,
//! `hosting`, `errands`, `export`, `outside`, `keyboard`, `terminal`, `stop`, `storage`, `log` and
//! `config`'s `file` and `keep` touch the world; and so do those that run without a screen: `scripts`
//! with their `session`, and `doctor`.

use std::io;
use std::sync::mpsc as done;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use tokio::sync::mpsc;

use crate::arguments::Launch;
use crate::effect::{Effect, Target};
use crate::errands::Errands;
use crate::event::{Event, Moment};
use crate::export::Exporter;
use crate::keyboard::Keys;
use crate::outside::Outside;
use crate::runtime::{Inputs, Part, Picture, Program};
use crate::state::{Setup, State};
use crate::stop::Stops;
use crate::storage::Storage;
use crate::terminal::Terminal;
use crate::world::World;

pub mod arguments;
mod card;
mod cells;
mod command;
pub mod config;
pub mod dialect;
mod doctor;
pub mod effect;
pub mod errands;
pub mod event;
pub mod export;
mod failed;
pub mod glyph;
mod help;
pub mod highlight;
pub mod hosting;
pub mod input;
mod keyboard;
pub mod keymap;
pub mod log;
pub mod look;
mod mention;
mod nearest;
pub mod net;
pub mod outside;
pub mod people;
pub mod places;
#[cfg(test)]
mod reference;
mod rich;
pub mod runtime;
pub mod scripts;
mod session;
pub mod settings;
mod sheet;
pub mod state;
pub mod stop;
pub mod storage;
pub mod terminal;
mod theme;
pub mod update;
pub mod view;
mod words;
pub mod world;
pub mod written;
mod zone;

/// How long the link is given to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// From the word to stop to the end by force: longer than a hosted room and the disk may take.
const FORCE_AFTER: Duration = Duration::from_secs(9);

/// Runs the client in this terminal until its user leaves, or it is told to stop. What went wrong
/// meanwhile and could not be shown is told when the terminal was given back, in one line.
///
/// # Errors
/// When the terminal cannot be used, or is gone.
pub fn run(launch: Launch, tell: impl FnOnce(&str)) -> io::Result<()> {
    let (link, worker) = net::link();
    let (stop_sender, stop) = mpsc::channel(1);
    let parted = start_network(worker, stop_sender)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let keys = {
        let _entered = runtime.enter();
        Keys::watch()?
    };
    let mut storage = Storage::open();
    let (config, mut errands) = (launch.config.clone(), Errands::default());
    let mut client = Client::new(launch, &mut storage)?;
    let host = hosting::Host::new(hosting::usual_folder());
    errands.keep_in(config);
    let (outside, exporter) = (Outside::default(), Exporter::default());
    let mut world = World { link, host, storage, errands, outside, exporter };
    let result = Terminal::take().and_then(|mut terminal| {
        let mut inputs = Inputs { keys, stop };
        let run = runtime::run(&mut client, &mut terminal, &mut world, &mut inputs);
        runtime.block_on(run)
    });
    let World { link, host, storage, errands, mut outside, exporter } = world;
    drop(link);
    exporter.close();
    _ = parted.recv_timeout(GOODBYE);
    host.close();
    errands.close();
    let troubles = [outside.untold(), storage.close()];
    let troubles: Vec<String> = troubles.into_iter().flatten().collect();
    if !troubles.is_empty() {
        tell(&troubles.join("; "));
    }
    result
}

/// Starts the thread that owns the socket and waits for signals: a flood that is decoded there
/// does not hold up typing here. It ends with the program; what is returned ends when the link has
/// said goodbye.
fn start_network(worker: net::Worker, stop: mpsc::Sender<()>) -> io::Result<done::Receiver<()>> {
    let (finished, parted) = done::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Watched before the terminal is taken over: from then on no signal may end us unrestored.
    let stops = {
        let _entered = runtime.enter();
        Stops::watch()?
    };
    std::thread::Builder::new().name("network".to_owned()).spawn(move || {
        runtime.spawn(async move {
            worker.run().await;
            drop(finished);
        });
        runtime.block_on(wait_for_stops(stops, stop));
    })?;
    Ok(parted)
}

/// Hands the first word to stop to the program, and stops it by force if it does not follow: it
/// may be waiting for a terminal that takes nothing.
async fn wait_for_stops(mut stops: Stops, stop: mpsc::Sender<()>) {
    stops.next().await;
    _ = stop.try_send(());
    tokio::time::sleep(FORCE_AFTER).await;
    terminal::abandon();
}

/// State, update and view as what the loop runs.
struct Client {
    state: State,
}

impl Client {
    fn new(launch: Launch, storage: &mut Storage) -> io::Result<Self> {
        let Launch { start, port, name, named, room, dialect, look, habits, .. } = launch;
        // Whoever went by another name than their login's last time, goes on under it.
        let name = storage.last_name().filter(|_| !named).unwrap_or(name);
        if start != arguments::Start::Ask {
            storage.prepare(&name);
        }
        let start = match start {
            arguments::Start::Ask => state::Start::Screen,
            arguments::Start::Connect { host, port } => {
                let target = Target { host, port, name: name.clone(), dialect };
                state::Start::Join { target, room }
            }
            arguments::Start::Host { port } => state::Start::Host { port, name: name.clone() },
        };
        // A screen whose size is not told is told to be resized soon enough.
        let size = terminal::size().unwrap_or(Size { width: 80, height: 24 });
        let state = State::new(Setup {
            id_prefix: id_prefix()?,
            name: Some(name),
            recent: storage.recent(),
            people: storage.people().clone(),
            places: storage.places().clone(),
            written: storage.written().clone(),
            trouble: storage.trouble(),
            start,
            port,
            width: size.width,
            height: size.height,
            look,
            habits,
            zone: zone::local(),
        });
        Ok(Self { state })
    }
}

/// What this run's message ids begin with: 64 random bits, so that no two runs share one.
fn id_prefix() -> io::Result<String> {
    let random = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
    Ok(format!("{random:016x}"))
}

impl Program for Client {
    fn begin(&mut self, now: Moment) -> Vec<Effect> {
        self.state.begin(now)
    }

    fn update(&mut self, now: Moment, event: Event) -> Vec<Effect> {
        update::absorb(&mut self.state, now, event)
    }

    fn take_typed(&mut self) -> bool {
        self.state.take_typed()
    }

    fn due(&self) -> Option<Duration> {
        self.state.due()
    }

    fn prepare(&mut self) -> Vec<Effect> {
        update::prepare(&mut self.state)
    }

    fn anticipate(&mut self) {
        update::anticipate(&mut self.state);
    }

    fn take_dirty(&mut self) -> bool {
        self.state.take_dirty()
    }

    fn draw(&self, part: Part, buffer: &mut Buffer) -> Picture {
        if part == Part::Foot
            && let Some((rows, cursor)) = view::paint_foot(&self.state, buffer)
        {
            return Picture { rows: Some(rows), cursor: Some(cursor), links: Vec::new() };
        }
        let cursor = view::paint(&self.state, buffer);
        Picture { rows: None, cursor, links: view::links(&self.state) }
    }
}
