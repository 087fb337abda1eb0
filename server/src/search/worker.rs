//! The thread that owns the index: searches first, and behind each at most one batch of what was
//! stored, with pauses longer than its work while nobody searches. It gives way to all other
//! threads besides; so a whole log that is indexed anew leaves time for those who talk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_protocol::Page;
use tokio::runtime::Runtime;

use super::feed::Feed;
use super::index::{self, BLOCK, Index, Marks};
use super::scan::Scan;
use super::{Corpus, Found, Job, Next, SearchError, Shared, Turns, Wanted};
use crate::log::ChannelId;

/// Messages that are taken in at once: a search waits for one batch at most.
const BATCH: usize = 256;

/// How long it pauses behind a batch, in times of what the batch took.
const PAUSE: u32 = 2;

/// How long after something went wrong it is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// How much this thread gives way, where each can be told so: a tenth of a processor that others
/// want is left to it, so that those who search while everybody talks have their answers too.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Tells the host what goes wrong.
pub(super) type Trouble = Box<dyn Fn(&str) + Send>;

/// What the thread holds.
pub(super) struct Worker {
    shared: Arc<Shared>,
    corpus: Corpus,
    trouble: Trouble,
    /// `None` before it was opened, and when it has to be opened again.
    open: Option<(Index, Feed)>,
    /// It was open before: where it is kept is a place, whatever keeps it from being opened now.
    was_open: bool,
    /// What was told of trouble that goes on.
    told: Option<String>,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>, corpus: Corpus, trouble: Trouble) -> Self {
        Self { shared, corpus, trouble, open: None, was_open: false, told: None }
    }

    pub(super) fn run(mut self) {
        give_way();
        // What the log promises is waited for here, whatever becomes of the server's own runtime.
        let runtime = match tokio::runtime::Builder::new_current_thread().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                (self.trouble)(&format!("nothing can be searched: {error}"));
                return self.shared.close();
            }
        };
        // What the index lacks at the start is known when it is open.
        let mut turns = Turns { due: Some(Instant::now()), ..Turns::default() };
        loop {
            match self.shared.next(&mut turns) {
                Next::Stop => return,
                Next::Search(Job { wanted, answer }) => {
                    // Whoever asked may have gone.
                    if !answer.is_closed() {
                        answer.send(self.find(&wanted, &runtime)).ok();
                    }
                }
                Next::Index => turns.due = self.index_some(&runtime),
            }
        }
    }

    /// Takes a batch in. Returns when to go on at the earliest; `None` when nothing is behind.
    fn index_some(&mut self, runtime: &Runtime) -> Option<Instant> {
        let start = Instant::now();
        match self.take_in(runtime) {
            Ok(true) => None,
            Ok(false) => Some(Instant::now() + start.elapsed() * PAUSE),
            Err(_) if self.shared.lock().closed => None,
            Err(error) => {
                self.give_up(&error);
                Some(Instant::now() + AGAIN)
            }
        }
    }

    /// Takes a batch in, and says whether that was all.
    fn take_in(&mut self, runtime: &Runtime) -> Result<bool, SearchError> {
        self.hear_news();
        let fresh = self.open.is_none();
        let Self { shared, corpus, trouble, open, was_open, .. } = self;
        let (index, feed) = match open {
            Some(open) => open,
            None if *was_open => open.insert(open_again(corpus)?),
            None => open.insert(open_first(corpus, trouble)?),
        };
        *was_open = true;
        let batch = feed.take(BATCH, &mut |channel, page, limit| {
            Ok(runtime.block_on(corpus.log.read(channel, page, limit))?)
        })?;
        if !batch.is_empty() {
            let newest = index.newest_block();
            index.add(&batch)?;
            index.settle_some()?;
            // What is on the disk is kept for ever.
            if corpus.index.is_none() && index.newest_block() > newest {
                thin(index, corpus, runtime)?;
            }
        }
        let mut inbox = shared.lock();
        let is_behind = |channel: &ChannelId, last: &mut u64| feed.mark(*channel) < *last;
        if fresh || batch.is_empty() {
            inbox.behind.retain(is_behind);
        } else {
            // Only these may have caught up, and of all there may be very many.
            for (channel, _) in &batch {
                if inbox.behind.get_mut(channel).is_some_and(|last| !is_behind(channel, last)) {
                    inbox.behind.remove(channel);
                }
            }
        }
        self.told = None;
        Ok(inbox.behind.is_empty())
    }

    /// Takes note of what was stored since.
    fn hear_news(&mut self) {
        let mut inbox = self.shared.lock();
        if std::mem::take(&mut inbox.news) {
            self.corpus.last.extend(inbox.behind.iter().map(|(channel, last)| (*channel, *last)));
            if let Some((_, feed)) = &mut self.open {
                feed.extend(&inbox.behind);
            }
        }
    }

    fn find(&mut self, wanted: &Wanted, runtime: &Runtime) -> Result<Found, SearchError> {
        let inbox = self.shared.lock();
        let complete = !wanted.channels.iter().any(|channel| inbox.behind.contains_key(channel));
        drop(inbox);
        let Some((index, _)) = &self.open else {
            return Ok(Found { complete, ..Found::default() });
        };
        let log = &self.corpus.log;
        let found =
            Scan::run(index, wanted, &mut |places| Ok(runtime.block_on(log.fetch(places))?));
        match found {
            Ok(found) => Ok(Found { complete, ..found }),
            Err(error @ SearchError::Damaged(_)) => {
                self.give_up(&error);
                Ok(Found::default())
            }
            Err(error) => Err(error),
        }
    }

    /// Closes an index that fails. It is opened again later, and until then everything counts as
    /// behind; one that is damaged is taken away.
    fn give_up(&mut self, error: &SearchError) {
        let words = format!("the search lags behind: {error}");
        if self.told.as_ref() != Some(&words) {
            (self.trouble)(&words);
            self.told = Some(words);
        }
        self.open = None;
        if let (SearchError::Damaged(_), Some(path)) = (error, &self.corpus.index) {
            // What cannot be taken away cannot be opened either, and is told of then.
            index::remove(path).ok();
        }
        let mut inbox = self.shared.lock();
        for (channel, last) in &self.corpus.last {
            if *last > 0 {
                inbox.behind.entry(*channel).or_insert(*last);
            }
        }
    }
}

