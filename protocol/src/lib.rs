//! The words that chat clients and servers exchange, and their bytes.
//!
//! Owns the values with rules ([`Nick`], [`RoomName`], [`Text`], [`MessageId`]), what may be asked
//! ([`Request`]), what may be said ([`Event`]), the JSON-lines codec between both and bytes,
//! [`query`], what somebody looks for in what was said, [`lab`], the client's side of the labs' plain dialects, and [`pickle`] for those who send
//! Python's. No I/O, no clock, no tasks. The wire form is written down for strangers in
//! `PROTOCOL.md`.

pub mod codec;
pub mod error;
pub mod event;
mod invitation;
mod json;
pub mod lab;
pub mod limit;
pub mod marks;
pub mod message;
pub mod name;
pub mod pickle;
pub mod query;
pub mod request;
mod skeleton;
pub mod text;

pub use codec::{FrameTooLong, LineCodec};
pub use error::{Code, Refusal};
pub use event::{Ack, Event, RoomInfo, Welcome};
pub use invitation::join_command;
pub use lab::{Heard, Lab, LabCodec};
pub use marks::{Marks, MarksOf};
pub use message::{Conversation, Message, MessageId};
pub use name::{NameKey, Nick, RoomKey, RoomName};
pub use query::Query;
pub use request::{Hello, Page, Profile, Request, Resume, Search, Token};
pub use text::{Line, Text};
