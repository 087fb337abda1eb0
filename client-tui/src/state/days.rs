//! The days that messages were said on. To turn a time into a day asks the rules of a time zone;
//! most of what is looked at is of the day that was asked for last.

use std::cell::Cell;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Days of one time zone, of which the last is remembered.
#[derive(Debug, Default)]
pub(super) struct Days {
    last: Cell<Option<Day>>,
}

/// A day, and its first and last moment in Unix milliseconds.
#[derive(Clone, Copy, Debug)]
struct Day {
    date: Date,
    from: i64,
    to: i64,
}

impl Days {
    /// The day of a moment in Unix milliseconds; nothing of one that no calendar has.
    pub(super) fn of(&self, at: i64, zone: &TimeZone) -> Option<Date> {
        if let Some(day) = self.last.get().filter(|day| (day.from..=day.to).contains(&at)) {
            return Some(day.date);
        }
        let there = Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone());
        let date = there.date();
        // At the ends of the calendar a day has no beginning or no end, and is not remembered.
        if let (Ok(first), Ok(last)) = (there.start_of_day(), there.end_of_day()) {
            let (from, to) =
                (first.timestamp().as_millisecond(), last.timestamp().as_millisecond());
            self.last.set(Some(Day { date, from, to }));
        }
        Some(date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn days_are_those_of_the_calendar() {
        for zone in ["UTC", "Europe/Berlin", "America/Santiago", "Asia/Kolkata"] {
            let zone = TimeZone::get(zone).unwrap();
            let days = Days::default();
            // A year from before one change of clocks to behind another, each hour, and back.
            let hours = 0..8_900;
            for hour in hours.clone().chain(hours.rev()) {
                let at = 1_700_000_000_000 + hour * HOUR;
                let asked = Timestamp::from_millisecond(at).unwrap().to_zoned(zone.clone()).date();
                assert_eq!(days.of(at, &zone), Some(asked), "{at}");
            }
        }
    }

    #[test]
    fn what_no_calendar_has_is_no_day() {
        let days = Days::default();
        assert_eq!(days.of(i64::MAX, &TimeZone::UTC), None);
        assert!(days.of(0, &TimeZone::UTC).is_some());
    }
}
