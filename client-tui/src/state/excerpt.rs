//! A part of the history far from the newest messages, where a search has led the reader, or the way
//! back from one.
//!
//! Its messages stand in the same row of entries, before a hole and the newest part, and the reader
//! walks in it alone: pages grow it in both directions until it meets the newest part and is one
//! with it. It is there as long as the reader is: whoever goes to the bottom leaves it. Meanwhile
//! the newest part takes in what comes as ever.

use std::collections::VecDeque;
use std::ops::Range;

use chat_protocol::Message;
use jiff::tz::TimeZone;

use super::entry::{Entry, Key};
use super::jump::Led;
use super::page::{Line, Spot};
use super::reader::{Anchor, Place};
use super::scrollback::{Scrollback, Wanted};

/// Messages of it that are kept: of what the reader walked away from, the farthest go.
const KEEP: usize = 2_000;

/// Pages asked for in a row that do not fill the screen, because who wrote them is ignored.
const PAGES_IN_A_ROW: usize = 4;

/// The excerpt, and the way there.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    part: Option<Part>,
    /// Where the reader is to be led as soon as it is known.
    goal: Option<Goal>,
    /// What has been asked for, in the order in which it will be answered.
    asked: VecDeque<Wanted>,
    /// Whether the last page could not be read: the reader asks again, not we.
    failed: bool,
    /// How many were asked for since the screen was full, or the reader did something.
    in_a_row: usize,
    /// How often the numbers came to mean something else.
    era: u32,
}

/// The numbers from `first` to `last` are known, and at least one message of them is here.
#[derive(Clone, Copy, Debug)]
struct Part {
    first: u64,
    last: u64,
    /// Whether the server has older ones.
    older: bool,
}

/// A place to be led to.
#[derive(Clone, Copy, Debug)]
struct Goal {
    seq: u64,
    at: Aim,
    /// Whether the page with it has come: the rest is worked out with the next picture.
    arrived: bool,
}

/// Where exactly.
#[derive(Clone, Copy, Debug)]
enum Aim {
    /// This byte of the message is seen, with what it is about.
    Byte(usize),
    /// This is the top of the screen, as it was before.
    Top(Anchor),
}

/// A place that can be gone back to: the bottom, or the top of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bookmark {
    top: Option<Anchor>,
    /// In which numbers.
    era: u32,
}

impl Scrollback {
    /// Shows this message, and this byte of it; what is not here is fetched first.
    pub(crate) fn visit(&mut self, seq: u64, byte: usize, zone: &TimeZone) {
        self.set_out(Goal { seq, at: Aim::Byte(byte), arrived: false }, zone);
    }

    /// Where the reader is.
    pub(crate) fn bookmark(&self) -> Bookmark {
        Bookmark { top: self.reader.anchor, era: self.excerpt.era }
    }

    /// Back to where the reader was.
    pub(crate) fn go_back(&mut self, to: Bookmark, zone: &TimeZone) {
        match to.top.filter(|_| to.era == self.excerpt.era) {
            None => self.go_to_bottom(),
            Some(top) => {
                let goal = Goal { seq: top.key.seq, at: Aim::Top(top), arrived: false };
                self.set_out(goal, zone);
            }
        }
    }

    /// Whether the reader is on the way to something that is being fetched.
    pub(crate) fn is_on_the_way(&self) -> bool {
        self.excerpt.goal.is_some()
    }

    /// Whether the reader is apart from the newest messages.
    pub(crate) fn is_apart(&self) -> bool {
        self.excerpt.part.is_some()
    }

    /// The entries among which the reader is: all, or those of the excerpt.
    pub(super) fn part(&self) -> Range<usize> {
        let Some(part) = &self.excerpt.part else { return 0..self.entries.len() };
        let from = self.entries.partition_point(|entry| entry.key < Key::stored(part.first));
        from..self.newest_part()
    }

