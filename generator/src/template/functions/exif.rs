//! What cameras and editors write into an image's EXIF block.

use std::io::Cursor;

use exif::{Exif, In, Reader, Tag, Value};

/// Description and time of taking, as written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) description: Option<String>,
    pub(super) created: Option<String>,
}

/// What an image tells; nothing where it has no such block or a broken one.
pub(super) fn told(bytes: &[u8]) -> Told {
    let Ok(block) = Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return Told::default();
    };
    Told {
        description: text(&block, Tag::ImageDescription),
        created: text(&block, Tag::DateTimeOriginal),
    }
}

fn text(block: &Exif, tag: Tag) -> Option<String> {
    match &block.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(texts) => {
            let first = texts.first()?;
            Some(String::from_utf8_lossy(first).into_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_a_block_tells_nothing() {
        assert_eq!(told(b"GIF89a"), Told::default());
        assert_eq!(told(b""), Told::default());
    }
}
