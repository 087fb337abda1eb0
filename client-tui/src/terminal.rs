//! The terminal: taken over at the start, given back whole, however the program ends.
//!
//! Asks the terminal for its background, and waits for no answer: one that does not come must not
//! hold up the first picture. Nothing else is asked.

mod canvas;
mod changes;
mod clipboard;
mod hyperlinks;
mod known;
mod mouse;
mod notice;
mod pen;
mod settings;
mod size;
mod still;

use std::io::{self, IsTerminal, Write};
use std::panic;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossterm::cursor::{SetCursorStyle, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
    KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::queue;
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use ratatui::buffer::Buffer;

use crate::input::background;
use crate::runtime::{Part, Picture, Screen};
use crate::{errands, hosting, keyboard};
use canvas::Canvas;
pub(crate) use size::size;

/// Bytes that are put on the clipboard; terminals take about 75,000, a third more for their form.
pub(crate) const CLIPBOARD_BYTES: usize = 50_000;

/// Whether the terminal is ours. Signals and panics come upon any thread, so it is everybody's.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether the terminal was asked to tell keys apart better.
static ENHANCED: AtomicBool = AtomicBool::new(false);

/// Whether the terminal shows a title of ours, and keeps what it showed before.
static TITLED: AtomicBool = AtomicBool::new(false);

/// Whether the terminal is lent to a program that we started.
static LENT: AtomicBool = AtomicBool::new(false);

/// When it was given back to us.
static RETURNED: Mutex<Option<Instant>> = Mutex::new(None);

/// How late a signal may be told.
const LATE: Duration = Duration::from_secs(2);

/// The first panic of a thread whose end is not the program's end.
static QUIET_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Whether there is a terminal to be taken over.
pub fn is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// The terminal while it is ours; dropping it gives it back.
#[derive(Debug)]
pub struct Terminal {
    canvas: Canvas,
    /// What is begun and not written yet: a picture goes out in one piece.
    begun: Vec<u8>,
    /// Whether it tells what the mouse does, as long as it is ours.
    mouse: bool,
    /// How to reach whoever has it, where it leaves out what it does not understand.
    known: Option<known::Terminal>,
    /// The title that it shall show, if any.
    title: String,
}

impl Terminal {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When it cannot be set up; then it is as it was.
    pub fn take() -> io::Result<Self> {
        TAKEN.store(true, Ordering::SeqCst);
        let takes_strings = known::takes_strings(&std::env::var("TERM").unwrap_or_default());
        let question = if takes_strings && cfg!(unix) { background::QUESTION } else { &[] };
        // How many colours there are was decided before, by more than one variable.
        crossterm::style::force_color_output(true);
        take_over(true, question).inspect_err(|_| give_back())?;
        let known = takes_strings.then(|| known::terminal(|name| std::env::var(name).ok()));
        let canvas = Canvas::new(takes_strings);
        Ok(Self { canvas, begun: Vec::new(), mouse: true, known, title: String::new() })
    }

    /// Takes over once more what was given back, and draws all of it anew.
    fn retake(&mut self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        take_over(self.mouse, &[])?;
        self.write_title()?;
        self.repaint()
    }

    /// Writes what was begun; nothing once the terminal was given back, not even what was begun
    /// before.
    fn send(&mut self) -> io::Result<()> {
        if TAKEN.load(Ordering::SeqCst) {
            let mut out = io::stdout().lock();
            out.write_all(&self.begun)?;
            out.flush()?;
        }
        self.begun.clear();
        Ok(())
    }

    /// Writes the title that shall be shown, or brings back the one from before. Not while another
    /// program has the terminal: then it is written when that has ended.
    fn write_title(&mut self) -> io::Result<()> {
        if self.known.is_none() || !TAKEN.load(Ordering::SeqCst) {
            return Ok(());
        }
        if self.title.is_empty() {
            if TITLED.swap(false, Ordering::SeqCst) {
                self.begun.extend_from_slice(notice::RESTORE_TITLE);
            }
        } else {
            if !TITLED.swap(true, Ordering::SeqCst) {
                self.begun.extend_from_slice(notice::KEEP_TITLE);
            }
            notice::write_title(&mut self.begun, &self.title)?;
        }
        self.send()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

impl Screen for Terminal {
    fn draw(
        &mut self,
        part: Part,
        paint: &mut dyn FnMut(Part, &mut Buffer) -> Picture,
    ) -> io::Result<()> {
        self.canvas.draw(size()?, part, paint, &mut self.begun)?;
        self.send()?;
        self.canvas.turn_over();
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        if text.len() > CLIPBOARD_BYTES {
            return Ok(());
        }
        clipboard::copy(&mut self.begun, text)?;
        self.send()
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        mouse::switch(&mut self.begun, on)?;
        self.send()
    }

    fn bell(&mut self) -> io::Result<()> {
        self.begun.push(b'\x07');
        self.send()
    }

    fn notify(&mut self, title: &str, text: &str) -> io::Result<()> {
        if let Some(known) = self.known {
            notice::write_notice(&mut self.begun, known, title, text)?;
        }
        self.send()
    }

    fn entitle(&mut self, title: &str) -> io::Result<()> {
        title.clone_into(&mut self.title);
        self.write_title()
    }

    fn lend(&mut self) -> io::Result<()> {
        keyboard::lend()?;
        LENT.store(true, Ordering::SeqCst);
        give_back();
        settings::keep();
        Ok(())
    }

    fn regain(&mut self) -> io::Result<()> {
        if let Ok(mut returned) = RETURNED.lock() {
            *returned = Some(Instant::now());
        }
        LENT.store(false, Ordering::SeqCst);
        settings::put_back();
        self.retake()?;
        keyboard::take_back();
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        if !still::is_a_job() {
            return Ok(());
        }
        give_back();
        still::stand()
    }

    fn resume(&mut self) -> io::Result<()> {
        // Who was stopped without being asked first gave nothing back. What the terminal knew may
        // hold still, or not: so everything is undone before it is done again.
        give_back();
        self.retake()
    }

    fn repaint(&mut self) -> io::Result<()> {
        self.canvas.forget();
        Ok(())
    }
}

/// Whether another program has the terminal now.
pub(crate) fn is_with_another() -> bool {
    LENT.load(Ordering::SeqCst)
}

/// Whether another program has the terminal, or had it a moment ago: what was typed there concerns
/// that one alone, and a signal may be told late.
pub fn is_lent() -> bool {
    let returned = RETURNED.lock().ok().and_then(|returned| *returned);
    is_with_another() || returned.is_some_and(|at| at.elapsed() < LATE)
}

/// Takes the terminal over, with the mouse or without, and asks it this.
fn take_over(mouse: bool, question: &[u8]) -> io::Result<()> {
    enable_raw_mode()?;
    let mut out = io::stdout();
    queue!(out, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
    if mouse {
        mouse::switch(&mut out, true)?;
    }
    queue!(out, SetCursorStyle::SteadyBar)?;
    if tells_keys_apart(|name| std::env::var(name).ok()) {
        ENHANCED.store(true, Ordering::SeqCst);
        let flags = KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES;
        queue!(out, PushKeyboardEnhancementFlags(flags))?;
    }
    out.write_all(question)?;
    out.flush()
}

/// Gives the terminal back as it was, if it is ours. Errors do not matter: there is nobody left
/// to tell, and the next step is tried all the same.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    _ = queue!(out, EndSynchronizedUpdate);
    if ENHANCED.swap(false, Ordering::SeqCst) {
        _ = queue!(out, PopKeyboardEnhancementFlags);
    }
    if TITLED.swap(false, Ordering::SeqCst) {
        _ = out.write_all(notice::RESTORE_TITLE);
    }
    _ = mouse::switch(&mut out, false);
    _ = queue!(out, DisableFocusChange, DisableBracketedPaste);
    _ = queue!(out, SetCursorStyle::DefaultUserShape, LeaveAlternateScreen, Show);
    _ = out.flush();
    _ = disable_raw_mode();
}

/// Leaves the program at once, when the thread that draws does not come back from writing: what
/// can be restored without writing is.
pub fn abandon() -> ! {
    _ = disable_raw_mode();
    std::process::exit(1)
}

/// From now on a panic gives the terminal back before it speaks. A hosted room's threads fail
/// for themselves, like those of any server: their panic waits for [`quiet_panic`].
pub fn speak_after_restoring() {
    let speak = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let thread = std::thread::current();
        if thread.name() == Some(errands::THREAD) {
            // It goes on with the next snippet, and this one stays plain.
            return;
        }
        if thread.name().is_some_and(|name| name.starts_with(hosting::THREAD)) {
            if let Ok(mut quiet) = QUIET_PANIC.lock() {
                quiet.get_or_insert_with(|| info.to_string());
            }
            return;
        }
        give_back();
        speak(info);
    }));
}