    /// The first entry behind the excerpt.
    pub(super) fn newest_part(&self) -> usize {
        let Some(part) = &self.excerpt.part else { return 0 };
        self.entries.partition_point(|entry| entry.key.seq <= part.last)
    }

    /// The reader goes elsewhere: the excerpt is let go of, and so is the way there.
    pub(super) fn leave_excerpt(&mut self) {
        self.forget_goal();
        let part = self.part();
        if self.excerpt.part.is_none() {
            return;
        }
        let from = part.start;
        // Notices that were told there stay where they are.
        let told = self.entries.drain(part).filter(|entry| !entry.key.is_stored());
        let told: Vec<Entry> = told.collect();
        for (index, entry) in (from..).zip(told) {
            self.entries.insert(index, entry);
        }
        self.excerpt.part = None;
    }

    /// The reader does something else meanwhile: what comes for them does not move them.
    pub(super) fn forget_goal(&mut self) {
        self.excerpt.goal = None;
    }

    fn set_out(&mut self, goal: Goal, zone: &TimeZone) {
        self.want_older();
        self.forget_goal();
        self.reader.led = Led::default();
        let key = match goal.at {
            Aim::Byte(_) => Key::stored(goal.seq),
            Aim::Top(top) => top.key,
        };
        let here = self.find(key).ok();
        let on_excerpt = here.is_some_and(|index| self.is_apart() && self.part().contains(&index));
        let newest = !key.is_stored() || self.first_known().is_some_and(|first| key.seq >= first);
        if !on_excerpt && !newest {
            self.excerpt.goal = Some(goal);
            return;
        }
        if on_excerpt == self.is_apart() {
            // What is on the screen is to stay as it is if the place is there.
            self.lay_out(self.reader.shape, zone);
        } else {
            self.leave_excerpt();
            self.reader.page.clear();
        }
        self.arrive(goal, zone);
        self.lay_out(self.reader.shape, zone);
    }

    /// Leads the reader to a place that is known by now.
    pub(super) fn try_arriving(&mut self, zone: &TimeZone) {
        if let Some(goal) = self.excerpt.goal.take_if(|goal| goal.arrived) {
            self.reader.page.clear();
            self.arrive(goal, zone);
        }
    }

    fn arrive(&mut self, goal: Goal, zone: &TimeZone) {
        match goal.at {
            Aim::Top(top) => self.reader.anchor = Some(top),
            Aim::Byte(byte) => {
                let part = self.part();
                let Some(last) = part.end.checked_sub(1).filter(|last| *last >= part.start) else {
                    return;
                };
                // What is kept no longer is passed by.
                let index = self.find(Key::stored(goal.seq)).unwrap_or_else(|next| next);
                self.show(index.clamp(part.start, last), byte, zone);
            }
        }
    }

    /// Brings a byte of an entry onto the page, unless it is there; and marks the entry as what the
    /// reader was led to.
    fn show(&mut self, index: usize, byte: usize, zone: &TimeZone) {
        self.unfold_at(index, byte);
        self.block(index, zone);
        let Some(entry) = self.entries.get(index) else { return };
        let key = entry.key;
        let row = entry.rows().iter().rposition(|row| row.start <= byte).unwrap_or(0);
        let is_it = |line| line == Line::Text(row);
        if !self.page().iter().any(|seen| seen.entry == index && is_it(seen.line)) {
            let spot = Spot { entry: index, row: row + self.rows_above(index, zone) };
            let top = self.back(spot, self.reader.shape.height / 3, zone);
            let below = self.below_cleared(top);
            self.stay_at(if below.entry <= index { below } else { top }, zone);
        }
        self.reader.led.lead_to(key);
    }

    /// What folds does not hide what was looked for.
    fn unfold_at(&mut self, index: usize, byte: usize) {
        if self.hides(index, byte) {
            self.entries[index].unfold(true);
        }
    }

    /// What is shown whole although it is long.
    pub(crate) fn unfolded(&self) -> Vec<Key> {
        self.entries.iter().filter(|entry| entry.is_unfolded()).map(|entry| entry.key).collect()
    }

