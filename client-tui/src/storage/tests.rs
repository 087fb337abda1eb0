//! What the storage keeps, and what it does when it cannot.

use std::fs;

use super::*;
use crate::dialect::Dialect;

fn nick(name: &str) -> Nick {
    Nick::new(name).unwrap()
}

fn target(host: &str) -> Target {
    let dialect = Dialect::Native;
    Target { host: host.to_owned(), port: 65_433, name: nick("ann"), dialect }
}

fn at(folder: &Path) -> Storage {
    Storage::at(folder.to_owned())
}

/// Whoever opens the storage next finds this token.
fn found(folder: &Path, name: &str) -> Token {
    at(folder).token(&nick(name))
}

#[test]
fn a_name_that_another_client_came_to_own_meanwhile_is_ours_too() {
    let folder = tempfile::tempdir().unwrap();
    let name = Nick::new("sam").unwrap();
    let mut first = Storage::at(folder.path().to_owned());
    let mut second = Storage::at(folder.path().to_owned());
    let token = first.token(&name);
    assert_eq!(first.close(), None);
    assert_eq!(second.token(&name), token);
}

#[test]
fn a_name_keeps_its_token() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b");
    let mut first = at(&path);
    let ann = first.token(&nick("Ann"));
    assert_eq!(first.close(), None);
    let mut storage = at(&path);
    assert_eq!(storage.token(&nick("ann")), ann);
    assert_ne!(storage.token(&nick("bob")), ann);
    storage.keep_token(&nick("ann"), &nick("anna"));
    assert_eq!(storage.token(&nick("anna")), ann);
    assert_eq!(storage.close(), None);
    assert_eq!(found(&path, "ANNA"), ann);
}

#[test]
fn another_token_of_the_new_name_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    // As files were when there was one token for each name.
    let old = r#"{"tokens": {"ann": "0123456789abcdef", "bob": "fedcba9876543210"}}"#;
    fs::write(folder.path().join(TOKENS), old).unwrap();
    let mut storage = at(folder.path());
    storage.keep_token(&nick("ann"), &nick("bob"));
    assert_eq!(storage.token(&nick("bob")).secret(), "0123456789abcdef");
    assert_eq!(storage.close(), None);
    let file: Tokens = files::read(&folder.path().join(TOKENS)).unwrap().unwrap();
    assert_eq!(file.tokens["bob"].0, ["0123456789abcdef", "fedcba9876543210"]);
    assert_eq!(file.tokens["ann"].0, ["0123456789abcdef"]);
}

#[cfg(unix)]
#[test]
fn tokens_are_for_their_owners_eyes() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mut storage = at(folder.path());
    storage.token(&nick("ann"));
    assert_eq!(storage.close(), None);
    let mode = fs::metadata(folder.path().join(TOKENS)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn clients_that_start_at_once_go_by_one_token() {
    let folder = tempfile::tempdir().unwrap();
    // None of them has found anything yet.
    let clients: Vec<_> = (0..8).map(|_| at(folder.path())).collect();
    let clients = clients.into_iter().map(|mut storage| {
        std::thread::spawn(move || {
            storage.prepare(&nick("ann"));
            let token = storage.token(&nick("ann"));
            assert_eq!(storage.close(), None);
            token
        })
    });
    let clients: Vec<_> = clients.collect();
    let tokens: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    assert_eq!(found(folder.path(), "ann"), tokens[0]);
}

#[test]
fn clients_at_the_same_time_lose_nothing_and_agree_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["ann", "bob", "cid", "dan"];
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let mut storage = at(folder.path());
            std::thread::spawn(move || {
                let tokens = names.map(|name| storage.token(&nick(name)));
                assert_eq!(storage.close(), None);
                tokens
            })
        })
        .collect();
    let made: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
    let file: Tokens = files::read(&folder.path().join(TOKENS)).unwrap().unwrap();
    for (index, name) in names.into_iter().enumerate() {
        let kept = &file.tokens[name].0;
        assert!(made.iter().all(|made| kept.contains(&made[index].secret().to_owned())));
        assert_eq!(found(folder.path(), name).secret(), kept[0]);
    }
}

#[test]
fn recent_servers_are_few_and_the_newest_is_on_top() {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = at(folder.path());
    assert!(storage.recent().is_empty());
    for number in 0..20 {
        storage.remember(&target(&format!("host-{number}")));
    }
    storage.remember(&target("host-15"));
    assert_eq!(storage.close(), None);
    let recent = at(folder.path()).recent();
    assert_eq!(recent.len(), RECENT_MOST);
    assert_eq!((&*recent[0].host, &*recent[1].host), ("host-15", "host-19"));
}