/// Lets all other threads of this computer go first.
fn give_way() {
    // On Linux the calling thread's alone, with POSIX the whole process's. Where it is refused,
    // the pauses are what is left.
    #[cfg(target_os = "linux")]
    rustix::process::setpriority_process(None, NICE).ok();
}

/// Opens the index for the first time. Where none can be kept (a folder is in its place, or files of
/// somebody else), it is made in memory from now on: whoever waited for a place would be told for
/// ever that not everything has been looked at.
fn open_first(corpus: &mut Corpus, trouble: &Trouble) -> Result<(Index, Feed), SearchError> {
    let opened = open_again(corpus);
    let Err(SearchError::NoPlace(why)) = &opened else { return opened };
    let Some(path) = corpus.index.take() else { return opened };
    trouble(&format!(
        "the search index is made in memory, because {} cannot be used: {why}; move what is there \
         away, and the next start makes it there",
        path.display()
    ));
    open_again(corpus)
}

/// Opens the index, and finds out what it lacks.
fn open_again(corpus: &Corpus) -> Result<(Index, Feed), SearchError> {
    let Corpus { identity, last, index, .. } = corpus;
    let (index, marks) = Index::open(index.as_deref(), identity, last, BLOCK)?;
    let mut feed = Feed::new(marks);
    feed.extend(last);
    Ok((index, feed))
}

/// Lets the index in memory go of what its log has let go of.
fn thin(index: &mut Index, corpus: &Corpus, runtime: &Runtime) -> Result<(), SearchError> {
    let mut first_kept = Marks::new();
    for channel in corpus.last.keys() {
        let extract = runtime.block_on(corpus.log.read(*channel, Page::Newest, 1))?;
        first_kept.insert(*channel, extract.first_kept);
    }
    for block in 0..index.newest_block() {
        let first_kept = |channel| first_kept.get(&channel).copied().unwrap_or(0);
        index.thin(block, &first_kept, &mut |places| {
            Ok(runtime.block_on(corpus.log.fetch(places))?)
        })?;
    }
    Ok(())
}
