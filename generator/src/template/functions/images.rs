//! `get_image_metadata` and `resize_image`.

use image::{ImageDecoder, ImageFormat as Kind};
use indexmap::IndexMap;
use tera::Value;

use super::{avif, exif, svg};
use crate::diagnostic::Diagnostic;
use crate::source::{self, SourcePath};
use crate::template::arguments::Arguments;
use crate::template::effects::{ImageFormat, ImageOperation, ImageRequest, resized_name};
use crate::template::fault::Rendering;
use crate::template::files::{self, FoundFile};
use crate::template::picture::open_picture;
use crate::template::scope::Scope;
use crate::template::values;

/// Formats that lose nothing, and so are not made JPEG by themselves (`pbm` is all of PNM).
const LOSSLESS: [&str; 8] = ["bmp", "ff", "hdr", "ico", "pbm", "png", "tga", "tiff"];

/// Where resized images stand in the site.
const FOLDER: &str = "processed_images";

/// More pixels than this (some 10,000 by 10,000) are a mistake, and would take the memory of the
/// machine.
const MOST_PIXELS: u64 = 100_000_000;

fn find(path: &str, args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Option<FoundFile>> {
    files::find(scope.settings, scope.files, path).map_err(|reason| {
        args.fault(format!("cannot read: {reason}"))
            .hint("name a file below the folder of the site")
    })
}

fn missing(path: &str, args: &Arguments<'_>) -> crate::template::fault::Fault {
    args.fault(format!("finds no image `{path}`"))
        .hint("write its path below the site's folder, static/ or content/")
}

pub(super) fn get_image_metadata(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let path = args.required_text("path")?;
    match find(path, args, scope)? {
        Some(file) => Ok(metadata(&file, scope)?),
        None if args.flag("allow_missing", false)? => Ok(Value::none()),
        None => Err(missing(path, args)),
    }
}

/// The same with what its EXIF block tells (Zola 0.23).
pub(super) fn get_described_image(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let known = get_image_metadata(args, scope)?;
    let path = args.required_text("path")?;
    let (Some(map), Some(file)) = (known.as_map(), find(path, args, scope)?) else {
        return Ok(known);
    };
    let told = scope.files.loaded(&file.disk_path, "exif", || {
        let told = exif::told(&source::read_bytes(&file.disk_path, &file.label)?);
        Ok(Value::from(vec![
            Value::from(told.description),
            Value::from(told.created),
        ]))
    })?;
    let part = |index: usize| {
        let parts = told.as_array();
        let part = parts.and_then(|parts| parts.get(index));
        part.cloned().unwrap_or_else(Value::none)
    };
    let mut map = map.clone();
    map.insert("description".into(), part(0));
    map.insert("created".into(), part(1));
    Ok(Value::from(map))
}

/// Width, height, format and media type of an image, read once a run.
fn metadata(file: &FoundFile, scope: &Scope<'_>) -> Result<Value, Diagnostic> {
    scope.files.loaded(&file.disk_path, "image", || {
        let bytes = source::read_bytes(&file.disk_path, &file.label)?;
        let (width, height, format, mime) = if is_svg(&file.label) {
            let (width, height) = std::str::from_utf8(&bytes)
                .ok()
                .and_then(svg::size)
                .ok_or_else(|| {
                    Diagnostic::error("This SVG image does not say its size")
                        .in_file(file.label.clone())
                        .hint("give its root `width` and `height`, or a `viewBox`")
                })?;
            (width, height, "svg".to_owned(), "text/svg+xml".to_owned())
        } else {
            raster(&bytes, &file.label)?
        };
        let map: IndexMap<String, Value> = IndexMap::from([
            ("width".to_owned(), Value::from(u64::from(width))),
            ("height".to_owned(), Value::from(u64::from(height))),
            ("format".to_owned(), Value::from(format)),
            ("mime".to_owned(), Value::from(mime)),
        ]);
        Ok(Value::from(map))
    })
}

fn is_svg(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("svg"))
}

fn raster(bytes: &[u8], label: &str) -> Result<(u32, u32, String, String), Diagnostic> {
    let fault = |error: &dyn std::fmt::Display| {
        Diagnostic::error(format!("This image cannot be read: {error}"))
            .in_file(label)
            .hint("open it in an image program and save it anew")
    };
    if let Some((width, height)) = avif::size(bytes) {
        let (format, mime) = ("avif".to_owned(), "image/avif".to_owned());
        return Ok((width, height, format, mime));
    }
    let reader = open_picture(bytes, label).map_err(|error| fault(&error))?;
    let kind = reader
        .format()
        .ok_or_else(|| fault(&"its format is not known"))?;
    let mut decoder = reader.into_decoder().map_err(|error| fault(&error))?;
    let (width, height) = decoder.dimensions();
    use image::metadata::Orientation as Turn;
    let turned = matches!(
        decoder.orientation(),
        Ok(Turn::Rotate90 | Turn::Rotate270 | Turn::Rotate90FlipH | Turn::Rotate270FlipH)
    );
    let (width, height) = if turned {
        (height, width)
    } else {
        (width, height)
    };
    let format = match kind {
        Kind::Jpeg => "jpg",
        other => other.extensions_str().first().copied().unwrap_or("unknown"),
    };
    Ok((
        width,
        height,
        format.to_owned(),
        kind.to_mime_type().to_owned(),
    ))
}

