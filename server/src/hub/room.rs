//! Rooms: their channel, who is in them, and which links hear them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chat_protocol::{Line, Marks, MarksOf, NameKey, Nick, RoomInfo, RoomKey, RoomName, limit};

use super::ConnId;
use super::board::Shown;
use super::directs::{Direct, Directs, Pair};
use super::presence::Untold;
use crate::doors::Dialect;
use crate::link::Link;
use crate::log::{ChannelId, PersonId, Record, StoredDirect, StoredRoom};

/// One link that hears what is said in a room.
#[derive(Clone)]
pub(super) struct Listener {
    pub(super) conn: ConnId,
    pub(super) link: Arc<Link>,
    pub(super) dialect: &'static dyn Dialect,
}

/// A person in a room, as lists show them.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) person: PersonId,
    pub(super) name: Nick,
    pub(super) via: Option<&'static str>,
    pub(super) marks: Marks,
}

/// A room.
pub(super) struct Room {
    pub(super) channel: ChannelId,
    pub(super) name: RoomName,
    pub(super) topic: Line,
    pub(super) shown: Shown,
    /// The newest `seq` that members were told of.
    pub(super) last: u64,
    /// Whether the log knows of the room.
    pub(super) stored: bool,
    /// Who is in it, in the order of their names.
    pub(super) members: BTreeMap<NameKey, Member>,
    /// The links of members; those that are still catching up are not among them.
    pub(super) listeners: Vec<Listener>,
    /// Who came and went that they were not told of yet.
    pub(super) untold: Untold,
}

impl Room {
    fn new(channel: ChannelId, name: RoomName) -> Self {
        Self {
            channel,
            name,
            topic: Line::default(),
            shown: Shown::default(),
            last: 0,
            stored: false,
            members: BTreeMap::new(),
            listeners: Vec::new(),
            untold: Untold::default(),
        }
    }

    /// What the log is to know of the room.
    pub(super) fn record(&self) -> Record {
        Record::Room { channel: self.channel, name: self.name.clone(), topic: self.topic.clone() }
    }

    /// The room as somebody finds it who enters.
    pub(super) fn info(&self) -> RoomInfo {
        let shown = || self.members.values().take(limit::MEMBERS_PAGE);
        RoomInfo {
            name: self.name.clone(),
            topic: self.topic.clone(),
            last: self.last,
            count: self.members.len(),
            members: shown().map(|member| member.name.clone()).collect(),
            via: via(shown()),
            marks: marks(shown()),
            board: self.shown.board(),
        }
    }

    /// Stops telling a link what is said here.
    pub(super) fn deafen(&mut self, conn: ConnId) {
        self.listeners.retain(|listener| listener.conn != conn);
    }

    /// Whether there is something to find here for who looks for a room.
    pub(super) fn is_listed(&self) -> bool {
        !self.members.is_empty() || self.last > 0
    }

    /// Whether nothing would be lost by forgetting the room.
    pub(super) fn is_idle(&self) -> bool {
        self.members.is_empty() && !self.stored
    }
}

/// The dialects of those members who came by another than the native one.
pub(super) fn via<'a>(
    members: impl Iterator<Item = &'a Member>,
) -> BTreeMap<Nick, Cow<'static, str>> {
    members.filter_map(|member| Some((member.name.clone(), Cow::Borrowed(member.via?)))).collect()
}

/// What is to be known of some of these members besides.
pub(super) fn marks<'a>(members: impl Iterator<Item = &'a Member>) -> MarksOf {
    let marked = members.filter(|member| !member.marks.is_empty());
    marked.map(|member| (member.name.clone(), member.marks)).collect()
}

/// All rooms and direct conversations, and the numbers of their channels.
pub(super) struct Conversations {
    /// In the order of their names, as they are listed.
    pub(super) rooms: BTreeMap<RoomKey, Room>,
    pub(super) directs: Directs,
    last_channel: i64,
}

impl Conversations {
    pub(super) fn new(
        rooms: Vec<StoredRoom>,
        directs: Vec<StoredDirect>,
        last_channel: i64,
    ) -> Self {
        let mut conversations =
            Self { rooms: BTreeMap::new(), directs: Directs::default(), last_channel };
        for StoredRoom { channel, name, topic, last } in rooms {
            let key = name.key();
            let room = Room { topic, last, stored: true, ..Room::new(channel, name) };
            conversations.rooms.insert(key, room);
        }
        for StoredDirect { channel, people, last } in directs {
            conversations.directs.entry(people, || Direct { channel, last, stored: true });
        }
        conversations
    }

    /// The room of this name, which comes to be if it was not there.
    pub(super) fn room(&mut self, name: &RoomName) -> &mut Room {
        self.rooms.entry(name.key()).or_insert_with(|| {
            self.last_channel += 1;
            Room::new(ChannelId(self.last_channel), name.clone())
        })
    }

    /// The conversation of these two, which comes to be if it was not there.
    pub(super) fn direct(&mut self, pair: Pair) -> &mut Direct {
        self.directs.entry(pair, || {
            self.last_channel += 1;
            Direct { channel: ChannelId(self.last_channel), last: 0, stored: false }
        })
    }

    /// Forgets everything about a guest who has left.
    pub(super) fn forget(&mut self, guest: PersonId) {
        self.directs.forget(guest);
    }
}
