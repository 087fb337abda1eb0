//! A chat server for a classroom: many dialects, one room, nothing lost.
//!
//! [`start`] binds the doors, takes connections and returns; [`Running::stop`] tells everybody and waits for them.
//! A connection's bytes become requests at a door, the hub orders and stores them, and what it
//! has to say is written straight into the sockets of whoever listens.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chat_protocol::{Line, Token, limit};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub mod addresses;
mod clock;
mod connection;
mod console;
mod doors;
mod folder;
mod hub;
mod link;
mod listen;
pub mod log;
mod outbox;
mod runtime;
pub mod search;
mod waiting_room;
mod words;

pub use clock::Clock;
pub use console::Show;
pub use doors::kind::DoorKind;
pub use folder::{FolderError, default_folder};
pub use log::sqlite::Durability;
pub use runtime::runtime;

use connection::Context;
use console::Console;
use folder::Folder;
use hub::{House, Opened};
use log::memory::MemoryLog;
use log::sqlite::{SqliteLog, new_identity};
use log::{Log, LogError, Snapshot};

/// How long a stop may take, connections that take their last words slowly among it.
const STOP_WITHIN: Duration = Duration::from_millis(3_500);

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address and port of the main door; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Further doors, each for one dialect.
    pub doors: Vec<(DoorKind, SocketAddr)>,
    /// Where to keep everything.
    pub storage: Storage,
    /// When a message in a folder counts as stored.
    pub durability: Durability,
    /// Whether those who send without waiting for answers are slowed down.
    pub limits: bool,
    /// The server's name, for people; cleaned, and cut where it is too long.
    pub name: String,
    /// What the person who hosts goes by: lists tell who that is.
    pub host: Option<Token>,
    /// What standard output gets to see.
    pub console: Show,
    /// What messages are stamped with.
    pub clock: Clock,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], limit::DEFAULT_PORT)),
            doors: Vec::new(),
            storage: Storage::Ephemeral,
            durability: Durability::Disk,
            limits: true,
            name: "chat".to_owned(),
            host: None,
            console: Show::Nothing,
            clock: Clock::default(),
        }
    }
}

/// Where a server keeps everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In this folder, which is made if it is not there.
    Folder(PathBuf),
    /// In memory: gone when the server stops.
    Ephemeral,
}

/// Why a server did not start. Each says what to do.
#[derive(Debug, Error)]
pub enum StartError {
    /// Something else listens on the port.
    #[error("port {} is taken by another program: stop that one, or choose another with --port", .0.port())]
    PortTaken(SocketAddr),
    /// The operating system does not let us listen there.
    #[error(
        "cannot listen on {address} ({source}): choose another address with --bind, or another port with --port"
    )]
    Bind {
        /// Where.
        address: SocketAddr,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The data folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The log cannot be opened.
    #[error(
        "the log in {} cannot be opened ({source}): move the folder away to start anew, \
         or name another with --data",
        .folder.display()
    )]
    Log {
        /// The data folder.
        folder: PathBuf,
        /// What is wrong.
        source: LogError,
    },
}

/// A server that runs until it is stopped.
pub struct Running {
    addresses: Vec<SocketAddr>,
    stop: CancellationToken,
    connections: TaskTracker,
    hub: JoinHandle<()>,
    ending: console::Ending,
    /// Held until the log is closed.
    _folder: Option<Folder>,
}

/// A server that holds its ports and its data folder, and takes nobody in yet.
pub struct Bound {
    listeners: Vec<(DoorKind, TcpListener)>,
    addresses: Vec<SocketAddr>,
    opened: Opened,
    folder: Option<Folder>,
    limits: bool,
    house: House,
    show: Show,
}

