//! The daytime door: the time of day, and goodbye. An idea of RFC 867.

use bytes::Bytes;

/// What whoever comes is told: the server's local time.
pub(crate) fn answer(now: &jiff::Zoned) -> Bytes {
    Bytes::from(now.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_date_and_a_time() {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
        let now = jiff::civil::date(2026, 11, 1).at(9, 5, 7, 0).to_zoned(zone).unwrap();
        assert_eq!(answer(&now), "2026-11-01 09:05:07");
    }
}
