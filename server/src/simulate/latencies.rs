//! How long deliveries took: counted in buckets that are each about 3 % wide, so that millions of
//! them take a few kilobytes.

use std::time::Duration;

/// Buckets for each doubling of the time, as a power of two.
const FINE: u32 = 5;

/// Longer than any run waits for anything: it all goes into the last bucket.
const MOST_MICROS: u64 = 1 << 32;

/// Many times, of which only how many fell into each bucket is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies {
    buckets: Vec<u32>,
    count: u64,
}

impl Latencies {
    pub(crate) fn add(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(MOST_MICROS).min(MOST_MICROS);
        let bucket = bucket(micros);
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, 0);
        }
        self.buckets[bucket] = self.buckets[bucket].saturating_add(1);
        self.count += 1;
    }

    /// The time that this part of all did not exceed, as exactly as the buckets are wide; `None`
    /// when there is none.
    pub(crate) fn percentile(&self, part: f64) -> Option<Duration> {
        let wanted = ((self.count as f64 * part).ceil() as u64).max(1);
        let mut seen = 0;
        self.buckets.iter().enumerate().find_map(|(bucket, count)| {
            seen += u64::from(*count);
            (seen >= wanted).then(|| Duration::from_micros(last_of(bucket)))
        })
    }
}

/// Below 32 µs a bucket for each; from there on 32 for each doubling.
fn bucket(micros: u64) -> usize {
    let doublings = micros.max(1).ilog2().saturating_sub(FINE);
    ((doublings as usize) << FINE) + (micros >> doublings) as usize
}

/// The last of the times that fall into a bucket.
fn last_of(bucket: usize) -> u64 {
    let doublings = (bucket >> FINE).saturating_sub(1);
    let first = (bucket - (doublings << FINE)) as u64;
    ((first + 1) << doublings) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_falls_into_a_bucket_that_is_about_as_long() {
        let mut before = 0;
        for micros in (0..5_000).chain((5_000..40_000_000).step_by(7_001)).chain([MOST_MICROS]) {
            let bucket = bucket(micros);
            assert!(bucket >= before, "{micros}");
            before = bucket;
            let last = last_of(bucket);
            assert!(micros <= last && last - micros <= micros / 32, "{micros} in {bucket}: {last}");
        }
    }

    #[test]
    fn percentiles_are_found() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentile(0.5), None);
        (1..=100).for_each(|ms| latencies.add(Duration::from_millis(ms)));
        let check = |part, ms: f64| {
            let found = latencies.percentile(part).unwrap().as_secs_f64() * 1e3;
            assert!((ms..ms * 1.04).contains(&found), "{part}: {found}");
        };
        check(0.5, 50.0);
        check(0.99, 99.0);
        check(1.0, 100.0);
        check(0.0, 1.0);
    }
}
