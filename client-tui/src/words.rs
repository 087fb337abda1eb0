//! What people read when something goes wrong: in this client's own words, with what to do about it.

pub(crate) mod emoji;
pub(crate) mod hint;
pub(crate) mod lab;
pub(crate) mod notice;
pub(crate) mod shortcodes;

use chat_protocol::{Code, Conversation, Line, Refusal, limit, text};

use crate::dialect::Dialect;
use crate::effect::Target;
use crate::event::HostFailure;
use crate::net::Failure;

/// What happened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    pub(crate) headline: String,
    pub(crate) advice: Vec<String>,
}

fn diagnosis(headline: impl Into<String>, advice: &[&str]) -> Diagnosis {
    let advice = advice.iter().map(|line| (*line).to_owned()).collect();
    Diagnosis { headline: headline.into(), advice }
}

/// A target as people write it: the port only when it is not the usual one.
pub(crate) fn address(target: &Target) -> String {
    let host = &target.host;
    match (target.port == limit::DEFAULT_PORT, host.contains(':')) {
        (true, _) => host.clone(),
        (false, true) => format!("[{host}]:{}", target.port),
        (false, false) => format!("{host}:{}", target.port),
    }
}

/// A line that somebody set for all to see, or nothing when nobody would see any of it.
pub(crate) fn seen(line: &Line) -> Line {
    use unicode_width::UnicodeWidthChar as _;
    // Braille of no dots, and letters that stand for none.
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{2800}' | '\u{3164}' | '\u{FFA0}');
    let shows = |c: char| !blank(c) && c.width().is_some_and(|width| width > 0);
    if line.chars().any(shows) { line.clone() } else { Line::default() }
}

/// A conversation as people write it: `#lobby`, `@bob`.
pub(crate) fn title(address: &Conversation) -> String {
    match address {
        Conversation::Room(name) => format!("#{name}"),
        Conversation::Direct(name) => format!("@{name}"),
    }
}

/// How the server's clock stands to ours, by what it is ahead in milliseconds. What the way of the
/// answer took cannot be told from that: below half a second they agree.
pub(crate) fn clocks(ahead: i64) -> String {
    let seconds = (ahead.unsigned_abs() + 500) / 1_000;
    let time = match seconds {
        0 => return "like this computer's".to_owned(),
        1..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    };
    format!("{time} {} this computer's", if ahead > 0 { "ahead of" } else { "behind" })
}

/// Why there is no link.
pub(crate) fn failure(failure: &Failure, target: &Target) -> Diagnosis {
    let (host, port) = (&target.host, target.port);
    match failure {
        Failure::UnknownHost => diagnosis(
            format!("No machine is known by the name ‘{host}’"),
            &["Check the spelling.", "Or use the number instead, such as 192.168.1.23."],
        ),
        Failure::Refused => refused(target),
        Failure::TimedOut => diagnosis(
            format!("{host} does not answer"),
            &[
                "A firewall may be in the way: allow the port on the server's machine.",
                "Guest Wi-Fi often keeps devices apart: use another network.",
                "Is the address right? The host's screen shows it.",
            ],
        ),
        Failure::Unreachable => diagnosis(
            format!("There is no way to {host} from here"),
            &["Is this computer connected, and to the same network as the server?"],
        ),
        Failure::NotChat(bytes) => not_chat(bytes, host, port),
        Failure::BadGreeting(why) => Diagnosis {
            headline: format!("{host} is a chat server whose greeting cannot be read"),
            advice: vec![
                format!("What is wrong in it: {}", text::one_line(why)),
                "Perhaps one of the two is older: update chat-tui, or the server.".to_owned(),
            ],
        },
        Failure::Closed => {
            diagnosis("The server closed the connection", &["It may be restarting, or full."])
        }
        Failure::Ungreeted => diagnosis(
            format!("{host} takes the connection, but does not greet like a chat server"),
            &[
                "Wrong port? Chat servers usually have 65433.",
                "Somebody's own? chat-tui --dialect line, comma, pickle or raw.",
            ],
        ),
        Failure::Silent => diagnosis(
            format!("{host} has gone silent"),
            &["Did this computer sleep, or change its network?"],
        ),
        Failure::Other(words) => diagnosis(
            format!("No connection to {host}: {}", text::one_line(words)),
            &["Check the address and the network."],
        ),
    }
}

fn refused(target: &Target) -> Diagnosis {
    let (host, port) = (&target.host, target.port);
    let headline = format!("{host} is there, but no server listens on port {port}");
    if target.dialect != Dialect::Native {
        return diagnosis(headline, &["Is the server running? Or is the port wrong?"]);
    }
    let start = "Is the server running? Start one there with:";
    let mut advice = match port == limit::DEFAULT_PORT {
        true => vec![format!("{start}  chat-tui --serve")],
        // In a row of its own, so that the line is whole wherever it is read.
        false => vec![start.to_owned(), format!("    chat-tui --serve --port {port}")],
    };
    advice.push("Or is the port wrong?".to_owned());
    Diagnosis { headline, advice }
}

