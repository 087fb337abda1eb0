//! What one peer may have under way: so many requests at a time, at a pace that the others do not
//! feel.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::pace::{BESIDE_OTHERS, GRANT, Pace};
use crate::hub::{Permit, WINDOW};

/// What may go before it is answered, of a peer that comes from where somebody has flooded: then
/// it is a flood, too.
const SUSPICIOUS: u32 = 8 * BESIDE_OTHERS;

/// Requests that people send in one breath.
const AT_ONCE: usize = 3;

/// Where the next request stands.
#[derive(Debug)]
pub(super) enum Gate {
    /// It may go.
    Open(Permit),
    /// It waits until so many places of the window are free.
    Places(u32),
    /// It waits for the search before it.
    Search,
    /// It waits until then: its peer has sent too much without waiting for answers.
    Until(Instant),
}

/// One peer's window and pace.
#[derive(Debug)]
pub(super) struct Flow {
    window: Arc<Semaphore>,
    /// One place, held by the hub until everything that was missed has been told.
    missed: Arc<Semaphore>,
    /// One place, held by the search that is under way.
    search: Arc<Semaphore>,
    /// `None` where nobody is slowed down.
    pace: Option<Pace>,
    /// What went since the window was last found full, by its weight: a window's worth at most.
    gone: VecDeque<u32>,
    /// The peer has used up its burst: all that goes is counted, answered or not.
    slowed: bool,
    /// Somebody has flooded from where this peer comes, and it has not waited for an answer yet.
    suspect: bool,
    /// The one under way must be answered before anything else goes.
    alone: bool,
    /// Until when nothing goes.
    until: Option<Instant>,
}

impl Flow {
    pub(super) fn new(pace: Option<Pace>) -> Self {
        let suspect = pace.as_ref().is_some_and(Pace::begins_again);
        Self {
            window: Arc::new(Semaphore::new(WINDOW as usize)),
            missed: Arc::new(Semaphore::new(1)),
            search: Arc::new(Semaphore::new(1)),
            pace,
            gone: VecDeque::new(),
            slowed: false,
            suspect,
            alone: false,
            until: None,
        }
    }

    /// Asks for a request that has come and weighs so much.
    pub(super) fn ask(&mut self, weight: u32, now: Instant) -> Gate {
        if self.is_answered() {
            self.alone = false;
            self.suspect &= self.gone.is_empty();
            if !self.slowed {
                self.gone.clear();
            }
        } else if self.alone {
            return Gate::Places(WINDOW);
        }
        let enough = match (self.slowed, self.suspect) {
            (true, _) => GRANT,
            (false, true) => SUSPICIOUS,
            (false, false) => u32::MAX,
        };
        if self.gone.iter().sum::<u32>() >= enough {
            self.overrun(now);
        }
        if let Some(until) = self.until.filter(|until| *until > now) {
            return Gate::Until(until);
        }
        self.until = None;
        if let Ok(permit) = Arc::clone(&self.window).try_acquire_owned() {
            self.gone.push_back(weight);
            if self.gone.len() > WINDOW as usize {
                self.gone.pop_front();
            }
            return Gate::Open(permit);
        }
        self.overrun(now);
        Gate::Places(1)
    }

    /// Asks for a search that has come and costs so much. It is answered when it is found, and
    /// nothing but another search waits for it.
    pub(super) fn ask_search(&mut self, cost: u32, now: Instant) -> Gate {
        if let Some(until) = self.until.filter(|until| *until > now) {
            return Gate::Until(until);
        }
        let Ok(permit) = Arc::clone(&self.search).try_acquire_owned() else { return Gate::Search };
        self.charge(cost, now);
        Gate::Open(permit)
    }

    /// Takes what went to account: the next may have to wait.
    fn overrun(&mut self, now: Instant) {
        let gone = self.gone.drain(..).sum();
        self.charge(gone, now);
    }

    /// Takes so much to account, whether it overran the window or not.
    pub(super) fn charge(&mut self, cost: u32, now: Instant) {
        self.until = self.pace.as_mut().and_then(|pace| pace.overrun(cost, now));
        self.slowed = self.until.is_some();
    }

    /// The request that went last is answered from another thread: what is asked behind it waits
    /// for it, so that answers keep the order of their requests.
    pub(super) fn alone(&mut self) {
        self.alone = true;
    }

    /// Whether nothing is under way.
    pub(super) fn is_answered(&self) -> bool {
        self.window.available_permits() == WINDOW as usize
    }

    /// Whether everything was answered and found, and everything missed was told.
    pub(super) fn is_done(&self) -> bool {
        let told = self.missed.available_permits() == 1;
        self.is_answered() && told && self.search.available_permits() == 1
    }

    /// The permit that says that something missed is still to be told, when none of it is.
    pub(super) fn missing(&self) -> Option<Permit> {
        Arc::clone(&self.missed).try_acquire_owned().ok()
    }

    /// Returns when a gate may have opened; without one, when everything is done.
    pub(super) async fn changed(&self, gate: Option<&Gate>) {
        // Semaphores that are never closed give no errors.
        match gate {
            Some(Gate::Open(_)) => {}
            Some(Gate::Places(places)) => drop(self.window.acquire_many(*places).await),
            Some(Gate::Search) => drop(self.search.acquire().await),
            Some(Gate::Until(until)) => tokio::time::sleep_until(*until).await,
            None => {
                drop(self.window.acquire_many(WINDOW).await);
                drop(self.missed.acquire().await);
                drop(self.search.acquire().await);
            }
        }
    }

