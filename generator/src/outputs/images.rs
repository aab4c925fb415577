//! Resized images: from the original's bytes and a request to the new file's bytes.

use blake3::Hash;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageEncoder, ImageError};

use super::Artifact;
use crate::template::{ImageFormat, ImageOperation, open_picture};

/// The folder below `static/` and below the output that holds resized images.
pub const PROCESSED: &str = "processed_images";

/// The folder below the site's root that keeps resized images from build to build.
pub const CACHE: &str = ".groundswell/images";

/// Raised when the same request gives other bytes than before.
const CACHE_VERSION: u8 = 1;

/// A resized image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its name in the cache: it tells the original's content and what became of it.
    pub kept_as: String,
    /// Its bytes, or the kept file.
    pub artifact: Artifact,
}

/// The name under which a resized image is kept, by the hash of the original's bytes.
#[must_use]
pub fn kept_name(original: &Hash, operation: ImageOperation, format: ImageFormat) -> String {
    let made = format!("{CACHE_VERSION} {original} {operation:?} {format:?}");
    let hash = blake3::hash(made.as_bytes());
    format!("{}.{}", hash.to_hex(), format.extension())
}

/// Whether a file in the cache has a name that the build gives them, and so may be deleted by it.
#[must_use]
pub fn is_kept_name(name: &str) -> bool {
    name.split_once('.').is_some_and(|(hash, extension)| {
        matches!(extension, "jpg" | "png" | "webp" | "avif")
            && hash.len() == 64
            && hash.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// A rectangle to cut out and a size to scale to, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Steps {
    /// Left, top, width, height.
    crop: Option<(u32, u32, u32, u32)>,
    /// Width, height.
    resize: Option<(u32, u32)>,
}

impl Steps {
    fn of(operation: ImageOperation, size: (u32, u32)) -> Self {
        let crop = match operation {
            ImageOperation::Fill(w, h) => cut_to_ratio(size, (w, h)),
            _ => None,
        };
        let resized = operation.resized(size);
        let unchanged = matches!(operation, ImageOperation::Fit(..)) && resized == size;
        Self {
            crop,
            resize: (!unchanged).then_some(resized),
        }
    }
}

/// The middle of an image that has the ratio of the wanted size; none where the ratios are so
/// close that cutting is not worth it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of images are far below what f32 holds exactly"
)]
fn cut_to_ratio(
    (width, height): (u32, u32),
    (to_width, to_height): (u32, u32),
) -> Option<(u32, u32, u32, u32)> {
    let across = width as f32 / to_width.max(1) as f32;
    let down = height as f32 / to_height.max(1) as f32;
    if (across - down).abs() <= 0.1 {
        None
    } else if across < down {
        let cut = (across * to_height as f32).round() as u32;
        Some((0, height.saturating_sub(cut) / 2, width, cut))
    } else {
        let cut = (down * to_width as f32).round() as u32;
        Some((width.saturating_sub(cut) / 2, 0, cut, height))
    }
}

/// Bytes of an image once it is unpacked: some 10,000 by 10,000 pixels.
const LARGEST: u64 = 512 * 1024 * 1024;

/// A small file may claim to be a picture that no memory holds.
fn refuse_what_is_too_large(decoder: &impl ImageDecoder) -> Result<(), ImageError> {
    use image::error::{LimitError, LimitErrorKind};
    if decoder.total_bytes() <= LARGEST {
        return Ok(());
    }
    Err(ImageError::Limits(LimitError::from_kind(
        LimitErrorKind::InsufficientMemory,
    )))
}

/// An image read and turned upright, of which any number of others can be made.
#[derive(Debug)]
pub struct Original {
    picture: DynamicImage,
    profile: Option<Vec<u8>>,
}

impl Original {
    /// Reads an image from its bytes and turns it as its metadata says; `name` is its file's.
    ///
    /// # Errors
    /// It is no image, or a broken one.
    pub fn read(bytes: &[u8], name: &str) -> Result<Self, ImageError> {
        let mut decoder = open_picture(bytes, name)?.into_decoder()?;
        refuse_what_is_too_large(&decoder)?;
        let profile = decoder.icc_profile().unwrap_or_default();
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut picture = DynamicImage::from_decoder(decoder)?;
        picture.apply_orientation(orientation);
        Ok(Self { picture, profile })
    }

