//! What lies on top: small questions in a box. What is read or picked from has files of its own.

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style, Styled};
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use super::{centred, cursor_in, paste, picker, results, sheet, wall};
use crate::cells;
use crate::sheet::Sheet;
use crate::state::State;
use crate::state::overlay::{NameRefused, Overlay};
use crate::words;

/// Columns of a question, its border included.
const WIDTH: u16 = 58;

/// Draws an overlay; returns where the cursor is, if it is there.
pub(super) fn draw(
    state: &State,
    overlay: &Overlay,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    match overlay {
        Overlay::Help { scroll }
        | Overlay::Settings { scroll }
        | Overlay::Mistakes { scroll }
        | Overlay::CommandHelp { scroll, .. }
        | Overlay::Whois { scroll, .. } => {
            if let Some(sheet) = Sheet::of(state, overlay) {
                sheet::draw(state, &sheet, *scroll, area, buffer);
            }
            None
        }
        Overlay::Code => {
            wall::code::draw(state, area, buffer);
            None
        }
        Overlay::Picker(picker) => picker::draw(state, picker, area, buffer),
        Overlay::Results(found) => results::draw(state, found, area, buffer),
        Overlay::Leave | Overlay::PortTaken { .. } => {
            if let Some(question) = Question::of(state, overlay) {
                question.draw(state, area, buffer);
            }
            None
        }
        Overlay::Paste(paste) => {
            paste::draw(state, paste, area, buffer);
            None
        }
        Overlay::NameRefused(refused) => name_refused(state, refused, area, buffer),
    }
}

/// The rectangle of a box in the middle of the screen.
pub(super) fn place(width: u16, height: u16, area: Rect) -> Rect {
    centred(area, width.min(area.width.saturating_sub(2)), height)
}

