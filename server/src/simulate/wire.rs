//! One user's side of a dialect: what is sent, and what is heard. Pure; the native dialect's own
//! side is here, the labs' are the protocol's.

use bytes::{BufMut, BytesMut};
use chat_protocol::lab::{self, Lab, LabCodec};
use chat_protocol::limit::FRAME_BYTES;
use chat_protocol::{
    Ack, Code, Event, Hello, LineCodec, MessageId, Nick, Profile, Request, RoomName, Text,
};

use super::dialect::Dialect;

/// Names to try before one gives up.
const TRIES: u32 = 3;

/// What a user sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Asks who is there, where the dialect has pages those whose names follow this one.
    List { after: Option<Nick> },
    /// Speaks to all.
    Say { id: MessageId, text: Text },
    /// Speaks to one.
    Tell { to: Nick, id: MessageId, text: Text },
    /// Takes a turn and says nothing, to hear what there is.
    Listen,
    /// Leaves.
    Leave,
}

/// What a user hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// One is in, under this name.
    In(Nick),
    /// Who is there.
    Names(Vec<Nick>),
    /// Words to all or to oneself, with the server's number if they were to all and it has any.
    Text { text: Text, number: Option<u64> },
    /// A line that may have people's words in it, whatever else it has.
    Line(Text),
    /// All of an answer has come: it is one's turn.
    Answered,
    /// Words that the server chose for its people, of which only the sender tells anything.
    Greeted { from: Nick },
    /// The server has taken the message with this id, and given it a number.
    Taken { id: MessageId, number: u64 },
    /// The server answers who one is, in words that may be somebody's all the same.
    Answer(String),
    /// The server complains.
    Complaint(String),
    /// One was not let in.
    NotIn(String),
}

/// A user's side of the connection.
#[derive(Debug)]
pub(crate) enum Wire {
    Native(Native),
    Lab { codec: Box<LabCodec>, dialect: Dialect, name: Nick },
}

impl Wire {
    pub(crate) fn new(dialect: Dialect, name: &Nick) -> Self {
        let lab = match dialect {
            Dialect::Native => return Self::Native(Native::new(name)),
            Dialect::Nc => Lab::Line,
            Dialect::Duet => Lab::Raw,
            Dialect::Lab(lab) => lab,
        };
        let codec = Box::new(LabCodec::new(lab, name, &Profile::default()));
        Self::Lab { codec, dialect, name: name.clone() }
    }

    /// Says who one is.
    pub(crate) fn hello(&mut self, out: &mut BytesMut) {
        match self {
            Self::Native(native) => native.hello(out),
            Self::Lab { codec, .. } => codec.hello(out),
        }
    }

    /// Sends what a user does.
    pub(crate) fn send(&mut self, order: Order, out: &mut BytesMut) {
        match self {
            Self::Native(_) => {
                if let Some(request) = request(order) {
                    request.encode(out);
                }
            }
            Self::Lab { dialect: Dialect::Nc, codec, .. } => send_at_netcat(order, codec, out),
            Self::Lab { dialect: Dialect::Duet, .. } => send_in_turn(&order, out),
            Self::Lab { codec, .. } => match order {
                Order::List { .. } => _ = codec.list(out),
                Order::Say { text, .. } => _ = codec.say(&text, out),
                Order::Tell { to, text, .. } => _ = codec.tell(&to, text.as_str(), out),
                Order::Listen => {}
                Order::Leave => codec.bye(out),
            },
        }
    }

    /// Whether the end of a message may be that nothing more comes.
    pub(crate) fn settles(&self) -> bool {
        matches!(self, Self::Lab { .. })
    }

