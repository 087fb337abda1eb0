//! Where floods came from lately: whoever is closed or leaves, and comes again, does not begin
//! with a full burst.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long an address is remembered.
const REMEMBERED: Duration = Duration::from_secs(60);

/// Addresses that are remembered at most; then the oldest half is forgotten.
const MOST: usize = 1_024;

/// Addresses from which somebody flooded.
#[derive(Debug, Default)]
pub(crate) struct Floods(Mutex<HashMap<IpAddr, Instant>>);

impl Floods {
    /// Somebody floods from here.
    pub(super) fn note(&self, address: IpAddr, now: Instant) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST && !seen.contains_key(&address) {
            let mut times: Vec<Instant> = seen.values().copied().collect();
            times.sort_unstable();
            seen.retain(|_, at| *at > times[MOST / 2]);
        }
        seen.insert(address, now);
    }

    /// Whether somebody has flooded from here lately.
    pub(super) fn came_from(&self, address: IpAddr, now: Instant) -> bool {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&address).is_some_and(|at| now.saturating_duration_since(*at) < REMEMBERED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_remembered_for_a_while_and_not_too_many() {
        let floods = Floods::default();
        let start = Instant::now();
        let address = |number: u32| IpAddr::from(number.to_be_bytes());
        for number in 0..5_000 {
            floods.note(address(number), start + Duration::from_millis(u64::from(number)));
        }
        assert!(floods.0.lock().unwrap().len() <= MOST);
        let now = start + Duration::from_secs(5);
        assert!(floods.came_from(address(4_999), now));
        assert!(!floods.came_from(address(0), now));
        assert!(!floods.came_from(address(4_999), now + REMEMBERED));
    }
}
