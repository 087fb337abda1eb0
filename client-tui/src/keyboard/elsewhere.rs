//! Reads what the terminal sends where it is no stream of bytes: as crossterm has it.

use std::io;
use std::time::Duration;

use crossterm::event::{Event, poll, read};

use crate::input::Input;

/// After so long the reader looks up by itself, since nothing can wake it.
const LOOK_UP: Duration = Duration::from_millis(100);

/// Reads the terminal.
#[derive(Debug, Default)]
pub(crate) struct Reader;

impl Reader {
    /// Waits for something to happen, and adds what it is; nothing now and then.
    pub(crate) fn read(&mut self, inputs: &mut Vec<Input>) -> io::Result<()> {
        if poll(LOOK_UP)? {
            inputs.push(match read()? {
                Event::Key(key) => Input::Key(key),
                Event::Paste(text) => Input::Paste(text),
                Event::Mouse(mouse) => Input::Mouse(mouse),
                Event::FocusGained => Input::Focus(true),
                Event::FocusLost => Input::Focus(false),
                Event::Resize(width, height) => Input::Resize(width, height),
            });
        }
        Ok(())
    }
}

/// Nothing has to be done: the reader looks up by itself.
pub(crate) fn wake_reader() {}

/// Drops what came together with the last key and was not read yet. Only while the gate is closed.
pub(crate) fn drop_waiting() {
    while let Ok(true) = poll(Duration::ZERO) {
        if read().is_err() {
            return;
        }
    }
}
