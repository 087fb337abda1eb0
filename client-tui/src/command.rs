//! The commands: one table that runs them, completes them and makes their help.

use chat_protocol::{Conversation, Line, Nick, Request, RoomName, limit};

use crate::effect::Effect;
use crate::event::Moment;
use crate::nearest;
use crate::rich::ACTION;
use crate::state::State;
use crate::state::link::Phase;
use crate::state::overlay::Overlay;
use crate::state::tip::Tip;
use crate::update::{compose, connect, keys, reading, results, wall};
use crate::words;

mod board;
mod export;
mod people;
pub(crate) mod settings;
mod theme;

/// What a command comes to: effects, or words on what is wrong, and then the text stays.
pub(crate) type Outcome = Result<Vec<Effect>, String>;

/// A row of the table.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    /// Its arguments, as the help shows them.
    pub(crate) arguments: &'static str,
    pub(crate) help: &'static str,
    run: fn(&mut State, Moment, &str) -> Outcome,
}

/// What a command's argument can be, as its completion has it.
pub(crate) enum Argument {
    Person,
    Room,
    Command,
    Theme,
    /// One of these words.
    Choice(std::str::Split<'static, char>),
    /// Anything else, or nothing.
    Text,
}

impl Command {
    /// What the first argument can be: the word that the help has for it says so.
    pub(crate) fn argument(&self) -> Argument {
        let first = self.arguments.split(' ').next().unwrap_or_default();
        match first.trim_start_matches('[').trim_end_matches(']') {
            "name" => Argument::Person,
            "room" => Argument::Room,
            "command" => Argument::Command,
            "theme" => Argument::Theme,
            choices if choices.contains('|') => Argument::Choice(choices.split('|')),
            _ => Argument::Text,
        }
    }

    /// How it is typed: `/msg name [text]`.
    pub(crate) fn usage(&self) -> String {
        format!("/{} {}", self.name, self.arguments).trim_end().to_owned()
    }
}

macro_rules! commands {
    ($($name:literal $aliases:expr, $arguments:literal, $help:literal, $run:expr;)+) => {
        /// Every command there is.
        pub(crate) const COMMANDS: &[Command] = &[$(
            Command { name: $name, aliases: &$aliases, arguments: $arguments, help: $help, run: $run },
        )+];
    };
}

commands! {
    "help" ["h", "?"], "[command]", "keys and commands", help;
    "join" ["j"], "room", "enter a room, or make it", join;
    "part" ["leave"], "[room]", "leave this room, or that one", part;
    "msg" ["w", "dm", "tell"], "name [text]", "talk to one person", msg;
    "me" [], "text", "say what you do: * sam waves", me;
    "whois" [], "name", "who somebody is", people::whois;
    "profile" [], "[what text]", "what others see of you", people::profile;
    "ignore" [], "[name]", "hide what somebody writes", people::ignore;
    "unignore" [], "name", "show it again", people::unignore;
    "away" [], "[why]", "say that you are away", people::away;
    "back" [], "", "say that you are back", people::back;
    "rooms" ["list"], "", "find a room", people::rooms;
    "names" ["who"], "", "who is here", people::names;
    "topic" [], "[text]", "read or change the topic", topic;
    "announce" [], "[text|off]", "a line that the room shows everybody", board::announce;
    "projector" ["wall"], "", "the view for the wall of a classroom", board::projector;
    "nick" ["name"], "new-name", "go by another name", nick;
    "copy" [], "[number]", "copy code: 1 is the newest", reading::copy;
    "open" [], "[number]", "open a link: 1 is the newest", reading::open;
    "export" [], "[file]", "write this conversation to a file", export::export;
    "search" ["find"], "[words]", "search all that you may read", results::search;
    "clear" [], "", "an empty screen; PgUp brings it back", clear;
    "close" [], "", "close this conversation", close;
    "retry" [], "", "send again what was refused", retry;
    "discard" [], "", "give up what was refused here", discard;
    "set" [], "[what on|off]", "switch the bell, the mouse, and more", settings::set;
    "theme" [], "[theme]", "other colours, or which there are", theme::theme;
    "dnd" [], "[on|off]", "do not disturb, or do again", settings::dnd;
    "time" [], "", "the server's time", time;
    "timer" [], "[time|off]", "a countdown for the whole room", board::timer;
    "quit" ["exit", "q"], "", "leave the chat", quit;
}

/// Runs a line such as `/join rust`, its `/` taken off.
pub(crate) fn run(state: &mut State, now: Moment, line: &str) -> Outcome {
    let (name, arguments) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match find(name) {
        Some(command) => match state.link.dialect().lacks_command(command.name) {
            Some(words) => Err(words),
            None => match wall::refuses(state, command.name) {
                Some(words) => Err(words),
                None => (command.run)(state, now, arguments.trim()),
            },
        },
        None => Err(unknown(name)),
    }
}

/// The command of this name or alias, in any case.
pub(crate) fn find(name: &str) -> Option<&'static Command> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    COMMANDS
        .iter()
        .find(|command| is(command.name) || command.aliases.iter().any(|alias| is(alias)))
}

