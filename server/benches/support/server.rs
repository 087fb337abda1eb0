//! The measured server, in a process of its own.

use std::net::SocketAddr;
use std::path::Path;

use chat_server::{Config, Storage};

use super::process::{self, Process};

/// Begins the role; the port and the folder follow, which is empty for a server in memory.
const ROLE: &str = "server";

/// A server that runs; dropping it kills it.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts one on this port, or on a free one if it is 0.
    pub(crate) fn start(folder: Option<&Path>, port: u16) -> Self {
        let folder = folder.map(Path::to_string_lossy).unwrap_or_default();
        let process = Process::start(&format!("{ROLE} {port} {folder}"));
        let address = process.hear().parse().unwrap();
        Self { process, address }
    }

    /// Stops it as a signal would: members are told.
    pub(crate) fn stop(mut self) {
        self.process.tell("stop");
        self.process.wait();
    }
}

/// Serves if that is the role.
pub(crate) fn serve(role: &str) -> bool {
    let mut words = role.splitn(3, ' ');
    if words.next() != Some(ROLE) {
        return false;
    }
    let port = words.next().unwrap().parse().unwrap();
    let storage = match words.next() {
        None | Some("") => Storage::Ephemeral,
        Some(folder) => Storage::Folder(folder.into()),
    };
    rlimit::increase_nofile_limit(65_536).ok();
    chat_server::runtime("server").unwrap().block_on(run(storage, port));
    true
}

async fn run(storage: Storage, port: u16) {
    let listen = SocketAddr::from(([127, 0, 0, 1], port));
    let config = Config { listen, storage, ..Config::default() };
    let running = chat_server::start(config).await.unwrap();
    let (sender, mut stop) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || process::obey(|_| sender.try_send(()).unwrap()));
    process::announce(running.addresses()[0]);
    stop.recv().await;
    running.stop().await;
}
