//! What a template asks for beside its text: images to make, warnings to show.

use std::sync::{Mutex, PoisonError};

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
    images: Mutex<Vec<ImageRequest>>,
    warnings: Mutex<Vec<Diagnostic>>,
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
        if !images.contains(&request) {
            images.push(request);
        }
    }

    /// Adds a warning.
    pub fn warn(&self, warning: Diagnostic) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// The images and the warnings, each once, in the order in which they were asked for.
    #[must_use]
    pub fn take(&self) -> (Vec<ImageRequest>, Vec<Diagnostic>) {
        let mut images = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut *images), std::mem::take(&mut *warnings))
    }
}
