//! What a server tells of whom and what there is: one person, and the rooms.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::marks::Marks;
use crate::name::{Nick, RoomName};
use crate::request::Profile;
use crate::text::Line;

/// Who somebody is, as far as it is the asker's business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whois {
    /// The name, as it is spelt.
    pub name: Nick,
    /// Whether they are connected.
    pub here: bool,
    /// What is to be known at a glance.
    #[serde(default, skip_serializing_if = "Marks::is_empty")]
    pub marks: Marks,
    /// The dialect, when it is another than the native one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Cow<'static, str>>,
    /// The rooms that the asker shares with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<RoomName>,
    /// What they tell of themselves.
    #[serde(default, skip_serializing_if = "Profile::is_empty")]
    pub profile: Profile,
    /// Why they are away; empty when they are not.
    #[serde(default, skip_serializing_if = "Line::is_empty")]
    pub away: Line,
}

/// A page of the rooms that there are, in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomsPage {
    /// Those with members or messages.
    pub rooms: Vec<RoomSummary>,
    /// Whether there are rooms behind the last of these.
    pub more: bool,
}

/// A room, as somebody finds it who looks for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSummary {
    /// Its name, as it was first spelt.
    pub name: RoomName,
    /// What it is about; empty without a topic.
    #[serde(default)]
    pub topic: Line,
    /// How many people are in it.
    pub count: usize,
}
