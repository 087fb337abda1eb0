//! What was found: messages with the conversation that each was said in.

use serde::{Deserialize, Serialize};

use crate::message::{Conversation, Message};
use crate::text::Line;

/// A page of what was found, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    /// What was looked for, as it was asked.
    pub query: Line,
    /// The messages, one's own among them.
    pub hits: Vec<Hit>,
    /// Asks for the next page as its `before`; `None` when nothing older is found. There may be
    /// one behind a page that is not full, or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Line>,
    /// Whether everything was looked at: the index may not have come to the newest messages yet.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub complete: bool,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Where it was said.
    pub room: Conversation,
    /// The message itself.
    #[serde(flatten)]
    pub message: Message,
}

fn yes() -> bool {
    true
}

// Serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_yes(complete: &bool) -> bool {
    *complete
}
