//! The one loop: waits for whatever happens, lets the program decide, does what it asks, and
//! draws when something changed. Decides nothing itself but when to draw.
//!
//! Keys come before everything else: they are drawn at once, before what the network has brought
//! meanwhile; and without it, where they do nothing but edit what is typed. The rest is drawn when
//! nothing more is waiting, and at most 60 times a second. With nothing to do the loop sleeps
//! without a timer.

mod pace;

use std::future::{Future, ready};
use std::io;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use crossterm::event::{KeyEvent, KeyEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::effect::Effect;
use crate::event::{Event, Moment};
use crate::input::{self, Input};
use crate::log;
use crate::world::World;
use pace::{FRAME, Pace};

/// Keys that are taken before a picture is drawn between them.
const KEYS_AT_ONCE: usize = 1024;

/// When a picture goes before keys, which hardly ever come one right behind the other for so long.
const STARVED: Duration = Duration::from_millis(48);

/// What the loop runs: the state, how it changes, and its picture.
pub trait Program {
    /// What is to be done first.
    fn begin(&mut self, now: Moment) -> Vec<Effect>;

    /// Takes in what happened, and says what is to be done.
    fn update(&mut self, now: Moment, event: Event) -> Vec<Effect>;

    /// Whether the picture has changed since this was last asked.
    fn take_dirty(&mut self) -> bool;

    /// Whether at least [`Part::Foot`] has changed since this was last asked.
    fn take_typed(&mut self) -> bool {
        false
    }

    /// When it wants to be woken by [`Event::Woke`], whatever effects say.
    fn due(&self) -> Option<Duration> {
        None
    }

    /// Works out what only a picture needs, right before it is drawn, and says what is to be done.
    fn prepare(&mut self) -> Vec<Effect> {
        Vec::new()
    }

    /// Works ahead, after a picture that shows what somebody did: what they may ask for next. Not
    /// while they change the size: of what is worked out for one, nothing fits the next.
    fn anticipate(&mut self) {}

    /// Draws the picture, or a part of it.
    fn draw(&self, part: Part, buffer: &mut Buffer) -> Picture;
}

/// How much of a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything.
    Whole,
    /// The rows that typing changes; what the network has brought meanwhile is not to be waited
    /// for there.
    Foot,
}

/// What a picture has besides cells.
#[derive(Debug, Default)]
pub struct Picture {
    /// The rows that were drawn; `None` are all.
    pub rows: Option<Range<u16>>,
    /// Where the cursor is, if it is seen.
    pub cursor: Option<Position>,
    /// The addresses that cells lead to, by the numbers that these carry.
    pub links: Vec<String>,
}

/// Where pictures are drawn.
pub trait Screen {
    /// Draws one picture, of which so much has changed; its painter is told how much to draw in a
    /// blank buffer of the screen's size.
    ///
    /// # Errors
    /// When the terminal takes nothing any more.
    fn draw(
        &mut self,
        part: Part,
        paint: &mut dyn FnMut(Part, &mut Buffer) -> Picture,
    ) -> io::Result<()>;

    /// Puts a text on the clipboard, if the terminal lets programs do that.
    ///
    /// # Errors
    /// As for drawing.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Has the terminal tell what the mouse does, or leaves the mouse to the terminal; it is told
    /// from the start.
    ///
    /// # Errors
    /// As for drawing.
    fn mouse(&mut self, _on: bool) -> io::Result<()> {
        Ok(())
    }

    /// Rings the bell.
    ///
    /// # Errors
    /// As for drawing.
    fn bell(&mut self) -> io::Result<()>;

    /// Shows a notice outside of the screen, if the terminal does that.
    ///
    /// # Errors
    /// As for drawing.
    fn notify(&mut self, title: &str, text: &str) -> io::Result<()>;

    /// Gives the window a title, or with an empty one that from before. While another program has
    /// the screen, this is kept for later.
    ///
    /// # Errors
    /// As for drawing.
    fn entitle(&mut self, title: &str) -> io::Result<()>;