/// Takes the ports and the data folder. Who wants to say where the doors are before anybody comes
/// in, does it between this and [`Bound::serve`].
///
/// # Errors
/// When a port or the data folder cannot be had; then nothing is left behind.
pub async fn bind(config: Config) -> Result<Bound, StartError> {
    let mut listeners = Vec::new();
    let main = (DoorKind::Main, config.listen);
    for (kind, address) in std::iter::once(main).chain(config.doors.iter().copied()) {
        let listener =
            listen::bind(address).await.map_err(|source| cannot_bind(address, source))?;
        listeners.push((kind, listener));
    }
    let addresses = listeners.iter().filter_map(|(_, listener)| listener.local_addr().ok());
    let addresses = addresses.collect();
    let (opened, folder) = open(&config.storage, config.durability)?;
    let name = Line::cut(&config.name, limit::FIELD_BYTES);
    let Config { limits, host, console: show, clock, .. } = config;
    let house = House { name, host, clock };
    Ok(Bound { listeners, addresses, opened, folder, limits, house, show })
}

/// Starts a server. When this returns, it takes connections.
///
/// # Errors
/// As [`bind`].
pub async fn start(config: Config) -> Result<Running, StartError> {
    Ok(bind(config).await?.serve())
}

impl Bound {
    /// Where the doors are, the main one first.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Puts something between the server and its log, as to let it fail as disks do. It must hand on
    /// what it stores and reads to the log that it is given: what that one holds is known already.
    #[must_use]
    pub fn through(mut self, between: impl FnOnce(Arc<dyn Log>) -> Arc<dyn Log>) -> Self {
        self.opened.log = between(self.opened.log);
        self
    }

    /// Takes connections. Must be called within a Tokio runtime.
    #[must_use]
    pub fn serve(self) -> Running {
        let Self { listeners, addresses, opened, folder, limits, house, show } = self;
        let (console, ending) = Console::start(show);
        let stop = CancellationToken::new();
        let (name, clock) = (house.name.clone(), house.clock.clone());
        let (handle, hub) = hub::start(opened, house, console.clone(), stop.child_token());
        let context = Arc::new(Context {
            hub: handle,
            waiting_room: waiting_room::WaitingRoom::new(waiting_room::open_files()),
            name,
            limits,
            floods: connection::Floods::default(),
            others: connection::Others::default(),
            clock,
            stop: stop.clone(),
        });
        let connections = TaskTracker::new();
        for (kind, listener) in listeners {
            let (context, tracker) = (Arc::clone(&context), connections.clone());
            let accepting =
                listen::accept_all(listener, kind, context, tracker.clone(), console.clone());
            tracker.spawn(accepting);
        }
        Running { addresses, stop, connections, hub, ending, _folder: folder }
    }
}

fn cannot_bind(address: SocketAddr, source: std::io::Error) -> StartError {
    match source.kind() {
        std::io::ErrorKind::AddrInUse => StartError::PortTaken(address),
        _ => StartError::Bind { address, source },
    }
}

fn open(storage: &Storage, durability: Durability) -> Result<(Opened, Option<Folder>), StartError> {
    match storage {
        Storage::Ephemeral => {
            let folder = PathBuf::from("memory");
            let log = new_identity().map_err(|source| StartError::Log { folder, source })?;
            let snapshot = Snapshot { log, ..Snapshot::default() };
            let log = Arc::new(MemoryLog::default());
            Ok((Opened { log, snapshot, index: None }, None))
        }
        Storage::Folder(path) => {
            let folder = Folder::take(path)?;
            let (log, snapshot) = SqliteLog::open(&folder.log(), durability)
                .map_err(|source| StartError::Log { folder: path.clone(), source })?;
            let log: Arc<dyn Log> = Arc::new(log);
            let index = Some(folder.index());
            Ok((Opened { log, snapshot, index }, Some(folder)))
        }
    }
}

impl Running {
    /// Where the doors are, the main one first.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The main door's port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.addresses.first().map_or(0, SocketAddr::port)
    }

    /// Stops: deals with what has come in, tells everybody, and closes the log. Takes a few
    /// seconds at most, however slow the members are.
    pub async fn stop(self) {
        self.stop.cancel();
        self.connections.close();
        let ended = async {
            // The hub ends by itself; if it has panicked there is nothing left to wait for.
            self.hub.await.ok();
            self.connections.wait().await;
        };
        tokio::time::timeout(STOP_WITHIN, ended).await.ok();
        tokio::task::spawn_blocking(|| self.ending.wait()).await.ok();
    }
}