fn unknown(name: &str) -> String {
    let names = COMMANDS
        .iter()
        .flat_map(|command| std::iter::once(command.name).chain(command.aliases.iter().copied()));
    match nearest::nearest(name, names) {
        Some(known) => {
            format!("there is no /{name}: did you mean /{known}? (to say it: //{name})")
        }
        None => format!("there is no /{name}: F1 lists the commands (to say it: //{name})"),
    }
}

fn online(state: &State) -> Result<(), String> {
    if state.link.is_live() {
        Ok(())
    } else {
        Err("not connected: try again when the link is up".to_owned())
    }
}

fn told(state: &mut State, words: String) -> Outcome {
    state.tip = Tip::Told(words);
    Ok(Vec::new())
}

fn help(state: &mut State, _now: Moment, name: &str) -> Outcome {
    if name.is_empty() {
        state.overlays.push(Overlay::Help { scroll: 0 });
        return Ok(Vec::new());
    }
    let name = name.trim_start_matches('/');
    let command = find(name).ok_or_else(|| unknown(name))?;
    state.overlays.push(Overlay::CommandHelp { name: command.name, scroll: 0 });
    Ok(Vec::new())
}

fn join(state: &mut State, _now: Moment, name: &str) -> Outcome {
    if name.trim_start_matches('#').is_empty() {
        return Err("which room? /join rust".to_owned());
    }
    let room = room_name(name)?;
    online(state)?;
    state.conversations.come_back(&room);
    state.conversations.go_to(Conversation::Room(room.clone()));
    let member = state.conversations.open().member;
    Ok(if member { Vec::new() } else { vec![Effect::Send(Request::Join { room })] })
}

/// A room's name as people write it, with its sign or without.
fn room_name(raw: &str) -> Result<RoomName, String> {
    let name = raw.trim_start_matches('#');
    if name.contains(char::is_whitespace) {
        let whole = name.split_whitespace().collect::<Vec<_>>().join("-");
        let offer = RoomName::new(&whole).map(|room| format!(": /join {room}")).unwrap_or_default();
        return Err(format!("a room's name cannot contain spaces{offer}"));
    }
    RoomName::new(name).map_err(|error| error.to_string().replacen("a name", "a room's name", 1))
}

fn part(state: &mut State, _now: Moment, name: &str) -> Outcome {
    let mut index = state.conversations.open_index();
    if !name.is_empty() {
        let room = Conversation::Room(room_name(name)?);
        index = state.conversations.find(&room).ok_or("you are not in this room")?;
    }
    leave(state, index)
}

fn close(state: &mut State, _now: Moment, _: &str) -> Outcome {
    let index = state.conversations.open_index();
    leave(state, index)
}

