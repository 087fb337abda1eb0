//! The index against the plain truth: what a reader of every message would find.

use chat_protocol::{Message, Nick, Query, Text};
use proptest::collection::vec;
use proptest::prelude::{Strategy, prop_oneof, proptest};
use proptest::prop_assert_eq;

use super::index::{Index, Marks};
use super::scan::Scan;
use super::*;

/// So few that there are many blocks.
const BLOCK: i64 = 8;

const NAMES: [&str; 3] = ["ann", "bob", "Zoë"];

fn kept(seq: usize, author: usize, text: &str) -> Kept {
    let message = Message {
        seq: seq as u64,
        from: Nick::new(NAMES[author]).unwrap(),
        at: i64::try_from(seq).unwrap() * 1_000,
        text: Text::new(text).unwrap(),
    };
    Kept { author: PersonId(i64::try_from(author).unwrap() + 1), message }
}

/// An index, and the log that it was made from: messages are numbered across all channels.
struct Shelf {
    index: Index,
    log: Vec<(ChannelId, Kept)>,
    /// Messages before this one are no longer kept.
    first_kept: u64,
}

impl Shelf {
    fn new(said: &[(i64, usize, String)]) -> Self {
        let (mut index, _) = Index::open(None, "log", &Marks::new(), BLOCK).unwrap();
        let log: Vec<(ChannelId, Kept)> = said
            .iter()
            .zip(1..)
            .map(|((channel, author, text), seq)| (ChannelId(*channel), kept(seq, *author, text)))
            .collect();
        for batch in log.chunks(5) {
            index.add(batch).unwrap();
            index.settle_some().unwrap();
        }
        Self { index, log, first_kept: 1 }
    }

    fn get(&self, seq: u64) -> Option<Kept> {
        let (_, kept) = self.log.get(usize::try_from(seq).ok()?.checked_sub(1)?)?;
        Some(kept.clone()).filter(|kept| kept.message.seq >= self.first_kept)
    }

    /// The numbers of what is found, page by page.
    fn found(&self, wanted: &Wanted) -> Vec<u64> {
        let mut wanted = wanted.clone();
        let mut seqs = Vec::new();
        loop {
            let page = Scan::run(&self.index, &wanted, &mut |places| {
                Ok(places.iter().map(|(_, seq)| self.get(*seq)).collect())
            });
            let Found { hits, next, .. } = page.unwrap();
            assert!(hits.len() <= wanted.limit);
            seqs.extend(hits.iter().map(|(_, kept)| kept.message.seq));
            match next {
                Some(next) => wanted.cursor = Some(next),
                None => return seqs,
            }
        }
    }

    /// The same by reading everything.
    fn read(&self, wanted: &Wanted) -> Vec<u64> {
        let Wanted { query, authors, channels, before, .. } = wanted;
        let is_hit = |(channel, kept): &&(ChannelId, Kept)| {
            let name = kept.message.from.key();
            let by = query.from.iter().any(|from| from.key() == name);
            let by = by || authors.contains(&kept.author);
            let anybody = query.from.is_empty() && authors.is_empty();
            channels.contains(channel)
                && (anybody || by)
                && before.is_none_or(|before| kept.message.at < before)
                && kept.message.seq >= self.first_kept
                && query.matches(&kept.message.text)
        };
        if query.is_empty() {
            return Vec::new();
        }
        self.log.iter().rev().filter(is_hit).map(|(_, kept)| kept.message.seq).collect()
    }

    fn thin(&mut self, first_kept: u64) {
        self.first_kept = first_kept;
        let log = self.log.clone();
        for block in 0..self.index.newest_block() {
            let mut fetch = |places: Vec<(ChannelId, u64)>| {
                let get = |seq: u64| log.get(usize::try_from(seq).unwrap() - 1);
                Ok(places.iter().map(|(_, seq)| get(*seq).map(|(_, kept)| kept.clone())).collect())
            };
            self.index.thin(block, &|_| first_kept, &mut fetch).unwrap();
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[aAbé]{1,3}( [abc]{1,2}){0,3}",
        "[数据库a ]{0,6}x",
        "(c\\+\\+|c#|foo-bar|Straße) a?"
    ]
}

fn typed() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[abcé]{1,2}",
        "[数据库]{1,2}",
        "\"[ab]{1,2} [ab]{1,2}\"",
        "from:(ann|b0b|zoe|zoë)",
        "c\\+\\+|foo|STRASSE|x",
    ];
    vec(part, 0..4).prop_map(|parts| parts.join(" "))
}

proptest! {
    #[test]
    fn an_index_finds_what_a_reader_would(
        said in vec((1_i64..4, 0_usize..3, text()), 0..60),
        typed in vec(typed(), 1..8),
        channels in vec(1_i64..5, 0..4),
        before in proptest::option::of(0_i64..70_000),
        limit in 1_usize..6,
        gone in 0_u64..60,
    ) {
        let mut shelf = Shelf::new(&said);
        for gone in [0, gone] {
            shelf.thin(gone + 1);
            for typed in &typed {
                let wanted = Wanted {
                    query: Query::parse(typed),
                    channels: channels.iter().map(|channel| ChannelId(*channel)).collect(),
                    before,
                    limit,
                    ..Wanted::default()
                };
                prop_assert_eq!(shelf.found(&wanted), shelf.read(&wanted), "{}", typed);
            }
        }
    }
}

