//! Which bytes are which doings of the mouse. The terminal is asked to tell them by numbers without
//! limit (SGR); older kinds come from those that do not know it.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::keys::number;

/// What is added to every number where each is one visible byte.
const VISIBLE: u8 = 32;

/// `CSI < button ; column ; row M`, with `m` when it was let go; without the `<` as rxvt does it.
pub(super) fn of_sequence(parameters: &[u8], last: u8) -> Option<MouseEvent> {
    let (numbers, offset) = match parameters.strip_prefix(b"<") {
        Some(numbers) => (numbers, 0),
        None => (parameters, u32::from(VISIBLE)),
    };
    let button = u8::try_from(number(numbers, 0, 0)?.checked_sub(offset)?).ok()?;
    let place = |field| u16::try_from(number(numbers, field, 0)?).ok()?.checked_sub(1);
    let mut event = event(button, place(1)?, place(2)?)?;
    if let (b'm', MouseEventKind::Down(button)) = (last, event.kind) {
        event.kind = MouseEventKind::Up(button);
    }
    Some(event)
}

/// `CSI M` and three bytes.
pub(super) fn oldest([button, column, row]: [u8; 3]) -> Option<MouseEvent> {
    let place = |byte: u8| byte.checked_sub(VISIBLE + 1).map(u16::from);
    event(button.checked_sub(VISIBLE)?, place(column)?, place(row)?)
}

/// The bits of the first number: the button in the lowest two and the highest two, the modifiers,
/// and whether the mouse has moved.
fn event(bits: u8, column: u16, row: u16) -> Option<MouseEvent> {
    let moves = bits & 32 != 0;
    let kind = match (bits & 3 | (bits & 0xc0) >> 4, moves) {
        (3, false) => MouseEventKind::Up(MouseButton::Left),
        (3..=5, true) => MouseEventKind::Moved,
        (4, false) => MouseEventKind::ScrollUp,
        (5, false) => MouseEventKind::ScrollDown,
        (6, false) => MouseEventKind::ScrollLeft,
        (7, false) => MouseEventKind::ScrollRight,
        (button, moves) => {
            let button = match button {
                0 => MouseButton::Left,
                1 => MouseButton::Middle,
                2 => MouseButton::Right,
                _ => return None,
            };
            if moves { MouseEventKind::Drag(button) } else { MouseEventKind::Down(button) }
        }
    };
    let held = [(4, KeyModifiers::SHIFT), (8, KeyModifiers::ALT), (16, KeyModifiers::CONTROL)];
    let held = held.into_iter().filter(|(bit, _)| bits & bit != 0);
    let modifiers = held.map(|(_, name)| name).fold(KeyModifiers::NONE, KeyModifiers::union);
    Some(MouseEvent { kind, column, row, modifiers })
}
