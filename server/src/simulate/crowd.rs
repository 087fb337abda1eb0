//! How simulated users behave: who does what next, and when. Pure, and the same for the same seed.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use super::dialect::Dialect;

/// How long somebody waits who has only looked who is there.
const LOOKS: Duration = Duration::from_millis(100);

/// How long after the last user has asked who is there the first one chats, where nothing ends an
/// answer: so that no message runs into it. And for each user, because each answer names them all.
const ANSWERS: Duration = Duration::from_millis(500);
const ANSWERS_EACH: Duration = Duration::from_millis(2);

/// What a user does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Asks who is there.
    List,
    /// Speaks to all.
    Say,
    /// Speaks to one friend.
    Tell(usize),
}

/// What all users have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    pub(crate) dialect: Dialect,
    /// From one thing to the next, on average.
    pub(crate) every: Duration,
}

/// One user.
#[derive(Debug)]
struct Person {
    dice: fastrand::Rng,
    friends: Vec<usize>,
    listed: bool,
}

impl Person {
    fn act(&mut self, Habits { dialect, .. }: Habits) -> Act {
        let lonely = self.friends.is_empty();
        // Where nothing ends an answer, who knows somebody does not ask again: see ANSWERS.
        let again = if dialect.says() { self.dice.u8(..10) == 0 } else { lonely };
        let looks = !self.listed || again;
        if dialect.lists() && looks {
            self.listed = true;
            return Act::List;
        }
        let tells = dialect.tells() && (!dialect.says() || self.dice.u8(..4) == 0);
        match self.dice.choice(&self.friends).filter(|_| tells) {
            Some(friend) => Act::Tell(*friend),
            None => Act::Say,
        }
    }

    /// People often send two lines at once, and then think.
    fn pause(&mut self, act: Act, Habits { dialect, every }: Habits) -> Duration {
        let pause = if act != Act::List && self.dice.u8(..4) == 0 {
            Duration::ZERO
        } else {
            every.mul_f64(0.5 + self.dice.f64())
        };
        pause.max(if act == Act::List { LOOKS } else { Duration::ZERO }).max(dialect.gap())
    }
}

/// All users, and when each acts again.
#[derive(Debug)]
pub(crate) struct Crowd {
    habits: Habits,
    people: Vec<Person>,
    thinking: BinaryHeap<Reverse<(Duration, usize)>>,
    /// Nobody chats before this.
    opens: Duration,
    /// Whose time has come, and who wait for room; the longest first.
    ready: VecDeque<usize>,
}