pub(super) fn resize_image(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let path = args.required_text("path")?;
    let file = find(path, args, scope)?.ok_or_else(|| missing(path, args))?;
    let original = metadata(&file, scope)?;
    let side = |name| {
        let value = values::step(&original, name).and_then(Value::as_u64);
        value.and_then(|side| u32::try_from(side).ok()).unwrap_or(0)
    };
    let (orig_width, orig_height) = (side("width"), side("height"));
    let operation = operation(args)?;
    let kind = values::step(&original, "format")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let format = format(args, kind)?;
    let (width, height) = operation.resized((orig_width, orig_height));
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(args
            .fault(format!(
                "is asked for {width} by {height} pixels, more than a page can use"
            ))
            .hint(format!(
                "ask for {} million pixels at most",
                MOST_PIXELS / 1_000_000
            )));
    }
    let name = resized_name(&files::unified(path), operation, format);
    let target = format!("{FOLDER}/{name}");
    scope.effects.request_image(ImageRequest {
        source: SourcePath(file.label),
        operation,
        format,
        target: target.clone(),
    });
    let map: IndexMap<String, Value> = IndexMap::from([
        ("url".to_owned(), Value::from(address(&target, scope))),
        (
            "static_path".to_owned(),
            Value::from(format!("static/{target}")),
        ),
        ("width".to_owned(), Value::from(u64::from(width))),
        ("height".to_owned(), Value::from(u64::from(height))),
        ("orig_width".to_owned(), Value::from(u64::from(orig_width))),
        (
            "orig_height".to_owned(),
            Value::from(u64::from(orig_height)),
        ),
    ]);
    Ok(Value::from(map))
}

fn address(target: &str, scope: &Scope<'_>) -> String {
    let base = scope.settings.base_url.trim_end_matches('/');
    format!("{base}/{target}")
}

fn operation(args: &Arguments<'_>) -> Rendering<ImageOperation> {
    let op = args.text("op")?.unwrap_or("fill");
    let side = |name: &str| {
        args.count(name)?
            .and_then(|side| u32::try_from(side).ok())
            .filter(|side| *side > 0)
            .ok_or_else(|| {
                args.fault(format!("needs `{name}` with op=\"{op}\""))
                    .hint(format!("add {name}=800, or another number of pixels"))
            })
    };
    Ok(match op {
        "scale" => ImageOperation::Scale(side("width")?, side("height")?),
        "fit_width" => ImageOperation::FitWidth(side("width")?),
        "fit_height" => ImageOperation::FitHeight(side("height")?),
        "fit" => ImageOperation::Fit(side("width")?, side("height")?),
        "fill" => ImageOperation::Fill(side("width")?, side("height")?),
        other => {
            return Err(args
                .fault(format!("knows no operation `{other}`"))
                .hint("one of scale, fit_width, fit_height, fit, fill"));
        }
    })
}

fn format(args: &Arguments<'_>, kind: &str) -> Rendering<ImageFormat> {
    let quality = |range: std::ops::RangeInclusive<usize>| -> Rendering<Option<u8>> {
        match args.count("quality")? {
            None => Ok(None),
            Some(quality) if range.contains(&quality) => Ok(u8::try_from(quality).ok()),
            Some(_) => Err(args.fault(format!(
                "wants a `quality` from {} to {}",
                range.start(),
                range.end()
            ))),
        }
    };
    let wanted = match args.text("format")?.unwrap_or("auto") {
        "auto" if LOSSLESS.contains(&kind) => "png",
        "auto" => "jpg",
        other => other,
    };
    Ok(match wanted {
        "jpeg" | "jpg" => ImageFormat::Jpeg(quality(1..=100)?.unwrap_or(75)),
        "png" => ImageFormat::Png,
        "webp" => ImageFormat::Webp(quality(0..=100)?),
        "avif" => {
            let speed = match args.count("speed")? {
                None => 5,
                Some(speed) => u8::try_from(speed)
                    .ok()
                    .filter(|speed| (1..=10).contains(speed))
                    .ok_or_else(|| args.fault("wants a `speed` from 1 to 10"))?,
            };
            ImageFormat::Avif(quality(1..=100)?.unwrap_or(80), speed)
        }
        other => {
            return Err(args
                .fault(format!("knows no format `{other}`"))
                .hint("one of auto, jpg, png, webp, avif"));
        }
    })
}
