//! What the tests of the real program share: a terminal to run it in, and a server beside it.
#![allow(dead_code, reason = "every test file uses its own part")]
// These are tests too; clippy knows only functions that are marked as such.
#![allow(clippy::unwrap_used)]

pub(crate) mod client;
pub(crate) mod peer;
pub(crate) mod proxy;
pub(crate) mod pty;
pub(crate) mod server;
