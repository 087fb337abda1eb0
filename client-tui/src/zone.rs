//! This machine's time zone, found without looking through all that there are: what the screen's
//! clocks go by from the first picture on.

use std::path::Path;

use jiff::tz::TimeZone;

/// Where the system keeps its zone.
const LOCAL: &str = "/etc/localtime";

/// The zone that people here go by.
pub(crate) fn local() -> TimeZone {
    // Whoever names a zone has it looked up; that takes longer than everything else at the start.
    let named = std::env::var_os("TZ").is_some();
    let file = if named { None } else { of_file(Path::new(LOCAL)) };
    file.unwrap_or_else(TimeZone::system)
}

/// The zone in a file, if it holds one.
fn of_file(path: &Path) -> Option<TimeZone> {
    let bytes = std::fs::read(path).ok()?;
    TimeZone::tzif(LOCAL, &bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_holds_no_zone_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("localtime");
        assert!(of_file(&path).is_none());
        std::fs::write(&path, "no zone").unwrap();
        assert!(of_file(&path).is_none());
    }

    #[test]
    fn the_zone_is_the_one_that_the_system_has() {
        let now = jiff::Timestamp::UNIX_EPOCH;
        assert_eq!(local().to_offset(now), TimeZone::system().to_offset(now));
    }
}
