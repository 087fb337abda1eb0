//! Reading: to what is unread and to who calls, into what is folded, and what is on the screen to the
//! clipboard or a browser.

use super::clipboard;
use crate::command::Outcome;
use crate::effect::Effect;
use crate::event::Moment;
use crate::highlight::{Run, Snippet};
use crate::keymap::{Action, Read};
use crate::state::State;
use crate::state::highlights;
use crate::state::jump::{CodeSpot, Folding};
use crate::state::tip::Tip;
use crate::words;

/// Blocks of code that `/copy` counts.
const CODES_MOST: usize = 100;

pub(crate) fn act(state: &mut State, read: Read) -> Vec<Effect> {
    let zone = state.looks.zone.clone();
    match read {
        Read::FirstUnread => first_unread(state),
        Read::PreviousMention | Read::NextMention => mention(state, read == Read::NextMention),
        Read::Fold => {
            if state.conversations.open_mut().scrollback.toggle_fold(&zone) == Folding::Nothing {
                state.tip = Tip::Told("nothing on the screen is long enough to fold".to_owned());
            }
        }
        Read::CopyCode => return copy_next(state),
    }
    Vec::new()
}

/// The first unread message here, or else in the next conversation that has one.
fn first_unread(state: &mut State) {
    let zone = state.looks.zone.clone();
    let open = state.conversations.open_index();
    match state.conversations.next_unread().filter(|&index| index != open) {
        Some(index) => state.conversations.go_to_index(index),
        // Where it was, when everything is read meanwhile.
        None if state.conversations.open_mut().scrollback.go_to_unread(&zone) => {}
        None => state.tip = Tip::Told("everything is read".to_owned()),
    }
}

fn mention(state: &mut State, forward: bool) {
    let Some(own) = state.link.name().cloned() else { return };
    let zone = state.looks.zone.clone();
    let scrollback = &mut state.conversations.open_mut().scrollback;
    scrollback.want_older();
    if scrollback.go_to_mention(&own, forward, &zone) {
        return;
    }
    let words = match forward {
        true => "nobody has named you after this",
        false => "nobody has named you before this, as far as is loaded: Alt-Home loads more",
    };
    state.tip = Tip::Told(words.to_owned());
}

/// Copies the newest block of code on the screen; right after that the one before it.
fn copy_next(state: &mut State) -> Vec<Effect> {
    let scrollback = &state.conversations.open().scrollback;
    let codes = scrollback.codes_on_screen();
    let last = scrollback.picked_code();
    let last = last.and_then(|last| codes.iter().position(|code| *code == last));
    let next = last.map_or(0, |last| last + 1);
    match codes.get(next).or(codes.first()) {
        Some(&spot) => copy_code(state, spot),
        None => {
            state.tip = Tip::Told("there is no code on the screen".to_owned());
            Vec::new()
        }
    }
}

/// `/copy 2`: the second newest block of code.
pub(crate) fn copy(state: &mut State, _now: Moment, number: &str) -> Outcome {
    let index = ordinal(number, "/copy 2")?;
    let codes = state.conversations.open().scrollback.codes(CODES_MOST);
    match codes.get(index) {
        Some(&spot) => Ok(copy_code(state, spot)),
        None if codes.is_empty() => Err("there is no code in this conversation".to_owned()),
        None => Err(format!("there are only {} to copy", words::counted(codes.len(), "block"))),
    }
}

fn copy_code(state: &mut State, spot: CodeSpot) -> Vec<Effect> {
    let scrollback = &state.conversations.open().scrollback;
    let Some((code, language)) = scrollback.code(spot) else { return Vec::new() };
    let of = if language.is_empty() { String::new() } else { format!(" of {language}") };
    let effects = clipboard::copy(state, code.to_owned(), &of);
    let copied = Some(spot).filter(|_| !effects.is_empty());
    state.conversations.open_mut().scrollback.pick_code(copied);
    effects
}

/// `/open 2`: the second newest link on the screen.
pub(crate) fn open(state: &mut State, _now: Moment, number: &str) -> Outcome {
    let index = ordinal(number, "/open 2")?;
    let links = state.conversations.open().scrollback.links_on_screen();
    match links.get(index) {
        Some(url) => Ok(open_url(state, url.clone())),
        None if links.is_empty() => Err("there is no link on the screen".to_owned()),
        None => {
            Err(format!("there are only {} on the screen", words::counted(links.len(), "link")))
        }
    }
}

/// Opens an address, and shows which: words may hide it.
pub(crate) fn open_url(state: &mut State, url: String) -> Vec<Effect> {
    state.tip = Tip::Told(format!("opening {url}"));
    vec![Effect::Open(url)]
}

/// A number from 1, as an index; nothing is the first.
fn ordinal(number: &str, example: &str) -> Result<usize, String> {
    let number = if number.is_empty() { "1" } else { number };
    let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    index.ok_or_else(|| format!("which one? {example}"))
}

/// What cannot be opened can still be pasted where it can.
pub(crate) fn opened(state: &mut State, url: String, result: Result<(), String>) -> Vec<Effect> {
    let Err(why) = result else { return Vec::new() };
    state.screen.dirty = true;
    if let Some(words) = clipboard::refusal(state, &url) {
        state.tip = Tip::Wrong(format!("{why}; {words}"));
        return Vec::new();
    }
    state.tip = Tip::Wrong(format!("{why}: copied instead (OSC 52)"));
    vec![Effect::Copy(url)]
}

pub(crate) fn highlighted(state: &mut State, snippet: Snippet, runs: Vec<Run>) -> Vec<Effect> {
    state.looks.highlights.take(snippet, runs);
    state.screen.dirty = true;
    Vec::new()
}

/// The mark of what was copied goes with the next key that does something else.
pub(crate) fn forget_mark(state: &mut State, action: Action) {
    if action != Action::Read(Read::CopyCode) {
        state.conversations.open_mut().scrollback.pick_code(None);
    }
}

/// What is on the screen now is read, and its code is to be coloured.
pub(crate) fn seen(state: &mut State) -> Vec<Effect> {
    if state.is_seen() {
        state.conversations.mark_read();
    }
    super::find::forget_ways(state);
    if state.screen.is_too_small() || !cfg!(feature = "highlight") {
        return Vec::new();
    }
    let scrollback = &state.conversations.open().scrollback;
    let colours = &mut state.looks.highlights;
    let mut effects = Vec::new();
    for spot in scrollback.codes_on_screen().into_iter().take(highlights::SEEN_MOST) {
        if let Some((code, language)) = scrollback.code(spot) {
            effects.extend(colours.ask(language, code).map(Effect::Highlight));
        }
    }
    effects
}
