//! What is to be indexed: the messages behind the marks of all channels, in the order in which they
//! were said. Each channel is read page by page; of very many, shorter pages.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use chat_protocol::Page;

use super::SearchError;
use super::index::Marks;
use crate::log::{ChannelId, Extract, Kept};

/// Messages that are held ready, of all channels together, roughly.
const READY: usize = 16_384;

/// Messages of one channel that are read at a time, at most.
const PAGE: usize = 200;

/// Reads a page of a channel.
pub(super) type ReadPage<'a> =
    &'a mut dyn FnMut(ChannelId, Page, usize) -> Result<Extract, SearchError>;

/// The channels that have messages behind their marks.
#[derive(Debug, Default)]
pub(super) struct Feed {
    /// Up to which message each channel has been taken.
    marks: Marks,
    /// The newest of each channel that is behind.
    last: Marks,
    /// What was read of each and not taken yet.
    ready: HashMap<ChannelId, VecDeque<Kept>>,
    /// When the first of each was said.
    heads: BinaryHeap<Reverse<(i64, ChannelId)>>,
}

impl Feed {
    /// Goes on behind these marks.
    pub(super) fn new(marks: Marks) -> Self {
        Self { marks, ..Self::default() }
    }

    /// These channels have messages up to these.
    pub(super) fn extend(&mut self, newest: &Marks) {
        for (channel, last) in newest {
            if self.mark(*channel) < *last {
                self.last.insert(*channel, *last);
            }
        }
    }

    /// Up to which message a channel has been taken.
    pub(super) fn mark(&self, channel: ChannelId) -> u64 {
        self.marks.get(&channel).copied().unwrap_or(0)
    }

    /// The next messages, at most `most`; none when nothing is behind.
    pub(super) fn take(
        &mut self,
        most: usize,
        read: ReadPage<'_>,
    ) -> Result<Vec<(ChannelId, Kept)>, SearchError> {
        let idle: Vec<ChannelId> =
            self.last.keys().filter(|channel| !self.ready.contains_key(channel)).copied().collect();
        for channel in idle {
            self.refill(channel, read)?;
        }
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some(Reverse((_, channel))) = self.heads.pop()
        {
            let Some(ready) = self.ready.get_mut(&channel) else { continue };
            if let Some(kept) = ready.pop_front() {
                self.marks.insert(channel, kept.message.seq);
                taken.push((channel, kept));
            }
            match ready.front() {
                Some(kept) => self.heads.push(Reverse((kept.message.at, channel))),
                None => self.refill(channel, read)?,
            }
        }
        Ok(taken)
    }

    /// Reads on in a channel of which nothing is ready; one that has no more is behind no longer.
    fn refill(&mut self, channel: ChannelId, read: ReadPage<'_>) -> Result<(), SearchError> {
        self.ready.remove(&channel);
        let (mark, last) = (self.mark(channel), self.last.get(&channel).copied().unwrap_or(0));
        if mark < last {
            let limit = (READY / self.last.len().max(1)).clamp(1, PAGE);
            let page = read(channel, Page::After(mark), limit)?.messages;
            if let Some(first) = page.first() {
                self.heads.push(Reverse((first.message.at, channel)));
                self.ready.insert(channel, page.into());
                return Ok(());
            }
            // The rest is no longer kept.
            self.marks.insert(channel, last);
        }
        self.last.remove(&channel);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Message, Nick, Text};

    use super::*;
    use crate::log::PersonId;

    /// A log of channels that each say when their messages were said; reads pages of it.
    fn page(log: &[&[i64]], channel: ChannelId, page: Page, limit: usize) -> Extract {
        let Page::After(after) = page else { panic!("{page:?}") };
        let from = usize::try_from(after).unwrap();
        let channel = log[usize::try_from(channel.0).unwrap()];
        let messages = (from..channel.len()).take(limit).map(|index| Kept {
            author: PersonId(1),
            message: Message {
                seq: index as u64 + 1,
                from: Nick::new("ann").unwrap(),
                at: channel[index],
                text: Text::new("x").unwrap(),
            },
        });
        Extract { messages: messages.collect(), ..Extract::default() }
    }

    fn check(log: &[&[i64]], marks: &[u64], most: usize, expected: &[i64]) {
        let numbered = (0..).map(ChannelId);
        let mut feed = Feed::new(numbered.clone().zip(marks.iter().copied()).collect());
        let lengths = log.iter().map(|channel| channel.len() as u64);
        feed.extend(&numbered.zip(lengths).collect());
        let mut taken = Vec::new();
        loop {
            let batch = feed.take(most, &mut |c, p, limit| Ok(page(log, c, p, limit.min(2))));
            let batch = batch.unwrap();
            if batch.is_empty() {
                break;
            }
            assert!(batch.len() <= most);
            taken.extend(batch.iter().map(|(_, kept)| kept.message.at));
        }
        assert_eq!(taken, expected, "{log:?} behind {marks:?}");
        assert!(feed.last.is_empty() && feed.ready.is_empty() && feed.heads.is_empty());
    }

    #[test]
    fn what_was_said_first_comes_first() {
        check(&[], &[], 3, &[]);
        check(&[&[1, 4, 5, 8], &[2, 3, 9], &[]], &[0, 0, 0], 3, &[1, 2, 3, 4, 5, 8, 9]);
        check(&[&[1, 4, 5, 8], &[2, 3, 9]], &[3, 1], 100, &[3, 8, 9]);
        check(&[&[1, 2], &[3]], &[2, 1], 1, &[]);
        check(&[&[5, 1, 7], &[6]], &[0, 0], 1, &[5, 1, 6, 7]);
    }

    #[test]
    fn what_is_no_longer_kept_is_passed_over() {
        let mut feed = Feed::default();
        feed.extend(&[(ChannelId(0), 5)].into());
        let taken = feed.take(9, &mut |_, _, _| Ok(Extract::default())).unwrap();
        assert!(taken.is_empty() && feed.last.is_empty());
        assert_eq!(feed.mark(ChannelId(0)), 5);
    }
}
