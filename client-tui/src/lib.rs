//! A full-screen terminal chat client: one loop of events, pure state, and a picture of it.
//!
//! `runtime` waits for events, hands them to [`update::update`], performs the effects that come
//! back, and draws [`view::view`] when something changed. Only `runtime`, `net`, `hosting`,
//! `terminal` and `storage` touch the world.

mod cells;
mod command;
pub mod effect;
pub mod event;
mod keymap;
pub mod net;
pub mod state;
mod theme;
pub mod update;
pub mod view;
mod words;
