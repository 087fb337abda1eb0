//! Writing in an editor outside of this program: the text goes there, and comes back into the
//! conversation that it was taken from.

use crate::effect::Effect;
use crate::state::State;
use crate::state::compose::Compose;
use crate::state::paste;
use crate::state::tip::Tip;

/// Hands the text to the editor, if none has the terminal yet. Until [`edited`] the terminal is not
/// ours, and no keys come.
pub(crate) fn begin(state: &mut State) -> Vec<Effect> {
    if state.screen.lent {
        return Vec::new();
    }
    state.screen.lent = true;
    let compose = &mut state.conversations.open_mut().compose;
    compose.completion = None;
    let text = compose.editor.text().to_owned();
    compose.outside = Some(text.clone());
    vec![Effect::EditOutside(text)]
}

/// The editor has ended.
pub(crate) fn edited(state: &mut State, edited: Result<String, String>) -> Vec<Effect> {
    state.screen.dirty = true;
    state.screen.lent = false;
    let away = state.conversations.iter_mut().find(|talk| talk.compose.outside.is_some());
    let from = away.map(|talk| talk.address.clone());
    let compose =
        from.and_then(|from| state.conversations.get_mut(&from)).map(|talk| &mut talk.compose);
    let given = compose.and_then(|compose| Some((compose.outside.take()?, compose)));
    let text = match edited {
        Ok(text) => paste::cleaned(&text),
        Err(words) => {
            state.tip = Tip::Wrong(words);
            return Vec::new();
        }
    };
    match given {
        Some((before, compose)) => {
            if take_back(compose, &before, &text) {
                let words = "↑ recalls what came into the input meanwhile";
                state.tip = Tip::Told(words.to_owned());
            }
        }
        None => keep(state, &text),
    }
    Vec::new()
}

/// Puts the edited text in the place of the one that was given out; `true` when something else has
/// come there meanwhile, which can then be recalled.
fn take_back(compose: &mut Compose, before: &str, text: &str) -> bool {
    let there = compose.editor.text().to_owned();
    if text == there {
        return false;
    }
    let other = !there.is_empty() && there != before;
    if other {
        compose.keep(&there);
    }
    compose.editor.set(text);
    other
}

/// The conversation is gone. Where the text would go from here is another place, so it is only
/// kept to be recalled.
fn keep(state: &mut State, text: &str) {
    state.conversations.open_mut().compose.keep(text);
    let words = "the conversation was closed meanwhile: ↑ recalls what you wrote";
    state.tip = Tip::Told(words.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::tests::state;

    #[test]
    fn nothing_is_overwritten_by_what_comes_back() {
        let check = |meanwhile: &str, back: &str, input: &str, recalled: Option<&str>| {
            let mut state = state();
            state.conversations.open_mut().compose.editor.set("draft");
            assert_eq!(begin(&mut state), [Effect::EditOutside("draft".to_owned())]);
            state.conversations.open_mut().compose.editor.set(meanwhile);
            assert!(edited(&mut state, Ok(back.to_owned())).is_empty());
            let compose = &mut state.conversations.open_mut().compose;
            assert_eq!(compose.editor.text(), input, "{meanwhile}, {back}");
            let older = compose.recall_older().then(|| compose.editor.text().to_owned());
            assert_eq!(older.as_deref(), recalled, "{meanwhile}, {back}");
        };
        check("draft", "edited", "edited", None);
        check("draft", "draft", "draft", None);
        check("", "edited", "edited", None);
        check("refused", "edited", "edited", Some("refused"));
        check("refused", "draft", "draft", Some("refused"));
        check("refused", "refused", "refused", None);
    }

    #[test]
    fn one_editor_has_the_terminal_at_a_time() {
        let mut state = state();
        assert_eq!(begin(&mut state).len(), 1);
        assert!(begin(&mut state).is_empty());
        edited(&mut state, Err("no editor".to_owned()));
        assert_eq!(begin(&mut state).len(), 1);
    }
}
