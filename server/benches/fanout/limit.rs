//! The yardstick: the least that a server of this protocol can do. One thread, readiness by the
//! kernel, each line encoded once for each wake-up, one write for each recipient and wake-up. It
//! stores nothing, checks nothing, and loses what a slow reader does not take.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;

use bytes::BytesMut;
use chat_protocol::event::RoomMessage;
use chat_protocol::{
    Ack, Conversation, Event, LineCodec, Message, Nick, Request, RoomInfo, RoomName, Welcome,
};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

const LISTENER: Token = Token(0);

struct Member {
    stream: TcpStream,
    codec: LineCodec,
    input: BytesMut,
    name: Nick,
    /// What is only for this one: acks, the welcome.
    own: BytesMut,
    /// What the socket did not take yet.
    behind: BytesMut,
}

/// Serves for ever; `announce` is told where.
pub(crate) fn serve(announce: impl Fn(SocketAddr)) {
    let mut poll = Poll::new().unwrap();
    let mut listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE).unwrap();
    announce(listener.local_addr().unwrap());
    let mut room = Room { members: HashMap::new(), next: 1, seq: 0 };
    let mut events = Events::with_capacity(1024);
    let mut scratch = vec![0; 64 * 1024];
    loop {
        poll.poll(&mut events, None).unwrap();
        let mut round = Round::default();
        for event in &events {
            match event.token() {
                LISTENER => room.accept(&listener, &poll),
                token if event.is_writable() && !event.is_readable() => room.catch_up(token),
                token => room.read(token, &mut scratch, &mut round),
            }
        }
        room.publish(&round);
    }
}

/// What one wake-up brought.
#[derive(Default)]
struct Round {
    encoded: BytesMut,
    /// Who said each message, and where it ends.
    said: Vec<(Token, usize)>,
    spoken_to: Vec<Token>,
}

struct Room {
    members: HashMap<Token, Member>,
    next: usize,
    seq: u64,
}

impl Room {
    fn accept(&mut self, listener: &TcpListener, poll: &Poll) {
        while let Ok((mut stream, _)) = listener.accept() {
            stream.set_nodelay(true).unwrap();
            let token = Token(self.next);
            self.next += 1;
            let interest = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut stream, token, interest).unwrap();
            let member = Member {
                stream,
                codec: LineCodec::default(),
                input: BytesMut::new(),
                name: Nick::guest(),
                own: BytesMut::new(),
                behind: BytesMut::new(),
            };
            self.members.insert(token, member);
        }
    }

    fn read(&mut self, token: Token, scratch: &mut [u8], round: &mut Round) {
        let Some(member) = self.members.get_mut(&token) else { return };
        loop {
            match member.stream.read(scratch) {
                Ok(0) => {
                    self.members.remove(&token);
                    return;
                }
                Ok(read) => member.input.extend_from_slice(&scratch[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => {
                    self.members.remove(&token);
                    return;
                }
            }
        }
        while let Some(Ok(line)) = member.codec.next_line(&mut member.input) {
            match Request::decode(&line) {
                Ok(Request::Say { id, text, room }) => {
                    self.seq += 1;
                    let (seq, at) = (self.seq, 1_795_230_000_123);
                    let message = Message { seq, from: member.name.clone(), at, text };
                    Event::Message(RoomMessage { room: room.clone(), message })
                        .encode(&mut round.encoded);
                    round.said.push((token, round.encoded.len()));
                    let ack = Ack { id, room: Conversation::Room(room), seq, at, log: None };
                    Event::Ack(ack).encode(&mut member.own);
                    round.spoken_to.push(token);
                }
                Ok(Request::Hello(hello)) => {
                    member.name = hello.name;
                    welcome(&member.name).encode(&mut member.own);
                    round.spoken_to.push(token);
                }
                _ => {}
            }
        }
    }

    fn publish(&mut self, round: &Round) {
        let spoken: std::collections::HashSet<Token> = round.spoken_to.iter().copied().collect();
        if round.said.is_empty() {
            for token in spoken {
                if let Some(member) = self.members.get_mut(&token) {
                    let own = member.own.split();
                    write(member, &own);
                }
            }
            return;
        }
        for (token, member) in &mut self.members {
            if spoken.contains(token) {
                let mut out = BytesMut::new();
                let mut start = 0;
                for (from, end) in &round.said {
                    if from != token {
                        out.extend_from_slice(&round.encoded[start..*end]);
                    }
                    start = *end;
                }
                out.extend_from_slice(&member.own.split());
                write(member, &out);
            } else {
                write(member, &round.encoded);
            }
        }
    }

    fn catch_up(&mut self, token: Token) {
        if let Some(member) = self.members.get_mut(&token) {
            let behind = member.behind.split();
            write(member, &behind);
        }
    }
}

fn write(member: &mut Member, bytes: &[u8]) {
    if !member.behind.is_empty() {
        member.behind.extend_from_slice(bytes);
        return;
    }
    match member.stream.write(bytes) {
        Ok(written) => member.behind.extend_from_slice(&bytes[written..]),
        Err(_) => member.behind.extend_from_slice(bytes),
    }
}

fn welcome(name: &Nick) -> Event {
    let room = RoomInfo {
        name: RoomName::lobby(),
        topic: chat_protocol::Line::default(),
        last: 0,
        count: 1,
        members: vec![name.clone()],
        via: std::collections::BTreeMap::new(),
        marks: [].into(),
        board: chat_protocol::event::Board::default(),
    };
    Event::Welcome(Box::new(Welcome {
        version: 1,
        name: name.clone(),
        server: chat_protocol::Line::default(),
        log: String::new(),
        directs: Vec::new(),
        rooms: vec![room],
    }))
}