    /// Makes the image asked for: cut, scaled and written in the format, with its colour profile.
    ///
    /// # Errors
    /// What the format does not allow.
    pub fn resized(
        &self,
        operation: ImageOperation,
        format: ImageFormat,
    ) -> Result<Vec<u8>, ImageError> {
        let whole = &self.picture;
        let steps = Steps::of(operation, (whole.width(), whole.height()));
        let cut = steps.crop.map(|(x, y, w, h)| whole.crop_imm(x, y, w, h));
        let picture = cut.as_ref().unwrap_or(whole);
        let profile = self.profile.clone();
        match steps.resize {
            None => encode(picture, format, profile),
            Some((w, h)) => {
                // Nothing can be drawn on no pixels: very flat images keep one row or column.
                let picture = picture.resize_exact(w.max(1), h.max(1), FilterType::Lanczos3);
                encode(&picture, format, profile)
            }
        }
    }
}

fn encode(
    picture: &DynamicImage,
    format: ImageFormat,
    profile: Option<Vec<u8>>,
) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    match format {
        ImageFormat::Png => {
            let encoder = with_profile(PngEncoder::new(&mut bytes), profile);
            picture.write_with_encoder(encoder)?;
        }
        ImageFormat::Jpeg(quality) => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
            let encoder = with_profile(encoder, profile);
            // JPEG knows neither transparency nor more than eight bits.
            DynamicImage::from(picture.to_rgb8()).write_with_encoder(encoder)?;
        }
        ImageFormat::Webp(Some(quality)) => bytes = lossy_webp(picture, quality)?,
        ImageFormat::Webp(None) => {
            let encoder = with_profile(WebPEncoder::new_lossless(&mut bytes), profile);
            // Only eight bits a channel are known.
            match picture.color() {
                ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => {
                    picture.write_with_encoder(encoder)?;
                }
                color if color.has_alpha() => {
                    DynamicImage::from(picture.to_rgba8()).write_with_encoder(encoder)?;
                }
                _ => DynamicImage::from(picture.to_rgb8()).write_with_encoder(encoder)?,
            }
        }
        ImageFormat::Avif(quality, speed) => avif(picture, quality, speed, profile, &mut bytes)?,
    }
    Ok(bytes)
}

fn lossy_webp(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    let (width, height) = (picture.width(), picture.height());
    let quality = f32::from(quality);
    let encoded = if picture.color().has_alpha() {
        let pixels = picture.to_rgba8();
        webp::Encoder::from_rgba(&pixels, width, height).encode_simple(false, quality)
    } else {
        let pixels = picture.to_rgb8();
        webp::Encoder::from_rgb(&pixels, width, height).encode_simple(false, quality)
    };
    encoded.map(|bytes| bytes.to_vec()).map_err(|error| {
        use image::error::{EncodingError, ImageFormatHint};
        let hint = ImageFormatHint::Exact(image::ImageFormat::WebP);
        ImageError::Encoding(EncodingError::new(hint, format!("{error:?}")))
    })
}

fn with_profile<E: ImageEncoder>(mut encoder: E, profile: Option<Vec<u8>>) -> E {
    if let Some(profile) = profile {
        // An encoder that takes no profile writes the picture without.
        let _unsupported = encoder.set_icc_profile(profile);
    }
    encoder
}

#[cfg(feature = "avif")]
fn avif(
    picture: &DynamicImage,
    quality: u8,
    speed: u8,
    profile: Option<Vec<u8>>,
    bytes: &mut Vec<u8>,
) -> Result<(), ImageError> {
    let encoder = image::codecs::avif::AvifEncoder::new_with_speed_quality(bytes, speed, quality);
    picture.write_with_encoder(with_profile(encoder, profile))
}

#[cfg(not(feature = "avif"))]
fn avif(
    _picture: &DynamicImage,
    _quality: u8,
    _speed: u8,
    _profile: Option<Vec<u8>>,
    _bytes: &mut Vec<u8>,
) -> Result<(), ImageError> {
    use image::error::{ImageFormatHint, UnsupportedError, UnsupportedErrorKind};
    Err(ImageError::Unsupported(
        UnsupportedError::from_format_and_kind(
            ImageFormatHint::Name(
                "AVIF (this program was built without its feature `avif`)".into(),
            ),
            UnsupportedErrorKind::GenericFeature("encoding".into()),
        ),
    ))
}

