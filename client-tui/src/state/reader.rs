//! Where the reader of a conversation is: an entry and a byte of its text, so that neither arrivals,
//! nor back-fill, nor another width move it.

use super::bare::Bare;
use super::entry::Key;
use super::jump::Led;
use super::kept::Kept;
use super::page::PageRow;
use super::selection::Selection;

/// The room that a page has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Columns of text.
    pub(crate) width: usize,
    /// Rows, when at the bottom.
    pub(crate) height: usize,
}

impl Shape {
    /// Rows while reading history: one is the marker's, where there is room for it.
    pub(super) fn reading_height(self) -> usize {
        if self.height >= 4 { self.height - 1 } else { self.height }
    }
}

/// Where the reader is, and what is seen from there.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// `None` is the bottom, whatever comes.
    pub(super) anchor: Option<Anchor>,
    /// Messages that came since the bottom was left.
    pub(super) below: usize,
    pub(super) page: Vec<PageRow>,
    pub(super) shape: Shape,
    /// Whether it is seen on the wall of a classroom.
    pub(super) wall: bool,
    pub(super) kept: Kept,
    /// What keys have led to.
    pub(super) led: Led,
    /// The last entry that `/clear` put out of sight, until somebody goes above it.
    pub(super) cleared: Option<Key>,
    /// What is selected.
    pub(super) selection: Option<Selection>,
    /// The top row of the page when something began to be selected at the bottom: what comes
    /// meanwhile moves nothing.
    pub(super) held: Option<Anchor>,
    pub(super) bare: Option<Bare>,
}

/// The top row of the page while reading history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) key: Key,
    pub(super) place: Place,
}

/// Where within an entry, however it is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Date,
    New,
    Name,
    /// The row that begins with this byte, or holds it.
    Byte(usize),
}

impl Reader {
    pub(crate) fn is_at_bottom(&self) -> bool {
        self.anchor.is_none()
    }

    pub(crate) fn go_to_bottom(&mut self) {
        self.sink();
        self.led = Led::default();
    }

    /// Everything down to the bottom fits the page: that is where the reader is now.
    pub(super) fn sink(&mut self) {
        self.anchor = None;
        self.held = None;
        self.below = 0;
    }

    /// The page has come to the bottom by itself; what is held there goes on to be held.
    pub(super) fn reach_bottom(&mut self) {
        let held = self.held.take();
        self.sink();
        self.held = held;
    }

    /// While reading history, this many messages are further down.
    pub(super) fn know_below(&mut self, below: usize) {
        self.below = self.below.max(below);
    }

    /// A new message came in at the end.
    pub(super) fn arrived(&mut self) {
        if self.anchor.is_some() || self.held.is_some() {
            self.below += 1;
        }
    }

    /// The numbers mean something else from now on: what was put out of sight under the old ones
    /// would take what comes under the new ones with it.
    pub(super) fn begin_anew(&mut self) {
        self.go_to_bottom();
        self.cleared = None;
        self.selection = None;
    }

    /// An entry got another key.
    pub(super) fn follow(&mut self, from: Key, to: Key) {
        for anchor in [&mut self.anchor, &mut self.held].into_iter().flatten() {
            if anchor.key == from {
                anchor.key = to;
            }
        }
        if let Some(selection) = &mut self.selection {
            selection.follow(from, to);
        }
        if let Some(bare) = &mut self.bare {
            bare.follow(from, to);
        }
    }
}
