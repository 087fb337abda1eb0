//! Writing in an editor outside of this program: the text goes there, and comes back into the
//! conversation that it was taken from.

use crate::effect::Effect;
use crate::state::State;
use crate::state::paste;
use crate::state::tip::Tip;

/// Hands the text to the editor. Until [`edited`] the terminal is not ours, and no keys come.
pub(crate) fn begin(state: &mut State) -> Vec<Effect> {
    let compose = &mut state.conversations.open_mut().compose;
    compose.completion = None;
    compose.outside = true;
    vec![Effect::EditOutside(compose.editor.text().to_owned())]
}

/// The editor has ended.
pub(crate) fn edited(state: &mut State, edited: Result<String, String>) -> Vec<Effect> {
    state.screen.dirty = true;
    let away = state.conversations.iter_mut().find(|talk| talk.compose.outside);
    let from = away.map(|talk| talk.address.clone());
    let compose =
        from.and_then(|from| state.conversations.get_mut(&from)).map(|talk| &mut talk.compose);
    let text = match edited {
        Ok(text) => paste::cleaned(&text),
        Err(words) => {
            compose.into_iter().for_each(|compose| compose.outside = false);
            state.tip = Tip::Wrong(words);
            return Vec::new();
        }
    };
    let Some(compose) = compose else {
        keep(state, &text);
        return Vec::new();
    };
    compose.outside = false;
    if text != compose.editor.text() {
        compose.editor.set(&text);
    }
    Vec::new()
}

/// The conversation is gone. Where the text would go from here is another place, so it is only
/// kept to be recalled.
fn keep(state: &mut State, text: &str) {
    state.conversations.open_mut().compose.keep(text);
    let words = "the conversation was closed meanwhile: ↑ recalls what you wrote";
    state.tip = Tip::Told(words.to_owned());
}
