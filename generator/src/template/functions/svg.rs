//! The size of an SVG image, from the attributes of its root.

use regex::Regex;
use std::sync::LazyLock;

static ROOT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?s)<svg\b[^>]*>").ok());
static ATTRIBUTE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\b(width|height|viewBox)\s*=\s*["']([^"']*)["']"#).ok());

/// Width and height in pixels: what is written, else the view box's.
pub(super) fn size(text: &str) -> Option<(u32, u32)> {
    let root = ROOT.as_ref()?.find(text)?.as_str();
    let (mut width, mut height, mut view_box) = (None, None, None);
    for found in ATTRIBUTE.as_ref()?.captures_iter(root) {
        let value = found.get(2)?.as_str();
        match found.get(1)?.as_str() {
            "width" => width = pixels(value),
            "height" => height = pixels(value),
            _ => {
                let sides: Vec<f64> = value
                    .split([' ', ','])
                    .filter(|part| !part.is_empty())
                    .filter_map(|part| part.parse().ok())
                    .collect();
                if let [_, _, width, height] = sides.as_slice() {
                    view_box = Some((whole(*width)?, whole(*height)?));
                }
            }
        }
    }
    match (width, height) {
        (Some(width), Some(height)) => Some((width, height)),
        _ => view_box,
    }
}

fn pixels(value: &str) -> Option<u32> {
    let number = value.trim().trim_end_matches("px");
    whole(number.parse().ok()?)
}

fn whole(number: f64) -> Option<u32> {
    (number.is_finite() && number >= 0.0).then_some(number.round() as u32)
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
        assert_eq!(svg("viewBox=\"0 0 24.4 12\""), Some((24, 12)));
        assert_eq!(svg("width=\"100%\" viewBox='0,0,3,4'"), Some((3, 4)));
        assert_eq!(svg(""), None);
    }
}
