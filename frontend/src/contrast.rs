//! A site's colour, made readable whatever it is.

/// A colour in sRGB, eight bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The least contrast of text with what is behind it (WCAG 2.2, success criterion 1.4.3).
pub const READABLE: f64 = 4.5;

impl Rgb {
    /// White.
    pub const WHITE: Self = Self(255, 255, 255);
    /// Black.
    pub const BLACK: Self = Self(0, 0, 0);

    /// Reads `#rrggbb` or `#rgb`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.trim().strip_prefix('#')?;
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let channel = |at: usize| match hex.len() {
            6 => u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok(),
            3 => u8::from_str_radix(&hex[at..=at], 16).ok().map(|v| v * 17),
            _ => None,
        };
        Some(Self(channel(0)?, channel(1)?, channel(2)?))
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance").
    pub fn luminance(self) -> f64 {
        let linear = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio with `other`, 1 to 21 (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// White or black, whichever reads on this; one of them always does.
    #[must_use]
    pub fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= READABLE { Self::WHITE } else { Self::BLACK }
    }

    /// This colour, moved towards white or black just so far that it reads on `surface`.
    #[must_use]
    pub fn readable_on(self, surface: Self) -> Self {
        let goal = surface.ink();
        (0..=20u8)
            .map(|step| self.mix(goal, step))
            .find(|c| c.contrast(surface) >= READABLE)
            .unwrap_or(goal)
    }

    /// `steps` twentieths of the way to `goal`.
    fn mix(self, goal: Self, steps: u8) -> Self {
        let between = |a: u8, b: u8| {
            let (a, b, n) = (u16::from(a), u16::from(b), u16::from(steps.min(20)));
            u8::try_from((a * (20 - n) + b * n) / 20).unwrap_or(u8::MAX)
        };
        Self(between(self.0, goal.0), between(self.1, goal.1), between(self.2, goal.2))
    }

    /// As `#rrggbb`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_css_writes() {
        assert_eq!(Rgb::parse("#0a7cff"), Some(Rgb(10, 124, 255)));
        assert_eq!(Rgb::parse("#fff"), Some(Rgb::WHITE));
        for bad in ["", "#", "red", "#12", "#12345", "#gggggg", "0a7cff", "#é123", "#0a7cff00;x"] {
            assert_eq!(Rgb::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn known_contrasts() {
        assert!((Rgb::BLACK.contrast(Rgb::WHITE) - 21.0).abs() < 1e-9);
        // The lightest grey that still reads on white.
        assert!(Rgb(118, 118, 118).contrast(Rgb::WHITE) >= READABLE);
        assert!(Rgb(119, 119, 119).contrast(Rgb::WHITE) < READABLE);
    }

    proptest! {
        #[test]
        fn every_colour_can_be_read(r: u8, g: u8, b: u8) {
            let color = Rgb(r, g, b);
            prop_assert!(color.contrast(color.ink()) >= READABLE);
            for surface in [Rgb::WHITE, Rgb(22, 23, 26)] {
                prop_assert!(color.readable_on(surface).contrast(surface) >= READABLE);
            }
            prop_assert_eq!(Rgb::parse(&color.hex()), Some(color));
        }
    }
}
