//! When something that changes again and again is written: soon after it has come to rest, now and
//! then while it does not, and never where nothing has changed.

use std::time::Duration;

/// How long nothing more must change.
const CALM: Duration = Duration::from_secs(1);

/// The time between two writings at least, and for a change at most: reading is no reason to keep
/// a disk awake.
const PAUSE: Duration = Duration::from_secs(5);

/// What has happened so far, in time since the start.
#[derive(Debug, Default)]
pub(crate) struct Rhythm {
    /// The first change that is not written, and the last.
    changed: Option<(Duration, Duration)>,
    written: Option<Duration>,
}

impl Rhythm {
    /// Something may have changed.
    pub(crate) fn changed(&mut self, now: Duration) {
        let first = self.changed.map_or(now, |(first, _)| first);
        self.changed = Some((first, now));
    }

    /// Everything is written.
    pub(crate) fn written(&mut self, now: Duration) {
        *self = Self { changed: None, written: Some(now) };
    }

    /// When it is to be written, if it is.
    pub(crate) fn due(&self) -> Option<Duration> {
        let (first, last) = self.changed?;
        let calm = (last + CALM).min(first + PAUSE);
        Some(self.written.map_or(calm, |written| calm.max(written + PAUSE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes at these tenths of a second; the tenths at which is written.
    fn check(changes: &[u64], expected: &[u64]) {
        let mut rhythm = Rhythm::default();
        let mut written = Vec::new();
        for tenth in 0..=200 {
            let now = Duration::from_millis(tenth * 100);
            if changes.contains(&tenth) {
                rhythm.changed(now);
            }
            if rhythm.due().is_some_and(|due| due <= now) {
                rhythm.written(now);
                written.push(tenth);
            }
        }
        assert_eq!(written, expected, "{changes:?}");
    }

    #[test]
    fn what_has_come_to_rest_is_written_once() {
        check(&[], &[]);
        check(&[0], &[10]);
        check(&[0, 1, 9], &[19]);
        check(&[0, 100], &[10, 110]);
        check(&[0, 30, 60], &[10, 70]);
        check(&[0, 30, 90], &[10, 60, 110]);
    }

    #[test]
    fn what_never_rests_is_written_now_and_then() {
        let always: Vec<u64> = (0..=100).collect();
        check(&always, &[50, 101]);
    }
}
