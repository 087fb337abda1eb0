//! The daytime door: the time of day, and goodbye. An idea of RFC 867.

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What whoever comes is told: the server's local time, of these Unix milliseconds.
pub(crate) fn answer(now: i64) -> Bytes {
    told(now, TimeZone::system())
}

fn told(now: i64, zone: TimeZone) -> Bytes {
    // A clock beyond the year 9999 tells none.
    let time = Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone);
    Bytes::from(time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_date_and_a_time() {
        let zone = || TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(told(1_793_516_707_999, zone()), "2026-11-01 09:05:07");
        assert_eq!(told(i64::MAX, zone()), "1970-01-01 02:00:00");
    }
}