/// A panic that was not spoken of yet, for the time after the terminal was given back.
pub fn quiet_panic() -> Option<String> {
    QUIET_PANIC.lock().ok()?.take()
}

/// Whether this terminal is known for the keyboard protocol that tells Shift+Enter from Enter.
/// Known, not asked; multiplexers on the way are taken for the answer no.
pub(crate) fn tells_keys_apart(variable: impl Fn(&str) -> Option<String>) -> bool {
    let has = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if has("TMUX") || has("STY") || has("ZELLIJ") {
        return false;
    }
    let term = variable("TERM").unwrap_or_default();
    let program = variable("TERM_PROGRAM").unwrap_or_default();
    let by_term = ["xterm-kitty", "xterm-ghostty", "foot", "alacritty", "rio"];
    let by_program = ["kitty", "ghostty", "WezTerm", "rio"];
    by_term.iter().any(|known| term.starts_with(known)) || by_program.contains(&&*program)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], expected: bool) {
        let variable = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(tells_keys_apart(variable), expected, "{variables:?}");
    }

    #[test]
    fn terminals_are_known_by_their_names() {
        check(&[], false);
        check(&[("TERM", "xterm-256color")], false);
        check(&[("TERM", "xterm-kitty")], true);
        check(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")], true);
        check(&[("TERM", "foot"), ("TMUX", "/tmp/tmux-0/default,1,0")], false);
    }
}
