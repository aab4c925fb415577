//! Resized images: each made once, kept for as long as its original is the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Outcome};
use crate::outputs::images::{CACHE, Picture, kept_name, resize};
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
    requests.sort_by(|a, b| a.target.cmp(&b.target));
    requests.dedup_by(|a, b| a.target == b.target);
    let made: Vec<Result<(OutputPath, Picture), Diagnostic>> = requests
        .par_iter()
        .map(|request| one(settings, request, cache))
        .collect();
    let mut outcome = Outcome::clean(BTreeMap::new());
    let mut kept = BTreeMap::new();
    for (request, made) in requests.into_iter().zip(made) {
        match made {
            Ok((path, picture)) => {
                let changed = source::modified(&settings.root().join(&request.source.0));
                kept.insert(request, (changed, picture.clone()));
                outcome.value.insert(path, picture);
            }
            Err(fault) => outcome.diagnostics.push(fault),
        }
    }
    cache.replace(kept);
    outcome
}

fn one(
    settings: &Settings,
    request: &ImageRequest,
    cache: &Cache,
) -> Result<(OutputPath, Picture), Diagnostic> {
    let label = &request.source.0;
    let path = OutputPath::new(&request.target).ok_or_else(|| {
        Diagnostic::error(format!("`{}` cannot be a file of the site", request.target))
            .in_file(label.clone())
    })?;
    let original = settings.root().join(label);
    if let Some(picture) = cache.get(request, source::modified(&original)) {
        return Ok((path, picture));
    }
    let bytes = source::read_bytes(&original, label)?;
    let kept_as = kept_name(&bytes, request.operation, request.format);
    let kept = settings.root().join(CACHE).join(&kept_as);
    let artifact = if source::is_file(&kept) {
        Artifact::Copy {
            from: kept,
            link: false,
        }
    } else {
        let image = resize(&bytes, label, request.operation, request.format);
        let image = image.map_err(|error| {
            Diagnostic::error(format!("This image cannot be resized: {error}"))
                .in_file(label.clone())
        })?;
        Artifact::Made(Arc::from(image))
    };
    Ok((path, Picture { kept_as, artifact }))
}
