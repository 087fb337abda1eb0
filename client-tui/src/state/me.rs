//! Oneself: the room that one hosts, what one tells of oneself, and whom one does not want to hear.

use chat_protocol::{Line, Nick, Profile};

use super::export::Export;
use super::hosting::Hosting;
use super::memory::Memory;
use super::notice::Notices;
use crate::config::Habits;
use crate::people::People;
use crate::written::Written;

/// Oneself, as this client's person.
#[derive(Debug, Default)]
pub(crate) struct Me {
    pub(crate) hosting: Hosting,
    /// What is remembered from one run to the next.
    pub(crate) people: People,
    pub(crate) memory: Memory,
    pub(crate) written: Written,
    pub(crate) away: Away,
    /// The conversation that is being written to a file.
    pub(crate) export: Option<Export>,
    /// What the configuration says, and what was switched since.
    pub(crate) habits: Habits,
    /// Who called, and whether somebody looks.
    pub(crate) notices: Notices,
    /// Of whom the server was asked who they are, until it answers.
    pub(crate) asked: Option<Nick>,
}

/// Whether one is away, who may be connected from several devices.
#[derive(Debug, Default)]
pub(crate) struct Away {
    is: bool,
    /// Why, if it was said at this device: it is said again when the link comes back. What another
    /// one said is that one's to say again.
    said: Line,
}

impl Away {
    /// Whether one is away, wherever that was said.
    pub(crate) fn is(&self) -> bool {
        self.is
    }

    /// It is said at this device; with an empty text, that one is back.
    pub(crate) fn say(&mut self, text: Line) {
        self.said = text;
    }

    /// The server tells it.
    pub(crate) fn take(&mut self, text: &Line) {
        self.is = !text.is_empty();
        if self.said != *text {
            self.said = Line::default();
        }
    }

    /// A list of people tells whether one is.
    pub(crate) fn learn(&mut self, is: bool) {
        self.is = is || !self.said.is_empty();
    }

    /// What is to be said again, now that the link is back.
    pub(crate) fn again(&self) -> Option<Line> {
        Some(self.said.clone()).filter(|said| !said.is_empty())
    }
}

impl Me {
    /// What one tells of oneself under this name.
    pub(crate) fn profile(&self, name: &Nick) -> Profile {
        self.people.profile(name).cloned().unwrap_or_default()
    }
}
