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
    /// The line dialect with the commands of the door for netcat.
    Nc,
    /// Turn by turn: whoever has sent something waits for the answer.
    Duet,
    /// One of the labs'. Raw is taken for an echo: what a user says is to come back.
    Lab(Lab),
}

impl Dialect {
    /// All of them, the default first.
    pub(crate) const ALL: [Self; 7] = [
        Self::Native,
        Self::Lab(Lab::Line),
        Self::Lab(Lab::Comma),
        Self::Lab(Lab::Pickle),
        Self::Nc,
        Self::Duet,
        Self::Lab(Lab::Raw),
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Nc => "nc",
            Self::Duet => "duet",
            Self::Lab(lab) => lab.name(),
        }
    }

    /// Whether one can speak to all.
    pub(crate) fn says(self) -> bool {
        self != Self::Lab(Lab::Comma)
    }

    /// Whether one can speak to one person.
    pub(crate) fn tells(self) -> bool {
        matches!(self, Self::Native | Self::Nc | Self::Lab(Lab::Comma))
    }

    /// Whether one can ask who is there.
    pub(crate) fn lists(self) -> bool {
        self.tells()
    }

    /// Whether one says who one is, and may be let in or not.
    pub(crate) fn introduces(self) -> bool {
        !matches!(self, Self::Duet | Self::Lab(Lab::Raw))
    }

    /// Whether whoever has sent something waits for an answer, and hears nothing unasked.
    pub(crate) fn takes_turns(self) -> bool {
        self == Self::Duet
    }

    /// Whether what one says comes back, and goes to nobody else.
    pub(crate) fn echoes(self) -> bool {
        self == Self::Lab(Lab::Raw)
    }

    /// Whether the server says that it has taken a message.
    pub(crate) fn acknowledges(self) -> bool {
        self == Self::Native
    }

    /// The least time between two things that one user sends.
    pub(crate) fn gap(self) -> Duration {
        match self {
            Self::Native | Self::Nc | Self::Duet => Duration::ZERO,
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
