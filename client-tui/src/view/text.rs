//! The rows of what people say: bars beside quotes and code, the looks of pieces, colours of code,
//! links, and the reader's own name.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::cells;
use crate::highlight::Run;
use crate::mention;
use crate::rich::layout::{self, BAR};
use crate::rich::{Code, Edge, Format, Piece, Row};
use crate::state::State;
use crate::state::entry::{Body, Entry};
use crate::state::jump::CodeSpot;

/// An entry whose rows are drawn, and what they have in common.
pub(super) struct Said<'a> {
    state: &'a State,
    pub(super) entry: &'a Entry,
    /// Whether looks may have colours of their own: not in what is on its way, or went wrong.
    coloured: bool,
    /// The number of its first link in the picture.
    links: usize,
    /// Where it names the reader.
    mentions: Vec<Range<usize>>,
    /// Where it has what is looked for, and how that looks.
    found: Vec<Range<usize>>,
    found_style: Style,
    /// The colours of its blocks of code.
    runs: Vec<&'a [Run]>,
}

impl<'a> Said<'a> {
    pub(super) fn new(state: &'a State, entry: &'a Entry, links: usize) -> Self {
        let mentions = match (&entry.body, state.link.name()) {
            (Body::Said { from, .. }, Some(own)) if from != own => {
                mention::find(entry.text(), own).collect()
            }
            _ => Vec::new(),
        };
        Self { mentions, ..Self::for_all(state, entry, links) }
    }

    /// The same for many readers, of whom none is named more than the others.
    pub(super) fn for_all(state: &'a State, entry: &'a Entry, links: usize) -> Self {
        let said = matches!(entry.body, Body::Said { trouble: None, .. });
        let coloured = said && !entry.key.is_unsent();
        let text = entry.text();
        let runs = |code: &Code| {
            let language = text.get(code.language.clone()).unwrap_or_default();
            let body = text.get(code.body.clone()).unwrap_or_default().trim_end_matches('\n');
            state.looks.highlights.get(language, body)
        };
        let codes = entry.codes().iter().filter(|_| coloured);
        let (mentions, runs) = (Vec::new(), codes.map(runs).collect());
        let (found, found_style) = found(state, entry);
        Self { state, entry, coloured, links, mentions, found, found_style, runs }
    }

    /// Whether somebody else names the reader in it.
    pub(super) fn names_reader(&self) -> bool {
        !self.mentions.is_empty()
    }

    /// Draws a row in an area of one row; returns the column behind it.
    pub(super) fn row(&self, index: usize, style: Style, area: Rect, buffer: &mut Buffer) -> u16 {
        let Some(row) = self.entry.rows().get(index) else { return area.x };
        let from = self.edge((index, row), area, buffer);
        let (x, limit) = (from, area.right());
        let mut end = x;
        for piece in row.seen(self.entry.text()) {
            let style = self.look(row.edge, &piece, style);
            end = self.piece(row.edge, (&piece, style), (end, area.y), limit, buffer);
        }
        let leftwards = |piece: &Piece| cells::runs_leftwards(piece.text(self.entry.text()));
        if row.pieces.iter().any(leftwards) {
            cells::isolate(buffer, (x, area.y), end);
        }
        end
    }

    /// Draws what stands before the text; returns the column behind it.
    fn edge(&self, (index, row): (usize, &Row), area: Rect, buffer: &mut Buffer) -> u16 {
        let theme = &self.state.looks.theme;
        let (x, y, limit) = (area.x, area.y, area.right());
        let width = usize::from(area.width);
        let columns = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let end = x.saturating_add(columns(row.edge.columns(width))).min(limit);
        match row.edge {
            Edge::Indent(_) => {}
            Edge::Quote(depth, _) => {
                for bar in 0..usize::from(depth) {
                    let x = x.saturating_add(columns(bar * BAR));
                    cells::put(buffer, (x, y), limit, "▎", theme.rule);
                }
            }
            Edge::Head(_) | Edge::Code { .. } | Edge::Fold { .. } => {
                if let Some(block) = row.edge.block().filter(|_| layout::has_bars(width)) {
                    self.code_edge(block, index, (x, y), limit, buffer);
                }
            }
        }
        self.fold(row.edge, (end, y), limit, buffer).unwrap_or(end)
    }

    /// The bar beside code: heavy where the code was just copied.
    fn code_edge(
        &self,
        block: usize,
        index: usize,
        (x, y): (u16, u16),
        limit: u16,
        buffer: &mut Buffer,
    ) {
        let theme = &self.state.looks.theme;
        let rows = self.entry.rows();
        let block_of = |index: usize| rows.get(index).and_then(|row| row.edge.block());
        let first = index.checked_sub(1).and_then(block_of) != Some(block);
        let last = block_of(index + 1) != Some(block);
        let picked = self.state.conversations.open().scrollback.picked_code();
        let copied = picked == Some(CodeSpot { key: self.entry.key, block });
        let (bar, style) = match (copied, first, last) {
            (true, ..) => ("┃", theme.accent),
            (false, true, false) => ("╭", theme.rule),
            (false, false, true) => ("╰", theme.rule),
            (false, ..) => ("│", theme.rule),
        };
        let x = cells::put(buffer, (x, y), limit, bar, style);
        if matches!(rows.get(index).map(|row| row.edge), Some(Edge::Code { rest: true, .. })) {
            cells::put(buffer, (x, y), limit, "↪", theme.quiet);
        }
    }

