//! What every dialect sends, byte for byte, and what it makes of what comes.

use proptest::prelude::*;

use super::*;
use crate::pickle::Value;

fn nick(name: &str) -> Nick {
    Nick::new(name).expect(name)
}

fn codec(lab: Lab) -> LabCodec {
    LabCodec::new(lab, &nick("ann"), &Profile::default())
}

fn text(raw: &str) -> Text {
    Text::new(raw).expect(raw)
}

/// One line for each thing heard.
fn shown(heard: &Heard) -> String {
    match heard {
        Heard::Ack => "ack".to_owned(),
        Heard::Names(names) => names.iter().map(Nick::as_str).collect::<Vec<_>>().join("+"),
        Heard::Said { from, text } => format!("{from}> {}", text.as_str()),
        Heard::Told { from, text } => format!("{from}>> {}", text.as_str()),
        Heard::Joined(name) => format!("+{name}"),
        Heard::Left(name) => format!("-{name}"),
        Heard::Notice(text) => format!("* {}", text.as_str()),
        Heard::Raw(text) => format!("| {}", text.as_str()),
    }
}

fn hear(codec: &mut LabCodec, bytes: &[u8]) -> Vec<String> {
    codec.hear(&mut BytesMut::from(bytes), true).iter().map(shown).collect()
}

#[track_caller]
fn check(lab: Lab, bytes: &str, expected: &[&str]) {
    assert_eq!(hear(&mut codec(lab), bytes.as_bytes()), expected, "{lab}: {bytes:?}");
}

#[track_caller]
fn sends(lab: Lab, write: impl FnOnce(&mut LabCodec, &mut BytesMut), expected: &str) {
    let mut out = BytesMut::new();
    write(&mut codec(lab), &mut out);
    assert_eq!(String::from_utf8_lossy(&out), expected, "{lab}");
}

#[test]
fn dialects_have_names() {
    for lab in Lab::ALL {
        assert_eq!(lab.to_string().parse(), Ok(lab));
        assert_eq!(lab.name().to_uppercase().parse(), Ok(lab));
    }
    let unknown = "irc".parse::<Lab>().expect_err("no dialect").to_string();
    assert!(Lab::ALL.iter().all(|lab| unknown.contains(lab.name())), "{unknown}");
}

#[test]
fn a_greeting_says_who_one_is() {
    sends(Lab::Line, LabCodec::hello, "ann\n");
    sends(Lab::Comma, LabCodec::hello, "register,ann");
    sends(Lab::Raw, LabCodec::hello, "");
    let said = Profile { student_id: "123".to_owned().into(), ..Profile::default() };
    let mut out = BytesMut::new();
    LabCodec::new(Lab::Pickle, &nick("ann"), &said).hello(&mut out);
    let (value, _) = crate::pickle::decode(&out).expect("a pickle").expect("a whole one");
    let pair = |key: &str, value: &str| (Value::from(key), Value::from(value));
    let dict = [pair("name", "ann"), pair("student_id", "123"), pair("github", "")];
    assert_eq!(value, Value::Dict(dict.into()));
}

#[test]
fn a_text_is_sent_as_the_dialect_can() {
    let say = |raw: &'static str| {
        move |codec: &mut LabCodec, out: &mut BytesMut| {
            codec.say(&text(raw), out);
        }
    };
    sends(Lab::Line, say("hi"), "hi\n");
    sends(Lab::Line, say("a\n\n  b"), "a\n  b\n");
    sends(Lab::Line, say("a\nExit"), "a\n‘Exit’\n");
    sends(Lab::Comma, say("hi"), "");
    sends(Lab::Raw, say("a\n\nb"), "a\n\nb\n");
}

#[test]
fn what_a_dialect_has_no_words_for_is_not_sent() {
    let mut out = BytesMut::new();
    let can = |lab: Lab, out: &mut BytesMut| {
        let mut codec = codec(lab);
        (codec.say(&text("hi"), out), codec.tell(&nick("bob"), "hi", out), codec.list(out))
    };
    assert_eq!(can(Lab::Line, &mut out), (true, false, false));
    assert_eq!(can(Lab::Pickle, &mut out), (true, false, false));
    assert_eq!(can(Lab::Raw, &mut out), (true, false, false));
    out.clear();
    assert_eq!(can(Lab::Comma, &mut out), (false, true, true));
    assert_eq!(&out[..], b"chat,boblist,friends");
}

#[test]
fn leaving_is_said_where_there_is_a_word_for_it() {
    sends(Lab::Line, LabCodec::bye, "EXIT\n");
    sends(Lab::Comma, LabCodec::bye, "");
    sends(Lab::Raw, LabCodec::bye, "");
}