#[test]
fn the_name_last_used_is_known() {
    let folder = tempfile::tempdir().unwrap();
    // As files were before.
    let old = r#"{"servers": [{"host": "lab", "port": 7, "name": "sam"}]}"#;
    fs::write(folder.path().join(RECENT), old).unwrap();
    let mut storage = at(folder.path());
    assert_eq!(storage.last_name(), Some(nick("sam")));
    storage.use_name(&nick("ann"));
    storage.remember(&Target { name: nick("bob"), ..target("elsewhere") });
    assert_eq!(storage.close(), None);
    assert_eq!(at(folder.path()).last_name(), Some(nick("ann")));
}

#[test]
fn a_broken_file_is_put_aside_whole() {
    let folder = tempfile::tempdir().unwrap();
    for content in ["{\"tokens\":", "", "[]", "\u{0}\u{0}"] {
        fs::write(folder.path().join(TOKENS), content).unwrap();
        let mut storage = at(folder.path());
        let token = storage.token(&nick("ann"));
        assert_eq!(storage.close(), None);
        assert_eq!(found(folder.path(), "ann"), token);
    }
    fs::write(folder.path().join(TOKENS), "broken again").unwrap();
    let told = at(folder.path()).trouble().unwrap();
    assert!(told.starts_with("tokens could not be read, kept as "), "{told}");
    assert!(told.ends_with("tokens.json.broken-5"), "{told}");
    fs::write(folder.path().join(RECENT), "?").unwrap();
    assert!(at(folder.path()).recent().is_empty());
    let aside = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(aside("tokens.json.broken"), "{\"tokens\":");
    assert_eq!(aside("tokens.json.broken-3"), "[]");
}

#[test]
fn without_a_folder_all_is_remembered_until_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    fs::write(&file, "").unwrap();
    let mut storage = at(&file.join("inside"));
    let trouble = storage.trouble().unwrap();
    assert!(trouble.starts_with("names and servers are remembered only until you leave: "));
    let token = storage.token(&nick("ann"));
    assert_eq!(storage.token(&nick("ann")), token);
    storage.remember(&target("host"));
    assert_eq!(storage.recent(), [target("host")]);
    // Told once.
    assert_eq!(storage.close(), None);
}

#[test]
fn trouble_that_comes_later_is_told_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = at(folder.path());
    assert_eq!(storage.trouble(), None);
    // A folder in its place is no file that could be read or replaced, not even by root.
    fs::create_dir(folder.path().join(TOKENS)).unwrap();
    let token = storage.token(&nick("ann"));
    assert_eq!(storage.token(&nick("ann")), token);
    let told = storage.close().unwrap();
    assert!(told.starts_with("names and servers are remembered only until you leave: "));
    assert_eq!(told.lines().count(), 1);
}

#[cfg(unix)]
#[test]
fn nobody_waits_for_a_disk_that_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let mut storage = at(folder.path());
    // Opening a pipe that nobody writes to waits for ever.
    let pipe = std::process::Command::new("mkfifo").arg(folder.path().join(TOKENS)).status();
    assert!(pipe.unwrap().success());
    let token = storage.token(&nick("ann"));
    for number in 0..2 * CHANGES {
        storage.remember(&target(&format!("host-{number}")));
    }
    storage.keep_token(&nick("ann"), &nick("bob"));
    assert_eq!(storage.token(&nick("bob")), token);
    let told = storage.close().unwrap();
    assert!(told.ends_with("the disk does not take them in"), "{told}");
}

#[cfg(unix)]
#[test]
fn places_of_several_clients_are_kept_together_for_their_owners_eyes() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let change = |room: &str, read| places::Change {
        target: target("lab"),
        log: "1".to_owned(),
        marks: vec![places::Mark { room: room.parse().unwrap(), log: None, read: Some(read) }],
        left: Vec::new(),
    };
    let (mut first, mut second) = (at(folder.path()), at(folder.path()));
    first.keep_places(change("lobby", 9));
    assert_eq!(first.close(), None);
    second.keep_places(change("lobby", 5));
    second.keep_places(change("rust", 2));
    assert_eq!(second.close(), None);
    let mut both = Places::default();
    assert!(both.apply(&change("lobby", 9)) && both.apply(&change("rust", 2)));
    assert_eq!(at(folder.path()).places(), &both);
    let file = folder.path().join(PLACES);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    // A damaged one is put aside, and a new one begun.
    fs::write(&file, r#"{"places": [{"host": "lab", "port": 70000}]}"#).unwrap();
    let mut third = at(folder.path());
    assert_eq!((third.trouble(), third.places()), (None, &Places::default()));
    third.keep_places(change("lobby", 3));
    assert_eq!(third.close(), None);
    assert_ne!(at(folder.path()).places(), &Places::default());
    assert!(folder.path().join("places.json.broken").exists());
}
