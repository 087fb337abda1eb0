//! Oneself: the room that one hosts, what one tells of oneself, and whom one does not want to hear.

use chat_protocol::{Line, Nick, Profile};

use super::hosting::Hosting;
use super::memory::Memory;
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
    /// Why one is away, as the server has it; empty when one is not.
    pub(crate) away: Line,
    /// Of whom the server was asked who they are, until it answers.
    pub(crate) asked: Option<Nick>,
}

impl Me {
    /// What one tells of oneself under this name.
    pub(crate) fn profile(&self, name: &Nick) -> Profile {
        self.people.profile(name).cloned().unwrap_or_default()
    }
}