/// What would be lost by leaving: messages that are not sent, and a room with others in it.
pub(crate) fn stakes(unsent: usize, others: usize) -> Vec<String> {
    let is = if unsent == 1 { "is" } else { "are" };
    let messages = format!("{} {is} not sent yet: leave anyway?", counted(unsent, "message"));
    let lose = if others == 1 { "other loses" } else { "others lose" };
    let room = format!("You host this room: {others} {lose} it. Leave?");
    let messages = (unsent > 0).then_some(messages);
    messages.into_iter().chain((others > 0).then_some(room)).collect()
}

fn not_chat(bytes: &str, host: &str, port: u16) -> Diagnosis {
    let mut advice = vec![
        "Wrong port? Chat servers usually have 65433.".to_owned(),
        "Or somebody's own? chat-tui --dialect line, comma, pickle or raw.".to_owned(),
    ];
    if !bytes.trim().is_empty() {
        advice.insert(0, format!("It says: {}", bytes.trim()));
    }
    Diagnosis {
        headline: format!("Something else than a chat server has port {port} of {host}"),
        advice,
    }
}

/// Why no room could be hosted, where that is one line.
pub(crate) fn host_failure(failure: &HostFailure) -> String {
    match failure {
        HostFailure::PortTaken { port, server: Some(name) } => {
            format!("a chat server, ‘{name}’, has port {port} already")
        }
        HostFailure::PortTaken { port, server: None } => {
            format!("another program has port {port} already")
        }
        HostFailure::Other(words) => text::one_line(words),
    }
}

/// Why something asked for was not done. The server's own words are used only where they say more
/// than the code.
pub(crate) fn refusal(refusal: &Refusal) -> String {
    let theirs = || text::one_line(&refusal.text);
    match refusal.code {
        Code::BadFrame | Code::UnknownType | Code::NoHello => {
            format!("the server did not understand this client: {}", theirs())
        }
        Code::TooLong => "that was too long: send it in parts".to_owned(),
        Code::BadVersion => {
            format!("this server speaks another version than {}: {}", limit::VERSION, theirs())
        }
        Code::BadName => format!("this name cannot be used: {}", theirs()),
        Code::NameTaken => "this name is taken here".to_owned(),
        Code::BadRoom => format!("this is no name for a room: {}", theirs()),
        Code::BadText => format!("the server would not take the text: {}", theirs()),
        Code::BadCode => "this server wants a join code, and another one: --code".to_owned(),
        Code::NotMember => "you are not in this room: /join it first".to_owned(),
        Code::NoSuchName => theirs(),
        Code::TooFast => "that was too fast: wait a little, then Alt-R sends it again".to_owned(),
        Code::NotStored if refusal.id.is_some() => {
            "the server could not store it: Alt-R sends it again".to_owned()
        }
        Code::NotStored => "the server could not store this: try again later".to_owned(),
        Code::TooSlow => "more came in than this link could carry: catching up".to_owned(),
        Code::Forbidden => format!("this is not allowed here: {}", theirs()),
        Code::LogChanged => {
            "this server's history is another than before: reading it anew".to_owned()
        }
        Code::Gap => "older messages are no longer kept".to_owned(),
        Code::Other => theirs(),
    }
}

/// The first letter as a capital: most words here are also used within a sentence.
pub(crate) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// `1 message`, `2 messages`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_differ_or_agree() {
        let check = |ahead, expected| assert_eq!(clocks(ahead), expected, "{ahead}");
        check(0, "like this computer's");
        check(-499, "like this computer's");
        check(500, "1 s ahead of this computer's");
        check(-59_000, "59 s behind this computer's");
        check(61_000, "1 min 1 s ahead of this computer's");
        check(-3_600_000, "1 h 0 min behind this computer's");
        check(i64::MIN, "2562047788015 h 12 min behind this computer's");
    }

    #[test]
    fn what_leaving_costs_is_told() {
        let check = |unsent, others, expected: &[&str]| {
            assert_eq!(stakes(unsent, others), expected);
        };
        check(0, 0, &[]);
        check(1, 0, &["1 message is not sent yet: leave anyway?"]);
        check(3, 0, &["3 messages are not sent yet: leave anyway?"]);
        check(0, 5, &["You host this room: 5 others lose it. Leave?"]);
        check(
            2,
            1,
            &[
                "2 messages are not sent yet: leave anyway?",
                "You host this room: 1 other loses it. Leave?",
            ],
        );
    }
}
