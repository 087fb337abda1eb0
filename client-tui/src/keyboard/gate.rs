//! Who reads the keyboard: our thread, or another program to which the terminal is lent. At no time
//! do both.
//!
//! A read that has begun waits for a key. So whoever wants the keyboard closes the gate, and waits
//! until the read that was under way has returned.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the reader may take to come back: it needs a moment, or something is broken.
const PATIENCE: Duration = Duration::from_secs(1);

/// Lets the reader read, or not.
pub(super) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    closed: bool,
    reading: bool,
}

impl Gate {
    /// An open one.
    pub(super) const fn new() -> Self {
        let state = State { closed: false, reading: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Reads by `read`, once the gate is open.
    pub(super) fn read<T>(&self, read: impl FnOnce() -> T) -> T {
        let mut state = self.state();
        while state.closed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.reading = true;
        drop(state);
        let result = read();
        self.state().reading = false;
        self.changed.notify_all();
        result
    }

    /// Closes the gate; `false`, and it stays open, when the reader does not come back.
    pub(super) fn close(&self) -> bool {
        self.state().closed = true;
        let waited = self.changed.wait_timeout_while(self.state(), PATIENCE, |state| state.reading);
        let (mut state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        state.closed = !timeout.timed_out();
        state.closed
    }

    pub(super) fn open(&self) {
        self.state().closed = false;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in there can be half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::*;

    #[test]
    fn nothing_is_read_while_the_gate_is_closed() {
        let gate = Arc::new(Gate::new());
        let (wake, woken) = mpsc::channel();
        let (begun_sender, begun) = mpsc::channel();
        let reader = Arc::clone(&gate);
        let thread = std::thread::spawn(move || {
            for _ in 0..2 {
                reader.read(|| {
                    begun_sender.send(()).unwrap();
                    woken.recv().unwrap();
                });
            }
        });
        begun.recv().unwrap();
        let closer = Arc::clone(&gate);
        let closing = std::thread::spawn(move || closer.close());
        while !gate.state().closed {
            std::thread::yield_now();
        }
        wake.send(()).unwrap();
        assert!(closing.join().unwrap());
        assert!(begun.try_recv().is_err());
        gate.open();
        begun.recv().unwrap();
        wake.send(()).unwrap();
        thread.join().unwrap();
    }

    #[test]
    fn a_gate_that_cannot_be_closed_stays_open() {
        let gate = Gate::new();
        gate.state().reading = true;
        assert!(!gate.close());
        assert_eq!(gate.read(|| 7), 7);
    }
}
