//! Who is in a room, as far as is known: in big rooms the server tells the rest page by page.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chat_protocol::{Marks, MarksOf, NameKey, Nick};

/// Names kept; of bigger rooms only the number is known.
const KEEP: usize = 1_000;

/// The people in a room.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    members: BTreeMap<NameKey, Member>,
    /// How many there are, known by name or not.
    count: usize,
    /// How many of them are scrolled out of the list.
    top: usize,
}

/// What of a list of people is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// The first one.
    pub(crate) first: usize,
    /// How many there are.
    pub(crate) shown: usize,
    /// How many are behind them, which a row of its own tells.
    pub(crate) more: usize,
}

/// Somebody in a room.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: Nick,
    /// The dialect, when it is another than ours.
    pub(crate) via: Option<Cow<'static, str>>,
    pub(crate) marks: Marks,
}

impl Member {
    /// Where they stand in a list: who hosts first, who is away last.
    fn standing(&self) -> usize {
        match self.marks {
            Marks { away: true, .. } => 2,
            Marks { host: true, .. } => 0,
            _ => 1,
        }
    }
}

type Dialects = BTreeMap<Nick, Cow<'static, str>>;

impl Roster {
    /// Starts anew with the first of `count` people.
    pub(crate) fn reset(&mut self, count: usize, names: &[Nick], via: &Dialects, marks: &MarksOf) {
        self.members.clear();
        self.add_page(names, via, marks);
        self.count = count.max(self.members.len());
    }

    /// Adds people who were there already.
    pub(crate) fn add_page(&mut self, names: &[Nick], via: &Dialects, marks: &MarksOf) {
        for name in names {
            let marks = marks.get(name).copied().unwrap_or_default();
            self.put(Member { name: name.clone(), via: via.get(name).cloned(), marks });
        }
        self.count = self.count.max(self.members.len());
    }

    pub(crate) fn join(&mut self, names: &[Nick], via: Option<&Cow<'static, str>>, marks: Marks) {
        for name in names {
            // Beyond what is kept, a name that is not known may be a second connection of one who
            // is; the next page of members will tell.
            if self.put(Member { name: name.clone(), via: via.cloned(), marks }) {
                self.count += 1;
            }
        }
    }

    pub(crate) fn leave(&mut self, names: &[Nick]) {
        for name in names {
            let was_known = self.members.remove(&name.key()).is_some();
            if was_known || self.count > self.members.len() {
                self.count -= 1;
            }
        }
    }

    pub(crate) fn rename(&mut self, from: &Nick, to: &Nick) -> bool {
        let Some(member) = self.members.remove(&from.key()) else { return false };
        self.put(Member { name: to.clone(), ..member });
        true
    }

    /// Somebody is away, or back; whether they are known here.
    pub(crate) fn set_away(&mut self, name: &Nick, away: bool) -> bool {
        let Some(member) = self.members.get_mut(&name.key()) else { return false };
        member.marks.away = away;
        true
    }

    /// Whether exactly these people are here.
    pub(crate) fn is_exactly(&self, names: &[Nick]) -> bool {
        self.members.len() == names.len()
            && names.iter().all(|name| self.get(name).is_some_and(|member| member.name == *name))
    }

    /// What is known of somebody.
    pub(crate) fn get(&self, name: &Nick) -> Option<&Member> {
        self.members.get(&name.key())
    }

    /// The name behind which more should be asked for, when not everybody is known.
    pub(crate) fn unknown_behind(&self) -> Option<&Nick> {
        let some_missing = self.members.len() < self.count.min(KEEP);
        let (_, last) = self.members.last_key_value().filter(|_| some_missing)?;
        Some(&last.name)
    }

