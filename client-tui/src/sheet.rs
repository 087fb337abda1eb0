//! Sheets: what lies on top to be read, such as the help. What is on one, how it falls into rows,
//! and how far it scrolls; drawing is the view's.

use crate::cells::{self, Row as Wrapped};
use crate::state::State;
use crate::state::overlay::Overlay;
use crate::{card, help};

/// On screens lower than this, no row is left empty.
const ROOMY: u16 = 16;

/// Columns between two lists.
const GAP: usize = 3;

/// Something to be read.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) title: String,
    /// Rows side by side, each list wrapped to its width.
    pub(crate) columns: Vec<Vec<Row>>,
    /// Columns that it takes, its border included.
    pub(crate) width: u16,
    /// Columns of what is pressed, typed, or told of, in each list.
    pub(crate) left: usize,
    /// Columns from the first list to the second, where there are two.
    pub(crate) second: usize,
    /// What may stand below besides how it is closed, the best first.
    pub(crate) advice: Vec<String>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Heading(String),
    /// What is pressed, typed or told of, and what there is to say of it.
    Line(String, String),
    Words(String),
    /// Words that others explain.
    Strong(String),
    Gap,
}

/// How large a sheet is on a screen, and how much of it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Rows of the box, its border included.
    pub(crate) height: u16,
    /// Rows between the border and the foot.
    pub(crate) page: usize,
    /// Rows that do not fit: how far it can be scrolled.
    pub(crate) hidden: usize,
}

impl Sheet {
    /// What an overlay shows, if it is one to be read.
    pub(crate) fn of(state: &State, overlay: &Overlay) -> Option<Self> {
        match overlay {
            Overlay::Help { .. } => Some(help::whole(state)),
            Overlay::CommandHelp { name, .. } => Some(help::of_command(state, name)),
            Overlay::Settings { .. } => Some(crate::command::settings::sheet(state)),
            Overlay::Mistakes { .. } => Some(crate::command::settings::mistakes(state)),
            Overlay::Whois { whois, .. } => Some(card::of(state, whois)),
            _ => None,
        }
    }

    /// The sheet with these rows in one list, as wide as the screen allows.
    pub(crate) fn single(
        title: String,
        state: &State,
        most: u16,
        left: usize,
        rows: &[Row],
    ) -> Self {
        let width = most.min(state.screen.width.saturating_sub(2));
        let inside = inside(width);
        let left = left.min(inside / 2);
        let columns = vec![wrap(rows, inside, left)];
        Self { title, columns, width, left, second: 0, advice: Vec::new() }
    }

    /// The sheet with two lists side by side, each as wide as it needs to be where there is room.
    pub(crate) fn double(
        title: String,
        state: &State,
        most: u16,
        left: usize,
        lists: [&[Row]; 2],
    ) -> Self {
        let room = inside(most.min(state.screen.width.saturating_sub(2))).saturating_sub(GAP);
        let [one, other] = lists.map(|rows| natural(rows, left));
        // Where both do not fit, the one that needs less has it, within reason.
        let limit = room / 2 + 4;
        let first = match one + other <= room {
            true => one,
            false if one < other => one.min(limit),
            false => room - other.min(limit),
        };
        let rest = other.min(room - first);
        let columns = vec![wrap(lists[0], first, left), wrap(lists[1], rest, left)];
        let width = u16::try_from(first + GAP + rest + 4).unwrap_or(most);
        Self { title, columns, width, left, second: first + GAP, advice: Vec::new() }
    }

    /// How it fits on a screen of this height.
    pub(crate) fn extent(&self, screen: u16) -> Extent {
        let rows = self.columns.iter().map(Vec::len).max().unwrap_or(0);
        let roomy = screen >= ROOMY;
        // The border, the foot, and where there is room for it a gap before the foot.
        let frame = if roomy { 4 } else { 3 };
        let most = if roomy { screen.saturating_sub(2) } else { screen };
        let wanted = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(frame);
        let height = wanted.min(most);
        let page = usize::from(height.saturating_sub(frame));
        Extent { height, page, hidden: rows.saturating_sub(page) }
    }

