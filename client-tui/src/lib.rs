//! A full-screen terminal chat client: one loop of events, pure state, and a picture of it.
//!
//! `runtime` waits for events, hands them to [`update::update`], performs the effects that come
//! back, and draws [`view::view`] when something changed. Only `runtime`, `net`, `hosting`,
//! `terminal` and `storage` touch the world.

pub mod effect;
pub mod event;
pub mod net;
pub mod state;
pub mod storage;
pub mod update;
pub mod view;