#[test]
fn lines_have_speakers() {
    check(Lab::Line, "bob: hi\r\nzoë: ça va\n", &["bob> hi", "zoë> ça va"]);
    check(Lab::Line, "bob: no new line", &["bob> no new line"]);
    check(Lab::Line, "bob (to you): psst\n", &["bob>> psst"]);
    check(Lab::Line, "SERVER: bob joined\nSERVER: ann lee left\n", &["+bob", "-ann lee"]);
    check(Lab::Line, "bob has joined the chat!\nbob left\n", &["+bob", "-bob"]);
    check(Lab::Line, "my friend joined\n", &["* my friend joined"]);
    check(Lab::Line, "SERVER: full, come back\nDONE\n", &["* full, come back", "* DONE"]);
    check(Lab::Line, "server: bob: hi\n", &["* bob: hi"]);
    check(Lab::Line, "Please type your name: ", &["* Please type your name:"]);
    check(Lab::Line, "Your name: SERVER: bob joined\n", &["* Your name:", "+bob"]);
    check(Lab::Line, "Name:bob: hi\n", &["* Name:", "bob> hi"]);
    check(Lab::Line, "Nick: hi\nNick: bob: hi\n", &["Nick> hi", "Nick> bob: hi"]);
    check(Lab::Line, "SERVER: Nick joined\nNick: SERVER: x\n", &["+Nick", "Nick> SERVER: x"]);
    check(Lab::Line, "welcome\nName: bob: hi\n", &["* welcome", "* Name:", "bob> hi"]);
    check(Lab::Line, "bob: hi\nYour name: ann\n", &["bob> hi", "* Your name:", "* ann"]);
    check(Lab::Line, "bob: what is your name: x\n", &["bob> what is your name: x"]);
    check(Lab::Line, "\n \n\r\n", &[]);
    check(Lab::Line, "bob:\nbob: \n", &["* bob:", "* bob:"]);
    check(Lab::Line, "bob: \x1b[2Jevil\u{202e}\n\x07\n", &["bob> [2Jevil"]);
}

#[test]
fn a_servers_words_are_nobodys() {
    check(Lab::Line, "Users online: ann, bob\n", &["* Users online: ann, bob"]);
    check(Lab::Comma, "Users online: ann, bob\n", &["* Users online: ann, bob"]);
    check(Lab::Line, "ann lee: hi\n", &["* ann lee: hi"]);
    let joined = "SERVER: ann lee joined\nann lee: hi\nSERVER: ann lee left\nann lee: hi\n";
    check(Lab::Line, joined, &["+ann lee", "ann lee> hi", "-ann lee", "* ann lee: hi"]);
    check(Lab::Line, "ann lee (to you): hi\nann lee: so\n", &["ann lee>> hi", "ann lee> so"]);
    check(Lab::Comma, "ann lee says hi\nann lee: so\n", &["ann lee>> hi", "ann lee> so"]);
    check(Lab::Comma, "ann,ann lee\nann lee: so\n", &["ann+ann lee", "ann lee> so"]);
}

#[test]
fn what_one_said_is_not_heard_again() {
    let mut codec = codec(Lab::Line);
    let mut out = BytesMut::new();
    for line in ["one", "two", "three"] {
        codec.say(&text(line), &mut out);
    }
    assert_eq!(
        hear(&mut codec, b"bob: one\nann: one\nAnn: two \nann: two\n"),
        ["bob> one", "ann> two"]
    );
    assert_eq!(hear(&mut codec, b"ann: one\nann: three\n"), ["ann> one"]);
}

#[test]
fn comma_answers_are_known_by_their_looks() {
    check(Lab::Comma, "ack", &["ack"]);
    check(Lab::Comma, "ACK\r\n", &["ack"]);
    check(Lab::Comma, "ackann,bob", &["ack", "ann+bob"]);
    check(Lab::Comma, "ann", &["ann"]);
    check(Lab::Comma, "bob,ann lee,ann", &["bob+ann lee+ann"]);
    check(Lab::Comma, "['ann', 'bob']", &["ann+bob"]);
    check(Lab::Comma, "bob", &["* bob"]);
    check(Lab::Comma, "Unknown command, try again", &["* Unknown command, try again"]);
    check(Lab::Comma, "bob says hi\nzoe says hi\n", &["bob>> hi", "zoe>> hi"]);
    check(Lab::Comma, "bob says ", &["* bob says"]);
    check(Lab::Comma, "bob: hello all\n", &["bob> hello all"]);
    check(Lab::Comma, ",,,\n\u{7}\n", &["* ,,,"]);
}

#[test]
fn a_list_that_was_asked_for_need_not_name_oneself() {
    let mut codec = codec(Lab::Comma);
    codec.list(&mut BytesMut::new());
    assert_eq!(hear(&mut codec, b"no such command, sorry"), ["* no such command, sorry"]);
    assert_eq!(hear(&mut codec, b"bob"), ["bob"]);
    assert_eq!(hear(&mut codec, b"bob"), ["* bob"]);
}

#[test]
fn an_ack_is_taken_off_once() {
    let mut codec = codec(Lab::Comma);
    assert_eq!(hear(&mut codec, b"ackacker says hi\n"), ["ack", "acker>> hi"]);
    assert_eq!(hear(&mut codec, b"acker says hi\nack\n"), ["acker>> hi", "ack"]);
}

