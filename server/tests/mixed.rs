//! One person of every dialect in one room: each sees the others as their dialect has it, once and
//! in one order.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::Peer;
use support::dialect::{Dialect, Places, Someone};

/// The owner of the name ann, at home in this server.
async fn owner(places: &Places) -> Peer {
    let mut ann = Peer::connect_to(places.main).await;
    ann.send(support::hello("ann")).await;
    ann.expect("welcome").await;
    ann
}

/// Somebody comes in, and ann sees it.
async fn arrives(places: &Places, ann: &mut Peer, dialect: Dialect, name: &str) -> Someone {
    let someone = Someone::come_in(places, dialect, name).await;
    let joined = json!({"type": "joined", "room": "lobby", "name": name, "via": dialect.name(),
        "marks": ["guest"]});
    assert_eq!(ann.expect("joined").await, joined);
    someone
}

/// What is in the log of the lobby, as ann finds it: numbers, names and texts.
async fn log(ann: &mut Peer) -> Vec<(u64, String)> {
    ann.send(json!({"type": "history", "room": "lobby", "limit": 100})).await;
    let page = ann.expect("history").await;
    let said = |message: &Value| {
        let text = [&message["from"], &message["text"]].map(|part| part.as_str().unwrap());
        (message["seq"].as_u64().unwrap(), text.join(": "))
    };
    page["messages"].as_array().unwrap().iter().map(said).collect()
}

/// Everybody but ann, each greeted.
struct Room {
    ann: Peer,
    line: Someone,
    comma: Someone,
    pickle: Someone,
    nc: Someone,
    duet: Someone,
}

impl Room {
    async fn gather(places: &Places) -> Self {
        let mut ann = owner(places).await;
        let mut line = arrives(places, &mut ann, Dialect::Line, "bob").await;
        line.hears(&["SERVER: bob joined"]).await;
        let mut comma = arrives(places, &mut ann, Dialect::Comma, "cy").await;
        comma.hears_open("ack").await;
        let mut pickle = arrives(places, &mut ann, Dialect::Pickle, "di").await;
        pickle.hears(&["Text(\"status\")=Text(\"ok\") Text(\"name\")=Text(\"di\")…"]).await;
        let mut nc = arrives(places, &mut ann, Dialect::Nc, "ed").await;
        nc.hears(&["SERVER: welcome to room 12", "Your name: SERVER: ed joined"]).await;
        nc.hears(&["SERVER: what you type…"]).await;
        let duet = arrives(places, &mut ann, Dialect::Duet, "guest-1").await;
        Self { ann, line, comma, pickle, nc, duet }
    }

    /// All but a comma, who cannot, say where they come from; ann sees each before the next.
    async fn everybody_speaks(&mut self) {
        let Self { ann, line, pickle, nc, duet, .. } = self;
        ann.say("1", "native").await;
        ann.expect("ack").await;
        for someone in [line, pickle, nc, duet] {
            let text = someone.dialect.name();
            someone.say(text).await;
            assert_eq!(ann.expect("message").await["text"], text);
        }
    }
}

#[tokio::test]
async fn everybody_sees_everybody_once_and_in_one_order() {
    let (server, places) = Places::ephemeral().await;
    let mut room = Room::gather(&places).await;
    room.everybody_speaks().await;
    let Room { mut ann, mut line, mut comma, mut pickle, mut nc, mut duet } = room;
    let said = ["ann: native", "bob: line", "di: pickle", "ed: nc", "guest-1: duet"];
    let but = |own: usize| -> Vec<&str> {
        said.iter().enumerate().filter(|(at, _)| *at != own).map(|(_, said)| *said).collect()
    };
    line.hears(&["SERVER: cy joined", "SERVER: di joined", "SERVER: ed joined"]).await;
    line.hears(&["SERVER: guest-1 joined"]).await;
    line.hears(&but(1)).await;
    comma.peer.bytes(b"list,friends\n").await;
    comma.hears_open("ann,bob,cy,di,ed,guest-1").await;
    comma.hears(&said).await;
    pickle.hears(&["SERVER: ed joined", "SERVER: guest-1 joined"]).await;
    pickle.hears(&but(2)).await;
    nc.hears(&["SERVER: guest-1 joined"]).await;
    nc.hears(&but(3)).await;
    duet.hears_open("ann: native\nbob: line\ndi: pickle\ned: nc").await;
    let numbered: Vec<_> = (1..).zip(said.map(str::to_owned)).collect();
    assert_eq!(log(&mut ann).await, numbered);
    // They leave, each in their way; whoever is still there sees it once.
    let mut leaves = async |mut someone: Someone, name: &str| {
        match someone.dialect.bye() {
            Some(bye) => someone.peer.bytes(bye).await,
            None => someone.peer.half_close().await,
        }
        if matches!(someone.dialect, Dialect::Line | Dialect::Nc) {
            someone.hears(&["DONE"]).await;
        }
        someone.hears_the_end().await;
        assert_eq!(ann.expect("left").await["name"], name);
    };
    leaves(duet, "guest-1").await;
    leaves(comma, "cy").await;
    nc.hears(&["SERVER: guest-1 left", "SERVER: cy left"]).await;
    leaves(nc, "ed").await;
    pickle.hears(&["SERVER: guest-1 left", "SERVER: cy left", "SERVER: ed left"]).await;
    leaves(pickle, "di").await;
    line.hears(&["SERVER: guest-1 left", "SERVER: cy left", "SERVER: ed left"]).await;
    line.hears(&["SERVER: di left"]).await;
    leaves(line, "bob").await;
    ann.nothing_more().await;
    server.stop().await;
}

