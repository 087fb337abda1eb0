//! A log in memory: for `--ephemeral`, and for tests. Each channel is bounded, so old messages go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use chat_protocol::{Message, Page};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use super::{ChannelId, Extract, Kept, Log, LogError, PersonId, Record, Said, Stored, fit_frame};

/// Messages that a channel keeps; older ones are forgotten, together with their ids.
const KEPT: usize = 100_000;

/// Bytes that all channels keep together, roughly; the oldest messages of all make room. A busy
/// day of a class takes a tenth of it.
const KEPT_BYTES: usize = 256 * 1024 * 1024;

/// What a message takes besides its text, roughly: itself, its id and its places in the indexes.
const OVERHEAD: usize = 500;

/// A log that is gone when the process ends.
#[derive(Debug, Default)]
pub struct MemoryLog {
    channels: Mutex<Channels>,
}

#[derive(Debug, Default)]
struct Channels {
    messages: HashMap<ChannelId, Channel>,
    sent: HashMap<(PersonId, String), (ChannelId, u64)>,
    /// Where each kept message is, the oldest first; some may have made room already.
    order: VecDeque<(ChannelId, u64)>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Channel {
    /// How many messages were forgotten: the first kept one has the `seq` after it.
    forgotten: u64,
    kept: VecDeque<(Kept, String)>,
}

impl Channel {
    fn get(&self, seq: u64) -> Option<&Kept> {
        let index = seq.checked_sub(self.forgotten + 1)?;
        self.kept.get(usize::try_from(index).ok()?).map(|(kept, _)| kept)
    }
}

impl Channels {
    /// Forgets the oldest message of a channel.
    fn forget(&mut self, channel: ChannelId) {
        let Some(channel) = self.messages.get_mut(&channel) else { return };
        let Some((kept, id)) = channel.kept.pop_front() else { return };
        channel.forgotten += 1;
        if channel.kept.capacity() > 4 * channel.kept.len().max(64) {
            channel.kept.shrink_to(2 * channel.kept.len());
        }
        self.bytes = self.bytes.saturating_sub(kept.message.text.len() + OVERHEAD);
        self.sent.remove(&(kept.author, id));
    }

    /// Forgets what is beyond the bounds after something was added to this channel.
    fn make_room(&mut self, channel: ChannelId, kept_bytes: usize) {
        if self.messages.get(&channel).is_some_and(|channel| channel.kept.len() > KEPT) {
            self.forget(channel);
        }
        while self.bytes > kept_bytes
            && let Some((channel, seq)) = self.order.pop_front()
        {
            if self.messages.get(&channel).is_some_and(|channel| channel.forgotten < seq) {
                self.forget(channel);
            }
        }
        // Places of messages that made room are dropped when they are the greater part.
        if self.order.len() > 2 * self.sent.len() + 1_024 {
            let messages = &self.messages;
            self.order.retain(|(channel, seq)| {
                messages.get(channel).is_some_and(|channel| channel.forgotten < *seq)
            });
        }
    }

    fn append(&mut self, said: &Said) -> Stored {
        let key = (said.author, said.id.as_str().to_owned());
        if let Some(&(channel, seq)) = self.sent.get(&key) {
            let before = self.messages.get(&channel).and_then(|channel| channel.get(seq));
            return match before.map(|kept| &kept.message) {
                Some(before) if channel == said.channel && before.text == said.text => {
                    Stored::Again { seq, at: before.at }
                }
                _ => Stored::IdTaken,
            };
        }
        let channel = self.messages.entry(said.channel).or_default();
        let seq = channel.forgotten + channel.kept.len() as u64 + 1;
        let message =
            Message { seq, from: said.from.clone(), at: said.at, text: said.text.clone() };
        channel.kept.push_back((Kept { author: said.author, message }, key.1.clone()));
        self.bytes += said.text.len() + OVERHEAD;
        self.order.push_back((said.channel, seq));
        self.sent.insert(key, (said.channel, seq));
        self.make_room(said.channel, KEPT_BYTES);
        Stored::New { seq }
    }

