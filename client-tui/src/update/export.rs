//! How it goes with a conversation that is being written to a file.

use crate::effect::Effect;
use crate::export::News;
use crate::state::State;
use crate::state::tip::Tip;
use crate::words;

pub(crate) fn news(state: &mut State, news: News) -> Vec<Effect> {
    let Some(export) = state.me.export.as_mut() else { return Vec::new() };
    state.screen.dirty = true;
    let title = export.title.clone();
    state.tip = match news {
        News::Written(written, all) => {
            export.written = Some((written, all));
            return Vec::new();
        }
        News::Done { path, messages } => {
            let count = usize::try_from(messages).unwrap_or(usize::MAX);
            let path = chat_protocol::text::one_line(&path.display().to_string());
            let messages = words::counted(count, "message");
            // Where a server keeps nothing, what was seen is all there is.
            let whole = match state.link.dialect().can(crate::dialect::Ability::History) {
                true => "",
                false => " (what came since you did: the server keeps none)",
            };
            Tip::Told(format!("{messages} of {title} are in {path}{whole}"))
        }
        News::Stopped => Tip::Told(format!("{title} was not exported: there is no file")),
        News::Failed(why) => Tip::Wrong(format!("{title} was not exported: {why}")),
    };
    state.me.export = None;
    Vec::new()
}

/// Stops, and takes back what was written.
pub(crate) fn stop(state: &mut State) -> Vec<Effect> {
    let Some(export) = state.me.export.as_mut() else { return Vec::new() };
    state.screen.dirty = true;
    match std::mem::replace(&mut export.stopping, true) {
        true => Vec::new(),
        false => vec![Effect::StopExport],
    }
}