/// What is in a box: behind its border, and a space on each side.
pub(super) fn inside(place: Rect) -> Rect {
    let inner = Block::bordered().inner(place);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

/// The rectangle of what lies on top, if it has one that can be clicked beside without harm.
pub(super) fn place_of(state: &State, overlay: &Overlay, area: Rect) -> Option<Rect> {
    match overlay {
        Overlay::Picker(_) => Some(picker::place(area)),
        Overlay::Results(_) => Some(results::place(area)),
        Overlay::Leave | Overlay::PortTaken { .. } => {
            Some(Question::of(state, overlay)?.place(state, area))
        }
        overlay => Some(sheet::place(&Sheet::of(state, overlay)?, area)),
    }
}

/// Clears a place for what lies on top. What would reach into it from the left is gone as well: a
/// wide character hides the cell behind its first.
pub(super) fn cover(place: Rect, buffer: &mut Buffer) {
    let place = place.intersection(buffer.area);
    if let Some(x) = place.x.checked_sub(1) {
        for y in place.top()..place.bottom() {
            if let Some(cell) = buffer.cell_mut((x, y))
                && cell.cell_width() > 1
            {
                cell.set_symbol(" ");
            }
        }
    }
    Clear.render(place, buffer);
}

/// A box with a border, and a title in it; returns its inside.
pub(super) fn boxed(state: &State, title: &str, place: Rect, buffer: &mut Buffer) -> Rect {
    // What is seen of the rest in a column beside the box would only be shreds.
    let screen = buffer.area;
    let fills = place.width + 4 >= screen.width;
    let rows = Rect { x: screen.x, width: screen.width, ..place };
    cover(if fills { rows } else { place }, buffer);
    let block =
        Block::bordered().border_type(BorderType::Rounded).border_style(state.looks.theme.accent);
    let bold = state.looks.theme.accent.add_modifier(Modifier::BOLD);
    let block =
        if title.is_empty() { block } else { block.title(format!(" {title} ").set_style(bold)) };
    block.render(place, buffer);
    inside(place)
}

/// A question in a box.
struct Question {
    title: String,
    advice: Vec<String>,
    keys: &'static str,
}

impl Question {
    /// What an overlay asks, if that is all it does.
    fn of(state: &State, overlay: &Overlay) -> Option<Self> {
        match overlay {
            Overlay::Leave => {
                let (title, advice) = ("Leave the chat?".to_owned(), state.stakes());
                Some(Self { title, advice, keys: "Enter leave · Esc stay" })
            }
            Overlay::PortTaken { port, server } => Some(port_taken(*port, server.as_deref())),
            _ => None,
        }
    }

    fn rows(&self, state: &State, area: Rect) -> Vec<(String, Style)> {
        let theme = &state.looks.theme;
        let bold = theme.text.add_modifier(Modifier::BOLD);
        let columns = usize::from(WIDTH.min(area.width.saturating_sub(2)).saturating_sub(4));
        let mut rows: Vec<(String, Style)> = Vec::new();
        let mut push = |text: &str, style: Style| {
            let wrapped = cells::wrap(text, columns);
            rows.extend(wrapped.iter().map(|row| (text[row.start..row.end].to_owned(), style)));
        };
        push(&self.title, bold);
        self.advice.iter().for_each(|line| push(line, theme.text));
        if area.height > 10 {
            push("", theme.text);
        }
        push(&state.me.habits.keys.spoken(self.keys), theme.quiet);
        rows
    }

    fn place(&self, state: &State, area: Rect) -> Rect {
        let height = u16::try_from(self.rows(state, area).len() + 2).unwrap_or(u16::MAX);
        place(WIDTH, height, area)
    }

    /// Draws it; returns its inside.
    fn draw(&self, state: &State, area: Rect, buffer: &mut Buffer) -> Rect {
        let inner = boxed(state, "", self.place(state, area), buffer);
        for (y, (text, style)) in (inner.y..inner.bottom()).zip(self.rows(state, area)) {
            cells::put(buffer, (inner.x, y), inner.right(), &text, style);
        }
        inner
    }
}

fn port_taken(port: u16, server: Option<&str>) -> Question {
    match server {
        Some(name) => Question {
            title: format!("A chat server has port {port} already: ‘{name}’"),
            advice: vec!["You can join it instead of hosting a room.".to_owned()],
            keys: "Enter join it · Esc back",
        },
        None => Question {
            title: format!("Another program has port {port} already"),
            advice: vec![format!(
                "End it, or host on another port:  chat-tui --serve --port {}",
                port.wrapping_add(1).max(1024)
            )],
            keys: "Esc back",
        },
    }
}

fn name_refused(
    state: &State,
    refused: &NameRefused,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.looks.theme;
    let offer = match (&refused.suggestion, refused.editor.is_empty()) {
        (Some(name), true) => format!("Enter: join as ‘{name}’, or type another name"),
        _ => "Type another name, then Enter".to_owned(),
    };
    let wrong = refused.wrong.as_deref().map(words::sentence).unwrap_or_default();
    let advice = vec![offer, wrong, String::new()];
    let question =
        Question { title: refused.words.clone(), advice, keys: "Enter join · Esc leave" };
    let inner = question.draw(state, area, buffer);
    let y = inner.bottom().saturating_sub(if area.height > 10 { 3 } else { 2 });
    let x = cells::put(buffer, (inner.x, y), inner.right(), "Your name › ", theme.accent);
    let bold = theme.text.add_modifier(Modifier::BOLD);
    cells::put(buffer, (x, y), inner.right(), refused.editor.text(), bold);
    if refused.editor.is_empty()
        && let Some(name) = &refused.suggestion
    {
        cells::put(buffer, (x, y), inner.right(), name, theme.quiet);
    }
    Some(cursor_in(&refused.editor, x, y, inner.right()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_border_is_hidden_by_what_begins_beside_it() {
        let screen = Rect::new(0, 0, 8, 2);
        let mut buffer = Buffer::empty(screen);
        buffer.set_string(0, 0, "日本語字", Style::new());
        buffer.set_string(0, 1, "x日本語", Style::new());
        cover(Rect::new(2, 0, 3, 2), &mut buffer);
        let row = |y| (0..8).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        assert_eq!([row(0), row(1)], ["日     字 ", "x    語  "]);
        // A box at the edge has nothing beside it, and one beyond it is cut.
        cover(Rect::new(0, 0, 20, 20), &mut buffer);
        assert_eq!(buffer, Buffer::empty(screen));
    }
}
