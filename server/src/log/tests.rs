//! What every log must do, checked on each of them.

use super::memory::MemoryLog;
use super::sqlite::{Durability, SqliteLog};
use super::*;

const LOBBY: ChannelId = ChannelId(1);

pub(crate) fn said(channel: ChannelId, author: i64, id: &str, text: &str) -> Record {
    Record::Said(Said {
        channel,
        author: PersonId(author),
        from: Nick::new("ann").unwrap(),
        id: MessageId::new(id).unwrap(),
        at: 1_000,
        text: Text::new(text).unwrap(),
    })
}

async fn append(log: &dyn Log, records: Vec<Record>) -> Vec<Stored> {
    log.append(Arc::new(records)).await.unwrap()
}

async fn seqs(log: &dyn Log, page: Page, limit: usize) -> (Vec<u64>, bool) {
    let extract = log.read(LOBBY, page, limit).await.unwrap();
    (extract.messages.iter().map(|kept| kept.message.seq).collect(), extract.more)
}

async fn numbers_from_one_without_gaps(log: &dyn Log) {
    let other = ChannelId(2);
    let first = append(log, vec![said(LOBBY, 1, "a", "x"), said(other, 1, "b", "y")]).await;
    assert_eq!(first, [Stored::New { seq: 1 }, Stored::New { seq: 1 }]);
    let second = append(log, vec![said(LOBBY, 1, "c", "x"), said(LOBBY, 2, "a", "z")]).await;
    assert_eq!(second, [Stored::New { seq: 2 }, Stored::New { seq: 3 }]);
}

async fn stores_the_same_id_once(log: &dyn Log) {
    let again = Stored::Again { seq: 1, at: 1_000 };
    assert_eq!(append(log, vec![said(LOBBY, 1, "a", "x")]).await, [again]);
    assert_eq!(append(log, vec![said(LOBBY, 1, "a", "other")]).await, [Stored::IdTaken]);
    assert_eq!(append(log, vec![said(ChannelId(2), 1, "a", "x")]).await, [Stored::IdTaken]);
    let twice = vec![said(LOBBY, 3, "n", "x"), said(LOBBY, 3, "n", "x")];
    let stored = append(log, twice).await;
    assert_eq!(stored, [Stored::New { seq: 4 }, Stored::Again { seq: 4, at: 1_000 }]);
}

async fn reads_pages(log: &dyn Log) {
    for number in 5..=10 {
        append(log, vec![said(LOBBY, 9, &number.to_string(), "x")]).await;
    }
    assert_eq!(seqs(log, Page::Newest, 3).await, (vec![8, 9, 10], true));
    assert_eq!(seqs(log, Page::Before(4), 10).await, (vec![1, 2, 3], false));
    assert_eq!(seqs(log, Page::Before(4), 2).await, (vec![2, 3], true));
    assert_eq!(seqs(log, Page::Before(1), 2).await, (vec![], false));
    assert_eq!(seqs(log, Page::After(7), 2).await, (vec![8, 9], true));
    assert_eq!(seqs(log, Page::After(7), 3).await, (vec![8, 9, 10], false));
    assert_eq!(seqs(log, Page::After(u64::MAX), 3).await, (vec![], false));
    assert_eq!(seqs(log, Page::Before(u64::MAX), 1).await, (vec![10], true));
}

async fn pages_fit_a_frame(log: &dyn Log) {
    let large = "\"".repeat(chat_protocol::limit::TEXT_BYTES);
    for number in 0..6 {
        append(log, vec![said(LOBBY, 8, &number.to_string(), &large)]).await;
    }
    assert_eq!(seqs(log, Page::Newest, 6).await, (vec![15, 16], true));
    assert_eq!(seqs(log, Page::After(10), 6).await, (vec![11, 12], true));
}

