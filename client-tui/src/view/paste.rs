//! The question about a large paste: how much it is, how it begins, and what can be done with it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::overlay::{self, boxed};
use super::put_theirs;
use crate::cells;
use crate::state::State;
use crate::state::paste::{Choice, Paste};
use crate::words::counted;
use crate::words::hint::grouped;

/// Columns, the border included.
const WIDTH: u16 = 76;

/// Lines of the paste that are shown at most, if there are many more.
const PREVIEW: usize = 8;

pub(super) fn draw(state: &State, paste: &Paste, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let width = WIDTH.min(area.width.saturating_sub(2));
    let columns = usize::from(width.saturating_sub(4));
    let choices = paste.choices.len();
    // The border, the size, the choices, a word on the keys; with room, gaps and the first lines.
    let least = choices + 4;
    let spare = usize::from(area.height.saturating_sub(2)).saturating_sub(least + 2);
    let (preview, more) = preview(paste.lines(), spare);
    let rows = preview + usize::from(more > 0);
    let gaps = usize::from(rows > 0) * 2;
    let height = u16::try_from(least + rows + gaps).unwrap_or(u16::MAX).min(area.height);
    let title = if paste.typed { "Too long for one message" } else { "Paste" };
    let inner = boxed(state, title, overlay::place(width, height, area), buffer);
    let mut y = inner.y;
    let mut put = |ours: &str, theirs: &str, (style, chosen): (Style, bool), rows: u16| {
        if y < inner.bottom() {
            let (limit, ours) = (inner.right(), cells::fit(ours, columns));
            if chosen {
                buffer.set_style(Rect { y, height: 1, ..inner }, style);
            }
            let x = cells::put(buffer, (inner.x, y), limit, &ours, style);
            put_theirs(state, buffer, (x, y), limit, theirs, style);
        }
        y += rows;
    };
    let quiet = (theme.quiet, false);
    let bold = theme.text.add_modifier(Modifier::BOLD);
    put(&size(paste), "", (bold, false), if rows > 0 { 2 } else { 1 });
    for (index, line) in paste.text.lines().take(preview).enumerate() {
        let last = index + 1 == rows;
        put("│ ", start(line), quiet, if last { 2 } else { 1 });
    }
    if more > 0 {
        put(&format!("… {} more lines", grouped(more)), "", quiet, 2);
    }
    for (index, choice) in paste.choices.iter().enumerate() {
        let chosen = index == paste.chosen;
        let mark = if chosen { '›' } else { ' ' };
        let style = if chosen { theme.chosen() } else { theme.text };
        let row = format!("{mark} {}  {}", choice.key(), words(*choice, columns));
        put(&row, "", (style, chosen), 1);
    }
    let escape = if paste.typed { "Esc goes on" } else { "Esc drops it" };
    let keys = [
        format!("A letter or ↑ ↓ marks, Enter does it · {escape}"),
        format!("↑ ↓ Enter · {escape}"),
    ];
    let keys = keys.map(|keys| state.me.habits.keys.spoken(&keys).into_owned());
    let keys = keys.iter().find(|keys| cells::width(keys) <= columns);
    put(keys.map_or(escape, String::as_str), "", quiet, 1);
}

/// How many lines are shown in so many rows, and how many are not. The row that says how many more
/// there are stands for two at least, and never alone.
fn preview(lines: usize, spare: usize) -> (usize, usize) {
    let rows = spare.min(PREVIEW + 1);
    match rows {
        _ if lines <= rows => (lines, 0),
        0 | 1 => (0, 0),
        _ => (rows - 1, lines + 1 - rows),
    }
}

/// As much of a line as could be shown: it may be a megabyte long.
fn start(line: &str) -> &str {
    &line[..crate::state::motion::floor(line, usize::from(WIDTH) * 4)]
}

fn size(paste: &Paste) -> String {
    let lines = if paste.lines() == 1 { "line" } else { "lines" };
    format!("{} {lines}, {} bytes", grouped(paste.lines()), grouped(paste.text.len()))
}

/// What a choice does, in as many words as there are columns for.
fn words(choice: Choice, columns: usize) -> String {
    let (long, short) = match choice {
        Choice::Block => ("insert as a code block".to_owned(), "as a code block".to_owned()),
        Choice::Messages(count) => {
            let messages = counted(count, "message");
            (format!("send now as {messages}, each a code block"), format!("send as {messages}"))
        }
        Choice::Parts(count) => {
            let messages = counted(count, "message");
            (format!("send now as {messages}"), format!("send as {messages}"))
        }
        Choice::GoOn => ("go on writing".to_owned(), "go on writing".to_owned()),
        Choice::AsIs { sendable: true } => ("insert as it is".to_owned(), "as it is".to_owned()),
        Choice::AsIs { sendable: false } => {
            let long = "insert as it is, to cut it down: one message cannot hold it";
            (long.to_owned(), "as it is, to cut it down".to_owned())
        }
        Choice::Trim(bytes) => {
            let bytes = grouped(bytes);
            (
                format!("insert the first {bytes} bytes, what one message holds"),
                format!("the first {bytes} bytes"),
            )
        }
        Choice::Drop => ("drop it".to_owned(), "drop it".to_owned()),
    };
    if cells::width(&long) + 5 <= columns { long } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shown_is_counted() {
        let check = |lines, spare, expected| assert_eq!(preview(lines, spare), expected);
        check(200, 30, (8, 192));
        check(9, 30, (9, 0));
        check(10, 30, (8, 2));
        check(20, 3, (2, 18));
        check(20, 1, (0, 0));
        check(20, 0, (0, 0));
        check(1, 1, (1, 0));
    }
}