    /// Gives the screen and the keyboard to another program. Nothing is drawn until
    /// [`Self::regain`].
    ///
    /// # Errors
    /// When that cannot be done; then they are ours as before.
    fn lend(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Takes the screen and the keyboard back, and forgets what was shown.
    ///
    /// # Errors
    /// As for drawing.
    fn regain(&mut self) -> io::Result<()> {
        self.repaint()
    }

    /// Gives the screen back, if it is ours, and has the program stand still. What continues it is
    /// told as [`Input::Resume`].
    ///
    /// # Errors
    /// When it cannot stand still.
    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Makes the screen and the keyboard what they were before the program stood still, whoever had
    /// them meanwhile, and forgets what was shown.
    ///
    /// # Errors
    /// As for drawing.
    fn resume(&mut self) -> io::Result<()> {
        self.repaint()
    }

    /// Forgets what the screen shows, so that the next picture is drawn whole.
    ///
    /// # Errors
    /// As for drawing.
    fn repaint(&mut self) -> io::Result<()>;
}

/// Where keys come from, and whatever else the terminal tells.
pub trait Keyboard {
    /// Waits for the next thing; `None` is the terminal's end, like an error. Safe to cancel.
    fn next(&mut self) -> impl Future<Output = Option<io::Result<Input>>>;

    /// The next thing, if it is here already.
    fn waiting(&mut self) -> Option<io::Result<Input>>;
}

impl Keyboard for mpsc::Receiver<io::Result<Input>> {
    fn next(&mut self) -> impl Future<Output = Option<io::Result<Input>>> {
        self.recv()
    }

    fn waiting(&mut self) -> Option<io::Result<Input>> {
        self.try_recv().ok()
    }
}

/// What comes from outside of the program: keys, and the word to stop.
#[derive(Debug)]
pub struct Inputs<K = mpsc::Receiver<io::Result<Input>>> {
    /// What the terminal tells.
    pub keys: K,
    /// The word to stop.
    pub stop: mpsc::Receiver<()>,
}

/// Runs the program until it wants to quit, is told to stop, or loses its terminal.
///
/// # Errors
/// When the terminal or the network's thread is gone.
pub async fn run<P: Program, S: Screen, K: Keyboard>(
    program: &mut P,
    screen: &mut S,
    world: &mut World,
    inputs: &mut Inputs<K>,
) -> io::Result<()> {
    let mut stage = Stage {
        program,
        screen,
        start: Instant::now(),
        wake: None,
        dirty_since: Some(Instant::now()),
        pace: Pace::default(),
        lent: false,
        quit: false,
    };
    let first = stage.program.begin(stage.now());
    stage.perform(first, world)?;
    stage.draw(world)?;
    let mut result = Ok(());
    while !stage.quit && result.is_ok() {
        result = stage.turn(world, inputs).await;
    }
    if result.is_err() {
        // Nobody can be shown anything any more, but what was written is kept.
        _ = stage.happened(Event::Stop, world);
    }
    if stage.lent {
        // Nobody else may go on with a terminal that goes back to where it came from.
        world.outside.stop().await;
        result = result.and(stage.screen.regain());
    }
    result
}

/// The loop's own state.
struct Stage<'a, P, S> {
    program: &'a mut P,
    screen: &'a mut S,
    start: Instant,
    /// When the program wants to be woken.
    wake: Option<Instant>,
    /// Since when the picture is out of date.
    dirty_since: Option<Instant>,
    /// When it may be drawn again.
    pace: Pace,
    /// Whether another program has the screen.
    lent: bool,
    quit: bool,
}