    /// Takes out of `buffer` what is whole, and answers what must be answered. `settled` when
    /// nothing has come for a while.
    pub(crate) fn hear(
        &mut self,
        buffer: &mut BytesMut,
        settled: bool,
        out: &mut BytesMut,
    ) -> Vec<Heard> {
        match self {
            Self::Native(native) => native.hear(buffer, out),
            // Nothing ends an answer but that no more comes.
            Self::Lab { dialect: Dialect::Duet, .. }
                if buffer.is_empty() || (!settled && buffer.len() < FRAME_BYTES) =>
            {
                Vec::new()
            }
            Self::Lab { codec, dialect, name } => {
                let heard = codec.hear(buffer, settled).into_iter();
                let heard = heard.filter_map(|heard| from_lab(*dialect, name, heard));
                let answered = dialect.takes_turns().then_some(Heard::Answered);
                heard.chain(answered).collect()
            }
        }
    }
}

fn request(order: Order) -> Option<Request> {
    let room = RoomName::lobby();
    Some(match order {
        Order::List { after } => Request::Members { room, after },
        Order::Say { id, text } => Request::Say { id, room, text },
        Order::Tell { to, id, text } => Request::Tell { id, to, text },
        Order::Listen => return None,
        Order::Leave => Request::Bye,
    })
}

/// At netcat, commands are typed as what one says is.
fn send_at_netcat(order: Order, codec: &mut LabCodec, out: &mut BytesMut) {
    match order {
        Order::List { .. } => out.put_slice(b"/who\n"),
        Order::Tell { to, text, .. } => {
            out.put_slice(format!("/msg {to} {}\n", text.as_str()).as_bytes());
        }
        Order::Say { text, .. } => _ = codec.say(&text, out),
        Order::Listen => {}
        Order::Leave => codec.bye(out),
    }
}

/// Two-way clients send what was typed, without an end.
fn send_in_turn(order: &Order, out: &mut BytesMut) {
    match order {
        Order::Say { text, .. } => out.put_slice(text.as_bytes()),
        Order::Listen => out.put_slice(b"\n"),
        Order::Leave => out.put_slice(b"bye"),
        Order::List { .. } | Order::Tell { .. } => {}
    }
}

/// What a lab's server said means to a user of this name.
fn from_lab(dialect: Dialect, name: &Nick, heard: lab::Heard) -> Option<Heard> {
    let (comma, pickle) = (Dialect::Lab(Lab::Comma), Dialect::Lab(Lab::Pickle));
    Some(match heard {
        lab::Heard::Ack => Heard::In(name.clone()),
        lab::Heard::Joined(who) if who == *name => Heard::In(who),
        lab::Heard::Joined(_) | lab::Heard::Left(_) => return None,
        lab::Heard::Names(names) => Heard::Names(names),
        lab::Heard::Told { from, .. } | lab::Heard::Said { from, .. } if dialect == comma => {
            Heard::Greeted { from }
        }
        lab::Heard::Raw(text) if dialect != pickle => Heard::Line(text),
        lab::Heard::Told { text, .. } | lab::Heard::Said { text, .. } | lab::Heard::Raw(text) => {
            Heard::Text { text, number: None }
        }
        // What is no chat is the answer to one's profile, whatever a server puts into it.
        lab::Heard::Notice(text) if dialect == pickle => Heard::Answer(text.as_str().to_owned()),
        lab::Heard::Notice(text) => match here(text.as_str()).filter(|_| dialect == Dialect::Nc) {
            Some(names) => Heard::Names(names),
            None => Heard::Complaint(text.as_str().to_owned()),
        },
    })
}

/// Who is there, as somebody at netcat is told: `2 here: ann, bob`.
fn here(words: &str) -> Option<Vec<Nick>> {
    let (count, names) = words.split_once(" here: ")?;
    count.parse::<usize>().ok()?;
    names.split(", ").map(|name| Nick::new(name).ok()).collect()
}

/// A user of the native dialect.
#[derive(Debug)]
pub(crate) struct Native {
    name: Nick,
    codec: LineCodec,
    tries: u32,
}

impl Native {
    fn new(name: &Nick) -> Self {
        Self { name: name.clone(), codec: LineCodec::default(), tries: 0 }
    }

