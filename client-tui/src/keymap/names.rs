//! What the keys' actions are called in the configuration: one table.

use super::{Action, Edit, Read};

/// Every action with its name. An action that is not in here cannot be given another key, and a
/// test says so.
const NAMES: &[(&str, Action)] = &[
    ("send", Action::Send),
    ("new-line", Action::NewLine),
    ("complete", Action::Complete),
    ("complete-back", Action::CompleteBack),
    ("up", Action::Up),
    ("down", Action::Down),
    ("search-sent", Action::SearchHistory),
    ("edit-outside", Action::EditOutside),
    ("edit-outside-prefix", Action::OutsidePrefix),
    ("page-up", Action::PageUp),
    ("page-down", Action::PageDown),
    ("oldest", Action::Top),
    ("newest", Action::Bottom),
    ("next-conversation", Action::NextTalk),
    ("previous-conversation", Action::PreviousTalk),
    ("conversation-1", Action::Talk(1)),
    ("conversation-2", Action::Talk(2)),
    ("conversation-3", Action::Talk(3)),
    ("conversation-4", Action::Talk(4)),
    ("conversation-5", Action::Talk(5)),
    ("conversation-6", Action::Talk(6)),
    ("conversation-7", Action::Talk(7)),
    ("conversation-8", Action::Talk(8)),
    ("conversation-9", Action::Talk(9)),
    ("find-conversation", Action::Pick),
    ("next-news", Action::NextActive),
    ("first-unread", Action::Read(Read::FirstUnread)),
    ("previous-mention", Action::Read(Read::PreviousMention)),
    ("next-mention", Action::Read(Read::NextMention)),
    ("fold-code", Action::Read(Read::Fold)),
    ("copy-code", Action::Read(Read::CopyCode)),
    ("search", Action::Find),
    ("messages-alone", Action::Bare),
    ("projector", Action::Wall),
    ("join-code", Action::Code),
    ("retry", Action::Retry),
    ("toggle-rooms", Action::ToggleTalks),
    ("toggle-members", Action::ToggleMembers),
    ("help", Action::Help),
    ("redraw", Action::Redraw),
    ("escape", Action::Escape),
    ("interrupt", Action::Interrupt),
    ("line-start", Action::Edit(Edit::Home)),
    ("line-end", Action::Edit(Edit::End)),
    ("left", Action::Edit(Edit::Left)),
    ("right", Action::Edit(Edit::Right)),
    ("word-left", Action::Edit(Edit::WordLeft)),
    ("word-right", Action::Edit(Edit::WordRight)),
    ("delete-back", Action::Edit(Edit::Backspace)),
    ("delete", Action::Edit(Edit::Delete)),
    ("kill-run-back", Action::Edit(Edit::KillRunBack)),
    ("kill-word-back", Action::Edit(Edit::KillWordBack)),
    ("kill-word", Action::Edit(Edit::KillWordForward)),
    ("kill-to-start", Action::Edit(Edit::KillToStart)),
    ("kill-to-end", Action::Edit(Edit::KillToEnd)),
    ("transpose", Action::Edit(Edit::Transpose)),
    ("yank", Action::Edit(Edit::Yank)),
    ("yank-older", Action::Edit(Edit::YankOlder)),
    ("undo", Action::Edit(Edit::Undo)),
    ("redo", Action::Edit(Edit::Redo)),
];

/// Every action, by its name.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Action)> {
    NAMES.iter().copied()
}

/// The action of this name.
pub(crate) fn named(name: &str) -> Option<Action> {
    all().find(|(known, _)| *known == name).map(|(_, action)| action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::BINDINGS;

    #[test]
    fn every_action_has_one_name() {
        for binding in BINDINGS {
            let count = all().filter(|(_, action)| *action == binding.action).count();
            assert_eq!(count, 1, "{:?} ({})", binding.action, binding.help);
        }
        for (name, _) in all() {
            assert_eq!(all().filter(|(other, _)| *other == name).count(), 1, "{name}");
        }
    }
}