impl<P: Program, S: Screen> Stage<'_, P, S> {
    /// Waits for one thing and deals with it.
    async fn turn<K: Keyboard>(
        &mut self,
        world: &mut World,
        inputs: &mut Inputs<K>,
    ) -> io::Result<()> {
        if self.is_late(STARVED) {
            self.draw(world)?;
        }
        let (wake, frame) = (self.wake_due(), self.frame_due());
        tokio::select! {
            biased;
            key = inputs.keys.next() => self.keys(key, &mut inputs.keys, world),
            () = ready(()), if self.is_late(FRAME) => self.draw(world),
            Some(()) = inputs.stop.recv() => {
                self.quit = true;
                self.happened(Event::Stop, world)
            }
            // The clock before the network: it strikes seldom, and a flood must not silence it.
            () = sleep_until(wake.unwrap_or(self.start)), if wake.is_some() => {
                self.wake = self.wake.filter(|wake| *wake > Instant::now());
                self.happened(Event::Woke, world)
            }
            event = world.next() => self.happened(event?, world),
            () = reach(frame.unwrap_or(self.start)), if frame.is_some() => self.draw(world),
        }
    }

    /// Takes every key that is waiting, and shows at once what they did. Those that were read before
    /// another program got the keyboard come to nothing: they were meant for that one.
    fn keys<K: Keyboard>(
        &mut self,
        first: Option<io::Result<Input>>,
        keys: &mut K,
        world: &mut World,
    ) -> io::Result<()> {
        let mut next = Some(first.unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into())));
        let mut taken = 0;
        let mut resized = false;
        let mut typed = Vec::new();
        let pending = self.dirty_since.take();
        while let Some(input) = next {
            resized |= matches!(input, Ok(Input::Resize(..)));
            match input {
                Ok(Input::Key(key)) if input::letter(&key).is_some() => typed.push(key),
                input => {
                    self.typed(&mut typed, world)?;
                    self.input(input?, world)?;
                }
            }
            taken += 1;
            let more = taken < KEYS_AT_ONCE && !self.quit;
            next = if more { keys.waiting() } else { None };
        }
        self.typed(&mut typed, world)?;
        if resized && !self.lent {
            // A terminal that was smaller for a moment has forgotten what did not fit, even if it
            // is now what it was.
            self.screen.repaint()?;
            self.dirty_since.get_or_insert_with(Instant::now);
        }
        let whole = self.dirty_since.is_some();
        self.dirty_since = pending.or(self.dirty_since);
        match (whole, self.program.take_typed()) {
            _ if self.quit => Ok(()),
            (true, _) => {
                self.draw(world)?;
                if !resized && !self.lent && !self.quit {
                    self.program.anticipate();
                }
                Ok(())
            }
            (false, true) if !self.lent => {
                self.screen.draw(Part::Foot, &mut |part, buffer| self.program.draw(part, buffer))
            }
            (false, _) => Ok(()),
        }
    }

    /// Takes characters that came one right behind the other, so far.
    fn typed(&mut self, keys: &mut Vec<KeyEvent>, world: &mut World) -> io::Result<()> {
        let event = match keys[..] {
            _ if self.lent => None,
            [] => None,
            [key] => Some(Event::Key(key)),
            _ => Some(Event::Typed(keys.iter().filter_map(input::letter).collect())),
        };
        keys.clear();
        event.map_or(Ok(()), |event| self.happened(event, world))
    }

    /// Takes one thing that the terminal tells.
    fn input(&mut self, input: Input, world: &mut World) -> io::Result<()> {
        match input {
            Input::Suspend => self.screen.suspend(),
            // Whoever has the terminal takes it back by themselves.
            Input::Resume if self.lent => Ok(()),
            Input::Resume => {
                self.screen.resume()?;
                self.dirty_since.get_or_insert_with(Instant::now);
                Ok(())
            }
            input => match event_of(input) {
                Some(event) if !self.lent || matches!(event, Event::Resized { .. }) => {
                    self.happened(event, world)
                }
                _ => Ok(()),
            },
        }
    }

    fn happened(&mut self, event: Event, world: &mut World) -> io::Result<()> {
        if self.lent && matches!(event, Event::Edited(_)) {
            self.lent = false;
            self.screen.regain()?;
            self.dirty_since.get_or_insert_with(Instant::now);
        }
        log::happened(&event);
        let effects = self.program.update(self.now(), event);
        self.perform(effects, world)?;
        if self.program.take_dirty() {
            self.dirty_since.get_or_insert_with(Instant::now);
        }
        Ok(())
    }

    fn perform(&mut self, effects: Vec<Effect>, world: &mut World) -> io::Result<()> {
        for effect in effects {
            log::asked(&effect);
            match effect {
                Effect::WakeAt(up) => self.wake = self.start.checked_add(up),
                // What is asked for in another program's screen would end up in its text.
                Effect::Bell | Effect::Notify { .. } | Effect::Redraw | Effect::EditOutside(_)
                    if self.lent => {}
                Effect::Bell => self.screen.bell()?,
                Effect::Notify { title, text } => self.screen.notify(&title, &text)?,
                Effect::Title(title) => self.screen.entitle(&title)?,
                Effect::Copy(text) => self.screen.copy(&text)?,
                Effect::Mouse(on) => self.screen.mouse(on)?,
                Effect::Redraw => {
                    self.screen.repaint()?;
                    self.dirty_since.get_or_insert_with(Instant::now);
                }
                Effect::EditOutside(text) => match self.screen.lend() {
                    Ok(()) => {
                        self.lent = true;
                        world.perform(Effect::EditOutside(text));
                    }
                    Err(error) => world.outside.fail(&error),
                },
                Effect::Quit => self.quit = true,
                effect => world.perform(effect),
            }
        }
        Ok(())
    }

    fn draw(&mut self, world: &mut World) -> io::Result<()> {
        let effects = self.program.prepare();
        self.perform(effects, world)?;
        if self.lent {
            // Drawn when the screen is ours again.
            self.dirty_since = None;
            return Ok(());
        }
        self.screen.draw(Part::Whole, &mut |part, buffer| self.program.draw(part, buffer))?;
        // What was asked for the first picture is in it.
        self.program.take_dirty();
        self.program.take_typed();
        self.dirty_since = None;
        self.pace.drawn(Instant::now());
        Ok(())
    }

    /// When the program is to be woken: as it asked for, or because something is due.
    fn wake_due(&self) -> Option<Instant> {
        let due = self.program.due().and_then(|due| self.start.checked_add(due));
        [self.wake, due].into_iter().flatten().min()
    }

    /// When the picture may be drawn if nothing else happens before; `None` if it is up to date.
    fn frame_due(&self) -> Option<Instant> {
        self.dirty_since.map(|since| self.pace.due(since))
    }

    /// Whether the picture has been out of date for so long and may be drawn, although more is
    /// waiting.
    fn is_late(&self, most: Duration) -> bool {
        let Some(since) = self.dirty_since else { return false };
        let now = Instant::now();
        since + most <= now && self.pace.due(now) <= now
    }

    fn now(&self) -> Moment {
        let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let unix_ms = i64::try_from(unix.as_millis()).unwrap_or(i64::MAX);
        Moment { up: self.start.elapsed(), unix_ms }
    }
}

/// Waits for a moment that may be there already: to sleep until then would take a millisecond.
async fn reach(moment: Instant) {
    if moment > Instant::now() {
        sleep_until(moment).await;
    }
}

/// What a terminal's event is to the program; `None` for what it has no use for.
fn event_of(input: Input) -> Option<Event> {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => Some(Event::Key(key)),
        Input::Paste(text) => Some(Event::Paste(text)),
        Input::Mouse(mouse) => Some(Event::Mouse(mouse)),
        Input::Resize(width, height) => Some(Event::Resized { width, height }),
        Input::Background { light } => Some(Event::Background { light }),
        Input::Focus(focus) => Some(Event::Focus(focus)),
        Input::Key(_) | Input::Suspend | Input::Resume => None,
    }
}