    /// Whether one more can be remembered.
    pub(crate) fn has_room(&self) -> bool {
        self.members.len() < KEEP
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// The same as a list shows them: who hosts, who is here, who is away; each by name.
    pub(crate) fn by_standing(&self) -> Vec<&Member> {
        let mut members: Vec<&Member> = self.members.values().collect();
        members
            .sort_by_cached_key(|member| (member.standing(), member.name.as_str().to_lowercase()));
        members
    }

    /// What is seen of the list in so many rows.
    pub(crate) fn window(&self, rows: usize) -> Window {
        let known = self.members.len();
        // Those whose names are not known are told of by a row at the end.
        let unknown = usize::from(self.count > known);
        let first = self.top.min((known + unknown).saturating_sub(rows));
        let all = self.count - first <= rows;
        let shown = if all { rows } else { rows.saturating_sub(1) }.min(known - first);
        Window { first, shown, more: self.count - first - shown }
    }

    /// Scrolls the list, of which so many rows are seen.
    pub(crate) fn scroll(&mut self, rows: usize, by: usize, up: bool) {
        let first = self.window(rows).first;
        self.top = if up { first.saturating_sub(by) } else { first.saturating_add(by) };
        self.top = self.window(rows).first;
    }

    fn put(&mut self, member: Member) -> bool {
        let key = member.name.key();
        if self.members.len() >= KEEP && !self.members.contains_key(&key) {
            return true;
        }
        self.members.insert(key, member).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_scrolls_to_its_end_and_not_beyond() {
        let names: Vec<Nick> = (10..30).map(|n| Nick::new(&format!("n{n}")).unwrap()).collect();
        let check = |count, by, (first, shown, more)| {
            let mut roster = Roster::default();
            roster.reset(count, &names, &Dialects::default(), &MarksOf::default());
            roster.scroll(8, by, false);
            assert_eq!(roster.window(8), Window { first, shown, more }, "{count} by {by}");
        };
        check(20, 0, (0, 7, 13));
        check(20, 3, (3, 7, 10));
        check(20, 99, (12, 8, 0));
        check(50, 99, (13, 7, 30));
        let few = Roster::default().window(8);
        assert_eq!(few, Window { first: 0, shown: 0, more: 0 });
    }

    fn nicks(names: &[&str]) -> Vec<Nick> {
        names.iter().map(|name| Nick::new(name).unwrap()).collect()
    }

    #[test]
    fn people_come_and_go() {
        let mut roster = Roster::default();
        roster.reset(3, &nicks(&["ann", "bob"]), &Dialects::new(), &MarksOf::new());
        assert_eq!(roster.unknown_behind().map(Nick::as_str), Some("bob"));
        roster.add_page(&nicks(&["eve"]), &Dialects::new(), &MarksOf::new());
        assert_eq!(roster.unknown_behind(), None);
        roster.join(&nicks(&["Ann", "zoe"]), Some(&Cow::Borrowed("line")), Marks::default());
        assert_eq!(roster.count(), 4);
        roster.leave(&nicks(&["BOB"]));
        assert!(roster.rename(&nicks(&["eve"])[0], &nicks(&["eva"])[0]));
        let names: Vec<&str> = roster.members().map(|member| member.name.as_str()).collect();
        assert_eq!((names.as_slice(), roster.count()), (&["Ann", "eva", "zoe"][..], 3));
    }

    #[test]
    fn who_hosts_comes_first_and_who_is_away_last() {
        let mut roster = Roster::default();
        let host = Marks { host: true, ..Marks::default() };
        roster.join(&nicks(&["bob", "ann", "cy"]), None, Marks::default());
        roster.join(&nicks(&["zoe"]), None, host);
        assert!(roster.set_away(&nicks(&["ANN"])[0], true));
        assert!(!roster.set_away(&nicks(&["eve"])[0], true));
        let listed = |roster: &Roster| -> Vec<String> {
            roster.by_standing().iter().map(|member| member.name.to_string()).collect()
        };
        assert_eq!(listed(&roster), ["zoe", "bob", "cy", "ann"]);
        // Who takes another name stays away.
        roster.rename(&nicks(&["ann"])[0], &nicks(&["anna"])[0]);
        assert_eq!(listed(&roster), ["zoe", "bob", "cy", "anna"]);
    }
}
