//! Opening an image, whatever its format.

use std::io::Cursor;

use image::{ImageError, ImageFormat, ImageReader};

/// A reader for an image's bytes: by what they look like, else by the extension of the file's
/// name, since some formats have no mark.
///
/// # Errors
/// None of both tells the format.
pub fn open_picture<'a>(
    bytes: &'a [u8],
    name: &str,
) -> Result<ImageReader<Cursor<&'a [u8]>>, ImageError> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    if let Ok(format) = ImageFormat::from_path(name) {
        reader.set_format(format);
    }
    reader.with_guessed_format().map_err(ImageError::IoError)
}