    fn read(&self, channel: ChannelId, page: Page, limit: usize) -> Extract {
        let Some(channel) = self.messages.get(&channel) else {
            return Extract::default();
        };
        let length = channel.kept.len();
        let index = |seq: u64| {
            usize::try_from(seq.saturating_sub(channel.forgotten + 1)).unwrap_or(length).min(length)
        };
        let (range, newest) = match page {
            Page::Newest => (length.saturating_sub(limit)..length, true),
            Page::Before(seq) => (index(seq).saturating_sub(limit)..index(seq), true),
            Page::After(seq) => {
                let start = index(seq.saturating_add(1));
                (start..start.saturating_add(limit).min(length), false)
            }
        };
        let more = if newest { range.start > 0 } else { range.end < length };
        let mut messages: Vec<Kept> =
            channel.kept.range(range).map(|(kept, _)| kept.clone()).collect();
        let cut = fit_frame(&mut messages, newest);
        Extract { messages, more: more || cut, first_kept: channel.forgotten + 1 }
    }
}

impl Log for MemoryLog {
    fn append(
        &self,
        records: Arc<Vec<Record>>,
    ) -> BoxFuture<'static, Result<Vec<Stored>, LogError>> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = records
            .iter()
            .filter_map(|record| match record {
                Record::Said(said) => Some(channels.append(said)),
                _ => None,
            })
            .collect();
        ready(Ok(stored)).boxed()
    }

    fn read(
        &self,
        channel: ChannelId,
        page: Page,
        limit: usize,
    ) -> BoxFuture<'static, Result<Extract, LogError>> {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        ready(Ok(channels.read(channel, page, limit))).boxed()
    }

    fn fetch(
        &self,
        places: Vec<(ChannelId, u64)>,
    ) -> BoxFuture<'static, Result<Vec<Option<Kept>>, LogError>> {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let get = |(channel, seq)| channels.messages.get(&channel)?.get(seq).cloned();
        ready(Ok(places.into_iter().map(get).collect())).boxed()
    }

    fn close(&self) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::tests::said;

    /// Appends a message of 700 bytes in all.
    fn append(channels: &mut Channels, channel: i64, id: u32) {
        let record = said(ChannelId(channel), 1, &id.to_string(), &"x".repeat(700 - OVERHEAD));
        let Record::Said(said) = record else { panic!("another record") };
        channels.append(&said);
    }

    fn kept(channels: &Channels, channel: i64) -> Vec<u64> {
        let extract = channels.read(ChannelId(channel), Page::Newest, 100);
        extract.messages.iter().map(|kept| kept.message.seq).collect()
    }

    #[test]
    fn the_oldest_of_all_makes_room() {
        let mut channels = Channels::default();
        for (id, channel) in [1, 2, 1, 1, 2].into_iter().enumerate() {
            append(&mut channels, channel, u32::try_from(id).unwrap());
        }
        assert_eq!(
            (channels.bytes, kept(&channels, 1), kept(&channels, 2)),
            (3_500, vec![1, 2, 3], vec![1, 2])
        );
        channels.make_room(ChannelId(1), 2_100);
        assert_eq!(
            (channels.bytes, kept(&channels, 1), kept(&channels, 2)),
            (2_100, vec![2, 3], vec![2])
        );
        assert_eq!((channels.sent.len(), channels.order.len()), (3, 3));
        assert_eq!(channels.read(ChannelId(1), Page::After(0), 9).first_kept, 2);
        channels.make_room(ChannelId(1), 0);
        assert_eq!((channels.bytes, channels.sent.len(), channels.order.len()), (0, 0, 0));
        append(&mut channels, 1, 9);
        assert_eq!(kept(&channels, 1), [4], "numbers go on");
    }
}
