//! Encoding once for everybody: bytes are worked out once for each dialect, and shared.

use bytes::{Bytes, BytesMut};
use chat_protocol::Event;

use crate::doors::Dialect;

/// One event as the dialects print it, each worked out when first asked for.
#[derive(Default)]
pub(super) struct Encoded(Vec<(&'static str, Bytes)>);

impl Encoded {
    /// What the event looks like in this dialect.
    pub(super) fn event(&mut self, dialect: &dyn Dialect, event: &Event) -> Bytes {
        if let Some((_, bytes)) = self.0.iter().find(|(name, _)| *name == dialect.name()) {
            return bytes.clone();
        }
        let mut out = BytesMut::new();
        dialect.print(event, &mut out);
        let bytes = fitted(out);
        self.0.push((dialect.name(), bytes.clone()));
        bytes
    }
}

impl Encoded {
    /// The bytes of the longest form that was asked for.
    pub(super) fn longest(&self) -> usize {
        self.0.iter().map(|(_, bytes)| bytes.len()).max().unwrap_or(0)
    }
}

/// Bytes without the room that writing them has left over, which may be as much again: it would wait
/// along with them in every outbox, and the bound counts what is written.
fn fitted(out: BytesMut) -> Bytes {
    let spare = out.capacity() - out.len();
    if spare > out.len() / 8 { Bytes::copy_from_slice(&out) } else { out.freeze() }
}

/// A run of messages in one dialect: one piece of memory, and where each message ends.
pub(super) struct Segment {
    dialect: &'static str,
    bytes: Bytes,
    ends: Vec<usize>,
}

/// A run of messages in every dialect that somebody needs.
pub(super) struct Segments<'a> {
    events: &'a [Event],
    segments: Vec<Segment>,
}

impl<'a> Segments<'a> {
    pub(super) fn new(events: &'a [Event]) -> Self {
        Self { events, segments: Vec::new() }
    }

    /// The run in this dialect.
    pub(super) fn of(&mut self, dialect: &dyn Dialect) -> &Segment {
        let known = self.segments.iter().position(|segment| segment.dialect == dialect.name());
        let index = known.unwrap_or_else(|| {
            self.segments.push(Segment::new(dialect, self.events));
            self.segments.len() - 1
        });
        &self.segments[index]
    }
}

impl Segments<'_> {
    /// The bytes of the longest form that was asked for.
    pub(super) fn longest(&self) -> usize {
        self.segments.iter().map(|segment| segment.bytes.len()).max().unwrap_or(0)
    }
}

impl Segment {
    fn new(dialect: &dyn Dialect, events: &[Event]) -> Self {
        let mut out = BytesMut::new();
        let mut ends = Vec::with_capacity(events.len());
        for event in events {
            dialect.print(event, &mut out);
            ends.push(out.len());
        }
        Self { dialect: dialect.name(), bytes: fitted(out), ends }
    }

    /// The whole run.
    pub(super) fn whole(&self) -> Bytes {
        self.bytes.clone()
    }

    /// The run without the messages at these places, which must be ascending.
    pub(super) fn without(&self, own: &[usize]) -> Vec<Bytes> {
        let mut pieces = Vec::with_capacity(own.len() + 1);
        let mut from = 0;
        for &index in own {
            let start = if index == 0 { 0 } else { self.ends[index - 1] };
            pieces.push(self.bytes.slice(from..start));
            from = self.ends[index];
        }
        pieces.push(self.bytes.slice(from..));
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors::native::Native;

    fn pieces(own: &[usize]) -> Vec<String> {
        let events = [Event::Ping, Event::Pong, Event::Time { at: 1 }];
        let mut segments = Segments::new(&events);
        let pieces = segments.of(&Native).without(own);
        pieces.iter().map(|piece| String::from_utf8_lossy(piece).replace('\n', " ")).collect()
    }

    #[test]
    fn what_waits_takes_what_it_counts_for() {
        let event = Event::Bye { text: "x".repeat(8_000) };
        let bytes = Encoded::default().event(&Native, &event);
        let (length, held) = (bytes.len(), bytes.try_into_mut().unwrap().capacity());
        assert!(held <= length + length / 8, "{held} for {length}");
    }

    #[test]
    fn one_is_spared_ones_own_messages() {
        const PING: &str = r#"{"type":"ping"} "#;
        const PONG: &str = r#"{"type":"pong"} "#;
        const TIME: &str = r#"{"type":"time","at":1} "#;
        assert_eq!(pieces(&[]), [format!("{PING}{PONG}{TIME}")]);
        assert_eq!(pieces(&[0]), [format!("{PONG}{TIME}")]);
        assert_eq!(pieces(&[1]), [PING, TIME]);
        assert_eq!(pieces(&[1, 2]), [PING]);
        assert!(pieces(&[0, 1, 2]).is_empty());
    }
}
