//! Keys: to the overlay on top, else to the screen that is shown.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::{
    bare, complete, compose, connect, export, find, outside, overlays, panes, picker, reading,
    recall, scroll, start, wall,
};
use crate::command;
use crate::effect::Effect;
use crate::event::Moment;
use crate::keymap::{self, Action, Edit};
use crate::state::overlay::Overlay;
use crate::state::screen::Sight;
use crate::state::tip::Tip;
use crate::state::{Stage, State};

pub(crate) fn key(state: &mut State, now: Moment, key: &KeyEvent) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    state.screen.dirty = true;
    let action = keymap::action(key);
    if action == Some(Action::Redraw) {
        return vec![Effect::Redraw];
    }
    if !state.overlays.is_empty() {
        return match overlays::key(state, now, key) {
            overlays::Outcome::Done(effects) => effects,
            // What was typed closed it, and goes to what was below.
            overlays::Outcome::Passed => self::key(state, now, key),
        };
    }
    match state.stage {
        Stage::Start(_) => start::key(state, key),
        Stage::Connecting(_) => connecting_key(state, key),
        Stage::Chat if state.screen.sight == Sight::Bare => {
            bare::key(state, key).unwrap_or_else(|| chat_key(state, now, key))
        }
        Stage::Chat => chat_key(state, now, key),
    }
}

/// Leaves the program; asks first when something would be lost.
pub(crate) fn quit(state: &mut State) -> Vec<Effect> {
    if state.stakes().is_empty() {
        return vec![Effect::Send(chat_protocol::Request::Bye), Effect::Quit];
    }
    state.tip = Tip::None;
    state.overlays.push(Overlay::Leave);
    Vec::new()
}

/// Ctrl-C on nothing: once asks, twice quits.
pub(crate) fn interrupt(state: &mut State) -> Vec<Effect> {
    if state.tip == Tip::Quit {
        return quit(state);
    }
    state.tip = Tip::Quit;
    Vec::new()
}

fn connecting_key(state: &mut State, key: &KeyEvent) -> Vec<Effect> {
    match keymap::action(key) {
        Some(Action::Interrupt) => return interrupt(state),
        Some(Action::Escape) => return connect::back_to_start(state),
        Some(Action::Help) => state.overlays.push(Overlay::Help { scroll: 0 }),
        Some(Action::Send) => return connect::retry(state),
        None if matches!(keymap::typed(key), Some('r' | 'R')) => return connect::retry(state),
        _ => {}
    }
    state.tip = Tip::Keys;
    Vec::new()
}

fn chat_key(state: &mut State, now: Moment, key: &KeyEvent) -> Vec<Effect> {
    let tip = state.tip.clone();
    forget_tip(state);
    if wall::is_shown(state) && wall::takes(state, key) {
        return Vec::new();
    }
    if state.conversations.open().compose.find.is_some() && find::key(state, now, key) {
        return Vec::new();
    }
    if state.conversations.open().compose.search.is_some() && recall::key(state, key) {
        return Vec::new();
    }
    let (typed, action) = (keymap::typed(key), keymap::action(key));
    if std::mem::take(&mut state.conversations.open_mut().compose.prefixed)
        && action == Some(Action::Edit(Edit::End))
    {
        return outside::begin(state);
    }
    if let Some(c) = typed {
        insert(state, c.encode_utf8(&mut [0; 4]));
        return Vec::new();
    }
    let Some(action) = action else { return Vec::new() };
    reading::forget_mark(state, action);
    match action {
        Action::Complete => complete::step(state, true),
        Action::CompleteBack => complete::step(state, false),
        // There is nothing to kill: the key's other meaning.
        Action::Edit(Edit::KillToEnd) if is_empty(state) => picker::open(state),
        Action::Edit(edit) => {
            state.conversations.edit(edit);
            complete::refresh(state);
        }
        Action::Escape if complete::close(state) => {}
        action => {
            state.conversations.open_mut().compose.completion = None;
            return match action {
                Action::Interrupt if tip == Tip::Quit && is_empty(state) => {
                    state.tip = tip;
                    interrupt(state)
                }
                // Nothing is sent that nobody can see.
                Action::Send if state.screen.is_too_small() => Vec::new(),
                Action::Send => compose::send(state, now),
                action => chat_action(state, action),
            };
        }
    }
    Vec::new()
}