async fn fetches_single_messages(log: &dyn Log) {
    let places = [(LOBBY, 3), (ChannelId(2), 1), (LOBBY, 17), (ChannelId(9), 1), (LOBBY, 0)];
    let fetched = log.fetch(places.to_vec()).await.unwrap();
    let texts: Vec<Option<&str>> =
        fetched.iter().map(|kept| kept.as_ref().map(|kept| kept.message.text.as_str())).collect();
    assert_eq!(texts, [Some("z"), Some("y"), None, None, None]);
    assert_eq!(fetched[0].as_ref().unwrap().author, PersonId(2));
}

async fn check(log: &dyn Log) {
    numbers_from_one_without_gaps(log).await;
    stores_the_same_id_once(log).await;
    reads_pages(log).await;
    pages_fit_a_frame(log).await;
    fetches_single_messages(log).await;
}

#[tokio::test]
async fn memory_keeps_the_rules() {
    check(&MemoryLog::default()).await;
}

#[tokio::test]
async fn sqlite_keeps_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let (log, _) = SqliteLog::open(&folder.path().join("chat.db"), Durability::Disk).unwrap();
    check(&log).await;
    log.close().await;
    assert!(log.read(LOBBY, Page::Newest, 1).await.is_err());
}

#[tokio::test]
async fn sqlite_remembers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    let (log, before) = SqliteLog::open(&path, Durability::Disk).unwrap();
    assert_eq!(before.last_channel, 0);
    let account = Account { person: PersonId(1), name: Nick::new("ann").unwrap(), token: [7; 32] };
    let name = RoomName::new("rust").unwrap();
    let topic = Line::from("crabs".to_owned());
    append(
        &log,
        vec![
            Record::Account(account.clone()),
            Record::Room { channel: LOBBY, name: name.clone(), topic: topic.clone() },
            said(LOBBY, 1, "a", "x"),
            Record::Direct { channel: ChannelId(2), people: (PersonId(1), PersonId(2)) },
            Record::Direct { channel: ChannelId(3), people: (PersonId(-5), PersonId(2)) },
        ],
    )
    .await;
    log.close().await;

    let (log, after) = SqliteLog::open(&path, Durability::Disk).unwrap();
    assert_eq!(after.log, before.log);
    assert_eq!(after.accounts, [account]);
    assert_eq!(after.rooms, [StoredRoom { channel: LOBBY, name, topic, last: 1 }]);
    let people = (PersonId(1), PersonId(2));
    assert_eq!(after.directs, [StoredDirect { channel: ChannelId(2), people, last: 0 }]);
    assert_eq!(after.last_channel, 3);
    let again = append(&log, vec![said(LOBBY, 1, "a", "x"), said(LOBBY, 1, "b", "y")]).await;
    assert_eq!(again, [Stored::Again { seq: 1, at: 1_000 }, Stored::New { seq: 2 }]);
    log.close().await;
}

#[tokio::test]
async fn a_later_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = SqliteLog::open(&path, Durability::Disk).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("later version"), "{error}");
}

#[tokio::test]
async fn a_log_of_the_first_schema_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("migrations/001.sql")).unwrap();
    old.execute_batch(
        "PRAGMA user_version = 1;
         INSERT INTO meta VALUES ('log', 'old');
         INSERT INTO room VALUES (1, 'lobby', '');
         INSERT INTO message VALUES (1, 1, 1000, 1, 'ann', 'x');
         INSERT INTO sent VALUES (1, 'a', 1, 1);",
    )
    .unwrap();
    drop(old);
    let (log, snapshot) = SqliteLog::open(&path, Durability::Os).unwrap();
    assert_eq!((snapshot.log.as_str(), snapshot.rooms[0].last), ("old", 1));
    let stored = append(&log, vec![said(LOBBY, 1, "a", "x"), said(LOBBY, 1, "b", "y")]).await;
    assert_eq!(stored, [Stored::Again { seq: 1, at: 1_000 }, Stored::New { seq: 2 }]);
    log.close().await;
    let new = rusqlite::Connection::open(&path).unwrap();
    let id: String =
        new.query_row("SELECT id FROM message WHERE seq = 1", [], |row| row.get(0)).unwrap();
    assert_eq!(id, "a");
}