    /// What there is besides, and how to leave, in as many words as there are columns for.
    pub(crate) fn foot(&self, below: usize, above: bool) -> String {
        let (rows, short) = match (below, above) {
            (0, false) => (String::new(), String::new()),
            (0, true) => ("↑ back · ".to_owned(), "↑ · ".to_owned()),
            (below, _) => {
                let rows = crate::words::counted(below, "more row");
                (format!("↑ ↓ {rows} · "), format!("↑ ↓ {below} · "))
            }
        };
        let room = inside(self.width);
        let advised = self.advice.iter().map(|advice| format!("{rows}Esc closes · {advice}"));
        let plain = [format!("{rows}Esc closes"), format!("{short}Esc closes")];
        let mut words = advised.chain(plain);
        words.find(|words| cells::width(words) <= room).unwrap_or_default()
    }
}

/// Columns of the longest row of a list.
fn natural(rows: &[Row], left: usize) -> usize {
    let width = |row: &Row| match row {
        Row::Line(_, does) => left + cells::width(does),
        Row::Heading(words) | Row::Words(words) | Row::Strong(words) => cells::width(words),
        Row::Gap => 0,
    };
    rows.iter().map(width).max().unwrap_or(0).max(1)
}

/// Columns behind the border and a space on each side.
pub(crate) fn inside(width: u16) -> usize {
    usize::from(width.saturating_sub(4))
}

/// The rows at this width: what is too long goes on below itself.
pub(crate) fn wrap(all: &[Row], width: usize, left: usize) -> Vec<Row> {
    let part = |text: &str, rows: &[Wrapped], index: usize| {
        let row = rows.get(index).map(|row| text[row.start..row.end].trim_end());
        row.unwrap_or_default().to_owned()
    };
    let mut rows = Vec::new();
    for row in all {
        match row {
            Row::Line(what, does) => {
                let whats = cells::wrap(what, left.saturating_sub(1));
                let all_does = cells::wrap(does, width.saturating_sub(left));
                rows.extend(
                    (0..whats.len().max(all_does.len()))
                        .map(|at| Row::Line(part(what, &whats, at), part(does, &all_does, at))),
                );
            }
            Row::Words(words) => {
                let wrapped = cells::wrap(words, width);
                rows.extend((0..wrapped.len()).map(|at| Row::Words(part(words, &wrapped, at))));
            }
            Row::Strong(words) => {
                let wrapped = cells::wrap(words, width);
                rows.extend((0..wrapped.len()).map(|at| Row::Strong(part(words, &wrapped, at))));
            }
            row => rows.push(row.clone()),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_and_what_is_hidden_are_all_of_it() {
        let mut state = crate::state::tests::state();
        for (width, height) in [(120, 40), (80, 24), (40, 10), (30, 8)] {
            (state.screen.width, state.screen.height) = (width, height);
            let help = help::whole(&state);
            let extent = help.extent(height);
            let rows = help.columns.iter().map(Vec::len).max().unwrap();
            assert_eq!(extent.page + extent.hidden, rows, "{width}x{height}");
            assert!(extent.page >= 5 && extent.height <= height && help.width <= width);
        }
    }

    #[test]
    fn the_foot_says_what_fits() {
        let state = crate::state::tests::state();
        let mut sheet = Sheet::single(String::new(), &state, 32, 10, &[]);
        sheet.advice = vec!["a long piece of advice".to_owned(), "short".to_owned()];
        let check = |below, above, expected: &str| assert_eq!(sheet.foot(below, above), expected);
        check(0, false, "Esc closes · short");
        check(0, true, "↑ back · Esc closes · short");
        check(1, false, "↑ ↓ 1 more row · Esc closes");
        check(1_000_000, false, "↑ ↓ 1000000 · Esc closes");
    }
}