/// Leaves a room, or puts a conversation away; not while something typed would go with it.
fn leave(state: &mut State, index: usize) -> Outcome {
    if index == 0 {
        return Err("this is where everybody is: /quit leaves the chat".to_owned());
    }
    let talk = state.conversations.at(index).ok_or("there is no such conversation")?;
    let (address, title, member) = (talk.address.clone(), talk.title(), talk.member);
    let unsent = state.outgoing.count_to(&address);
    if unsent > 0 {
        let is = if unsent == 1 { "is" } else { "are" };
        let messages = words::counted(unsent, "message");
        return Err(format!(
            "{messages} here {is} not sent yet: Alt-R tries again, /discard gives up"
        ));
    }
    let here = index == state.conversations.open_index();
    let draft = !here && !talk.compose.editor.text().trim().is_empty();
    if draft || talk.compose.hidden_draft().is_some() {
        return Err(format!("a text in {title} is not sent yet: send it, or clear it"));
    }
    if talk.is_room() && member {
        online(state)?;
    }
    state.conversations.close(index);
    let done = if matches!(address, Conversation::Room(_)) { "left" } else { "closed" };
    state.tip = Tip::Told(format!("{done} {title}"));
    Ok(match address {
        Conversation::Room(room) if member => vec![Effect::Send(Request::Part { room })],
        _ => Vec::new(),
    })
}

fn msg(state: &mut State, now: Moment, arguments: &str) -> Outcome {
    let arguments = arguments.trim_start_matches('@');
    if arguments.is_empty() {
        return Err("to whom? /msg bob hello".to_owned());
    }
    let (name, text) = addressee(state, arguments)?;
    let to = Nick::new(name).map_err(|error| error.to_string())?;
    let fixed = state.link.dialect().fixed_words().unwrap_or_default();
    let text = if text.is_empty() { fixed } else { text }.to_owned();
    if state.link.name().is_some_and(|own| own.key() == to.key()) {
        return Err("this is you".to_owned());
    }
    if !text.is_empty() {
        compose::check(state, &text)?;
    }
    let from = state.conversations.open().address.clone();
    state.conversations.go_to(Conversation::Direct(to));
    let talk = state.conversations.open_mut();
    if talk.address != from {
        talk.came_from = Some(from);
    }
    if text.is_empty() {
        Ok(Vec::new())
    } else {
        compose::say(state, now, &text).map(|()| Vec::new())
    }
}

/// Splits a name off the start. Names may hold spaces: a known one is found with them, and where
/// several fit, quotes say which is meant.
fn addressee<'a>(state: &State, arguments: &'a str) -> Result<(&'a str, &'a str), String> {
    if let Some((name, rest)) = arguments.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return Ok((name, rest.trim_start()));
    }
    let here = state.conversations.iter().flat_map(|talk| talk.roster.members());
    let here = here.map(|member| member.name.as_str());
    let talks = state.conversations.iter().filter_map(|talk| match &talk.address {
        Conversation::Direct(name) => Some(name.as_str()),
        Conversation::Room(_) => None,
    });
    let fits = |name: &&str| {
        let start = arguments.get(..name.len());
        let rest = arguments.get(name.len()..).unwrap_or_default();
        start.is_some_and(|start| start.to_lowercase() == name.to_lowercase())
            && (rest.is_empty() || rest.starts_with(' '))
    };
    let mut known: Vec<usize> = here.chain(talks).filter(fits).map(str::len).collect();
    known.sort_unstable();
    known.dedup();
    match known[..] {
        [] => Ok(arguments.split_once(' ').unwrap_or((arguments, ""))),
        [end] => Ok((&arguments[..end], arguments[end..].trim_start())),
        [short, .., long] => Err(format!(
            "it could be {} or {}: put the one you mean in quotes, as in /msg \"{}\" hello",
            &arguments[..short],
            &arguments[..long],
            &arguments[..long]
        )),
    }
}

