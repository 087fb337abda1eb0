//! Standing still, as a shell's jobs do: the whole program, with every thread of it.

use std::io;

/// Stands still until somebody continues us. By the signal that nobody can catch, for whoever asked
/// to stop was answered by us instead of by the system.
#[cfg(unix)]
pub(super) fn stand() -> io::Result<()> {
    use rustix::process::{Signal, getpid, kill_process};
    Ok(kill_process(getpid(), Signal::STOP)?)
}

/// Whether there is a shell, or whatever else has jobs, that could have us go on: who began the
/// session has nobody. The system stops no such program either.
#[cfg(unix)]
pub(super) fn is_a_job() -> bool {
    use rustix::process::{getpid, getsid};
    getsid(None).is_ok_and(|session| session != getpid())
}

/// Where there are no jobs.
#[cfg(not(unix))]
pub(super) fn is_a_job() -> bool {
    false
}

/// Where no program is asked to.
#[cfg(not(unix))]
pub(super) fn stand() -> io::Result<()> {
    Ok(())
}
