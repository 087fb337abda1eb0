//! Which dialects a port takes.

use std::fmt;
use std::str::FromStr;

/// Which dialects a port takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorKind {
    /// Whichever the first bytes tell.
    Main,
    /// Text, for people at netcat, who are asked for their name.
    Nc,
    /// Text, the first line of which is the name.
    Line,
    /// Commands of comma-separated words.
    Comma,
    /// Pickled Python data.
    Pickle,
    /// The time of day, and goodbye.
    Daytime,
    /// Turn by turn, without a name.
    Duet,
}

impl DoorKind {
    /// Those that have a port only where one is asked for.
    pub const NAMED: [Self; 6] =
        [Self::Nc, Self::Line, Self::Comma, Self::Pickle, Self::Daytime, Self::Duet];
}

impl fmt::Display for DoorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Main => "native",
            Self::Nc => "nc",
            Self::Line => "line",
            Self::Comma => "comma",
            Self::Pickle => "pickle",
            Self::Daytime => "daytime",
            Self::Duet => "duet",
        })
    }
}

impl FromStr for DoorKind {
    type Err = String;
    fn from_str(raw: &str) -> Result<Self, String> {
        Self::NAMED.into_iter().find(|kind| kind.to_string() == raw).ok_or_else(|| {
            let names = Self::NAMED.map(|kind| kind.to_string());
            format!("no door is called ‘{raw}’; there are {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for kind in DoorKind::NAMED {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        let error = "telex".parse::<DoorKind>().unwrap_err();
        assert_eq!(
            error,
            "no door is called ‘telex’; there are nc, line, comma, pickle, daytime, duet"
        );
    }
}
