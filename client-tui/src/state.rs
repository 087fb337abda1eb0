//! Everything the client knows, and nothing that does I/O.

/// The client's whole state.
#[derive(Debug)]
pub struct State {}