#[tokio::test]
async fn directs_reach_one_and_no_other() {
    let (server, places) = Places::ephemeral().await;
    let Room { mut ann, mut line, mut comma, mut pickle, mut nc, mut duet } =
        Room::gather(&places).await;
    for name in ["bob", "cy", "di", "ed", "guest-1"] {
        ann.send(json!({"type": "tell", "id": name, "to": name, "text": name})).await;
        ann.expect("ack").await;
    }
    comma.peer.bytes(b"chat,bob\nchat,di\nchat,ed\nchat,guest-1\nchat,ann\nchat,cy\n").await;
    let direct = ann.expect("direct").await;
    assert_eq!((&direct["from"], &direct["text"]), (&json!("cy"), &json!("hi")));
    nc.peer.bytes(b"/msg bob one\n/msg cy two\n/msg di 3\n/msg guest-1 4\n/msg ann 5\n").await;
    nc.peer.bytes(b"/msg ed note to myself\n").await;
    assert_eq!(ann.expect("direct").await["text"], "5");
    line.hears(&["SERVER: cy joined", "SERVER: di joined", "SERVER: ed joined"]).await;
    line.hears(&["SERVER: guest-1 joined"]).await;
    line.hears(&["ann (to you): bob", "cy (to you): hi", "ed (to you): one"]).await;
    // Whoever is told by themselves hears it: a simulated user picks any name of its list.
    comma.hears(&["ann says cy", "cy says hi", "ed says two"]).await;
    pickle.hears(&["SERVER: ed joined", "SERVER: guest-1 joined"]).await;
    pickle.hears(&["ann (to you): di", "cy (to you): hi", "ed (to you): 3"]).await;
    nc.hears(&["SERVER: guest-1 joined", "ann (to you): ed", "cy (to you): hi"]).await;
    nc.hears(&["ed (to you): note to myself"]).await;
    duet.say("and?").await;
    duet.hears_open("ann (to you): guest-1\ncy (to you): hi\ned (to you): 4").await;
    assert_eq!(ann.expect("message").await["text"], "and?");
    ann.nothing_more().await;
    server.stop().await;
}

#[tokio::test]
async fn nobody_takes_somebodys_name() {
    let (server, places) = Places::ephemeral().await;
    let mut ann = owner(&places).await;
    let notice = "SERVER: the name ann is taken: here you are ";
    let mut line = Someone::come_in(&places, Dialect::Line, "ann").await;
    line.hears(&["SERVER: ann-2 joined", &format!("{notice}ann-2")]).await;
    let mut comma = Someone::come_in(&places, Dialect::Comma, "ann").await;
    comma.hears_open("ack").await;
    comma.peer.bytes(b"list,friends\n").await;
    comma.hears_open("ann,ann-2,ann-3").await;
    let mut pickle = Someone::come_in(&places, Dialect::Pickle, "ann").await;
    pickle.hears(&["Text(\"status\")=Text(\"ok\") Text(\"name\")=Text(\"ann-4\")…"]).await;
    pickle.hears(&[&format!("{notice}ann-4")]).await;
    let mut nc = Someone::come_in(&places, Dialect::Nc, "ann").await;
    nc.hears(&["SERVER: welcome to room 12", "Your name: SERVER: ann-5 joined"]).await;
    nc.hears(&["SERVER: what you type…", &format!("{notice}ann-5")]).await;
    for (name, via) in [("ann-2", "line"), ("ann-3", "comma"), ("ann-4", "pickle"), ("ann-5", "nc")]
    {
        let joined = ann.expect("joined").await;
        assert_eq!((&joined["name"], &joined["via"]), (&json!(name), &json!(via)));
    }
    // A name that only looks the same is the same.
    let mut other = Someone::come_in(&places, Dialect::Line, "\u{430}nn").await;
    other.hears(&["SERVER: \u{430}nn-6 joined"]).await;
    server.stop().await;
}

#[tokio::test]
async fn an_answer_to_a_profile_is_alone_in_its_read() {
    let (server, places) = Places::ephemeral().await;
    let mut ann = owner(&places).await;
    // The name is taken, and others come in behind: none of it belongs to the answer.
    let mut pickle = Someone::come_in(&places, Dialect::Pickle, "ann").await;
    for number in 0..5 {
        let mut guest = Peer::connect_to(places.main).await;
        let name = format!("g{number}");
        guest.send(json!({"type": "hello", "version": 1, "name": name})).await;
        guest.expect("welcome").await;
    }
    assert_eq!(ann.expect("joined").await["name"], "ann-2");
    let answer = pickle.peer.recv_bytes().await;
    let (_, used) = chat_protocol::pickle::decode(&answer).unwrap().unwrap();
    assert_eq!(used, answer.len(), "{}", String::from_utf8_lossy(&answer));
    pickle.hears(&["SERVER: the name ann is taken…", "SERVER: g0 joined"]).await;
    server.stop().await;
}

#[tokio::test]
async fn whoever_is_held_back_hears_all_of_it_when_the_server_stops() {
    let (server, places) = Places::ephemeral().await;
    let mut ann = owner(&places).await;
    let mut comma = arrives(&places, &mut ann, Dialect::Comma, "cy").await;
    comma.hears_open("ack").await;
    let mut pickle = arrives(&places, &mut ann, Dialect::Pickle, "di").await;
    pickle.hears(&["Text(\"status\")=…"]).await;
    ann.say("1", "one").await;
    ann.expect("ack").await;
    let bye = "the server is stopping";
    let told = async {
        comma.hears(&["ann: one", bye]).await;
        comma.hears_the_end().await;
        pickle.hears(&["ann: one", &format!("SERVER: {bye}")]).await;
        pickle.hears_the_end().await;
    };
    tokio::join!(told, server.stop());
}
