//! What many people say in a year: a few words very often, most of them seldom; most of it in one
//! room, some in others and between two people; and what somebody looks for in it.

use std::ops::Range;

use chat_protocol::{Line, MessageId, Nick, RoomName, Text};
use chat_server::log::{ChannelId, PersonId, Record, Said, Stored};
use fastrand::Rng;

/// The channel of the room in which most is said.
pub(crate) const LOBBY: i64 = 1;
/// The channels of rooms.
pub(crate) const ROOMS: Range<i64> = 1..22;
/// The room in which hardly anything is said.
pub(crate) const SMALL: i64 = 21;
/// The channels of pairs of people.
pub(crate) const DIRECTS: Range<i64> = 22..522;

/// One message in so many is said by somebody who says little, and one in the small room.
const RARE: usize = 10_000;

/// The commonest words of English, as they are; the others are made up.
const COMMON: [&str; 12] =
    ["the", "to", "and", "of", "is", "it", "that", "in", "you", "this", "a", "i"];

const CHINESE: &str = "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏兴切";

/// People, and their words.
pub(crate) struct Crowd {
    random: Rng,
    words: Vec<String>,
    /// How often each word or a more common one is said.
    weights: Vec<f64>,
    number: u64,
}

/// A kind of query.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) ask: fn(&mut Crowd) -> String,
}

/// The kinds of query that are measured.
pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "rare word", ask: Crowd::rare_word },
    Kind { name: "common word", ask: Crowd::common_word },
    Kind {
        name: "common word from a rare sender",
        ask: |crowd| format!("{} from:rare", crowd.common_word()),
    },
    Kind {
        name: "rare word from a common sender",
        ask: |crowd| format!("{} from:p7", crowd.rare_word()),
    },
    Kind {
        name: "two words",
        ask: |crowd| format!("{} {}", crowd.common_word(), crowd.rare_word()),
    },
    Kind {
        name: "phrase",
        ask: |crowd| format!("\"{} {}\"", crowd.common_word(), crowd.common_word()),
    },
    Kind {
        name: "rare phrase of common words",
        ask: |crowd| {
            let words: Vec<String> = (0..4).map(|_| crowd.common_word()).collect();
            format!("\"{}\"", words.join(" "))
        },
    },
    Kind { name: "Chinese, two characters", ask: Crowd::chinese },
    Kind { name: "one letter", ask: |crowd| char::from(crowd.random.u8(b'a'..=b'z')).to_string() },
    Kind { name: "one letter and a rare word", ask: |crowd| format!("a {}", crowd.rare_word()) },
    Kind { name: "nothing found", ask: |crowd| format!("zzz{}", crowd.number) },
    Kind {
        name: "nothing found, of common words",
        ask: |crowd| format!("{} zzz{}", crowd.common_word(), crowd.number),
    },
];

impl Crowd {
    pub(crate) fn new() -> Self {
        let mut random = Rng::with_seed(6);
        let mut words: Vec<String> = COMMON.map(str::to_owned).to_vec();
        while words.len() < 30_000 {
            let syllables = random.usize(1..=4);
            let syllable = |random: &mut Rng| {
                let consonant = random.choice(b"bcdfghklmnprst".iter()).copied().unwrap();
                let vowel = random.choice(b"aeiou".iter()).copied().unwrap();
                [char::from(consonant), char::from(vowel)]
            };
            words.push((0..syllables).flat_map(|_| syllable(&mut random)).collect());
        }
        // As often as the words of a language: the second half as often as the first, and so on.
        let mut sum = 0.0;
        let weights = (0..words.len()).map(|rank| {
            sum += 1.0 / (rank as f64 + 3.0);
            sum
        });
        let weights = weights.collect();
        Self { random, words, weights, number: 0 }
    }

    /// The rooms and directs that it talks in.
    pub(crate) fn rooms(&self) -> Vec<Record> {
        let rooms = ROOMS.map(|channel| Record::Room {
            channel: ChannelId(channel),
            name: RoomName::new(&format!("room-{channel}")).unwrap(),
            topic: Line::default(),
        });
        let directs = DIRECTS.map(|channel| Record::Direct {
            channel: ChannelId(channel),
            people: (PersonId(1), PersonId(channel)),
        });
        rooms.chain(directs).collect()
    }

    /// The next things said.
    pub(crate) fn said(&mut self, count: usize) -> Vec<Record> {
        (0..count).map(|_| self.say()).collect()
    }

    fn say(&mut self) -> Record {
        self.number += 1;
        let channel = match self.random.usize(..100) {
            _ if self.random.usize(..RARE) == 0 => SMALL,
            0..70 => LOBBY,
            70..90 => self.random.i64(LOBBY + 1..SMALL),
            _ => self.random.i64(DIRECTS),
        };
        let (author, name) = if self.random.usize(..RARE) == 0 {
            (999, "rare".to_owned())
        } else {
            let author = self.random.i64(1..=300);
            (author, format!("p{author}"))
        };
        let text = if self.random.usize(..20) == 0 {
            (0..self.random.usize(4..30)).map(|_| self.character()).collect()
        } else {
            let words: Vec<&str> = (0..self.random.usize(3..25))
                .map(|_| Self::word(&mut self.random, &self.words, &self.weights))
                .collect();
            words.join(" ")
        };
        Record::Said(Said {
            channel: ChannelId(channel),
            author: PersonId(author),
            from: Nick::new(&name).unwrap(),
            id: MessageId::new(&format!(
                "{:016x}",
                self.number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ))
            .unwrap(),
            at: 1_760_000_000_000 + self.number as i64 * 30,
            text: Text::new(&text).unwrap(),
        })
    }

    fn word<'a>(random: &mut Rng, words: &'a [String], weights: &[f64]) -> &'a str {
        let dice = random.f64() * weights.last().unwrap();
        &words[weights.partition_point(|weight| *weight < dice)]
    }

    fn character(&mut self) -> char {
        let count = CHINESE.chars().count() as f64;
        // The first ones much more often.
        let rank = (self.random.f64().powi(3) * count) as usize;
        CHINESE.chars().nth(rank).unwrap()
    }

    fn rare_word(&mut self) -> String {
        loop {
            let word = &self.words[self.random.usize(20_000..self.words.len())];
            if word.len() > 4 {
                return word.clone();
            }
        }
    }

    fn common_word(&mut self) -> String {
        self.random.choice(&COMMON[..10]).unwrap().to_string()
    }

    fn chinese(&mut self) -> String {
        [self.character(), self.character()].iter().collect()
    }
}

/// The newest message of each channel among these.
pub(crate) fn newest<'a>(
    records: &'a [Record],
    stored: &'a [Stored],
) -> impl Iterator<Item = (ChannelId, u64)> + 'a {
    let said = records.iter().filter_map(|record| match record {
        Record::Said(said) => Some(said.channel),
        _ => None,
    });
    said.zip(stored).filter_map(|(channel, stored)| match stored {
        Stored::New { seq } => Some((channel, *seq)),
        _ => None,
    })
}
