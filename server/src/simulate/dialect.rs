//! What simulated users may speak, and what each dialect lets them do.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chat_protocol::lab::Lab;

/// A dialect of simulated users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// One JSON object a line.
    Native,
    /// One of the labs'.
    Lab(Lab),
}

impl Dialect {
    /// All of them, the default first. Raw is none: in it nobody is told who speaks to whom.
    pub(crate) const ALL: [Self; 4] =
        [Self::Native, Self::Lab(Lab::Line), Self::Lab(Lab::Comma), Self::Lab(Lab::Pickle)];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Lab(lab) => lab.name(),
        }
    }

    /// Whether one can speak to all.
    pub(crate) fn says(self) -> bool {
        self != Self::Lab(Lab::Comma)
    }

    /// Whether one can speak to one person.
    pub(crate) fn tells(self) -> bool {
        matches!(self, Self::Native | Self::Lab(Lab::Comma))
    }

    /// Whether one can ask who is there.
    pub(crate) fn lists(self) -> bool {
        self.tells()
    }

    /// Whether the server says that it has taken a message.
    pub(crate) fn acknowledges(self) -> bool {
        self == Self::Native
    }

    /// The least time between two things that one user sends.
    pub(crate) fn gap(self) -> Duration {
        match self {
            Self::Native => Duration::ZERO,
            Self::Lab(lab) => lab.gap(),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Dialect {
    type Err = String;
    fn from_str(raw: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|dialect| dialect.name() == raw);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("no dialect of simulated users: one of {names}")
        })
    }
}