/// Whether a file in the folder of resized images has a name that the build gives them
/// (`<stem>.<16 hexadecimal digits>.<extension>`), and so may be deleted by it.
#[must_use]
pub fn is_processed_name(name: &str) -> bool {
    let mut parts = name.rsplitn(3, '.');
    let extension = parts.next().unwrap_or_default();
    let hash = parts.next().unwrap_or_default();
    parts.next().is_some_and(|stem| !stem.is_empty())
        && matches!(extension, "jpg" | "png" | "webp" | "avif")
        && hash.len() == 16
        && hash.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use image::GenericImageView;

    use super::*;

    fn resize(
        original: &[u8],
        operation: ImageOperation,
        format: ImageFormat,
    ) -> Result<Vec<u8>, ImageError> {
        Original::read(original, "a.png")?.resized(operation, format)
    }

    /// 40 by 20 pixels, red on the left and blue on the right.
    fn picture() -> Vec<u8> {
        let image = image::RgbImage::from_fn(40, 20, |x, _| {
            image::Rgb(if x < 20 { [255, 0, 0] } else { [0, 0, 255] })
        });
        let mut bytes = Vec::new();
        DynamicImage::from(image)
            .write_with_encoder(PngEncoder::new(&mut bytes))
            .expect("a PNG");
        bytes
    }

    fn size_after(operation: ImageOperation) -> (u32, u32) {
        let bytes = resize(&picture(), operation, ImageFormat::Png).expect("an image");
        image::load_from_memory(&bytes)
            .expect("a PNG again")
            .dimensions()
    }

    #[test]
    fn each_operation_gives_its_size() {
        assert_eq!(size_after(ImageOperation::Scale(7, 9)), (7, 9));
        assert_eq!(size_after(ImageOperation::FitWidth(10)), (10, 5));
        assert_eq!(size_after(ImageOperation::FitHeight(10)), (20, 10));
        assert_eq!(size_after(ImageOperation::Fit(10, 10)), (10, 5));
        assert_eq!(size_after(ImageOperation::Fit(100, 100)), (40, 20));
        assert_eq!(size_after(ImageOperation::Fill(10, 10)), (10, 10));
    }

    #[test]
    fn filling_cuts_out_the_middle() {
        let fill = ImageOperation::Fill(10, 10);
        let bytes = resize(&picture(), fill, ImageFormat::Png);
        let image = image::load_from_memory(&bytes.expect("an image")).expect("a PNG");
        assert!(image.get_pixel(1, 5).0[0] > 200, "red on the left");
        assert!(image.get_pixel(8, 5).0[2] > 200, "blue on the right");
        assert_eq!(cut_to_ratio((40, 20), (10, 10)), Some((10, 0, 20, 20)));
        assert_eq!(cut_to_ratio((20, 40), (10, 10)), Some((0, 10, 20, 20)));
        assert_eq!(cut_to_ratio((41, 20), (40, 20)), None);
    }

    #[test]
    fn formats_are_what_they_say() {
        for (format, magic) in [
            (ImageFormat::Jpeg(75), b"\xff\xd8".as_slice()),
            (ImageFormat::Webp(None), b"RIFF".as_slice()),
            (ImageFormat::Webp(Some(50)), b"RIFF".as_slice()),
        ] {
            let small = ImageOperation::Scale(4, 4);
            let bytes = resize(&picture(), small, format).expect("an image");
            assert!(bytes.starts_with(magic));
        }
        let small = ImageOperation::Scale(4, 4);
        assert!(resize(b"no image", small, ImageFormat::Png).is_err());
    }

    #[test]
    fn names_that_the_build_gives() {
        assert!(is_processed_name("a.b.0123456789abcdef.jpg"));
        assert!(!is_processed_name("0123456789abcdef.jpg"));
        assert!(!is_processed_name("a.0123456789abcdef.txt"));
        assert!(!is_processed_name("portrait.jpg"));
        let kept = kept_name(
            &blake3::hash(b"x"),
            ImageOperation::Scale(4, 4),
            ImageFormat::Png,
        );
        assert!(is_kept_name(&kept), "{kept}");
        let other = kept_name(
            &blake3::hash(b"y"),
            ImageOperation::Scale(4, 4),
            ImageFormat::Png,
        );
        assert_ne!(kept, other);
        assert!(!is_kept_name("portrait.jpg"));
    }
}
