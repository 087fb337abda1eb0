//! Pickles from outside: what Python writes, whatever else may come, and what is kept of both.

#![allow(clippy::unwrap_used)]

mod golden;
mod properties;
