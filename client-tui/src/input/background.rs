//! What the terminal answers when it is asked for its background's colour (OSC 11).

/// What asks. It ends with BEL, and so does the answer then: one terminal gets the other end wrong.
pub(crate) const QUESTION: &[u8] = b"\x1b]11;?\x07";

/// The luminance at which black text is as easy to read as white text: a contrast of 4.6 with both.
const MIDDLE: f64 = 0.179;

/// Whether the background is light, if this is an answer that says so: `11;rgb:ffff/fafa/f0f0`,
/// with one to four digits a part.
pub(crate) fn is_light(answer: &[u8]) -> Option<bool> {
    let colour = std::str::from_utf8(answer).ok()?.strip_prefix("11;")?;
    let parts: Vec<f64> = match colour.split_once(':') {
        // With an opacity, that comes last.
        Some(("rgb" | "rgba", parts)) => parts.split('/').map(part).collect::<Option<_>>()?,
        Some(_) => return None,
        None => {
            let digits = colour.strip_prefix('#')?;
            let each = digits.len() / 3;
            let parts = (0..3).map(|index| part(digits.get(index * each..(index + 1) * each)?));
            parts.collect::<Option<_>>()?
        }
    };
    match parts[..] {
        [red, green, blue] | [red, green, blue, _] => Some(luminance([red, green, blue]) > MIDDLE),
        _ => None,
    }
}

/// A part of a colour, from 0 to 1.
fn part(digits: &str) -> Option<f64> {
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let most = match digits.len() {
        1 => 0xf,
        2 => 0xff,
        3 => 0xfff,
        4 => 0xffff,
        _ => return None,
    };
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?;
    Some(f64::from(value) / f64::from(most))
}

/// How light a colour is to the eye, as the rules for contrast count it.
fn luminance(parts: [f64; 3]) -> f64 {
    let [red, green, blue] =
        parts.map(
            |part| {
                if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            },
        );
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_tell_light_from_dark() {
        let check = |answer: &str, expected| {
            assert_eq!(is_light(answer.as_bytes()), expected, "{answer}");
        };
        check("11;rgb:ffff/ffff/ffff", Some(true));
        check("11;rgb:0000/0000/0000", Some(false));
        check("11;rgb:f/f/f", Some(true));
        check("11;rgb:00/2b/36", Some(false));
        check("11;rgb:fd/f6/e3", Some(true));
        check("11;rgba:1e1e/1e1e/1e1e/cccc", Some(false));
        check("11;#fafafa", Some(true));
        check("11;#000", Some(false));
        // Pure blue is dark and pure green light, however bright both are.
        check("11;rgb:0000/0000/ffff", Some(false));
        check("11;rgb:0000/ffff/0000", Some(true));
    }

    #[test]
    fn nonsense_tells_nothing() {
        for answer in [
            "",
            "11",
            "11;",
            "11;?",
            "11;rgb:",
            "11;rgb:ff/ff",
            "11;rgb:ff/ff/ff/ff/ff",
            "11;rgb:gg/00/00",
            "11;rgb:+f/00/00",
            "11;rgb:fffff/0/0",
            "10;rgb:ff/ff/ff",
            "11;hsl:1/1/1",
            "11;#ff",
            "11;#é",
            "11;white",
            "12;#ffffff",
        ] {
            assert_eq!(is_light(answer.as_bytes()), None, "{answer}");
        }
    }
}
