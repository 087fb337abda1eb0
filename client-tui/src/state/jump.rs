//! Where keys lead the reader within a conversation: to the first unread message, to what names
//! them, into what is folded; and what on the screen can be copied and opened.

use chat_protocol::Nick;
use jiff::tz::TimeZone;

use super::entry::{Body, Entry, Key};
use super::page::{Line, PageRow, Spot};
use super::scrollback::Scrollback;
use crate::mention;
use crate::rich::{self, Edge};

/// Rows above what the reader is led to, so that they see what it is about.
const CONTEXT: usize = 2;

/// What keys have led to; scrolling forgets it.
#[derive(Debug, Default)]
pub(crate) struct Led {
    /// The first unread message is to be shown as soon as it is known where that is.
    landing: bool,
    /// The message that names the reader.
    mention: Option<Key>,
    /// The message that was looked for.
    found: Option<Key>,
    /// The block of code that was copied.
    code: Option<CodeSpot>,
    /// What was unfolded last.
    unfolded: Option<Key>,
}

impl Led {
    pub(super) fn lead_to(&mut self, found: Key) {
        self.found = Some(found);
    }
}

/// A block of code: the entry, and which of its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CodeSpot {
    pub(crate) key: Key,
    pub(crate) block: usize,
}

/// What became of folding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folding {
    Nothing,
    Folded,
    Unfolded,
}

impl Scrollback {
    /// The first unread message, if it is known; nothing when something older may be unread too.
    pub(crate) fn divider(&self) -> Option<usize> {
        let after = self.unread_after?;
        self.first_behind(after).filter(|_| self.is_known_behind(after))
    }

    /// Whether this is the first unread message. Looks back no further than to what is shown before
    /// it: this is asked of all that is on the screen.
    pub(super) fn is_divider(&self, index: usize) -> bool {
        let Some(after) = self.unread_after else { return false };
        let is_unread = |entry: &Entry| entry.key.is_stored() && entry.key.seq > after;
        let mut before =
            self.visible(0..index).rev().take_while(|(_, entry)| entry.key.seq > after);
        self.entry(index).is_some_and(|entry| !entry.is_hidden() && is_unread(entry))
            && self.is_known_behind(after)
            && !before.any(|(_, entry)| is_unread(entry))
    }

    /// Whether everything behind this number is here, as far as there is any of it.
    fn is_known_behind(&self, seq: u64) -> bool {
        !self.is_open() || self.first_known().is_some_and(|first| first <= seq.saturating_add(1))
    }

    fn first_behind(&self, seq: u64) -> Option<usize> {
        let from = self.entries.partition_point(|entry| entry.key.seq <= seq);
        let mut behind = self.visible(from..self.entries.len());
        behind.find(|(_, entry)| entry.key.is_stored()).map(|(index, _)| index)
    }

    /// The reader comes back: they are shown the first unread message, if there is one and they did
    /// not leave in the middle of the history.
    pub(crate) fn land(&mut self, unread: usize) {
        if self.reader.is_at_bottom() && self.unread_after.is_some() && unread > 0 {
            self.reader.led.landing = true;
            self.reader.know_below(unread);
        }
    }

    /// Shows the first unread message; whether there is one.
    pub(crate) fn go_to_unread(&mut self, zone: &TimeZone) -> bool {
        let unread = self.unread_after.is_some();
        if unread && self.is_apart() {
            self.go_to_bottom();
        }
        self.reader.led.landing = unread;
        if unread {
            self.lay_out(self.reader.shape, zone);
        }
        unread
    }

    /// Whether the reader is on the way to the first unread message, which is still being fetched.
    pub(crate) fn is_landing(&self) -> bool {
        self.reader.led.landing
    }

    /// Goes to the first unread message, or as near as is known.
    pub(super) fn try_landing(&mut self, zone: &TimeZone) {
        if !self.reader.led.landing {
            return;
        }
        // What has just come in is not where the reader left, if that is on its way.
        let coming = self.is_fetching() && self.divider().is_none();
        if self.is_open() && (self.first_known().is_none() || coming) {
            return;
        }
        self.reader.led.landing = false;
        // Who wrote what is unread may be ignored by now: then there is nothing to go to.
        if self.unread_after.is_some_and(|after| self.first_behind(after).is_none()) {
            return;
        }
        let top = self.with_context(self.divider().unwrap_or(0), zone);
        self.stay_at(top, zone);
    }

