//! What a pause says: that what has come is whole, and that what others say may be told now. Only
//! dialects without frames care.

use tokio::time::Instant;

use crate::doors::{Came, Door, News};
use crate::link::Link;

/// One peer's pauses.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    /// When something came last that no pause has followed yet.
    read: Option<Instant>,
    /// Whether the dialect holds news back at times.
    has_times: bool,
    /// Whether they are held back now.
    holds: bool,
    /// When to look again whether they may go.
    look: Option<Instant>,
}

impl Pauses {
    /// Something has come.
    pub(super) fn read(&mut self, now: Instant) {
        self.read = Some(now);
    }

    /// All that had come before the pause has been dealt with.
    pub(super) fn over(&mut self) {
        self.read = None;
    }

    /// What is known of what has come.
    pub(super) fn came(&self, door: &dyn Door, ended: bool, now: Instant) -> Came {
        if ended {
            return Came::Ended;
        }
        match (door.pause(), self.read) {
            (Some(pause), Some(read)) if now >= read + pause => Came::Paused,
            _ => Came::More,
        }
    }

    /// The peer is about to be let in: holds news back where its dialect wants that.
    pub(super) fn begin(&mut self, door: &mut dyn Door, link: &Link) {
        let news = door.news(Instant::now(), false);
        self.has_times = news != News::Now;
        self.holds = self.has_times;
        if self.holds {
            link.hold(matches!(news, News::Lines { .. } | News::Later));
        }
    }

    /// Something is about to be asked whose answer may have to stand alone.
    pub(super) fn ask(&mut self, door: &mut dyn Door, link: &Link) {
        if self.has_times && !self.holds && door.news(Instant::now(), false) != News::Now {
            self.holds = true;
            link.hold(false);
        }
    }

    /// Tells what may be told now.
    pub(super) fn let_news_go(&mut self, door: &mut dyn Door, link: &Link, answered: bool) {
        self.look = None;
        while self.holds {
            match door.news(Instant::now(), answered) {
                News::Now => {
                    link.release();
                    self.holds = false;
                }
                News::NotBefore(time) => {
                    self.look = Some(time);
                    return;
                }
                News::Lines { most, end } => {
                    if !link.release_lines(most, end) {
                        return;
                    }
                    door.told();
                }
                News::Later => return,
            }
        }
    }

    /// When to look again though nothing happens; `waits` says that what has come waits for its
    /// end.
    pub(super) fn next_look(&self, door: &dyn Door, waits: bool) -> Option<Instant> {
        let paused = match (door.pause(), self.read) {
            (Some(pause), Some(read)) if waits => Some(read + pause),
            _ => None,
        };
        [paused, self.look].into_iter().flatten().min()
    }
}
