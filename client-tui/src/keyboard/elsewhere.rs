//! Reads what the terminal sends where it is no stream of bytes: as crossterm has it, on a thread of
//! its own.

use std::io;
use std::time::Duration;

use crossterm::event::{Event, poll, read};
use tokio::sync::mpsc;

use super::gate::Gate;
use crate::input::Input;
use crate::runtime::Keyboard;

/// After so long the thread looks up by itself, since nothing can wake it.
const LOOK_UP: Duration = Duration::from_millis(100);

/// Keys that may wait for the client; beyond that they wait in the terminal.
const KEYS: usize = 1024;

/// Where the thread asks before it reads.
static GATE: Gate = Gate::new();

/// The keyboard and the size of the screen, which comes as keys do.
#[derive(Debug)]
pub(crate) struct Keys {
    queue: mpsc::Receiver<io::Result<Input>>,
    /// For the thread, until it has begun.
    sender: Option<mpsc::Sender<io::Result<Input>>>,
}

impl Keys {
    /// The keyboard, which is read from the first question on.
    ///
    /// # Errors
    /// Never here.
    pub(crate) fn watch() -> io::Result<Self> {
        let (sender, queue) = mpsc::channel(KEYS);
        Ok(Self { queue, sender: Some(sender) })
    }
}

impl Keyboard for Keys {
    async fn next(&mut self) -> Option<io::Result<Input>> {
        if let Some(sender) = self.sender.take() {
            // Without the thread the sender is dropped, which ends the program as a lost terminal
            // does.
            let read = move || read_all(&sender);
            _ = std::thread::Builder::new().name("keys".to_owned()).spawn(read);
        }
        self.queue.recv().await
    }

    fn waiting(&mut self) -> Option<io::Result<Input>> {
        self.queue.try_recv().ok()
    }
}

/// Reads until nobody wants it any more. The thread ends with the program.
fn read_all(keys: &mpsc::Sender<io::Result<Input>>) {
    loop {
        let input = match GATE.read(read_one) {
            Ok(None) => continue,
            Ok(Some(input)) => Ok(input),
            Err(error) => Err(error),
        };
        let last = input.is_err();
        if keys.blocking_send(input).is_err() || last {
            return;
        }
    }
}

/// Waits for something to happen; nothing now and then.
fn read_one() -> io::Result<Option<Input>> {
    if !poll(LOOK_UP)? {
        return Ok(None);
    }
    Ok(Some(match read()? {
        Event::Key(key) => Input::Key(key),
        Event::Paste(text) => Input::Paste(text),
        Event::Mouse(mouse) => Input::Mouse(mouse),
        Event::FocusGained => Input::Focus(true),
        Event::FocusLost => Input::Focus(false),
        Event::Resize(width, height) => Input::Resize(width, height),
    }))
}

/// From now on another program reads the keyboard. What came together with the last key and was not
/// read yet is dropped.
///
/// # Errors
/// When our thread does not let go of it.
pub(crate) fn lend() -> io::Result<()> {
    if !GATE.close() {
        return Err(io::Error::other("the keyboard is still being read"));
    }
    while let Ok(true) = poll(Duration::ZERO) {
        if read().is_err() {
            break;
        }
    }
    Ok(())
}

/// From now on we read the keyboard again.
pub(crate) fn take_back() {
    GATE.open();
}
