//! The size of an SVG image, from the attributes of its root.

use regex::Regex;
use std::sync::LazyLock;

static ROOT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?s)<svg\b[^>]*>").ok());
static ATTRIBUTE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\s(width|height|viewBox)\s*=\s*["']([^"']*)["']"#).ok());

/// Width and height in pixels: what is written, if both are, else the view box's. Fractions go,
/// percents are of the view box, and units count as pixels, as in Zola.
pub(super) fn size(text: &str) -> Option<(u32, u32)> {
    let root = ROOT.as_ref()?.find(text)?.as_str();
    let (mut width, mut height, mut view_box) = (None, None, None);
    for found in ATTRIBUTE.as_ref()?.captures_iter(root) {
        let value = found.get(2)?.as_str();
        match found.get(1)?.as_str() {
            "width" => width = Length::read(value),
            "height" => height = Length::read(value),
            _ => {
                let sides: Vec<f64> = value
                    .split([' ', ','])
                    .filter(|part| !part.is_empty())
                    .filter_map(|part| part.parse().ok())
                    .collect();
                if let [_, _, width, height] = sides.as_slice() {
                    view_box = Some((*width, *height));
                }
            }
        }
    }
    let sides = match (width, height) {
        (Some(width), Some(height)) => Some((
            width.pixels(view_box.map(|(side, _)| side))?,
            height.pixels(view_box.map(|(_, side)| side))?,
        )),
        _ => view_box,
    };
    let (width, height) = sides?;
    Some((whole(width)?, whole(height)?))
}

enum Length {
    Pixels(f64),
    Percent(f64),
}

impl Length {
    fn read(value: &str) -> Option<Self> {
        let value = value.trim();
        let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
        let number = number.trim_end().parse().ok()?;
        Some(if value.ends_with('%') {
            Self::Percent(number)
        } else {
            Self::Pixels(number)
        })
    }

    fn pixels(self, of: Option<f64>) -> Option<f64> {
        match self {
            Self::Pixels(pixels) => Some(pixels),
            Self::Percent(percent) => Some(of? * percent / 100.0),
        }
    }
}

fn whole(number: f64) -> Option<u32> {
    (number.is_finite() && number >= 0.0).then_some(number.trunc() as u32)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn written_sizes_come_first() {
        let svg = |attributes: &str| size(&format!("<?xml?><svg {attributes}><path/></svg>"));
        assert_eq!(
            svg("width=\"20px\" height='10' viewBox=\"0 0 5 5\""),
            Some((20, 10))
        );
        assert_eq!(svg("viewBox=\"0 0 30.6 40\""), Some((30, 40)));
        assert_eq!(svg("width=\"10\" viewBox='0,0,3,4'"), Some((3, 4)));
        assert_eq!(svg("width='10.5pt' height='2em'"), Some((10, 2)));
        let percents = "width='100%' height='50%' viewBox='0 0 30 40'";
        assert_eq!(svg(percents), Some((30, 20)));
        assert_eq!(svg(""), None);
    }
}
