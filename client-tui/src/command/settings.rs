//! `/set`: what is switched on and off.

use super::{Outcome, told};
use crate::config::keep::Choice;
use crate::effect::Effect;
use crate::event::Moment;
use crate::settings::{self, SETTINGS, Setting, Switch};
use crate::sheet::{Row, Sheet};
use crate::state::State;
use crate::state::overlay::Overlay;

/// Lists everything, says what one thing is, or switches it.
pub(super) fn set(state: &mut State, _now: Moment, arguments: &str) -> Outcome {
    let (name, value) = arguments.split_once([' ', '=']).unwrap_or((arguments, ""));
    if name.is_empty() {
        state.overlays.push(Overlay::Settings { scroll: 0 });
        return Ok(Vec::new());
    }
    let setting = settings::find(name).ok_or_else(|| unknown(name))?;
    let value = value.trim_matches(|c: char| c == '=' || c.is_whitespace());
    if value.is_empty() {
        let words = describe(setting, state);
        return told(state, words);
    }
    let on =
        settings::is_on(value).ok_or_else(|| format!("on or off? /set {} on", setting.name))?;
    state.me.habits.settings.set(setting.switch, on);
    let words = describe(setting, state);
    told(state, words).map(|_| vec![Effect::KeepChoice(Choice::Switch(setting.switch, on))])
}

/// Switches whether one may be disturbed, back and forth or as it is said.
pub(super) fn dnd(state: &mut State, _now: Moment, value: &str) -> Outcome {
    let on = match value {
        "" => !state.me.habits.settings.is_on(Switch::Quiet),
        _ => settings::is_on(value).ok_or("on or off? /dnd on")?,
    };
    state.me.habits.settings.set(Switch::Quiet, on);
    let words = match on {
        true => "nothing rings now, and nothing is shown outside (/dnd off)",
        false => "who calls you may disturb you again",
    };
    told(state, words.to_owned())
}

fn describe(setting: &Setting, state: &State) -> String {
    let Setting { name, help, .. } = setting;
    let on = state.me.habits.settings.is_on(setting.switch);
    let (on, other) = if on { ("on", "off") } else { ("off", "on") };
    format!("{name} is {on} ({help}); /set {name} {other}")
}

fn unknown(name: &str) -> String {
    let names = SETTINGS.iter().map(|setting| setting.name);
    match crate::nearest::nearest(name, names) {
        Some(known) => format!("there is no setting ‘{name}’: did you mean /set {known}?"),
        None => format!("there is no setting ‘{name}’: /set lists them"),
    }
}

/// Columns of the sheet, its border included, and of the settings' names.
const WIDTH: u16 = 66;
const NAMES: usize = 16;

/// All settings, as they are now.
pub(crate) fn sheet(state: &State) -> Sheet {
    let rows = SETTINGS.iter().map(|setting| {
        let on = if state.me.habits.settings.is_on(setting.switch) { "on" } else { "off" };
        Row::Line(format!("{:10} {on}", setting.name), setting.help.to_owned())
    });
    let rows: Vec<Row> = rows.collect();
    let mut sheet = Sheet::single("Settings".to_owned(), state, WIDTH, NAMES, &rows);
    sheet.advice = vec!["/set bell off switches one".to_owned()];
    sheet
}

/// Columns of the sheet of mistakes: its lines are shown as they are.
const WIDE: u16 = 90;

/// What is wrong with the configuration.
pub(crate) fn mistakes(state: &State) -> Sheet {
    // What is wrong stands out from the line that it is wrong in.
    let row = |line: &String| match line.starts_with(' ') {
        true => Row::Words(line.clone()),
        false => Row::Strong(line.clone()),
    };
    let rows: Vec<Row> = state.me.habits.mistakes.iter().map(row).collect();
    let mut sheet = Sheet::single("Configuration".to_owned(), state, WIDE, 0, &rows);
    sheet.advice = vec!["chat-tui --print-config shows one that is right".to_owned()];
    sheet
}