fn me(state: &mut State, now: Moment, does: &str) -> Outcome {
    if does.is_empty() {
        return Err("what do you do? /me waves".to_owned());
    }
    compose::say(state, now, &format!("{ACTION}{does}")).map(|()| Vec::new())
}

fn clear(state: &mut State, _now: Moment, _: &str) -> Outcome {
    state.conversations.open_mut().scrollback.clear();
    Ok(Vec::new())
}

fn topic(state: &mut State, _now: Moment, text: &str) -> Outcome {
    let talk = state.conversations.open();
    let Conversation::Room(room) = talk.address.clone() else {
        return Err("only rooms have a topic".to_owned());
    };
    if text.is_empty() {
        let words = match talk.topic.as_str() {
            "" => format!("{} has no topic: /topic and a text gives it one", talk.title()),
            topic => format!("{}: {topic}", talk.title()),
        };
        return told(state, words);
    }
    online(state)?;
    let text = Line::new(text, limit::TOPIC_BYTES).map_err(|error| error.to_string())?;
    Ok(vec![Effect::Send(Request::Topic { room, text })])
}

fn nick(state: &mut State, _now: Moment, name: &str) -> Outcome {
    if name.is_empty() {
        return Err("which name? /nick sam".to_owned());
    }
    let name = Nick::new(name).map_err(|error| error.to_string())?;
    if state.link.phase == Phase::Idle && state.link.name_refused.is_some() {
        return Ok(connect::join_as(state, &name));
    }
    online(state)?;
    state.link.renaming = Some(name.clone());
    Ok(vec![Effect::Send(Request::Rename { name })])
}

fn retry(state: &mut State, _now: Moment, _: &str) -> Outcome {
    compose::retry(state);
    Ok(Vec::new())
}

fn discard(state: &mut State, _now: Moment, _: &str) -> Outcome {
    match compose::discard(state) {
        0 => Err("nothing was refused here".to_owned()),
        count => {
            let words =
                format!("{} given up: ↑ brings the text back", words::counted(count, "message"));
            told(state, words)
        }
    }
}

fn time(state: &mut State, _now: Moment, _: &str) -> Outcome {
    online(state)?;
    Ok(vec![Effect::Send(Request::Time)])
}

fn quit(state: &mut State, _now: Moment, _: &str) -> Outcome {
    Ok(keys::quit(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_any_of_their_names() {
        let check = |name, expected| assert_eq!(find(name).map(|command| command.name), expected);
        check("join", Some("join"));
        check("J", Some("join"));
        check("EXIT", Some("quit"));
        check("joyn", None);
    }

    #[test]
    fn the_words_for_arguments_say_what_completes_them() {
        let check = |arguments, expected: &str| {
            let row = Command { name: "x", aliases: &[], arguments, help: "", run: clear };
            let found = match row.argument() {
                Argument::Person => "person".to_owned(),
                Argument::Room => "room".to_owned(),
                Argument::Command => "command".to_owned(),
                Argument::Theme => "theme".to_owned(),
                Argument::Choice(choices) => choices.collect::<Vec<_>>().join(" or "),
                Argument::Text => "text".to_owned(),
            };
            assert_eq!(found, expected, "{arguments}");
        };
        check("name [text]", "person");
        check("[room]", "room");
        check("[command]", "command");
        check("[theme]", "theme");
        check("[on|off]", "on or off");
        check("new-name", "text");
        check("", "text");
    }

    #[test]
    fn the_nearest_command_is_offered() {
        let check = |name, part: &str| assert!(unknown(name).contains(part), "{}", unknown(name));
        check("joyn", "/join?");
        check("hlep", "/help?");
        check("quitt", "/quit?");
        check("frobnicate", "F1");
        check("foo", "F1");
    }

    #[test]
    fn no_name_stands_for_two_commands() {
        let mut names: Vec<&str> = Vec::new();
        for command in COMMANDS {
            names.push(command.name);
            names.extend(command.aliases);
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
