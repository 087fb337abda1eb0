//! A chat server for a classroom: many dialects, one room, nothing lost.

use std::net::SocketAddr;
use std::path::PathBuf;

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address and port of the main door; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where to keep everything.
    pub storage: Storage,
    /// The server's name, for people.
    pub name: String,
}

/// Where a server keeps everything.
#[derive(Clone, Debug)]
pub enum Storage {
    /// In this folder, which is made if it is not there.
    Folder(PathBuf),
    /// In memory: gone when the server stops.
    Ephemeral,
}