    /// Folds again what is none of these.
    pub(crate) fn fold_all_but(&mut self, kept: impl Fn(Key) -> bool) {
        for entry in self.entries.iter_mut().filter(|it| it.is_unfolded() && !kept(it.key)) {
            entry.unfold(false);
        }
    }

    /// Whether an entry is folded where this byte is.
    pub(super) fn hides(&mut self, index: usize, byte: usize) -> bool {
        self.measure(index);
        self.entries.get(index).is_some_and(|entry| entry.is_folded_at(byte))
    }

    /// The pages to ask for now, if any are wanted; the asking is noted.
    pub(crate) fn ask(&mut self) -> Vec<Wanted> {
        if self.is_apart() || self.is_on_the_way() {
            return self.ask_around();
        }
        self.ask_older().into_iter().collect()
    }

    fn ask_around(&mut self) -> Vec<Wanted> {
        if self.is_fetching() || !self.excerpt.asked.is_empty() || self.excerpt.failed {
            return Vec::new();
        }
        let wanted = self.wanted();
        self.excerpt.asked.extend(wanted.iter().copied());
        wanted
    }

    fn wanted(&mut self) -> Vec<Wanted> {
        if let Some(goal) = self.excerpt.goal.filter(|goal| !goal.arrived) {
            // The first page surely ends with the message, however long what is before it is.
            let seq = goal.seq;
            return vec![Wanted::Before(seq.saturating_add(1)), Wanted::After(seq)];
        }
        let Some(part) = self.excerpt.part else { return Vec::new() };
        let (older, newer) = (part.older && self.is_near_top(), self.is_near_end());
        if !older && !newer {
            self.excerpt.in_a_row = 0;
            return Vec::new();
        }
        if self.excerpt.in_a_row >= PAGES_IN_A_ROW {
            return Vec::new();
        }
        self.excerpt.in_a_row += 1;
        let older = older.then_some(Wanted::Before(part.first));
        older.into_iter().chain(newer.then_some(Wanted::After(part.last))).collect()
    }

    /// Whether less than a page of the excerpt is known below what is seen.
    fn is_near_end(&self) -> bool {
        let part = self.part();
        let from = self.page().last().map_or(part.start, |row| row.entry + 1);
        let height = self.reader.shape.height;
        self.visible(from..part.end).take(height).count() < height
    }

    /// Takes a page if it was asked for around the reader; gives it back if not.
    pub(super) fn take_around(&mut self, page: Vec<Message>, more: bool) -> Option<Vec<Message>> {
        let Some(wanted) = self.excerpt.asked.pop_front() else { return Some(page) };
        let fits = page.iter().all(|message| match wanted {
            Wanted::Before(seq) => message.seq < seq,
            Wanted::After(seq) => message.seq > seq,
            Wanted::Newest => false,
        });
        if !fits {
            // A page that nobody asked for came first.
            self.excerpt.asked.push_front(wanted);
            return Some(page);
        }
        match (wanted, self.excerpt.part, self.excerpt.goal) {
            (Wanted::Before(seq), _, Some(goal)) if !goal.arrived && goal.seq + 1 == seq => {
                self.land_at(goal, page, more);
            }
            (Wanted::Before(seq), Some(part), _) if part.first == seq => {
                self.grow_up(part, page, more);
            }
            (Wanted::After(seq), Some(part), _) if part.last == seq => {
                self.grow_down(part, page, more);
            }
            // The reader has gone elsewhere since.
            _ => {}
        }
        None
    }

