//! Where keys come from: this terminal, unless another program has it. At no time do both read it.

#[cfg(not(unix))]
mod elsewhere;
// Its tests run everywhere.
#[cfg(any(not(unix), test))]
mod gate;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod tty;

#[cfg(not(unix))]
pub(crate) use elsewhere::{Keys, lend, take_back};
#[cfg(unix)]
pub(crate) use tty::{Keys, lend, take_back};