/// What was said to the last key is over.
pub(super) fn forget_tip(state: &mut State) {
    if state.tip != Tip::Keys {
        state.tip = Tip::None;
    }
}

/// Puts characters where the cursor is, each as if it came alone: they are undone word by word,
/// however fast they came.
pub(super) fn insert(state: &mut State, typed: &str) {
    let editor = &mut state.conversations.open_mut().compose.editor;
    if !editor.type_in(typed) {
        state.tip = Tip::Wrong("the text is as long as it can be".to_owned());
    }
    complete::refresh(state);
}

/// Whether nothing is being typed.
fn is_empty(state: &State) -> bool {
    state.conversations.open().compose.editor.is_empty()
}

fn chat_action(state: &mut State, action: Action) -> Vec<Effect> {
    let zone = state.looks.zone.clone();
    let talk = state.conversations.open_mut();
    if matches!(action, Action::Top | Action::Retry) {
        talk.scrollback.want_older();
    }
    match action {
        Action::NewLine => {
            talk.compose.editor.insert("\n");
        }
        Action::SearchHistory => recall::begin(state),
        Action::Find => find::begin(state),
        Action::EditOutside => return outside::begin(state),
        Action::OutsidePrefix => talk.compose.prefixed = true,
        Action::Up => climb(state, false),
        Action::Down => climb(state, true),
        Action::PageUp => scroll::page(state, true),
        Action::PageDown => scroll::page(state, false),
        Action::Top => talk.scrollback.scroll_to_top(&zone),
        Action::Bottom => talk.scrollback.go_to_bottom(),
        Action::NextTalk => state.conversations.step(true),
        Action::PreviousTalk => state.conversations.step(false),
        Action::Talk(number) => state.conversations.go_to_index(number.wrapping_sub(1)),
        Action::NextActive => match state.conversations.next_active() {
            Some(index) => state.conversations.go_to_index(index),
            None => state.tip = Tip::Told("nothing new elsewhere".to_owned()),
        },
        Action::Pick => picker::open(state),
        Action::ToggleTalks => panes::toggle_talks(state),
        Action::ToggleMembers => panes::toggle_members(state),
        Action::Bare => return bare::show(state),
        Action::Read(read) => return reading::act(state, read),
        Action::Wall => wall::toggle(state),
        Action::Code => state.overlays.push(Overlay::Code),
        Action::Retry => {
            compose::retry(state);
            return connect::retry(state);
        }
        Action::Help => state.overlays.push(Overlay::Help { scroll: 0 }),
        Action::Escape => return escape(state),
        Action::Interrupt if talk.compose.editor.is_empty() => return interrupt(state),
        Action::Interrupt => talk.compose.clear(),
        // Dealt with before.
        Action::Send
        | Action::Redraw
        | Action::Edit(_)
        | Action::Complete
        | Action::CompleteBack => {}
    }
    Vec::new()
}

/// Unselects what is selected, or goes back from where a search has led, or leaves the history, or
/// stops what is being written to a file; never the program.
fn escape(state: &mut State) -> Vec<Effect> {
    if state.conversations.open_mut().scrollback.unselect() || find::go_back(state) {
        return Vec::new();
    }
    let scrollback = &mut state.conversations.open_mut().scrollback;
    let reading = scrollback.reading_history().is_some();
    scrollback.go_to_bottom();
    if state.me.export.is_some() && !reading {
        return export::stop(state);
    }
    if wall::is_shown(state) && !reading {
        wall::toggle(state);
    }
    Vec::new()
}

/// Up and down: within the text, and at its edges through what was sent before.
fn climb(state: &mut State, down: bool) {
    let width = state.screen.input_width(crate::cells::width(&state.prompt()));
    let compose = &mut state.conversations.open_mut().compose;
    if compose.editor.move_row(width, down) {
        return;
    }
    if down {
        compose.recall_newer()
    } else {
        compose.recall_older()
    };
}

impl State {
    /// Runs the typed command; when something is wrong with it, the text stays.
    pub(crate) fn run_command(&mut self, now: Moment, line: &str) -> Vec<Effect> {
        let from = self.conversations.open().address.clone();
        match command::run(self, now, line) {
            Ok(effects) => {
                if let Some(talk) = self.conversations.get_mut(&from) {
                    talk.compose.take();
                }
                effects
            }
            Err(words) => {
                self.tip = Tip::Wrong(words);
                Vec::new()
            }
        }
    }
}