    /// The top of a page that shows an entry and what it is about, unless that was put out of sight.
    fn with_context(&mut self, entry: usize, zone: &TimeZone) -> Spot {
        let top = self.back(Spot { entry, row: 0 }, CONTEXT, zone);
        let below = self.below_cleared(top);
        if below.entry <= entry { below } else { top }
    }

    /// Shows the next message that names the reader, or the one before; whether there is one.
    pub(crate) fn go_to_mention(&mut self, own: &Nick, forward: bool, zone: &TimeZone) -> bool {
        let from = self.mention_from(forward);
        let part = self.part();
        let names = |(_, entry): &(usize, &Entry)| is_mention(entry, own);
        let found = if forward {
            self.visible(from..part.end).find(names)
        } else {
            self.visible(part.start..from).rfind(names)
        };
        let Some((index, entry)) = found else { return false };
        let (key, byte) = (entry.key, mention::find(entry.text(), own).next().map(|it| it.start));
        if byte.is_some_and(|byte| self.hides(index, byte)) {
            self.fold(index, true, zone);
        }
        let seen = |row: &PageRow| row.entry == index && matches!(row.line, Line::Text(_));
        if !self.page().iter().any(seen) {
            let top = self.with_context(index, zone);
            self.go(top, zone);
        }
        self.reader.led.mention = Some(key);
        true
    }

    /// The entry from which on mentions are looked for, or before which: those on the screen come
    /// first, until the reader was led to one.
    fn mention_from(&self, forward: bool) -> usize {
        let at = self.reader.led.mention.and_then(|key| self.find(key).ok());
        let page = self.page();
        match (at, forward) {
            (Some(at), true) => at + 1,
            (Some(at), false) => at,
            // Where nothing is on the screen, everything is above it.
            (None, true) => page.first().map_or(self.entries.len(), |row| row.entry),
            (None, false) => page.last().map_or(self.entries.len(), |row| row.entry + 1),
        }
    }

    /// Whether the reader is still where something was found.
    pub(crate) fn is_led(&self) -> bool {
        self.reader.led.found.is_some()
    }

    /// Whether this is what the reader was led to: the mention, or what was looked for.
    pub(crate) fn is_led_to(&self, key: Key) -> bool {
        [self.reader.led.mention, self.reader.led.found].contains(&Some(key))
    }

    /// Unfolds the newest on the screen that is folded, and shows where it goes on; folds again what
    /// was unfolded last, if that is on the screen, or else the newest that is unfolded.
    pub(crate) fn toggle_fold(&mut self, zone: &TimeZone) -> Folding {
        let wall = self.reader.wall;
        let folds = |index: &usize| self.entries.get(*index).is_some_and(|it| it.is_long(wall));
        let mut seen: Vec<usize> = self.page().iter().rev().map(|row| row.entry).collect();
        seen.dedup();
        seen.retain(folds);
        let entry = |index: &usize| &self.entries[*index];
        let was_last = |index: &&usize| self.reader.led.unfolded == Some(entry(index).key);
        let last = seen.iter().find(|index| entry(index).is_unfolded() && was_last(index));
        // What says on the screen that it is folded comes before what says it below.
        let marked = self.page().iter().rev().find(|row| self.is_fold(**row)).map(|row| &row.entry);
        let folded = seen.iter().find(|index| !entry(index).is_unfolded());
        let Some(&index) = last.or(marked).or(folded).or(seen.first()) else {
            return Folding::Nothing;
        };
        if self.entries[index].is_unfolded() {
            self.fold(index, false, zone);
            return Folding::Folded;
        }
        let fold = self.page().iter().position(|row| row.entry == index && self.is_fold(*row));
        self.fold(index, true, zone);
        // The page stays, unless most of what was folded would be below it: then it begins farther up.
        let third = self.reader.shape.height / 3;
        let low = fold.filter(|row| *row > third * 2);
        self.scroll_down(low.map_or(0, |row| row - third), zone);
        self.reader.led.unfolded = Some(self.entries[index].key);
        Folding::Unfolded
    }

