//! What is spoken with a server, and what can be done in that: the native protocol can everything,
//! the labs' dialects can little, and what they lack is said to be absent.

use chat_protocol::Lab;

/// What is spoken with a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// The protocol of our own server.
    #[default]
    Native,
    /// That of a server which somebody wrote in a course.
    Lab(Lab),
}

/// Something that not every dialect can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ability {
    /// Messages to all.
    Say,
    /// Messages to one person.
    Tell,
    /// Whoever sent a message is told that it arrived.
    Acknowledge,
    /// Who is here is told, or can be seen.
    Members,
    History,
    Rooms,
    Topic,
    /// A line and a countdown that rooms show.
    Board,
    Rename,
    Whois,
    Profile,
    Away,
    Time,
    Search,
}

impl Dialect {
    pub(crate) fn lab(self) -> Option<Lab> {
        match self {
            Self::Native => None,
            Self::Lab(lab) => Some(lab),
        }
    }

    pub(crate) fn can(self, ability: Ability) -> bool {
        match self {
            Self::Native => true,
            Self::Lab(Lab::Line) => matches!(ability, Ability::Say | Ability::Members),
            Self::Lab(Lab::Comma) => matches!(ability, Ability::Tell | Ability::Members),
            Self::Lab(Lab::Pickle) => matches!(ability, Ability::Say | Ability::Profile),
            Self::Lab(Lab::Raw) => ability == Ability::Say,
        }
    }

    /// What the server says in our name to one person, where it does not take words for that.
    pub(crate) fn fixed_words(self) -> Option<&'static str> {
        (self == Self::Lab(Lab::Comma)).then_some("hi")
    }

    /// That something cannot be done, in words; nothing when it can.
    pub(crate) fn lacks(self, ability: Ability) -> Option<String> {
        let lab = self.lab().filter(|_| !self.can(ability))?;
        let what = match ability {
            Ability::Say => "messages to all: try /msg bob",
            Ability::Tell => "messages to one person",
            Ability::Acknowledge => "acknowledgements",
            Ability::Members => "list of who is here",
            Ability::History => "history: what is shown came since you did",
            Ability::Rooms => "rooms",
            Ability::Topic => "topics",
            Ability::Board => "line or countdown for a room",
            Ability::Rename => "other name for you: start again with another --name",
            Ability::Whois => "way to ask who somebody is",
            Ability::Profile => "profiles",
            Ability::Away => "way to say that you are away",
            Ability::Time => "clock to ask",
            Ability::Search => "search: Ctrl-S finds what is shown here",
        };
        Some(format!("the {lab} dialect has no {what}"))
    }

    /// The same for a command, by its name in the table of commands.
    pub(crate) fn lacks_command(self, command: &str) -> Option<String> {
        let needs = NEEDS.iter().find(|(name, _)| *name == command);
        needs.and_then(|(_, ability)| self.lacks(*ability))
    }
}

/// What commands need to mean anything.
const NEEDS: &[(&str, Ability)] = &[
    ("join", Ability::Rooms),
    ("part", Ability::Rooms),
    ("rooms", Ability::Rooms),
    ("msg", Ability::Tell),
    ("me", Ability::Say),
    ("whois", Ability::Whois),
    ("profile", Ability::Profile),
    ("away", Ability::Away),
    ("back", Ability::Away),
    ("names", Ability::Members),
    ("topic", Ability::Topic),
    ("announce", Ability::Board),
    ("timer", Ability::Board),
    ("nick", Ability::Rename),
    ("time", Ability::Time),
    ("search", Ability::Search),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_needs_something_is_a_command() {
        for (name, _) in NEEDS {
            assert_eq!(crate::command::find(name).map(|command| command.name), Some(*name));
        }
    }

    #[test]
    fn what_is_lacking_is_said() {
        let check = |dialect: Dialect, command: &str, expected: Option<&str>| {
            assert_eq!(dialect.lacks_command(command).as_deref(), expected, "{command}");
        };
        check(Dialect::Native, "join", None);
        check(Dialect::Lab(Lab::Line), "join", Some("the line dialect has no rooms"));
        check(
            Dialect::Lab(Lab::Line),
            "msg",
            Some("the line dialect has no messages to one person"),
        );
        check(Dialect::Lab(Lab::Comma), "msg", None);
        check(Dialect::Lab(Lab::Comma), "names", None);
        check(Dialect::Lab(Lab::Raw), "names", Some("the raw dialect has no list of who is here"));
        check(Dialect::Lab(Lab::Pickle), "profile", None);
        check(Dialect::Lab(Lab::Raw), "quit", None);
    }
}
