//! A log in memory: for `--ephemeral`, and for tests. Each channel is bounded, so old messages go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use chat_protocol::{Message, Page};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use super::{ChannelId, Extract, Kept, Log, LogError, PersonId, Record, Said, Stored, fit_frame};

/// Messages that a channel keeps; older ones are forgotten, together with their ids.
const KEPT: usize = 100_000;

/// A log that is gone when the process ends.
#[derive(Debug, Default)]
pub struct MemoryLog {
    channels: Mutex<Channels>,
}

#[derive(Debug, Default)]
struct Channels {
    messages: HashMap<ChannelId, Channel>,
    sent: HashMap<(PersonId, String), (ChannelId, u64)>,
}

#[derive(Debug, Default)]
struct Channel {
    /// How many messages were forgotten: the first kept one has the `seq` after it.
    forgotten: u64,
    kept: VecDeque<(Kept, String)>,
}

impl Channel {
    fn get(&self, seq: u64) -> Option<&Message> {
        let index = seq.checked_sub(self.forgotten + 1)?;
        self.kept.get(usize::try_from(index).ok()?).map(|(kept, _)| &kept.message)
    }
}

impl Channels {
    fn append(&mut self, said: &Said) -> Stored {
        let key = (said.author, said.id.as_str().to_owned());
        if let Some(&(channel, seq)) = self.sent.get(&key) {
            let before = self.messages.get(&channel).and_then(|channel| channel.get(seq));
            return match before {
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
        if channel.kept.len() > KEPT
            && let Some((kept, id)) = channel.kept.pop_front()
        {
            channel.forgotten += 1;
            self.sent.remove(&(kept.author, id));
        }
        self.sent.insert(key, (said.channel, seq));
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

    fn close(&self) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}