    /// Whether a row says how much is folded.
    fn is_fold(&self, row: PageRow) -> bool {
        let Line::Text(line) = row.line else { return false };
        let edge = self.entry(row.entry).and_then(|entry| entry.rows().get(line)).map(|it| it.edge);
        matches!(edge, Some(Edge::Fold { .. }))
    }

    /// Shows this entry whole. What is at the top of the screen stays there.
    pub(crate) fn unfold(&mut self, key: Key, zone: &TimeZone) {
        if let Ok(index) = self.find(key) {
            self.fold(index, true, zone);
        }
    }

    fn fold(&mut self, index: usize, unfolded: bool, zone: &TimeZone) {
        let Some(top) = self.top(zone) else { return };
        self.stay_at(top, zone);
        self.entries[index].unfold(unfolded);
        self.lay_out(self.reader.shape, zone);
    }

    /// The blocks of code on the screen, the newest first.
    pub(crate) fn codes_on_screen(&self) -> Vec<CodeSpot> {
        let mut spots: Vec<CodeSpot> = Vec::new();
        for row in self.page().iter().rev() {
            let (Line::Text(index), Some(entry)) = (row.line, self.entry(row.entry)) else {
                continue;
            };
            if let Some(block) = entry.rows().get(index).and_then(|row| row.edge.block()) {
                let spot = CodeSpot { key: entry.key, block };
                if spots.last() != Some(&spot) {
                    spots.push(spot);
                }
            }
        }
        spots
    }

    /// The blocks of code on the screen and above it, the newest first; at most this many.
    pub(crate) fn codes(&self, most: usize) -> Vec<CodeSpot> {
        let mut spots = self.codes_on_screen();
        let top = self.page().first().map_or(0, |row| row.entry);
        for (_, entry) in self.visible(self.part().start..top).rev() {
            if spots.len() >= most {
                break;
            }
            if matches!(entry.body, Body::Said { .. }) && entry.text().contains("```") {
                let count = rich::parse(entry.text()).codes.len();
                let key = entry.key;
                spots.extend((0..count).rev().map(|block| CodeSpot { key, block }));
            }
        }
        spots.truncate(most);
        spots
    }

    /// A block's lines as they were written, and the name of their language.
    pub(crate) fn code(&self, spot: CodeSpot) -> Option<(&str, &str)> {
        let entry = self.find(spot.key).ok().and_then(|index| self.entry(index))?;
        let text = entry.text();
        let code = match entry.codes().get(spot.block) {
            Some(code) => code.clone(),
            None => rich::parse(text).codes.get(spot.block).cloned()?,
        };
        let body = text.get(code.body)?.trim_end_matches('\n');
        Some((body, text.get(code.language)?))
    }

    /// The block that was copied last, as long as it is marked.
    pub(crate) fn picked_code(&self) -> Option<CodeSpot> {
        self.reader.led.code
    }

    pub(crate) fn pick_code(&mut self, spot: Option<CodeSpot>) {
        self.reader.led.code = spot;
    }

    /// The addresses on the screen, the newest first.
    pub(crate) fn links_on_screen(&self) -> Vec<String> {
        let mut seen: Vec<(usize, usize)> = Vec::new();
        for row in self.page().iter().rev() {
            let (Line::Text(index), Some(entry)) = (row.line, self.entry(row.entry)) else {
                continue;
            };
            let pieces = entry.rows().get(index).map_or(&[][..], |row| &row.pieces);
            for link in pieces.iter().rev().filter_map(|piece| piece.link) {
                if !seen.contains(&(row.entry, link)) {
                    seen.push((row.entry, link));
                }
            }
        }
        let address = |(entry, link): (usize, usize)| {
            let entry = self.entry(entry)?;
            entry.links().get(link)?.address(entry.text())
        };
        seen.into_iter().filter_map(address).collect()
    }
}

/// Whether somebody else names the reader.
pub(crate) fn is_mention(entry: &Entry, own: &Nick) -> bool {
    match &entry.body {
        Body::Said { from, text, .. } => from != own && mention::is_in(text, own),
        _ => false,
    }
}
