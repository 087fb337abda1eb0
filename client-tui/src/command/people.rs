//! The commands about people: who they are, what one tells of oneself, who is ignored or away, and
//! which rooms they are in.

use chat_protocol::{Line, Nick, Profile, Request, limit};

use super::{Outcome, online, told};
use crate::dialect::Dialect;
use crate::effect::Effect;
use crate::event::Moment;
use crate::people::Change;
use crate::state::State;
use crate::state::entry::Tone;
use crate::state::roster::Member;
use crate::update;

/// What stands for nothing in `/profile`.
const NOTHING: &str = "-";

/// Names that `/names` spells out.
const NAMES_MOST: usize = 200;

pub(super) fn whois(state: &mut State, _now: Moment, name: &str) -> Outcome {
    if name.is_empty() {
        return Err("who? /whois bob".to_owned());
    }
    let name = nick(name)?;
    online(state)?;
    Ok(vec![ask(state, name)])
}

fn ask(state: &mut State, name: Nick) -> Effect {
    state.me.asked = Some(name.clone());
    Effect::Send(Request::Whois { name })
}

/// A name as people write it, with its sign or without.
fn nick(raw: &str) -> Result<Nick, String> {
    Nick::new(raw.trim_start_matches('@')).map_err(|error| error.to_string())
}

/// Shows what others see of oneself, or changes a field of it.
pub(super) fn profile(state: &mut State, _now: Moment, words: &str) -> Outcome {
    let own = state.link.name().cloned().ok_or("join a server first")?;
    let native = state.link.dialect() == Dialect::Native;
    if words.is_empty() && !native {
        let words = told_of(&state.me.profile(&own));
        return told(state, words);
    }
    if words.is_empty() {
        online(state)?;
        return Ok(vec![ask(state, own)]);
    }
    let (field, value) = words.split_once(' ').unwrap_or((words, ""));
    let mut profile = state.me.profile(&own);
    let line = field_of(&mut profile, field)
        .ok_or_else(|| format!("there is no ‘{field}’: it is name, id or github"))?;
    *line = match value.trim() {
        "" => return Err(format!("which {field}? /profile {field} … (or - for none)")),
        NOTHING => Line::default(),
        value => Line::new(value, limit::FIELD_BYTES).map_err(|error| error.to_string())?,
    };
    let change = Change::Profile(own.clone(), profile.clone());
    state.me.people.apply(&change);
    let keep = Effect::KeepPeople(change);
    if !state.link.is_live() || !native {
        let words = if native {
            "kept: told when the link is up"
        } else {
            "kept: sent when you connect next"
        };
        state.tip = crate::state::tip::Tip::Told(words.to_owned());
        return Ok(vec![keep]);
    }
    state.me.asked = Some(own);
    Ok(vec![keep, Effect::Send(Request::Profile(profile))])
}

/// What one tells of oneself, in a line.
fn told_of(profile: &Profile) -> String {
    let Profile { full_name, student_id, github } = profile;
    let fields = [("name", full_name), ("id", student_id), ("github", github)];
    let fields = fields.map(|(field, value)| match value.as_str() {
        "" => format!("no {field}"),
        value => format!("{field} {value}"),
    });
    format!("your profile: {}", fields.join(", "))
}

fn field_of<'a>(profile: &'a mut Profile, field: &str) -> Option<&'a mut Line> {
    match field.to_lowercase().as_str() {
        "name" | "full_name" | "fullname" => Some(&mut profile.full_name),
        "id" | "student_id" | "student" => Some(&mut profile.student_id),
        "github" | "git" => Some(&mut profile.github),
        _ => None,
    }
}

pub(super) fn ignore(state: &mut State, _now: Moment, name: &str) -> Outcome {
    if name.is_empty() {
        let ignored: Vec<&str> = state.me.people.ignored().map(Nick::as_str).collect();
        let words = match ignored.is_empty() {
            true => "you ignore nobody: /ignore and a name hides what they write".to_owned(),
            false => format!("you ignore {}", ignored.join(", ")),
        };
        return told(state, words);
    }
    let name = nick(name)?;
    if state.link.name().is_some_and(|own| own.key() == name.key()) {
        return Err("this is you".to_owned());
    }
    change(state, Change::Ignore(name.clone()), format!("you ignore {name} already"))?;
    told(state, format!("ignored: /unignore {name} brings them back"))
        .map(|_| vec![Effect::KeepPeople(Change::Ignore(name))])
}

pub(super) fn unignore(state: &mut State, _now: Moment, name: &str) -> Outcome {
    if name.is_empty() {
        return Err("whom? /unignore bob".to_owned());
    }
    let name = nick(name)?;
    change(state, Change::Unignore(name.clone()), format!("you do not ignore {name}"))?;
    told(state, format!("heard again: {name}"))
        .map(|_| vec![Effect::KeepPeople(Change::Unignore(name))])
}

/// Changes who is ignored, and what is shown by that.
fn change(state: &mut State, change: Change, otherwise: String) -> Result<(), String> {
    if !state.me.people.apply(&change) {
        return Err(otherwise);
    }
    update::people::hide_everywhere(state);
    Ok(())
}

pub(super) fn away(state: &mut State, _now: Moment, text: &str) -> Outcome {
    let text = if text.is_empty() { "away" } else { text };
    let text = Line::new(text, limit::AWAY_BYTES).map_err(|error| error.to_string())?;
    online(state)?;
    state.me.away.say(text.clone());
    Ok(vec![Effect::Send(Request::Away { text })])
}

pub(super) fn back(state: &mut State, _now: Moment, _: &str) -> Outcome {
    online(state)?;
    if !state.me.away.is() {
        return told(state, "you were not away".to_owned());
    }
    state.me.away.say(Line::default());
    Ok(vec![Effect::Send(Request::Away { text: Line::default() })])
}

pub(super) fn rooms(state: &mut State, _now: Moment, _: &str) -> Outcome {
    online(state)?;
    Ok(update::picker::open_rooms(state))
}

pub(super) fn names(state: &mut State, now: Moment, _: &str) -> Outcome {
    let talk = state.conversations.open_mut();
    if !talk.is_room() {
        return Err("this conversation is between the two of you".to_owned());
    }
    let names: Vec<String> =
        talk.roster.by_standing().into_iter().take(NAMES_MOST).map(named).collect();
    let words = match (talk.roster.count(), names.len()) {
        (0, _) => "Nobody is known to be here yet".to_owned(),
        (count, known) if count > known => {
            format!("{count} here: {} and {} more", names.join(", "), count - known)
        }
        (count, _) => format!("{count} here: {}", names.join(", ")),
    };
    talk.scrollback.notice(now.unix_ms, Tone::Quiet, words);
    Ok(Vec::new())
}

/// A name, and in words what lists tell by signs.
fn named(member: &Member) -> String {
    let marks = member.marks;
    let guest = marks.guest && member.via.is_none();
    let words =
        [(marks.host, "host"), (guest, "guest"), (marks.away, "away"), (marks.visit, "visit")];
    let words = words.into_iter().filter(|(has, _)| *has).map(|(_, word)| word.to_owned());
    let via = member.via.as_ref().map(|via| format!("by {via}"));
    let words: Vec<String> = via.into_iter().chain(words).collect();
    match words.is_empty() {
        true => member.name.to_string(),
        false => format!("{} ({})", member.name, words.join(", ")),
    }
}
