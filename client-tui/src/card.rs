//! Who somebody is, as a card to be read.

use chat_protocol::event::Whois;

use crate::cells;
use crate::sheet::{Row, Sheet};
use crate::state::State;

/// Columns of the card, its border included.
const WIDTH: u16 = 58;

/// Columns of what each row is about.
const LEFT: usize = 9;

/// Columns of a name in the title.
const NAME: usize = 24;

pub(crate) fn of(state: &State, whois: &Whois) -> Sheet {
    let own = state.link.name().is_some_and(|own| own.key() == whois.name.key());
    let title = cells::fit(whois.name.as_str(), NAME);
    let mut sheet = Sheet::single(title, state, WIDTH, LEFT, &facts(state, whois, own));
    sheet.advice = vec![match own {
        true => "/profile name, id, github changes it".to_owned(),
        false => format!("/msg {} talks to them", whois.name),
    }];
    sheet
}

/// What is known, each under its heading; what is not is left out.
fn facts(state: &State, whois: &Whois, own: bool) -> Vec<Row> {
    let profile = &whois.profile;
    let is_here = match (whois.here, whois.away.as_str()) {
        (false, _) => "not connected: what you write waits for them".to_owned(),
        (true, "") => "here".to_owned(),
        (true, away) => format!("away: {away}"),
    };
    let rooms: Vec<String> = whois.rooms.iter().map(|room| format!("#{room}")).collect();
    let facts = [
        ("Is", is_here),
        ("Name", profile.full_name.to_string()),
        ("Id", profile.student_id.to_string()),
        ("GitHub", profile.github.to_string()),
        ("Also", kinds(state, whois).join(", ")),
        ("Rooms", rooms.join(" ")),
    ];
    let told = facts.into_iter().filter(|(_, words)| !words.is_empty());
    let mut rows: Vec<Row> =
        told.map(|(label, words)| Row::Line(label.to_owned(), words)).collect();
    if profile.is_empty() && own {
        rows.push(Row::Words("You tell nothing more of yourself.".to_owned()));
    }
    rows
}

/// What marks and the dialect say, in words.
fn kinds(state: &State, whois: &Whois) -> Vec<String> {
    let mut kinds = Vec::new();
    if whois.marks.host {
        kinds.push("hosts this server".to_owned());
    }
    kinds.extend(whois.via.as_ref().map(|via| format!("came by {via}")));
    if whois.marks.guest {
        kinds.push("a guest: the name is free when they leave".to_owned());
    }
    if whois.marks.visit {
        kinds.push("visits by a script".to_owned());
    }
    if state.me.people.ignores(&whois.name) {
        kinds.push("ignored by you".to_owned());
    }
    kinds
}
