//! Checks that everything can be read: each role of each theme, at each depth, on the backgrounds
//! and with the palettes that people have.

use ratatui::style::{Color, Modifier, Style};

use super::colour::{Rgb, contrast, rgb};
use super::{Base, Depth, Theme};

/// Roles that are no letters: of these the WCAG asks less.
const LINES: [&str; 1] = ["rule"];
const LINE_CONTRAST: f64 = 3.0;

/// Backgrounds of terminals: black, Tango's, VS Code's; white, GNOME's, the usual off-white.
const DARK: [Rgb; 3] = [[0; 3], [29, 31, 33], [30; 3]];
const LIGHT: [Rgb; 2] = [[255; 3], [250; 3]];

/// A palette: the sixteen, then the dark background and the light one, each with what is written on
/// it where nobody asks for a colour.
struct Palette {
    name: &'static str,
    colours: [u32; 16],
    dark: (u32, u32),
    light: (u32, u32),
}

impl Palette {
    fn ground(&self, light: bool) -> Rgb {
        parts(if light { self.light.0 } else { self.dark.0 })
    }

    /// The contrast that letters have at least: where the palette's own text has less, as much as
    /// that. Whoever chose it reads all of the terminal so.
    fn least(&self, light: bool) -> f64 {
        let (ground, text) = if light { self.light } else { self.dark };
        contrast(parts(ground), parts(text)).min(4.5)
    }
}

const PALETTES: [Palette; 4] = [
    Palette {
        name: "xterm",
        colours: [
            0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5,
            0x7f_7f7f, 0xff_0000, 0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
        ],
        dark: (0x00_0000, 0xe5_e5e5),
        light: (0xff_ffff, 0x00_0000),
    },
    Palette {
        name: "VGA",
        colours: [
            0x00_0000, 0xaa_0000, 0x00_aa00, 0xaa_5500, 0x00_00aa, 0xaa_00aa, 0x00_aaaa, 0xaa_aaaa,
            0x55_5555, 0xff_5555, 0x55_ff55, 0xff_ff55, 0x55_55ff, 0xff_55ff, 0x55_ffff, 0xff_ffff,
        ],
        dark: (0x00_0000, 0xaa_aaaa),
        light: (0xff_ffff, 0x00_0000),
    },
    Palette {
        name: "Solarized",
        colours: [
            0x07_3642, 0xdc_322f, 0x85_9900, 0xb5_8900, 0x26_8bd2, 0xd3_3682, 0x2a_a198, 0xee_e8d5,
            0x00_2b36, 0xcb_4b16, 0x58_6e75, 0x65_7b83, 0x83_9496, 0x6c_71c4, 0x93_a1a1, 0xfd_f6e3,
        ],
        dark: (0x00_2b36, 0x83_9496),
        light: (0xfd_f6e3, 0x65_7b83),
    },
    Palette {
        name: "Tango",
        colours: [
            0x2e_3436, 0xcc_0000, 0x4e_9a06, 0xc4_a000, 0x34_65a4, 0x75_507b, 0x06_989a, 0xd3_d7cf,
            0x55_5753, 0xef_2929, 0x8a_e234, 0xfc_e94f, 0x72_9fcf, 0xad_7fa8, 0x34_e2e2, 0xee_eeec,
        ],
        dark: (0x2e_3436, 0xd3_d7cf),
        light: (0xee_eeec, 0x2e_3436),
    },
];

fn parts(rgb: u32) -> Rgb {
    let [_, r, g, b] = rgb.to_be_bytes();
    [r, g, b]
}

/// Every role with its style, people's names among them.
fn all(theme: &mut Theme) -> Vec<(String, Style)> {
    let people = theme.prose.people.clone();
    let people = people.into_iter().enumerate().map(|(at, style)| (format!("person {at}"), style));
    let roles = theme.roles_mut().map(|(name, style)| (name.to_owned(), *style));
    roles.into_iter().chain(people).collect()
}

/// The contrast that a role has at least, where letters have this one.
fn least(role: &str, letters: f64) -> f64 {
    if LINES.contains(&role) { LINE_CONTRAST } else { letters }
}

/// Fails when a style cannot be read: where it leaves a colour to the terminal, that one is the
/// person's own choice.
fn check(what: &str, style: Style, ground: Rgb, see: impl Fn(Color) -> Option<Rgb>, least: f64) {
    let Some(ink) = style.fg.and_then(&see) else {
        assert!(style.bg.and_then(&see).is_none(), "{what}: a background without an ink");
        return;
    };
    let found = contrast(ink, style.bg.and_then(&see).unwrap_or(ground));
    assert!(found >= least, "{what} on {ground:?}: {found:.2}");
}

