//! `/export`: this conversation, whole, to a file.

use chat_protocol::{Conversation, Message};

use super::{Outcome, online};
use crate::dialect::Ability;
use crate::effect::Effect;
use crate::event::Moment;
use crate::export::{Form, Order, Source};
use crate::state::State;
use crate::state::conversations::Talk;
use crate::state::entry::Body;
use crate::state::export::Export;

/// Begins to write the open conversation.
pub(super) fn export(state: &mut State, _now: Moment, file: &str) -> Outcome {
    if let Some(export) = &state.me.export {
        return Err(format!("{} is being exported still: Esc stops that", export.title));
    }
    let file = unquoted(file);
    let form = if file.is_empty() { Form::Markdown } else { Form::of(file)? };
    let talk = state.conversations.open();
    let source = match &state.link.target {
        Some(target) if state.link.dialect().can(Ability::History) => {
            online(state)?;
            if matches!(talk.address, Conversation::Room(_)) && !talk.member {
                return Err("you are not in this room: /join it first".to_owned());
            }
            Source::Server(target.clone())
        }
        _ => Source::Seen(seen(talk)),
    };
    let order = Order {
        room: talk.address.clone(),
        source,
        server: state.link.session.as_ref().map_or_else(String::new, |it| it.server.clone()),
        file: Some(file.to_owned()).filter(|file| !file.is_empty()),
        form,
        without: state.me.people.ignored().cloned().collect(),
        zone: state.looks.zone.clone(),
    };
    state.me.export = Some(Export { title: talk.title(), written: None, stopping: false });
    Ok(vec![Effect::Export(Box::new(order))])
}

/// A name without the quotes that people put around blanks.
fn unquoted(name: &str) -> &str {
    let within = |quote: char| name.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(name)
}

/// What was said and is still known, where nobody keeps more. What is on its way was not said yet.
fn seen(talk: &Talk) -> Vec<Message> {
    let said = talk.scrollback.entries().filter_map(|entry| match &entry.body {
        Body::Said { from, text, trouble: None } if !entry.key.is_unsent() => Some(Message {
            seq: entry.key.seq,
            from: from.clone(),
            at: entry.at,
            text: text.clone(),
        }),
        _ => None,
    });
    said.collect()
}