    /// The page with the goal has come.
    fn land_at(&mut self, goal: Goal, page: Vec<Message>, more: bool) {
        let Some(first) = page.first().map(|message| message.seq) else {
            self.forget_goal();
            return;
        };
        self.leave_excerpt();
        let last = page.last().map_or(first, |message| message.seq);
        for message in page {
            self.insert(message);
        }
        self.excerpt.part = Some(Part { first, last: goal.seq, older: more && first > 1 });
        self.excerpt.goal = Some(Goal { arrived: true, ..goal });
        // Somewhere in the excerpt, until the next picture says where.
        self.reader.anchor = Some(Anchor { key: Key::stored(last), place: Place::Byte(0) });
        self.join_if_met(true);
    }

    fn grow_up(&mut self, part: Part, page: Vec<Message>, more: bool) {
        let first = page.first().map_or(part.first, |message| message.seq);
        let older = more && first < part.first && first > 1;
        for message in page {
            self.insert(message);
        }
        self.excerpt.part = Some(Part { first, older, ..part });
        let known = self.part();
        let excess = known.len().saturating_sub(KEEP);
        // Never what is on the screen, nor next to it.
        let reader = self.reader.anchor.and_then(|anchor| self.find(anchor.key).ok());
        let from = reader.map_or(known.end, |at| (at + KEEP / 2).max(known.end - excess));
        if from < known.end {
            self.entries.drain(from..known.end);
            let last = self.last_stored(known.start..from).unwrap_or(first);
            self.excerpt.part = Some(Part { first, last, older });
        }
    }

    fn grow_down(&mut self, part: Part, page: Vec<Message>, more: bool) {
        let last = page.last().map_or(part.last, |message| message.seq);
        for message in page {
            self.insert(message);
        }
        self.excerpt.part = Some(Part { last, ..part });
        if self.join_if_met(more) {
            return;
        }
        let known = self.part();
        let excess = known.len().saturating_sub(KEEP);
        let reader = self.reader.anchor.and_then(|anchor| self.find(anchor.key).ok());
        let until =
            reader.map_or(known.start, |at| at.saturating_sub(KEEP / 2).min(known.start + excess));
        if until > known.start {
            self.entries.drain(known.start..until);
            let mut left = self.entries.range(known.start..);
            let first = left.find(|entry| entry.key.is_stored());
            let first = first.map_or(last, |entry| entry.key.seq);
            self.excerpt.part = Some(Part { first, last, older: true });
        }
    }

    fn last_stored(&self, part: Range<usize>) -> Option<u64> {
        let mut entries = self.entries.range(part);
        entries.rfind(|entry| entry.key.is_stored()).map(|entry| entry.key.seq)
    }

    /// Where nothing is between the excerpt and the newest messages, it is one with them.
    fn join_if_met(&mut self, more: bool) -> bool {
        let Some(part) = self.excerpt.part else { return false };
        let met = self.first_known().is_some_and(|first| part.last.saturating_add(1) >= first);
        if more && !met {
            return false;
        }
        self.excerpt.part = None;
        self.reach_back_to(part.first, part.last, part.older);
        true
    }

    /// Whatever was asked for will not be answered any more.
    pub(super) fn forget_asking_around(&mut self) {
        self.excerpt.asked.clear();
    }

    /// A page around the reader cannot be read; `false` when none was asked for.
    pub(super) fn page_around_failed(&mut self) -> bool {
        let asked = self.excerpt.asked.pop_front().is_some();
        self.excerpt.failed |= asked;
        if asked {
            self.forget_goal();
        }
        asked
    }

    /// Whether pages around the reader are on their way: others are not asked for meanwhile, so that
    /// it is known which is which.
    pub(super) fn is_asking_around(&self) -> bool {
        !self.excerpt.asked.is_empty()
    }

    /// The reader wants to see more.
    pub(super) fn want_around(&mut self) {
        (self.excerpt.failed, self.excerpt.in_a_row) = (false, 0);
    }

    /// The numbers mean nothing any more; its messages are gone already, or no longer its own.
    pub(super) fn forget_excerpt(&mut self) {
        let era = self.excerpt.era.wrapping_add(1);
        self.excerpt = Excerpt { era, ..Excerpt::default() };
    }
}

#[cfg(test)]
mod tests;
