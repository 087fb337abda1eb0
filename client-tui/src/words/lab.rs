//! What people read about a lab's server: what its dialect has, and what it has not.

use chat_protocol::{Lab, Nick};

use crate::dialect::{Ability, Dialect};
use crate::state::State;

/// What to know on arriving.
pub(crate) fn arrival(lab: Lab, name: &Nick) -> String {
    let sent = match lab {
        Lab::Line => "Sent your name".to_owned(),
        Lab::Comma => format!("Sent register,{name}. /msg and a name says hi"),
        Lab::Pickle => "Sent your profile as a pickled dict, /profile fills it in".to_owned(),
        Lab::Raw => "What comes is shown as it is".to_owned(),
    };
    format!("{sent}. → means sent, not acknowledged")
}

/// How the link is called while it stands, in many words and in few.
pub(crate) fn linked(state: &State, lab: Lab) -> Vec<String> {
    let acked = state.link.session.as_ref().is_some_and(|session| session.lab.acked);
    let waits = lab == Lab::Comma && !acked;
    let long = waits.then(|| format!("● linked · {lab} · not acknowledged yet"));
    let rest = [format!("● linked · {lab}"), format!("● {lab}")];
    long.into_iter().chain(rest).collect()
}

/// How many people are here, as far as the dialect tells.
pub(crate) fn here(state: &State, count: usize) -> Option<String> {
    let dialect = state.link.dialect();
    if !dialect.can(Ability::Members) {
        return None;
    }
    match (dialect, count) {
        (Dialect::Lab(Lab::Line), 0 | 1) => Some("nobody else seen".to_owned()),
        (Dialect::Lab(Lab::Line), count) => Some(format!("{count} seen")),
        (Dialect::Lab(_), 0) => None,
        (_, 1) => Some("only you here".to_owned()),
        (_, count) => Some(format!("{count} here")),
    }
}

/// The same above a list of them.
pub(crate) fn listed(dialect: Dialect, count: usize) -> String {
    match (dialect, count) {
        (Dialect::Native, 0) => "Nobody known yet".to_owned(),
        (Dialect::Lab(_), 0) => "No list yet".to_owned(),
        (_, 1) => "Only you".to_owned(),
        (Dialect::Lab(Lab::Line), count) => format!("{count} seen"),
        (_, count) => format!("{count} people"),
    }
}

/// What a dialect has not, for the help.
pub(crate) fn context(lab: Lab) -> String {
    let all = [
        (Ability::Say, "messages to all"),
        (Ability::Tell, "messages to one person"),
        (Ability::Acknowledge, "acknowledgements"),
        (Ability::History, "history"),
        (Ability::Rooms, "rooms"),
        (Ability::Members, "list of people"),
    ];
    let lacking = all.into_iter().filter(|(ability, _)| !Dialect::Lab(lab).can(*ability));
    let lacking: Vec<&str> = lacking.map(|(_, noun)| noun).collect();
    let (last, others) = lacking.split_last().unwrap_or((&"words", &[]));
    format!("The {lab} dialect is spoken here. It has no {} or {last}.", others.join(", "))
}

/// What stands where nothing was said yet: where one is, and what to do there.
pub(crate) fn empty(lab: Lab, with: Option<&str>) -> (String, String) {
    let (says, advises) = match (lab, with) {
        (Lab::Comma, Some(name)) => {
            let advice = "Whatever you type, Enter sends chat: the server says hi for you.";
            return (format!("You and {name} have not said hi yet."), advice.to_owned());
        }
        (Lab::Comma, None) => {
            ("Nobody has said hi yet.", "/msg and a name of the list says hi to them.")
        }
        (Lab::Line, _) => ("Nobody has spoken since you came.", "Type and press Enter."),
        (Lab::Pickle, _) => {
            ("Nothing was said since you came.", "What you type is sent as a pickled string.")
        }
        (Lab::Raw, _) => {
            ("Nothing was said since you came.", "A line that you type is sent as it is.")
        }
    };
    (says.to_owned(), advises.to_owned())
}
