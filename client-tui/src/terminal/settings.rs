//! The terminal's settings while it is lent: whoever had it may have been killed in the middle, and
//! what they left would be taken for how the terminal was before us.

#[cfg(unix)]
use std::sync::{Mutex, PoisonError};

#[cfg(unix)]
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

#[cfg(unix)]
static KEPT: Mutex<Option<Termios>> = Mutex::new(None);

/// Keeps the settings as they are now.
#[cfg(unix)]
pub(super) fn keep() {
    *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = tcgetattr(std::io::stdin()).ok();
}

/// Makes the settings what they were. Errors do not matter: taking the terminal over tells them.
#[cfg(unix)]
pub(super) fn put_back() {
    if let Some(kept) = KEPT.lock().unwrap_or_else(PoisonError::into_inner).take() {
        _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &kept);
    }
}

/// Where there are no such settings.
#[cfg(not(unix))]
pub(super) fn keep() {}

/// Where there are no such settings.
#[cfg(not(unix))]
pub(super) fn put_back() {}
