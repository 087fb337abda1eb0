//! What lies on top: small questions in a box. What is read or picked from has files of its own.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style, Styled};
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use super::{centred, cursor_in, paste, picker, sheet, wall};
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
        Overlay::Leave => {
            let stakes = state.stakes();
            question(state, "Leave the chat?", &stakes, "Enter leave · Esc stay", area, buffer);
            None
        }
        Overlay::PortTaken { port, server } => {
            port_taken(state, *port, server.as_deref(), area, buffer);
            None
        }
        Overlay::Paste(paste) => {
            paste::draw(state, paste, area, buffer);
            None
        }
        Overlay::NameRefused(refused) => name_refused(state, refused, area, buffer),
    }
}

/// A box with a border in the middle, and a title in it; returns its inside.
pub(super) fn boxed(
    state: &State,
    title: &str,
    width: u16,
    height: u16,
    area: Rect,
    buffer: &mut Buffer,
) -> Rect {
    let place = centred(area, width.min(area.width.saturating_sub(2)), height);
    Clear.render(place, buffer);
    let block =
        Block::bordered().border_type(BorderType::Rounded).border_style(state.looks.theme.accent);
    let bold = state.looks.theme.accent.add_modifier(Modifier::BOLD);
    let block =
        if title.is_empty() { block } else { block.title(format!(" {title} ").set_style(bold)) };
    let inner = block.inner(place);
    block.render(place, buffer);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

/// Draws a question; returns its inside.
fn question(
    state: &State,
    title: &str,
    advice: &[String],
    keys: &str,
    area: Rect,
    buffer: &mut Buffer,
) -> Rect {
    let theme = &state.looks.theme;
    let bold = theme.text.add_modifier(Modifier::BOLD);
    let width = WIDTH.min(area.width.saturating_sub(2));
    let columns = usize::from(width.saturating_sub(4));
    let mut rows: Vec<(String, Style)> = Vec::new();
    let mut push = |text: &str, style: Style| {
        let wrapped = cells::wrap(text, columns);
        rows.extend(wrapped.iter().map(|row| (text[row.start..row.end].to_owned(), style)));
    };
    push(title, bold);
    advice.iter().for_each(|line| push(line, theme.text));
    if area.height > 10 {
        push("", theme.text);
    }
    push(keys, theme.quiet);
    let height = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX);
    let inner = boxed(state, "", width, height, area, buffer);
    for (y, (text, style)) in (inner.y..inner.bottom()).zip(&rows) {
        cells::put(buffer, (inner.x, y), inner.right(), text, *style);
    }
    inner
}

fn port_taken(state: &State, port: u16, server: Option<&str>, area: Rect, buffer: &mut Buffer) {
    match server {
        Some(name) => {
            let title = format!("A chat server has port {port} already: “{name}”");
            let advice = ["You can join it instead of hosting a room.".to_owned()];
            question(state, &title, &advice, "Enter join it · Esc back", area, buffer);
        }
        None => {
            let title = format!("Another program has port {port} already");
            let advice = [format!(
                "End it, or host on another port:  chat-tui --serve --port {}",
                port.wrapping_add(1).max(1024)
            )];
            question(state, &title, &advice, "Esc back", area, buffer);
        }
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
    let advice = [offer, wrong, String::new()];
    let leave = "Enter join · Esc leave";
    let inner = question(state, &refused.words, &advice, leave, area, buffer);
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
