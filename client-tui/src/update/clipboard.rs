//! What goes to the clipboard of whoever sits at the terminal, and what is said about it.

use crate::effect::Effect;
use crate::settings::Switch;
use crate::state::State;
use crate::state::tip::Tip;
use crate::terminal::CLIPBOARD_BYTES;
use crate::words::counted;
use crate::words::hint::grouped;

/// What a terminal may have to be told before it lets programs copy.
const NOT_ALLOWED: &str = "nothing to paste? Allow OSC 52 in the terminal";

/// Copies a text, and says what it is: its lines, and these words behind them.
pub(crate) fn copy(state: &mut State, text: String, of: &str) -> Vec<Effect> {
    let lines = counted(text.lines().count(), "line");
    if let Some(words) = refusal(state, &text) {
        state.tip = Tip::Wrong(words);
        return Vec::new();
    }
    state.tip = Tip::Told(format!("copied {lines}{of} · {NOT_ALLOWED}"));
    vec![Effect::Copy(text)]
}

/// Why a text cannot be copied, if it cannot.
pub(crate) fn refusal(state: &State, text: &str) -> Option<String> {
    if !state.me.habits.settings.is_on(Switch::Clipboard) {
        return Some("copying is switched off: /set clipboard on".to_owned());
    }
    let (bytes, most) = (grouped(text.len()), grouped(CLIPBOARD_BYTES));
    (text.len() > CLIPBOARD_BYTES)
        .then(|| format!("not copied: {bytes} bytes, and terminals take {most}"))
}
