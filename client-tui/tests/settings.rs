//! `/set`: what is switched on and off, and what it says of that.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use support::client::{Client, shows};

#[test]
fn settings_are_told_and_switched() {
    let mut client = Client::chatting(&[]);
    let mut check = |line: &str, expected: &str| {
        client.enter(line);
        let screen = client.text((100, 24));
        assert!(screen.contains(expected), "{line}: {screen}");
    };
    check("/set mouse", "Mouse is on");
    check("/set mouse off", "Mouse is off");
    check("/set Mouse = on", "Mouse is on");
    check("/set mouse perhaps", "On or off? /set mouse on");
}

#[test]
fn an_unknown_setting_names_the_nearest() {
    let check = |line: &str, expected: &str| {
        let mut client = Client::chatting(&[]);
        client.enter(line);
        let screen = client.text((100, 24));
        assert!(screen.contains(expected), "{line}: {screen}");
        assert_eq!(client.state.typed().0, line);
    };
    check("/set mose off", "did you mean /set mouse?");
    check("/set zzzzz off", "/set lists them");
}

#[test]
fn all_settings_lie_on_one_sheet() {
    let mut client = Client::chatting(&[]);
    client.enter("/set bell off");
    client.enter("/set");
    for words in ["Settings", "bell       off", "mouse      on"] {
        shows(&mut client, words);
    }
}
