//! Addresses in a text: bare, or behind words in brackets. Of the latter the host stays to be seen,
//! so that nobody is led where the words do not say. Only http and https lead anywhere.

use std::fmt::Write;
use std::ops::Range;

use linkify::{LinkFinder, LinkKind};

use super::inline::{Atom, Source};
use super::{Format, Piece};

/// Bytes of an address that can be followed; longer ones are text.
const URL_BYTES: usize = 2_000;

/// An address in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Itself, as it was typed.
    pub(crate) url: Range<usize>,
}

impl Link {
    /// The address in ASCII without controls, whatever was typed; `None` if that gets too long.
    pub(crate) fn address(&self, text: &str) -> Option<String> {
        let mut address = String::new();
        for byte in text.get(self.url.clone())?.bytes() {
            match byte {
                b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => {
                    _ = write!(address, "%{byte:02X}");
                }
                0x21..=0x7e => address.push(char::from(byte)),
                byte => _ = write!(address, "%{byte:02X}"),
            }
        }
        (address.len() <= URL_BYTES).then_some(address)
    }
}

/// Finds the addresses of a line that are not within another atom.
pub(super) fn find(source: &Source<'_>, atoms: &mut Vec<Atom>, links: &mut Vec<Link>) {
    if !source.line().contains("://") {
        return;
    }
    let taken: Vec<Range<usize>> = atoms.iter().map(|atom| atom.range.clone()).collect();
    let mut found = Vec::new();
    named(source, &taken, &mut found);
    let mut taken: Vec<Range<usize>> =
        taken.into_iter().chain(found.iter().map(|(_, atom)| atom.range.clone())).collect();
    taken.sort_by_key(|range| range.start);
    bare(source, &taken, &mut found);
    found.sort_by_key(|(_, atom)| atom.range.start);
    for (link, mut atom) in found {
        atom.pieces.iter_mut().for_each(|piece| piece.link = Some(links.len()));
        links.push(link);
        atoms.push(atom);
    }
}

fn overlaps(taken: &[Range<usize>], range: &Range<usize>) -> bool {
    let next = taken.partition_point(|taken| taken.end <= range.start);
    taken.get(next).is_some_and(|taken| taken.start < range.end)
}

fn bare(source: &Source<'_>, taken: &[Range<usize>], found: &mut Vec<(Link, Atom)>) {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    for link in finder.links(source.line()) {
        let start = source.range.start + link.start();
        let before = source.text[..start].chars().next_back();
        // Emphasis around an address is not part of it.
        let sign = before.filter(|c| matches!(c, '*' | '_' | '~'));
        let url = sign.map_or(link.as_str(), |sign| link.as_str().trim_end_matches(sign));
        let range = start..start + url.len();
        if !is_web(url) || overlaps(taken, &range) || !is_whole(source, &range) {
            continue;
        }
        let pieces = vec![Piece::new(range.clone(), Format::LINK)];
        found.push((Link { url: range.clone() }, Atom { range, pieces }));
    }
}

/// `[words](https://host/path)`.
fn named(source: &Source<'_>, taken: &[Range<usize>], found: &mut Vec<(Link, Atom)>) {
    let line = source.line();
    let last = line.rfind(')').unwrap_or(0);
    let (mut open, mut behind) = (None, 0);
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'[' => open = Some(at),
            b']' if at >= behind && at < last && line[at + 1..].starts_with("(http") => {
                let words = open.take().map(|open| open + 1..at).filter(|words| !words.is_empty());
                let Some(words) = words else { continue };
                let Some(length) = line[at + 2..].find([')', ' ']) else { continue };
                let url = at + 2..at + 2 + length;
                let shift = |range: Range<usize>| {
                    source.range.start + range.start..source.range.start + range.end
                };
                if line[url.end..].starts_with(')')
                    && let Some(atom) = name(source, shift(words), shift(url.clone()))
                    && !overlaps(taken, &atom.range)
                {
                    behind = url.end;
                    found.push((Link { url: shift(url) }, atom));
                }
            }
            _ => {}
        }
    }
}

/// The pieces of words with an address: the words, and in brackets the host.
fn name(source: &Source<'_>, words: Range<usize>, url: Range<usize>) -> Option<Atom> {
    let host = host(&source.text[url.clone()])?;
    let host = url.start + host.start..url.start + host.end;
    let range = words.start - 1..url.end + 1;
    let aside = Format::LINK.with(Format::ASIDE);
    let pieces = vec![
        Piece::new(words.clone(), Format::LINK),
        Piece { shown: Some(" "), ..Piece::new(words.end..words.end + 1, Format::PLAIN) },
        Piece::new(words.end + 1..url.start, aside),
        Piece::new(host, aside),
        Piece::new(url.end..range.end, aside),
    ];
    let whole = pieces.iter().all(|piece| is_whole(source, &(piece.start..piece.end)));
    whole.then_some(Atom { range, pieces })
}

fn is_whole(source: &Source<'_>, range: &Range<usize>) -> bool {
    source.is_cut(range.start) && source.is_cut(range.end)
}

fn is_web(url: &str) -> bool {
    host(url).is_some() && url.len() <= URL_BYTES
}

/// Where the host stands in a web address. What comes before an `@` is not it.
fn host(url: &str) -> Option<Range<usize>> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })?;
    let rest = &url[scheme.len()..];
    let rest = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    let user = rest.rfind('@').map_or(0, |at| at + 1);
    let start = scheme.len() + user;
    let end = scheme.len() + rest.len();
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::super::{parse, tests::shown};

    fn check(text: &str, expected: &str, urls: &[&str]) {
        assert_eq!(shown(text), expected, "{text:?}");
        let rich = parse(text);
        let found: Vec<String> = rich.links.iter().filter_map(|link| link.address(text)).collect();
        assert_eq!(found, urls, "{text:?}");
    }

    #[test]
    fn addresses_are_found() {
        let url = "https://docs.rs/tokio/1/a_b_c?x=*y*z";
        check(url, url, &[url]);
        check("(see http://a.org/b).", "(see http://a.org/b).", &["http://a.org/b"]);
        check("**https://a.org/x**", "https://a.org/x", &["https://a.org/x"]);
        check("`https://a.org`", "https://a.org", &[]);
        check(
            "ftp://a.org file:///etc javascript://x",
            "ftp://a.org file:///etc javascript://x",
            &[],
        );
        check("http://a.org/ä", "http://a.org/ä", &["http://a.org/%C3%A4"]);
    }

    #[test]
    fn words_with_an_address_say_where_they_lead() {
        check("[docs](https://docs.rs/x) ok", "docs (docs.rs) ok", &["https://docs.rs/x"]);
        check(
            "[https://bank.com](https://bank.com@evil.org/x)",
            "https://bank.com (evil.org)",
            &["https://bank.com@evil.org/x"],
        );
        check(
            "[a](ftp://x.org) [](http://x.org)",
            "[a](ftp://x.org) [](http://x.org)",
            &["http://x.org"],
        );
        check("[a](http://x.org b", "[a](http://x.org b", &["http://x.org"]);
        check("a[i](http)", "a[i](http)", &[]);
    }

    #[test]
    fn an_address_too_long_leads_nowhere() {
        let text = format!("https://a.org/{}", "x".repeat(2_000));
        assert!(parse(&text).links.is_empty());
        let text = format!("https://a.org/{}", "ä".repeat(900));
        assert_eq!(parse(&text).links[0].address(&text), None);
    }
}