#[test]
fn raw_bytes_are_lines() {
    check(Lab::Raw, "2026-11-21 12:00:00\r\n", &["| 2026-11-21 12:00:00"]);
    check(Lab::Raw, "a\n\nb: c", &["| a", "| b: c"]);
    check(Lab::Raw, "\x1b[31mred\rback", &["| [31mred\nback"]);
}

fn pickled(values: &[Value]) -> Vec<u8> {
    let mut out = BytesMut::new();
    values.iter().for_each(|value| crate::pickle::encode(value, &mut out));
    out.to_vec()
}

#[test]
fn pickles_are_told_in_words() {
    let dict = Value::Dict(vec![
        (Value::from("status"), Value::from("ok")),
        (Value::Int(7), Value::List(vec![Value::None, Value::Bool(true), Value::Float(1.0)])),
    ]);
    let all = pickled(&[dict, Value::from("bob: hi\nbob: again"), Value::from("SERVER: eve left")]);
    let expected = ["* status: ok\n7: [None, True, 1.0]", "bob> hi", "bob> again", "-eve"];
    assert_eq!(hear(&mut codec(Lab::Pickle), &all), expected);
    // As Python's protocol 0 writes it.
    check(Lab::Pickle, "Vhello\np0\n.", &["* hello"]);
}

#[test]
fn what_is_no_pickle_is_shown_as_it_is() {
    check(Lab::Pickle, "Welcome, Ivan!\n", &["| Welcome, Ivan!\n"]);
    check(Lab::Pickle, "Ivan", &["| Ivan"]);
    let heard = hear(&mut codec(Lab::Pickle), b"\x80\x02cos\nsystem\n.");
    assert!(heard.len() == 1 && heard[0].starts_with("* the pickle needs"), "{heard:?}");
    // After a pause a pickle is a pickle again.
    let mut codec = codec(Lab::Pickle);
    assert_eq!(hear(&mut codec, b"oops"), ["| oops"]);
    assert_eq!(hear(&mut codec, &pickled(&[Value::from("hi")])), ["* hi"]);
}

#[test]
fn a_pickle_may_take_its_time() {
    let (mut codec, mut buffer) = (codec(Lab::Pickle), BytesMut::new());
    let whole = pickled(&[Value::from("bob: slowly")]);
    let mut heard = Vec::new();
    for byte in whole {
        buffer.extend_from_slice(&[byte]);
        heard.extend(codec.hear(&mut buffer, true));
    }
    assert_eq!(heard.iter().map(shown).collect::<Vec<_>>(), ["bob> slowly"]);
    buffer.extend_from_slice(b"\x80\x02");
    assert_eq!(
        codec.end(&mut buffer).iter().map(shown).collect::<Vec<_>>(),
        ["* the last pickle is not whole"]
    );
}

/// Hears pieces as they come, and settles at the end.
fn in_pieces(lab: Lab, bytes: &[u8], size: usize) -> Vec<Heard> {
    let mut codec = codec(lab);
    let mut buffer = BytesMut::new();
    let mut heard = Vec::new();
    for piece in bytes.chunks(size) {
        buffer.extend_from_slice(piece);
        heard.extend(codec.hear(&mut buffer, false));
        assert!(buffer.len() <= 2 * crate::limit::FRAME_BYTES, "bounded");
    }
    heard.extend(codec.end(&mut buffer));
    assert!(buffer.is_empty());
    heard
}

/// What the dialects are made of.
const WORDS: &[&str] = &[
    "ann",
    "bob",
    ": ",
    "\n",
    "\r\n",
    ",",
    "ack",
    " says ",
    " joined",
    " left",
    "SERVER: ",
    " (to you): ",
    "é",
    "\u{202e}",
    "\x1b[",
    "(",
    ".",
];

/// Bytes that are likely to mean something.
fn likely() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        prop::sample::select(WORDS).prop_map(|word| word.as_bytes().to_vec()),
        any::<u8>().prop_map(|byte| vec![byte]),
        prop::collection::vec(any::<u8>(), 0..40),
        "[a-z: ]{0,9}".prop_map(|words| pickled(&[Value::from(words)])),
    ];
    prop::collection::vec(word, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn pieces_do_not_matter(bytes in likely(), size in 1_usize..20) {
        for lab in Lab::ALL {
            prop_assert_eq!(in_pieces(lab, &bytes, size), in_pieces(lab, &bytes, bytes.len().max(1)));
        }
    }

    #[test]
    fn whatever_comes_is_heard_in_clean_words(bytes in likely(), settled: bool) {
        for lab in Lab::ALL {
            let mut buffer = BytesMut::from(&bytes[..]);
            for heard in codec(lab).hear(&mut buffer, settled) {
                prop_assert!(!shown(&heard).contains(crate::text::is_unwanted));
            }
        }
    }

    #[test]
    fn one_line_is_one_line(raw in "[^\n\r]{1,80}") {
        let Ok(text) = Text::new(&raw) else { return Ok(()) };
        for lab in [Lab::Line, Lab::Raw] {
            let mut out = BytesMut::new();
            codec(lab).say(&text, &mut out);
            prop_assert!(out.iter().filter(|&&byte| byte == b'\n').count() <= 1);
        }
    }
}
