//! The mouse: what a click does, and what dragging selects. What stands where is the view's to say.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{clipboard, complete, find, overlays, picker, reading, results, scroll};
use crate::command;
use crate::effect::Effect;
use crate::event::Moment;
use crate::settings::Switch;
use crate::state::overlay::Overlay;
use crate::state::pointer::{Cell, PULL_EVERY, Pane, Press, Pull, Target};
use crate::state::screen::Sight;
use crate::state::selection::{Point, Unit};
use crate::state::tip::Tip;
use crate::state::{Stage, State};
use crate::view::hit;

/// Rows by which the messages scroll at most, each time, while the mouse is held beyond them.
const PULL_MOST: u16 = 4;

/// Whether the terminal has to be asked anew for the mouse, or to keep it.
pub(crate) fn switch(state: &mut State) -> Option<Effect> {
    let wanted = state.me.habits.settings.is_on(Switch::Mouse) && state.screen.sight != Sight::Bare;
    let pointer = &mut state.screen.pointer;
    if pointer.is_told == wanted {
        return None;
    }
    pointer.is_told = wanted;
    // Nobody tells how what was begun ends.
    let_go(state);
    Some(Effect::Mouse(wanted))
}

pub(crate) fn mouse(state: &mut State, now: Moment, mouse: &MouseEvent) -> Vec<Effect> {
    // What was on its way when the mouse was switched off comes to nothing.
    if !state.screen.pointer.is_told {
        return Vec::new();
    }
    let cell = (mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::ScrollUp => wheel(state, now, cell, true),
        MouseEventKind::ScrollDown => wheel(state, now, cell, false),
        MouseEventKind::Down(MouseButton::Left) => press(state, now, cell),
        MouseEventKind::Drag(MouseButton::Left) => drag(state, now, cell),
        MouseEventKind::Up(MouseButton::Left) => return release(state, now),
        _ => {}
    }
    Vec::new()
}

/// The mouse is held beyond the messages: they scroll on by themselves.
pub(crate) fn woke(state: &mut State, now: Moment) {
    if let Some(pull) = state.screen.pointer.pull.filter(|pull| pull.due <= now.up) {
        self::pull(state, now, pull);
    }
}

fn wheel(state: &mut State, now: Moment, cell: Cell, up: bool) {
    scroll::wheel(state, now, cell, up);
    let dragged = state.screen.pointer.press.as_ref().is_some_and(|press| press.dragged);
    if dragged && let Some(point) = hit::point(state, cell) {
        state.conversations.open_mut().scrollback.select_to(&point);
    }
}

fn press(state: &mut State, now: Moment, cell: Cell) {
    let_go(state);
    let count = state.screen.pointer.count(now.up, cell);
    let target = target(state, cell, count);
    let point = selectable(state, cell);
    state.screen.pointer.pressed.clone_from(&target);
    let scrollback = &mut state.conversations.open_mut().scrollback;
    state.screen.dirty |= scrollback.unselect();
    let press = Press { cell, target, point, count, dragged: false };
    if let Some(point) = press.point.as_ref().filter(|_| press.unit() != Unit::Grapheme) {
        scrollback.select(point, press.unit());
        state.screen.dirty = true;
    }
    state.screen.pointer.press = Some(press);
}

/// What a press is meant for. The card that the first one brought about may lie on what the second
/// one is for: it goes away.
fn target(state: &mut State, cell: Cell, count: u8) -> Option<Target> {
    let before = state.screen.pointer.pressed.clone();
    let person = before.filter(|before| count == 2 && matches!(before, Target::Person(_)));
    let card = matches!(state.overlays.last(), Some(Overlay::Whois { .. }));
    if person.is_some() && card {
        state.overlays.pop();
        state.screen.dirty = true;
    }
    person.or_else(|| hit::under(state, cell))
}

/// Where in what was said something begins to be selected from a cell.
fn selectable(state: &State, cell: Cell) -> Option<Point> {
    let chat = state.stage == Stage::Chat && state.overlays.is_empty();
    let rows = hit::rows(state).filter(|rows| chat && rows.contains(&cell.1))?;
    let is_there = hit::pane(state, cell) == Pane::Messages && !rows.is_empty();
    let offered = matches!(hit::under(state, cell), Some(Target::Completion(_)));
    hit::point(state, cell).filter(|_| is_there && !offered)
}

