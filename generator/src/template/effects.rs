//! What a template does beside its text: images to make, warnings to show, time to account for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::source::SourcePath;

/// How an image's size is changed; sizes in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImageOperation {
    /// To exactly this width and height.
    Scale(u32, u32),
    /// To this width, the ratio kept.
    FitWidth(u32),
    /// To this height, the ratio kept.
    FitHeight(u32),
    /// Into this width and height, the ratio kept, never larger.
    Fit(u32, u32),
    /// To exactly this width and height, the middle cut out.
    Fill(u32, u32),
}

impl ImageOperation {
    /// The size that an image of this width and height gets, in pixels.
    #[must_use]
    pub fn resized(self, (width, height): (u32, u32)) -> (u32, u32) {
        match self {
            Self::Scale(w, h) | Self::Fill(w, h) => (w, h),
            Self::FitWidth(w) => (w, in_ratio(height, w, width)),
            Self::FitHeight(h) => (in_ratio(width, h, height), h),
            Self::Fit(w, h) if width <= w && height <= h => (width, height),
            Self::Fit(w, h) => {
                if u64::from(width) * u64::from(h) > u64::from(height) * u64::from(w) {
                    (w, in_ratio(height, w, width))
                } else {
                    (in_ratio(width, h, height), h)
                }
            }
        }
    }
}

/// `length * to / from`, rounded down; the missing side of a size in the same ratio.
fn in_ratio(length: u32, to: u32, from: u32) -> u32 {
    let scaled = u64::from(length) * u64::from(to) / u64::from(from.max(1));
    u32::try_from(scaled).unwrap_or(u32::MAX)
}

/// The format that a resized image is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImageFormat {
    /// JPEG of this quality (1 to 100).
    Jpeg(u8),
    /// PNG.
    Png,
    /// WebP of this quality (0 to 100); none: lossless.
    Webp(Option<u8>),
    /// AVIF of this quality (1 to 100) and speed (1 to 10).
    Avif(u8, u8),
}

impl ImageFormat {
    /// The extension of its files.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg(_) => "jpg",
            Self::Png => "png",
            Self::Webp(_) => "webp",
            Self::Avif(..) => "avif",
        }
    }
}

/// The name of a resized image, as Zola gives it: the path as the template writes it, with what is
/// to become of it as a SipHash-1-3 in the byte order of Rust's derived hashes.
#[must_use]
pub fn resized_name(path: &str, operation: ImageOperation, format: ImageFormat) -> String {
    let mut wish = path.as_bytes().to_vec();
    let (number, sides) = match operation {
        ImageOperation::Scale(w, h) => (0_u64, vec![w, h]),
        ImageOperation::FitWidth(w) => (1, vec![w]),
        ImageOperation::FitHeight(h) => (2, vec![h]),
        ImageOperation::Fit(w, h) => (3, vec![w, h]),
        ImageOperation::Fill(w, h) => (4, vec![w, h]),
    };
    wish.extend(number.to_le_bytes());
    wish.extend(sides.into_iter().flat_map(u32::to_le_bytes));
    let (quality, speed) = match format {
        ImageFormat::Jpeg(quality) | ImageFormat::Webp(Some(quality)) => (i16::from(quality), -1),
        ImageFormat::Png | ImageFormat::Webp(None) => (-1, -1),
        ImageFormat::Avif(quality, speed) => (i16::from(quality), i16::from(speed)),
    };
    wish.extend(format.extension().as_bytes());
    wish.extend(quality.to_le_bytes());
    wish.extend(speed.to_le_bytes());
    let hash = siphasher::sip::SipHasher13::new().hash(&wish);
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{stem}.{hash:016x}.{}", format.extension())
}

/// An image to make from a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageRequest {
    /// The original.
    pub source: SourcePath,
    /// What becomes of it.
    pub operation: ImageOperation,
    /// What it is written as.
    pub format: ImageFormat,
    /// Where it goes below the output folder (`processed_images/a.0123456789abcdef.jpg`).
    pub target: String,
}

/// Collects side effects while templates are rendered, from any thread.
#[derive(Debug, Default)]
pub struct Effects {
    images: Mutex<BTreeSet<ImageRequest>>,
    warnings: Mutex<Vec<Diagnostic>>,
    costs: Mutex<BTreeMap<String, Cost>>,
}

/// What a template cost in all, with what it includes and calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// How often it was rendered, included, or a macro of it called.
    pub times: usize,
    /// How long that took, added up over all threads.
    pub spent: Duration,
}

impl Cost {
    /// Adds another cost.
    pub fn add(&mut self, other: Self) {
        self.times += other.times;
        self.spent += other.spent;
    }
}

impl Effects {
    /// Nothing asked for yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for an image.
    pub fn request_image(&self, request: ImageRequest) {
        let mut images = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        images.insert(request);
    }

    /// Adds a warning.
    pub fn warn(&self, warning: Diagnostic) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// Adds what templates cost, by their files.
    pub(super) fn spent<'a>(&self, costs: impl IntoIterator<Item = (&'a str, Cost)>) {
        let mut known = self.costs.lock().unwrap_or_else(PoisonError::into_inner);
        for (template, cost) in costs {
            match known.get_mut(template) {
                Some(known) => known.add(cost),
                None => {
                    known.insert(template.to_owned(), cost);
                }
            }
        }
    }

    /// What each template cost, by its file.
    #[must_use]
    pub fn costs(&self) -> BTreeMap<String, Cost> {
        let costs = self.costs.lock().unwrap_or_else(PoisonError::into_inner);
        costs.clone()
    }

    /// The images and the warnings, each once.
    #[must_use]
    pub fn take(&self) -> (Vec<ImageRequest>, Vec<Diagnostic>) {
        let mut images = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        let images = std::mem::take(&mut *images).into_iter().collect();
        (images, std::mem::take(&mut *warnings))
    }
}

#[cfg(test)]
mod tests {
    use super::{ImageFormat, ImageOperation, resized_name};

    #[test]
    fn names_are_zolas() {
        let name = resized_name;
        for (expected, path, operation, format) in [
            (
                "a.2778aef8101e68d3.png",
                "a.png",
                ImageOperation::Scale(10, 5),
                ImageFormat::Png,
            ),
            (
                "a.b73bacf6c33280af.png",
                "a.png",
                ImageOperation::FitWidth(10),
                ImageFormat::Png,
            ),
            (
                "a.71d38c7fdf7b5a6e.jpg",
                "static/a.png",
                ImageOperation::FitHeight(7),
                ImageFormat::Jpeg(75),
            ),
            (
                "b.c.c8defa9b138d06c4.webp",
                "content/b.c.png",
                ImageOperation::Fit(10, 9),
                ImageFormat::Webp(None),
            ),
            (
                "b.c.e48104f7e6e0c9db.webp",
                "content/b.c.png",
                ImageOperation::Fill(10, 9),
                ImageFormat::Webp(Some(50)),
            ),
            (
                "b.c.339c9d7acc28539b.avif",
                "b.c.png",
                ImageOperation::Fill(10, 9),
                ImageFormat::Avif(33, 10),
            ),
        ] {
            assert_eq!(name(path, operation, format), expected);
        }
    }
}
