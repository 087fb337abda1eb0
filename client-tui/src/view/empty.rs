//! What stands where nothing was said yet: where one is, and what to do there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::centred;
use crate::cells;
use crate::state::State;
use crate::state::conversations::Talk;

pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let (says, advises) = words(state, state.conversations.open());
    let width = area.width.saturating_sub(2);
    let mut lines = Vec::new();
    for (text, style) in [(&says, theme.text), (&advises, theme.quiet)] {
        let rows = cells::wrap(text, usize::from(width));
        lines.extend(rows.iter().map(|row| (text[row.start..row.end].trim_end(), style)));
    }
    let place = centred(area, area.width, u16::try_from(lines.len()).unwrap_or(u16::MAX));
    for (y, (line, style)) in (place.y..place.bottom()).zip(lines) {
        let columns = u16::try_from(cells::width(line)).unwrap_or(0);
        let x = place.x + place.width.saturating_sub(columns) / 2;
        cells::put(buffer, (x, y), place.right(), line, style);
    }
}

/// What is the matter, and what to do.
fn words(state: &State, talk: &Talk) -> (String, String) {
    let enter = "Type and press Enter.";
    if talk.scrollback.is_hidden_whole() {
        let says = "Whoever wrote here is ignored by you.";
        return (says.to_owned(), "/ignore lists them, /unignore brings one back.".to_owned());
    }
    if let Some(lab) = state.link.dialect().lab() {
        return crate::words::lab::empty(lab, talk.with().map(chat_protocol::Nick::as_str));
    }
    if let Some(name) = talk.with() {
        let known = state.conversations.iter().any(|talk| talk.roster.get(name).is_some());
        return match known {
            true => (
                format!("You and {name} have not talked yet."),
                "Only the two of you read what you write here.".to_owned(),
            ),
            false => (
                format!("Nobody called {name} is known to be here."),
                "If the name is somebody's, what you write waits for them.".to_owned(),
            ),
        };
    }
    match (talk.member, talk.roster.count()) {
        (false, _) => (
            format!("You are not in {}.", talk.title()),
            format!("/join {} enters it.", talk.title()),
        ),
        (true, 0 | 1) => (
            "Only you are here yet.".to_owned(),
            "What you write is there for those who come.".to_owned(),
        ),
        (true, _) => ("Nobody has spoken yet.".to_owned(), enter.to_owned()),
    }
}
