//! What every frame's decoding shares: the depth limit, and the first look at `type` and `id`.

use std::borrow::Cow;

use serde::Deserialize;

use crate::error::{Code, Refusal};
use crate::limit;

/// The two fields that decide how the rest is read.
#[derive(Deserialize)]
pub(crate) struct Head<'a> {
    /// Which frame this is.
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Cow<'a, str>,
    /// The message id, if the frame has one that is a string.
    #[serde(default, borrow)]
    pub(crate) id: Option<Loose<'a>>,
}

/// A field that answers only if it is a string; any other value is as good as none.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Loose<'a> {
    String(#[serde(borrow)] Cow<'a, str>),
    Other(serde::de::IgnoredAny),
}

impl Head<'_> {
    /// The frame's id, for refusals that answer it.
    pub(crate) fn id(&self) -> Option<&str> {
        match &self.id {
            Some(Loose::String(id)) => Some(id),
            _ => None,
        }
    }
}

/// Looks at a frame before it is read whole.
pub(crate) fn head(line: &[u8]) -> Result<Head<'_>, Refusal> {
    check_depth(line)?;
    // The parser would take a list for an object whose fields come in order.
    if line.trim_ascii_start().first() != Some(&b'{') {
        return Err(Refusal::new(Code::BadFrame, "a frame is one JSON object on a line"));
    }
    serde_json::from_slice(line).map_err(|error| bad_frame(&error))
}

/// A frame of this type, if it begins by saying so, as they all do that this library writes: what
/// comes most need not be read twice. `T` has to have a field for the type, which is refused where
/// it comes a second time.
pub(crate) fn at_once<'a, T: Deserialize<'a>>(
    line: &'a [u8],
    kind: &str,
) -> Option<Result<T, Refusal>> {
    let rest = line.strip_prefix(br#"{"type":""#)?.strip_prefix(kind.as_bytes())?;
    rest.starts_with(br#"","#).then(|| check_depth(line).and_then(|()| body(line)))
}

fn check_depth(line: &[u8]) -> Result<(), Refusal> {
    // Most frames have fewer brackets than may be within each other: only others are walked through.
    let brackets = line.iter().filter(|byte| matches!(byte, b'{' | b'[')).count();
    if brackets > limit::FRAME_DEPTH && depth(line) > limit::FRAME_DEPTH {
        let text = format!("the frame is nested deeper than {}", limit::FRAME_DEPTH);
        return Err(Refusal::new(Code::BadFrame, text));
    }
    Ok(())
}

/// Reads a whole frame of a known type.
pub(crate) fn body<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(line).map_err(|error| bad_frame(&error))
}

fn bad_frame(error: &serde_json::Error) -> Refusal {
    // The parser's sentence may quote a field's name or a value.
    let text = crate::text::Line::cut(&error.to_string(), 200);
    Refusal::new(Code::BadFrame, format!("not a frame of this protocol: {text}"))
}

/// How deep objects and arrays nest, brackets within strings aside.
fn depth(line: &[u8]) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for &byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_of_strings() {
        assert_eq!(depth(br#"{"a":[1,{"b":2}]}"#), 3);
        assert_eq!(depth(br#"{"a":"[[[[\"[[["}"#), 1);
        assert_eq!(depth(b"]]]]"), 0);
        assert_eq!(depth(&b"[".repeat(60_000)), 60_000);
    }
}