    /// Whether this peer has to wait now.
    pub(super) fn is_paced(&self) -> bool {
        self.until.is_some()
    }

    /// Whether what this peer asks for may wait for others. The few things that somebody says at
    /// once do not, whoever flooded from where they come: only what follows them unasked for.
    pub(super) fn is_slowed(&self) -> bool {
        self.slowed || self.suspect && self.gone.len() > AT_ONCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(flow: &mut Flow, now: Instant) -> Option<Permit> {
        match flow.ask(BESIDE_OTHERS, now) {
            Gate::Open(permit) => Some(permit),
            Gate::Places(_) | Gate::Search | Gate::Until(_) => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_is_open_as_far_as_it_is_answered() {
        let now = Instant::now();
        let mut flow = Flow::new(None);
        let mut under_way: Vec<Permit> = (0..64).map_while(|_| open(&mut flow, now)).collect();
        assert_eq!(under_way.len(), 64);
        assert!(matches!(flow.ask(BESIDE_OTHERS, now), Gate::Places(1)));
        under_way.pop();
        assert!(open(&mut flow, now).is_some());
        flow.alone();
        assert!(matches!(flow.ask(BESIDE_OTHERS, now), Gate::Places(64)));
        under_way.clear();
        assert!(open(&mut flow, now).is_some() && flow.is_done());
        let missing = flow.missing();
        assert!(!flow.is_done() && flow.missing().is_none());
        drop(missing);
        assert!(flow.is_done());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_answered_long_ago_does_not_count() {
        let now = Instant::now();
        let mut flow = Flow::new(Some(Pace::new(now, true, false)));
        let mut under_way = VecDeque::from([open(&mut flow, now)]);
        for _ in 0..100_000 {
            under_way.push_back(open(&mut flow, now));
            under_way.pop_front();
        }
        under_way.extend((0..63).map(|_| open(&mut flow, now)));
        assert!(matches!(flow.ask(BESIDE_OTHERS, now), Gate::Places(1)), "the window is full");
        under_way.clear();
        assert!(open(&mut flow, now).is_some(), "and that was no flood");
    }

    /// How many requests go in this time, of a peer that sends `window` and waits for all.
    fn sent_in(seconds: u64, window: usize) -> usize {
        let start = Instant::now();
        let mut flow = Flow::new(Some(Pace::new(start, true, false)));
        let (mut now, mut sent) = (start, 0);
        while now <= start + std::time::Duration::from_secs(seconds) && sent < 100_000 {
            let under_way: Vec<Permit> = (0..window).map_while(|_| open(&mut flow, now)).collect();
            sent += under_way.len();
            if under_way.is_empty() {
                match flow.ask(BESIDE_OTHERS, now) {
                    Gate::Until(until) => now = until,
                    gate => panic!("{gate:?}"),
                }
            }
        }
        sent
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_floods_again_has_no_window_for_nothing() {
        let now = Instant::now();
        let mut flow = Flow::new(Some(Pace::new(now, true, true)));
        let under_way: Vec<Permit> = (0..64).map_while(|_| open(&mut flow, now)).collect();
        assert_eq!(under_way.len(), 8);
        // Who has waited for an answer is nobody's fellow.
        let mut flow = Flow::new(Some(Pace::new(now, true, true)));
        drop(open(&mut flow, now));
        let under_way: Vec<Permit> = (0..64).map_while(|_| open(&mut flow, now)).collect();
        assert_eq!(under_way.len(), 64);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_answers_where_somebody_flooded_is_not_slowed_down() {
        let now = Instant::now();
        let mut flow = Flow::new(Some(Pace::new(now, true, true)));
        let mut under_way: Vec<Permit> = (0..3).map_while(|_| open(&mut flow, now)).collect();
        assert!(under_way.len() == 3 && !flow.is_slowed());
        under_way.extend(open(&mut flow, now));
        assert!(under_way.len() == 4 && flow.is_slowed());
        under_way.clear();
        assert!(open(&mut flow, now).is_some() && !flow.is_slowed());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_charged_by_itself_counts_though_it_was_answered() {
        let now = Instant::now();
        let mut flow = Flow::new(Some(Pace::new(now, true, false)));
        for _ in 0..2 {
            assert!(matches!(flow.ask(0, now), Gate::Open(_)));
            flow.charge(256 * BESIDE_OTHERS, now);
        }
        assert!(matches!(flow.ask(0, now), Gate::Open(_)));
        flow.charge(1, now);
        assert!(matches!(flow.ask(0, now), Gate::Until(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_search_waits_for_the_one_before_it_and_nothing_else_does() {
        let now = Instant::now();
        let mut flow = Flow::new(Some(Pace::new(now, true, false)));
        let Gate::Open(first) = flow.ask_search(1, now) else { panic!("nothing is searched") };
        assert!(matches!(flow.ask_search(1, now), Gate::Search));
        assert!(open(&mut flow, now).is_some() && !flow.is_done());
        drop(first);
        assert!(flow.is_done());
        let Gate::Open(_) = flow.ask_search(1_024 * BESIDE_OTHERS, now) else { panic!("found") };
        assert!(matches!(flow.ask_search(1, now), Gate::Until(_)));
        assert!(open(&mut flow, now).is_none(), "who floods with searches waits");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_for_answers_is_never_slowed_down() {
        assert_eq!(sent_in(1, 16), 100_000);
        assert_eq!(sent_in(1, 64), 100_032);
        // A burst, what was granted since, and what was the last straw.
        assert_eq!(sent_in(10, 65), 512 + 156 * 2 + 2);
    }
}
