//! What a room shows its members beside what is said: a line that one of them set, and a countdown.

use serde::{Deserialize, Serialize};

use crate::name::{Nick, RoomName};
use crate::text::Line;

/// What a room shows its members as one finds it on entering.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    /// The line that somebody set for all to see; empty without one.
    #[serde(default, skip_serializing_if = "Line::is_empty")]
    pub announcement: Line,
    /// The countdown that runs here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<Timer>,
}

/// A room's line was set, or taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Which room.
    pub room: RoomName,
    /// What it says; empty when it was taken away.
    pub text: Line,
    /// Who did it.
    pub by: Nick,
}

/// How long a countdown still runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// When it ends, in Unix milliseconds by the server's clock.
    pub ends: i64,
    /// Milliseconds from now to then: to be counted down by whichever clock one has.
    pub remaining: u64,
}

impl Timer {
    /// How long it runs, for people: `1 h 30 min`, `5 min`, `1 min 30 s`.
    #[must_use]
    pub fn words(&self) -> String {
        let seconds = self.remaining.saturating_add(500) / 1_000;
        let parts = [(seconds / 3_600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> = parts.map(|(count, unit)| format!("{count} {unit}")).collect();
        if words.is_empty() { "0 s".to_owned() } else { words.join(" ") }
    }
}

/// A room's countdown began, was taken away, or is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TimerWire", into = "TimerWire")]
pub struct TimerNews {
    /// Which room.
    pub room: RoomName,
    /// What became of it.
    pub change: TimerChange,
}

/// What became of a countdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimerChange {
    /// Somebody set it.
    Set(Timer, Nick),
    /// Somebody took it away.
    TakenAway(Nick),
    /// It ended at this time.
    Over(i64),
}

#[derive(Clone, Serialize, Deserialize)]
struct TimerWire {
    room: RoomName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remaining: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<Nick>,
}

impl From<TimerNews> for TimerWire {
    fn from(TimerNews { room, change }: TimerNews) -> Self {
        let (ends, remaining, by) = match change {
            TimerChange::Set(Timer { ends, remaining }, by) => {
                (Some(ends), Some(remaining), Some(by))
            }
            TimerChange::TakenAway(by) => (None, None, Some(by)),
            TimerChange::Over(ends) => (Some(ends), Some(0), None),
        };
        Self { room, ends, remaining, by }
    }
}

impl TryFrom<TimerWire> for TimerNews {
    type Error = &'static str;
    fn try_from(wire: TimerWire) -> Result<Self, Self::Error> {
        let TimerWire { room, ends, remaining, by } = wire;
        let change = match (ends, remaining, by) {
            (Some(ends), Some(remaining), Some(by)) => {
                TimerChange::Set(Timer { ends, remaining }, by)
            }
            (Some(ends), _, None) => TimerChange::Over(ends),
            (None, _, Some(by)) => TimerChange::TakenAway(by),
            (Some(_), None, Some(_)) => return Err("missing field `remaining`"),
            (None, _, None) => return Err("missing field `by`"),
        };
        Ok(Self { room, change })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_its_parts() {
        let check = |remaining, expected: &str| {
            assert_eq!(Timer { ends: 0, remaining }.words(), expected, "{remaining}");
        };
        check(0, "0 s");
        check(300_000, "5 min");
        check(299_700, "5 min");
        check(90_000, "1 min 30 s");
        check(5_400_000, "1 h 30 min");
        check(86_400_000, "24 h");
        check(u64::MAX, "5124095576030 h 25 min 51 s");
    }
}