impl Crowd {
    pub(crate) fn new(habits: Habits, users: usize, seed: u64) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed);
        let person = |_| Person { dice: dice.fork(), friends: Vec::new(), listed: false };
        let people = (0..users).map(person).collect();
        Self {
            habits,
            people,
            thinking: BinaryHeap::new(),
            opens: Duration::ZERO,
            ready: VecDeque::new(),
        }
    }

    /// A user begins to act: some at once, others a while later.
    pub(crate) fn begin(&mut self, user: usize, now: Duration) {
        let users = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        let Some(person) = self.people.get_mut(user) else { return };
        let Habits { dialect, every } = self.habits;
        let mut first = every.mul_f64(person.dice.f64()).max(dialect.gap());
        let answers = ANSWERS + ANSWERS_EACH * users;
        if dialect.lists() && !dialect.says() {
            self.opens = now + every.max(dialect.gap()) + answers;
        }
        if dialect.takes_turns() {
            // Nothing tells when the server has taken everybody in; who is not in yet hears nothing.
            first += answers;
        }
        self.thinking.push(Reverse((now + first, user)));
    }

    /// A user has learnt who is there.
    pub(crate) fn meet(&mut self, user: usize, friends: Vec<usize>) {
        if let Some(person) = self.people.get_mut(user) {
            person.friends = friends;
        }
    }

    /// Any friend of this user's, or nobody; for asking on from there.
    pub(crate) fn anybody(&mut self, user: usize) -> usize {
        let users = self.people.len();
        self.people.get_mut(user).map_or(0, |person| person.dice.usize(..users.max(1)))
    }

    /// The next user who acts now, of those who have room to; and what they do.
    pub(crate) fn next(
        &mut self,
        now: Duration,
        has_room: impl Fn(usize) -> bool,
    ) -> Option<(usize, Act)> {
        while let Some(Reverse((at, user))) = self.thinking.peek().copied()
            && at <= now
        {
            self.thinking.pop();
            self.ready.push_back(user);
        }
        let at = self.ready.iter().position(|user| has_room(*user))?;
        let user = self.ready.remove(at)?;
        let person = self.people.get_mut(user)?;
        let act = person.act(self.habits);
        let again = now + person.pause(act, self.habits);
        self.thinking.push(Reverse((again.max(self.opens), user)));
        Some((user, act))
    }

    /// When somebody's time comes next.
    pub(crate) fn wakes_at(&self) -> Option<Duration> {
        self.thinking.peek().map(|Reverse((at, _))| *at)
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::lab::Lab;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// What three users do within so many seconds; each knows the two others.
    fn acts(dialect: Dialect, seed: u64, seconds: u32) -> Vec<(Duration, usize, Act)> {
        let mut crowd = Crowd::new(Habits { dialect, every: SECOND }, 3, seed);
        (0..3).for_each(|user| crowd.begin(user, Duration::ZERO));
        let mut acts = Vec::new();
        while let Some(now) = crowd.wakes_at().filter(|at| *at < SECOND * seconds) {
            while let Some((user, act)) = crowd.next(now, |_| true) {
                if act == Act::List {
                    crowd.meet(user, (0..3).filter(|friend| *friend != user).collect());
                }
                acts.push((now, user, act));
            }
        }
        acts
    }

    #[test]
    fn the_same_seed_is_the_same_play() {
        let line = Dialect::Lab(Lab::Line);
        assert_eq!(acts(line, 7, 60), acts(line, 7, 60));
        assert_ne!(acts(line, 7, 60), acts(line, 8, 60));
    }

    #[test]
    fn people_do_what_their_dialect_lets_them() {
        let check = |dialect, lists, says, tells| {
            let acts = acts(dialect, 7, 100);
            let any = |wanted: fn(&Act) -> bool| acts.iter().any(|(_, _, act)| wanted(act));
            assert_eq!(any(|act| *act == Act::List), lists, "{dialect}");
            assert_eq!(any(|act| *act == Act::Say), says, "{dialect}");
            assert_eq!(any(|act| matches!(act, Act::Tell(_))), tells, "{dialect}");
            assert!(acts.iter().all(|(_, user, act)| *act != Act::Tell(*user)), "{dialect}");
            assert!((200..=500).contains(&acts.len()), "{dialect}: {}", acts.len());
        };
        check(Dialect::Native, true, true, true);
        check(Dialect::Lab(Lab::Line), false, true, false);
        check(Dialect::Lab(Lab::Comma), true, false, true);
        check(Dialect::Lab(Lab::Pickle), false, true, false);
        check(Dialect::Nc, true, true, true);
        check(Dialect::Duet, false, true, false);
        check(Dialect::Lab(Lab::Raw), false, true, false);
    }

    #[test]
    fn comma_users_look_who_is_there_before_they_chat() {
        let acts = acts(Dialect::Lab(Lab::Comma), 7, 60);
        for user in 0..3 {
            let own: Vec<_> = acts.iter().filter(|(_, acting, _)| *acting == user).collect();
            assert_eq!(own[0].2, Act::List);
            let gaps = own.windows(2).map(|pair| pair[1].0 - pair[0].0);
            assert!(gaps.min().unwrap() >= Lab::Comma.gap());
        }
    }

    #[test]
    fn whoever_has_no_room_waits_and_is_the_first_to_go_on() {
        let habits = Habits { dialect: Dialect::Lab(Lab::Line), every: Duration::ZERO };
        let mut crowd = Crowd::new(habits, 3, 7);
        (0..3).for_each(|user| crowd.begin(user, Duration::ZERO));
        assert_eq!(crowd.next(Duration::ZERO, |_| false), None);
        let mut turns = |room: fn(usize) -> bool| crowd.next(SECOND, room).map(|(user, _)| user);
        assert_eq!(turns(|user| user == 2), Some(2));
        assert_eq!(turns(|_| true), Some(0));
        assert_eq!(turns(|_| true), Some(1));
        assert_eq!(turns(|_| true), Some(2));
    }
}
