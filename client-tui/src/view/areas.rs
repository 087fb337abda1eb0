//! How the screen is divided into areas, and the messages' area into columns and rows: for drawing,
//! and for finding out what stands under the mouse.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::state::State;
use crate::state::screen::Gutter;

/// The areas of the chat screen; those that are not shown are empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Areas {
    pub(super) title: Rect,
    pub(super) banner: Rect,
    /// What somebody set for all to see.
    pub(super) board: Rect,
    pub(super) talks: Rect,
    pub(super) messages: Rect,
    pub(super) members: Rect,
    /// The rows below the messages: status, input, tip.
    pub(super) foot: Foot,
}

/// The rows below the messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Foot {
    pub(super) status: Rect,
    pub(super) input: Rect,
    pub(super) tip: Rect,
}

impl Foot {
    /// All of its rows.
    pub(super) fn rows(&self) -> Range<u16> {
        self.status.top()..self.tip.bottom()
    }
}

impl Areas {
    pub(super) fn of(state: &State, area: Rect) -> Self {
        let layout = state.screen.layout;
        let mut rest = area;
        let title = take_rows(&mut rest, 1);
        // How others join is not for between two people: its row is the messages' there.
        let invites = state.conversations.open().is_room();
        let mut middle = take_rows(&mut rest, layout.banner + layout.board + layout.messages);
        let banner = take_rows(&mut middle, if invites { layout.banner } else { 0 });
        let board = take_rows(&mut middle, layout.board);
        let talks = Rect { width: layout.talks, ..middle };
        let members = Rect { x: middle.right() - layout.members, width: layout.members, ..middle };
        let width = middle.width - talks.width - members.width;
        let messages = Rect { x: talks.right(), width, ..middle };
        let status = take_rows(&mut rest, 1);
        let input = take_rows(&mut rest, layout.input);
        let tip = take_rows(&mut rest, layout.tip);
        let foot = Foot { status, input, tip };
        Self { title, banner, board, talks, messages, members, foot }
    }
}

/// Takes rows off the top.
pub(super) fn take_rows(rest: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(rest.height);
    let taken = Rect { height: rows, ..*rest };
    rest.y += rows;
    rest.height -= rows;
    taken
}

/// The columns of a message: a quiet time, a name, a mark, and the text.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) time: u16,
    pub(super) name: Range<u16>,
    pub(super) mark: u16,
    pub(super) text: Range<u16>,
}

impl Columns {
    pub(super) fn of(gutter: Gutter, area: Rect) -> Self {
        let time = area.x + 1;
        let name = time + gutter.time..time + gutter.time + gutter.name;
        let text = name.end + 3;
        Self { time, mark: name.end + 1, text: text..(area.right() - 1).max(text), name }
    }
}

/// The rows of the messages' area.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    /// Those of the page.
    pub(super) page: Range<u16>,
    /// The one that says that this is history.
    pub(super) marker: Option<u16>,
}

impl Rows {
    /// A short conversation stands at the bottom, where the next line will be.
    pub(super) fn of(state: &State, area: Rect) -> Self {
        let scrollback = &state.conversations.open().scrollback;
        let reading = scrollback.reading_history().is_some();
        let marker = (reading && area.height >= 4).then(|| area.bottom() - 1);
        let bottom = marker.unwrap_or(area.bottom());
        let height = bottom - area.y;
        let used = u16::try_from(scrollback.page().len()).unwrap_or(height).min(height);
        let top = if reading { area.y } else { bottom - used };
        Self { page: top..top + used, marker }
    }
}