#[test]
fn what_is_let_go_of_leaves_nothing_behind() {
    let said: Vec<(i64, usize, String)> = (0..40).map(|_| (1, 0, "word".to_owned())).collect();
    let mut shelf = Shelf::new(&said);
    let count = |shelf: &Shelf, what: &str| -> i64 {
        let query = format!("SELECT count(*) FROM {what}");
        shelf.index.connection.query_row(&query, [], |row| row.get(0)).unwrap()
    };
    let check = |shelf: &Shelf, docs: i64, blocks: i64| {
        let tables = "sqlite_schema WHERE name GLOB 'block_[0-9]' OR name = 'block_10'";
        assert_eq!(count(shelf, "doc"), docs);
        assert_eq!((count(shelf, "block"), count(shelf, "part")), (blocks, blocks));
        assert_eq!(count(shelf, tables), blocks);
    };
    check(&shelf, 40, 6);
    // Less than half of the second block is gone, and more than half of the third.
    shelf.thin(10);
    check(&shelf, 33, 5);
    shelf.thin(22);
    check(&shelf, 19, 4);
    let wanted = Wanted {
        query: Query::parse("word"),
        channels: vec![ChannelId(1)],
        limit: 7,
        ..Wanted::default()
    };
    assert_eq!(shelf.found(&wanted), (22..=40).rev().collect::<Vec<u64>>());
}

#[test]
fn full_blocks_are_settled() {
    let said: Vec<(i64, usize, String)> = (0..40).map(|n| (1, 0, format!("word{n}"))).collect();
    let mut index = Shelf::new(&said).index;
    for _ in 0..20 {
        index.settle_some().unwrap();
    }
    let settled = "SELECT group_concat(settled) FROM block";
    let settled: String = index.connection.query_row(settled, [], |row| row.get(0)).unwrap();
    assert_eq!(settled, "1,1,1,1,1,0");
}

#[test]
fn an_index_goes_on_where_it_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("search.db");
    let last = |seq| Marks::from([(ChannelId(1), seq)]);
    let open = |log, seq| Index::open(Some(&path), log, &last(seq), BLOCK).unwrap();
    let (mut index, marks) = open("log", 9);
    assert!(marks.is_empty());
    index.add(&[(ChannelId(1), kept(1, 0, "x")), (ChannelId(1), kept(2, 0, "y"))]).unwrap();
    let generation = index.generation;
    drop(index);
    let (index, marks) = open("log", 9);
    assert_eq!((index.generation, index.newest_block(), marks), (generation, 0, last(2)));
    drop(index);
    let (index, marks) = open("log", 1);
    assert!(index.generation != generation && marks.is_empty(), "it knew of more than there is");
    let generation = index.generation;
    drop(index);
    let (other, marks) = open("another log", 9);
    assert!(other.generation != generation && marks.is_empty());
}

#[tokio::test]
async fn whoever_asks_when_it_has_stopped_is_told_so() {
    let log: Arc<dyn Log> = Arc::new(crate::log::memory::MemoryLog::default());
    let finder = Finder::start(Corpus::new(log, &Snapshot::default(), None), |_| {});
    assert!(finder.find(Wanted::default()).await.unwrap().complete);
    finder.close().await;
    assert!(matches!(finder.find(Wanted::default()).await, Err(SearchError::Failed(_))));
}

/// What the thread does, turn by turn, with three searches waiting: `s` is a search, `i` indexing.
fn turns(behind: bool, due: Duration, count: usize) -> String {
    let job = || Job { wanted: Wanted::default(), answer: oneshot::channel().0 };
    let behind = behind.then_some((ChannelId(1), 1)).into_iter().collect();
    let jobs = (0..3).map(|_| job()).collect();
    let inbox = Inbox { behind, jobs, ..Inbox::default() };
    let shared = Shared { inbox: Mutex::new(inbox), changed: Condvar::new() };
    let mut turns = Turns { due: Some(Instant::now() + due), ..Turns::default() };
    let turn = |_| match shared.next(&mut turns) {
        Next::Search(_) => 's',
        Next::Index => 'i',
        Next::Stop => '.',
    };
    (0..count).map(turn).collect()
}

#[test]
fn searches_come_first_and_leave_the_index_every_second_turn_when_it_is_due() {
    let check = |behind, due, expected: &str| {
        assert_eq!(turns(behind, due, expected.len()), expected, "{behind} {due:?}");
    };
    check(true, Duration::ZERO, "sisisiii");
    check(true, Duration::from_secs(3_600), "sss");
    check(false, Duration::ZERO, "sss");
    // What waits while others search is due a moment later, not a moment after the last of them.
    let (mut turns, start) = (Turns::default(), Instant::now());
    for passed in [Duration::ZERO, MOMENT / 2, MOMENT] {
        assert_eq!(turns.left(start + passed), MOMENT - passed);
    }
}
