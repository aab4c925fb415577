//! Resized images: each made once, kept for as long as its original is the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Outcome};
use crate::outputs::images::{CACHE, Original, Picture, kept_name};
use crate::outputs::{Artifact, OutputPath};
use crate::settings::Settings;
use crate::source;
use crate::template::ImageRequest;

type Made = (Option<SystemTime>, Picture);

/// Images of earlier builds of the same engine.
#[derive(Default)]
pub(super) struct Cache {
    made: Mutex<BTreeMap<ImageRequest, Made>>,
}

impl Cache {
    fn get(&self, request: &ImageRequest, changed: Option<SystemTime>) -> Option<Picture> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.get(request)
            .filter(|(when, _)| changed.is_some() && *when == changed)
            .map(|(_, picture)| picture.clone())
    }

    /// Keeps what this build asked for, and nothing else.
    fn replace(&self, all: BTreeMap<ImageRequest, Made>) {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = all;
    }
}

/// All images asked for, by path.
pub(super) fn make(
    settings: &Settings,
    mut requests: Vec<ImageRequest>,
    cache: &Cache,
) -> Outcome<BTreeMap<OutputPath, Picture>> {
    requests.sort();
    requests.dedup_by(|a, b| a.target == b.target);
    let groups: Vec<&[ImageRequest]> = requests.chunk_by(|a, b| a.source == b.source).collect();
    let made: Vec<Result<Vec<Done<'_>>, Diagnostic>> = groups
        .into_par_iter()
        .map(|group| of_one_original(settings, group, cache))
        .collect();
    let mut outcome = Outcome::clean(BTreeMap::new());
    let mut kept = BTreeMap::new();
    for made in made {
        match made {
            Ok(images) => {
                for (request, path, made) in images {
                    outcome.value.insert(path, made.1.clone());
                    kept.insert(request.clone(), made);
                }
            }
            Err(fault) => outcome.diagnostics.push(fault),
        }
    }
    cache.replace(kept);
    outcome
}

type Done<'r> = (&'r ImageRequest, OutputPath, Made);

/// The images of one original, which is read at most once.
fn of_one_original<'r>(
    settings: &Settings,
    requests: &'r [ImageRequest],
    cache: &Cache,
) -> Result<Vec<Done<'r>>, Diagnostic> {
    let Some(label) = requests.first().map(|request| request.source.0.as_str()) else {
        return Ok(Vec::new());
    };
    let fault = |message: String| Diagnostic::error(message).in_file(label);
    let file = settings.root().join(label);
    let changed = source::modified(&file);
    let mut done = Vec::new();
    let mut rest = Vec::new();
    for request in requests {
        let path = OutputPath::new(&request.target)
            .ok_or_else(|| fault(format!("`{}` cannot be a file of the site", request.target)))?;
        match cache.get(request, changed) {
            Some(picture) => done.push((request, path, (changed, picture))),
            None => rest.push((request, path)),
        }
    }
    if rest.is_empty() {
        return Ok(done);
    }
    let bytes = source::read_bytes(&file, label)?;
    let hash = blake3::hash(&bytes);
    let mut missing = Vec::new();
    for (request, path) in rest {
        let kept_as = kept_name(&hash, request.operation, request.format);
        let kept = settings.root().join(CACHE).join(&kept_as);
        if source::is_cached(&kept) {
            let artifact = Artifact::Copy {
                from: kept,
                link: false,
            };
            done.push((request, path, (changed, Picture { kept_as, artifact })));
        } else {
            missing.push((request, path, kept_as));
        }
    }
    if missing.is_empty() {
        return Ok(done);
    }
    let unreadable = |error| {
        fault(format!("This image cannot be resized: {error}")).hint(
            "open it in an image program and save it anew, with no more than 100 million pixels",
        )
    };
    let original = Original::read(&bytes, label).map_err(unreadable)?;
    let made: Result<Vec<Done<'r>>, Diagnostic> = missing
        .into_par_iter()
        .map(|(request, path, kept_as)| {
            let image = original.resized(request.operation, request.format);
            let artifact = Artifact::Made(Arc::from(image.map_err(unreadable)?));
            Ok((request, path, (changed, Picture { kept_as, artifact })))
        })
        .collect();
    done.extend(made?);
    Ok(done)
}