fn grounds(base: Base, light: bool) -> bool {
    // A theme for the other kind of background is not meant to be read on this one.
    !matches!((base, light), (Base::Dark, true) | (Base::Light, false))
}

#[test]
fn all_256_colours_and_more_can_be_read() {
    for (name, base) in Base::ALL {
        let letters = if base == Base::Contrast { 7.0 } else { 4.5 };
        for (light, backgrounds) in [(false, &DARK[..]), (true, &LIGHT[..])] {
            for depth in [Depth::Indexed, Depth::True] {
                for (role, style) in all(&mut Theme::new(base, light, depth)) {
                    for &ground in backgrounds.iter().filter(|_| grounds(base, light)) {
                        let least = least(&role, letters);
                        check(&format!("{name}, {role}"), style, ground, rgb, least);
                    }
                }
            }
        }
    }
}

#[test]
fn sixteen_colours_can_be_read_with_every_palette() {
    for (name, base) in Base::ALL {
        for light in [false, true].into_iter().filter(|&light| grounds(base, light)) {
            for (role, style) in all(&mut Theme::new(base, light, Depth::Sixteen)) {
                for palette in &PALETTES {
                    let ground = palette.ground(light);
                    let bold = style.add_modifier.contains(Modifier::BOLD);
                    assert!(
                        !bold || !matches!(style.fg, Some(Color::Indexed(0..8))),
                        "{name}, {role}: bold makes another colour of this in many terminals"
                    );
                    let see = |color: Color| match color {
                        Color::Indexed(index @ 0..16) => {
                            Some(parts(palette.colours[usize::from(index)]))
                        }
                        Color::Reset => None,
                        color => panic!("{name}, {role}: {color} is none of sixteen"),
                    };
                    let least = least(&role, palette.least(light));
                    check(&format!("{name}, {role}, {}", palette.name), style, ground, see, least);
                }
            }
        }
    }
}

#[test]
fn without_colours_there_are_none() {
    for (name, base) in Base::ALL {
        for light in [false, true] {
            for (role, style) in all(&mut Theme::new(base, light, Depth::None)) {
                assert_eq!((style.fg, style.bg), (None, None), "{name}, {role}");
            }
        }
    }
}

/// What must not be taken for something else differs by more than colour, or by a sign that stands
/// with it whatever the theme.
#[test]
fn weight_tells_what_colour_may_not() {
    let weight = |style: Style| {
        let block = style.bg.is_some() || style.add_modifier.contains(Modifier::REVERSED);
        (style.add_modifier - Modifier::REVERSED, block)
    };
    for (name, base) in Base::ALL {
        for depth in [Depth::None, Depth::Sixteen, Depth::Indexed] {
            let theme = Theme::new(base, false, depth);
            for style in [theme.loud, theme.prose.mention, theme.prose.link] {
                assert_ne!(weight(style), weight(theme.text), "{name} {depth:?}: {style:?}");
            }
            assert_ne!(weight(theme.bar), weight(theme.text), "{name} {depth:?}");
            assert_ne!(weight(theme.bar_error), weight(theme.bar), "{name} {depth:?}");
        }
    }
}

/// One row a role: letters for its weight, its ink, and what that stands on.
#[test]
fn each_theme_is_as_it_was_chosen() {
    let told = |color: Option<Color>| color.map_or("-".to_owned(), |color| color.to_string());
    let row = |(role, style): (String, Style)| {
        let weight = style.add_modifier.iter_names().map(|(name, _)| name.to_lowercase());
        let weight: Vec<String> = weight.collect();
        format!("{role:14} {:>4} on {:4} {}", told(style.fg), told(style.bg), weight.join(" "))
    };
    for (name, base) in Base::ALL {
        for (ground, light) in [("dark", false), ("light", true)] {
            for (depth, colours) in
                [(Depth::Indexed, "256"), (Depth::Sixteen, "16"), (Depth::None, "none")]
            {
                if !grounds(base, light) {
                    continue;
                }
                let rows: Vec<String> =
                    all(&mut Theme::new(base, light, depth)).into_iter().map(row).collect();
                let rows: Vec<&str> = rows.iter().map(|row| row.trim_end()).collect();
                insta::assert_snapshot!(format!("{name}_on_{ground}_{colours}"), rows.join("\n"));
            }
        }
    }
}