    /// How much is folded here, if any is; returns the column behind it.
    fn fold(&self, edge: Edge, (x, y): (u16, u16), limit: u16, buffer: &mut Buffer) -> Option<u16> {
        let Edge::Fold { hidden, block } = edge else { return None };
        // Prose is as many rows as the screen makes of it; code keeps its lines.
        let what = if block.is_some() { "lines" } else { "rows" };
        let room = usize::from(limit.saturating_sub(x));
        let keys = &self.state.me.habits.keys;
        let words = [
            format!("… {hidden} more {what} · {}", keys.spoken("Alt-O unfolds")),
            format!("… {hidden} more · {}", keys.spoken("Alt-O")),
            format!("… {hidden}"),
        ];
        let words = words.iter().find(|words| cells::width(words) <= room)?;
        Some(cells::put(buffer, (x, y), limit, words, self.state.looks.theme.accent))
    }

    fn piece(
        &self,
        edge: Edge,
        (piece, style): (&Piece, Style),
        (x, y): (u16, u16),
        limit: u16,
        buffer: &mut Buffer,
    ) -> u16 {
        let text = self.entry.text();
        if piece.shown.is_some() {
            return cells::put_part(buffer, (x, y), limit, piece.text(text), style);
        }
        let runs = self.runs(edge);
        let mut x = x;
        let mut at = piece.start;
        while at < piece.end {
            let (end, style) = self.stretch(at, piece.end, style, &runs);
            let part = text.get(at..end).unwrap_or_default();
            let style = match self.entry.body {
                Body::Said { .. } => self.state.looks.theirs(style),
                // Notices and who came and went are our own words.
                Body::Notice { .. } | Body::Presence(_) => style,
            };
            x = cells::put_part(buffer, (x, y), limit, part, style);
            at = end;
        }
        x
    }

    /// How far the text looks the same from `at` on, and how.
    fn stretch(
        &self,
        at: usize,
        end: usize,
        style: Style,
        runs: &(usize, &[Run]),
    ) -> (usize, Style) {
        let theme = &self.state.looks.theme;
        // What is looked for is seen whatever else it is.
        let found = self.found.partition_point(|range| range.end <= at);
        let found = self.found.get(found);
        if let Some(range) = found.filter(|range| range.start <= at) {
            return (range.end.min(end), style.patch(self.found_style));
        }
        let end = found.map_or(end, |range| range.start.min(end));
        let mention = self.mentions.partition_point(|range| range.end <= at);
        let mention = self.mentions.get(mention);
        if let Some(range) = mention.filter(|range| range.start <= at) {
            return (range.end.min(end), style.patch(theme.prose.mention));
        }
        let end = mention.map_or(end, |range| range.start.min(end));
        let (start, runs) = *runs;
        let run = runs.partition_point(|run| start.saturating_add(run.end) <= at);
        match runs.get(run) {
            Some(run) => {
                (end.min(start.saturating_add(run.end)), style.patch(theme.syntax(run.role)))
            }
            None => (end, style),
        }
    }

    /// The colours of the code that a row is of, and the byte at which it begins.
    fn runs(&self, edge: Edge) -> (usize, &'a [Run]) {
        let Edge::Code { block, .. } = edge else { return (0, &[]) };
        let start = self.entry.codes().get(block).map_or(0, |code| code.body.start);
        (start, self.runs.get(block).copied().unwrap_or_default())
    }

    fn look(&self, edge: Edge, piece: &Piece, style: Style) -> Style {
        let theme = &self.state.looks.theme;
        let mut style = style;
        let mut wear = |wears: bool, dress: Style| {
            if wears {
                let modifiers = Style { fg: None, bg: None, ..dress };
                style = style.patch(if self.coloured { dress } else { modifiers });
            }
        };
        let plain = Style::new();
        let inline = !matches!(edge, Edge::Code { .. });
        wear(matches!(edge, Edge::Head(_)), theme.quiet);
        wear(piece.format.has(Format::QUOTE), theme.prose.quote);
        wear(piece.format.has(Format::CODE) && inline, theme.prose.code);
        wear(piece.format.has(Format::LINK), theme.prose.link);
        wear(piece.format.has(Format::ASIDE), theme.quiet.remove_modifier(Modifier::UNDERLINED));
        wear(piece.format.has(Format::STRONG), plain.add_modifier(Modifier::BOLD));
        wear(piece.format.has(Format::EMPHASIS), plain.add_modifier(Modifier::ITALIC));
        wear(piece.format.has(Format::STRUCK), plain.add_modifier(Modifier::CROSSED_OUT));
        wear(self.entry.is_action(), plain.add_modifier(Modifier::ITALIC));
        match piece.link.and_then(|link| u32::try_from(self.links + link).ok()) {
            Some(number) => style.underline_color(cells::link(number)),
            None => style,
        }
    }
}

/// Where a message has what is looked for in the conversation: in a block where the reader was led
/// to, else underlined.
fn found(state: &State, entry: &Entry) -> (Vec<Range<usize>>, Style) {
    let talk = state.conversations.open();
    let theme = &state.looks.theme;
    let said = matches!(entry.body, Body::Said { .. });
    let Some(find) = talk.compose.find.as_ref().filter(|_| said) else {
        return (Vec::new(), theme.text);
    };
    let style = match talk.scrollback.is_led_to(entry.key) {
        true => theme.loud.add_modifier(Modifier::UNDERLINED),
        false => theme.accent.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
    };
    (find.query.spans(entry.text()), style)
}
