//! How sure a growth is: the pairs are drawn again and again with replacement, and where the middle
//! nine of ten of what they say lie is the interval (Efron's bootstrap).
//!
//! A machine's hiccups come in bunches, so it is pairs that are drawn: the deliveries of one second
//! share their luck.

use std::time::Duration;

/// How often the pairs are drawn.
const DRAWS: usize = 400;

/// Pairs below which there is no interval: of so few, the bootstrap makes it too small.
const LEAST: usize = 20;

/// Deliveries are ranked to this part.
const RANK: f64 = 0.99;

/// What one pair measured: without the neighbours, and with them.
pub(crate) type Sample<'a> = [&'a [Duration]; 2];

/// Between which factors the ratio of both sides' p99 lies with a nominal confidence of 90 %; of the
/// pairs, those count of which both seconds have something to tell.
pub(crate) fn interval(samples: &[Sample<'_>]) -> Option<[f64; 2]> {
    let samples: Vec<_> =
        samples.iter().filter(|pair| pair.iter().all(|side| !side.is_empty())).collect();
    if samples.len() < LEAST {
        return None;
    }
    // Of a fixed sequence: the same figures give the same interval.
    let mut state = 1_u64;
    let mut below = |most: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % most
    };
    let mut ratios: Vec<f64> = (0..DRAWS)
        .filter_map(|_| {
            let drawn: Vec<_> = samples.iter().map(|_| samples[below(samples.len())]).collect();
            let [without, with] = [0, 1]
                .map(|side| ranked(drawn.iter().flat_map(|pair| pair[side]).copied().collect()));
            Some(with? / without?)
        })
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let at = |part: f64| ratios.get((ratios.len() as f64 * part) as usize).copied();
    Some([at(0.05)?, at(0.95)?])
}

fn ranked(mut all: Vec<Duration>) -> Option<f64> {
    let at = (all.len() as f64 * RANK) as usize;
    (at < all.len()).then(|| all.select_nth_unstable(at).1.as_secs_f64())
}