fn drag(state: &mut State, now: Moment, cell: Cell) {
    let Some(press) = &mut state.screen.pointer.press else { return };
    if !press.dragged && press.cell == cell {
        return;
    }
    // Whatever it was pressed on, this is no click any more.
    let begins = !std::mem::replace(&mut press.dragged, true);
    let (Some(point), unit) = (press.point.clone(), press.unit()) else { return };
    state.screen.dirty = true;
    if begins {
        let zone = state.looks.zone.clone();
        let scrollback = &mut state.conversations.open_mut().scrollback;
        scrollback.select(&point, unit);
        scrollback.hold(&zone);
    }
    let Some(rows) = hit::rows(state) else { return };
    let beyond = if cell.1 < rows.start {
        Some((true, rows.start - cell.1))
    } else {
        cell.1.checked_sub(rows.end).map(|below| (false, below + 1))
    };
    match beyond {
        Some((up, by)) => {
            let rows = usize::from(by.min(PULL_MOST));
            // What scrolls already goes on at its own pace, however the mouse moves there.
            let due = state.screen.pointer.pull.map_or(now.up, |pull| pull.due);
            let pull = Pull { up, rows, cell, due };
            state.screen.pointer.pull = Some(pull);
            if due <= now.up {
                self::pull(state, now, pull);
            }
        }
        None => {
            state.screen.pointer.pull = None;
            select_to(state, cell);
        }
    }
}

/// Scrolls once, and selects to the edge; nothing is left to be done at the end.
fn pull(state: &mut State, now: Moment, pull: Pull) {
    let top = |state: &State| {
        let page = state.conversations.open().scrollback.page();
        page.first().copied()
    };
    let before = top(state);
    scroll::rows(state, pull.rows, pull.up);
    select_to(state, pull.cell);
    state.screen.dirty = true;
    let due = now.up.saturating_add(PULL_EVERY);
    let goes_on = top(state) != before;
    state.screen.pointer.pull = goes_on.then_some(Pull { due, ..pull });
}

fn select_to(state: &mut State, cell: Cell) {
    if let Some(point) = hit::point(state, cell) {
        state.conversations.open_mut().scrollback.select_to(&point);
    }
}

fn release(state: &mut State, now: Moment) -> Vec<Effect> {
    let Some(press) = state.screen.pointer.press.clone() else { return Vec::new() };
    let_go(state);
    if press.dragged || press.unit() != Unit::Grapheme && press.point.is_some() {
        return copy(state);
    }
    let Some(target) = press.target else { return Vec::new() };
    state.screen.dirty = true;
    // As after a key: what was said to the last one is over.
    if state.tip != Tip::Keys {
        state.tip = Tip::None;
    }
    click(state, now, target, press.count)
}

/// No button is held any more, and what was held still for it goes on.
fn let_go(state: &mut State) {
    let held = state.screen.pointer.press.take().is_some_and(|press| press.dragged);
    state.screen.pointer.pull = None;
    if held {
        state.conversations.open_mut().scrollback.let_go();
        state.screen.dirty = true;
    }
}

/// Copies what was selected.
fn copy(state: &mut State) -> Vec<Effect> {
    match state.conversations.open().scrollback.selected_text() {
        Some(text) => {
            state.screen.dirty = true;
            clipboard::copy(state, text, "")
        }
        None => Vec::new(),
    }
}

fn click(state: &mut State, now: Moment, target: Target, count: u8) -> Vec<Effect> {
    let zone = state.looks.zone.clone();
    match target {
        Target::Talk(index) => {
            find::cancel(state);
            state.conversations.go_to_index(index);
        }
        Target::Person(name) => return person(state, now, name.as_str(), count),
        Target::Link(url) => return reading::open_url(state, url),
        Target::Fold(key) => state.conversations.open_mut().scrollback.unfold(key, &zone),
        Target::Newest => state.conversations.open_mut().scrollback.go_to_bottom(),
        Target::Unread => drop(state.conversations.open_mut().scrollback.go_to_unread(&zone)),
        Target::Input(at) => {
            let compose = &mut state.conversations.open_mut().compose;
            compose.completion = None;
            match &mut compose.find {
                Some(find) => find.editor.go(at),
                // Of what was sent before, there is nothing to be changed yet.
                None if compose.search.is_some() => {}
                None => compose.editor.go(at),
            }
        }
        Target::Completion(index) => complete::take(state, index),
        Target::Choice(address) => return picker::take(state, &address),
        Target::Hit(index) => return results::take(state, now, index),
        Target::Inside => {}
        Target::Outside => return close(state, now),
    }
    Vec::new()
}

/// Once shows who somebody is, twice opens the conversation with them.
fn person(state: &mut State, now: Moment, name: &str, count: u8) -> Vec<Effect> {
    let line = match count {
        2 => {
            // Their card, which the first click has asked for, is not wanted any more.
            state.me.asked = None;
            format!("msg \"{name}\"")
        }
        _ => format!("whois {name}"),
    };
    command::run(state, now, &line).unwrap_or_else(|words| {
        state.tip = Tip::Wrong(words);
        Vec::new()
    })
}

/// What Esc would close is closed.
fn close(state: &mut State, now: Moment) -> Vec<Effect> {
    let key = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
    match overlays::key(state, now, &key) {
        overlays::Outcome::Done(effects) => effects,
        overlays::Outcome::Passed => Vec::new(),
    }
}