    fn hello(&self, out: &mut BytesMut) {
        Request::Hello(Box::new(Hello::guest(self.name.clone()))).encode(out);
    }

    fn hear(&mut self, buffer: &mut BytesMut, out: &mut BytesMut) -> Vec<Heard> {
        let mut heard = Vec::new();
        while let Some(line) = self.codec.next_line(buffer) {
            match line.map(|line| Event::decode(&line)) {
                Ok(Ok(event)) => heard.extend(self.event(event, out)),
                Ok(Err(refusal)) => {
                    heard.push(Heard::Complaint(format!("what came cannot be read: {refusal}")));
                }
                Err(error) => heard.push(Heard::Complaint(error.to_string())),
            }
        }
        heard
    }

    fn event(&mut self, event: Event, out: &mut BytesMut) -> Option<Heard> {
        Some(match event {
            Event::Welcome(welcome) => Heard::In(welcome.name),
            Event::Members(page) => Heard::Names(page.members),
            Event::Message(said) => {
                Heard::Text { text: said.message.text, number: Some(said.message.seq) }
            }
            Event::Direct(told) => Heard::Text { text: told.message.text, number: None },
            Event::Ack(Ack { id, seq, .. }) => Heard::Taken { id, number: seq },
            Event::Ping => {
                Request::Pong.encode(out);
                return None;
            }
            Event::Error(refusal) if refusal.code == Code::NameTaken && self.tries < TRIES => {
                let name = refusal.suggest.as_deref().and_then(|name| Nick::new(name).ok());
                let Some(name) = name else { return Some(Heard::NotIn(refusal.text)) };
                self.tries += 1;
                self.name = name;
                self.hello(out);
                return None;
            }
            Event::Error(refusal) => match refusal.code {
                Code::NameTaken | Code::BadName | Code::BadCode | Code::BadVersion => {
                    Heard::NotIn(refusal.text)
                }
                _ => Heard::Complaint(refusal.text),
            },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nick(name: &str) -> Nick {
        Nick::new(name).unwrap()
    }

    /// What is heard of these bytes, and what is answered.
    fn hear(dialect: Dialect, bytes: &str) -> (Vec<Heard>, String) {
        let mut wire = Wire::new(dialect, &nick("ann"));
        let (mut buffer, mut out) = (BytesMut::from(bytes), BytesMut::new());
        let heard = wire.hear(&mut buffer, true, &mut out);
        (heard, String::from_utf8(out.to_vec()).unwrap())
    }

    fn check(dialect: Dialect, bytes: &str, expected: &[Heard]) {
        assert_eq!(hear(dialect, bytes).0, expected, "{bytes:?}");
    }

    fn text(text: &str, number: Option<u64>) -> Heard {
        Heard::Text { text: Text::new(text).unwrap(), number }
    }

    #[test]
    fn native_servers_are_understood() {
        let check = |bytes: &str, expected: &[Heard]| check(Dialect::Native, bytes, expected);
        let message =
            r#"{"type":"message","room":"lobby","seq":3,"from":"bob","at":1,"text":"hi"}"#;
        check(&format!("{message}\n"), &[text("hi", Some(3))]);
        let direct = r#"{"type":"direct","from":"bob","to":"ann","seq":3,"at":1,"text":"hi"}"#;
        check(&format!("{direct}\n"), &[text("hi", None)]);
        let taken = Heard::Taken { id: MessageId::from(7), number: 3 };
        check("{\"type\":\"ack\",\"id\":\"7\",\"room\":\"lobby\",\"seq\":3,\"at\":1}\n", &[taken]);
        check("{\"type\":\"pong\"}\n", &[]);
        check(
            "{\"type\":\"error\",\"code\":\"too_fast\",\"text\":\"slow down\"}\n",
            &[Heard::Complaint("slow down".to_owned())],
        );
    }

    #[test]
    fn native_servers_are_answered() {
        let check = |bytes, expected| assert_eq!(hear(Dialect::Native, bytes).1, expected);
        check("{\"type\":\"ping\"}\n", "{\"type\":\"pong\"}\n");
        let taken =
            "{\"type\":\"error\",\"code\":\"name_taken\",\"text\":\"no\",\"suggest\":\"ann-2\"}\n";
        check(taken, "{\"type\":\"hello\",\"version\":1,\"name\":\"ann-2\"}\n");
        assert_eq!(hear(Dialect::Native, &taken.repeat(4)).0, [Heard::NotIn("no".to_owned())]);
    }

    #[test]
    fn lab_servers_are_understood() {
        let line = Dialect::Lab(Lab::Line);
        check(
            line,
            "SERVER: ann joined\nSERVER: bob joined\nbob: hi\n",
            &[Heard::In(nick("ann")), text("hi", None)],
        );
        let comma = Dialect::Lab(Lab::Comma);
        check(comma, "ack", &[Heard::In(nick("ann"))]);
        check(comma, "ann,bob", &[Heard::Names(vec![nick("ann"), nick("bob")])]);
        check(comma, "bob says hi\n", &[Heard::Greeted { from: nick("bob") }]);
        check(comma, "bob: hi\n", &[Heard::Greeted { from: nick("bob") }]);
        let raw = |words: &str| Heard::Line(Text::new(words).unwrap());
        check(Dialect::Lab(Lab::Raw), "hi\necho: hi", &[raw("hi"), raw("echo: hi")]);
    }

    #[test]
    fn netcat_and_two_way_servers_are_understood() {
        let welcome = "SERVER: welcome to room 12\nYour name: SERVER: ann joined\n";
        let heard = hear(Dialect::Nc, welcome).0;
        assert_eq!(heard.last(), Some(&Heard::In(nick("ann"))), "{heard:?}");
        let names = Heard::Names(vec![nick("ann"), nick("bob")]);
        check(Dialect::Nc, "SERVER: 2 here: ann, bob\n", &[names]);
        check(Dialect::Nc, "bob (to you): hi\n", &[text("hi", None)]);
        let line = |words: &str| Heard::Line(Text::new(words).unwrap());
        let answer = [line("guest-1: hi"), line("guest-2: hi"), Heard::Answered];
        check(Dialect::Duet, "guest-1: hi\nguest-2: hi", &answer);
        check(Dialect::Duet, "", &[]);
        // More of it may come.
        let mut wire = Wire::new(Dialect::Duet, &nick("ann"));
        let mut buffer = BytesMut::from("guest-1: hi\n");
        assert_eq!(wire.hear(&mut buffer, false, &mut BytesMut::new()), []);
        assert_eq!(buffer.len(), 12);
    }

    #[test]
    fn each_dialect_has_its_own_way_to_say_something() {
        let check = |dialect, order: Order, expected: &str| {
            let mut out = BytesMut::new();
            Wire::new(dialect, &nick("ann")).send(order, &mut out);
            assert_eq!(out, expected, "{dialect}");
        };
        let (id, text) = (MessageId::from(7), Text::new("hi").unwrap());
        let say = || Order::Say { id: id.clone(), text: text.clone() };
        let tell = || Order::Tell { to: nick("bob"), id: id.clone(), text: text.clone() };
        check(Dialect::Lab(Lab::Line), say(), "hi\n");
        check(Dialect::Lab(Lab::Raw), say(), "hi\n");
        check(Dialect::Lab(Lab::Comma), tell(), "chat,bob");
        check(Dialect::Nc, say(), "hi\n");
        check(Dialect::Nc, tell(), "/msg bob hi\n");
        check(Dialect::Nc, Order::List { after: None }, "/who\n");
        check(Dialect::Duet, say(), "hi");
        check(Dialect::Duet, Order::Listen, "\n");
        check(Dialect::Duet, Order::Leave, "bye");
    }
}
