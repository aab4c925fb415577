//! Resized images: each made once, kept while its original is unchanged.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Outcome};
use crate::outputs::images::resize;
use crate::outputs::{Artifact, OutputPath};
use crate::settings::Settings;
use crate::source;
use crate::template::ImageRequest;

type Made = (Option<SystemTime>, Arc<[u8]>);

/// Images of earlier builds of the same engine.
#[derive(Default)]
pub(super) struct Cache {
    made: Mutex<BTreeMap<ImageRequest, Made>>,
}

impl Cache {
    fn get(&self, request: &ImageRequest, changed: Option<SystemTime>) -> Option<Arc<[u8]>> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.get(request)
            .filter(|(when, _)| changed.is_some() && *when == changed)
            .map(|(_, bytes)| Arc::clone(bytes))
    }

    fn put(&self, request: ImageRequest, made: Made) {
        let mut all = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(request, made);
    }
}

/// All images asked for, by path.
pub(super) fn make(
    settings: &Settings,
    mut requests: Vec<ImageRequest>,
    cache: &Cache,
) -> Outcome<BTreeMap<OutputPath, Artifact>> {
    requests.sort_by(|a, b| a.target.cmp(&b.target));
    requests.dedup_by(|a, b| a.target == b.target);
    let made: Vec<Result<(OutputPath, Artifact), Diagnostic>> = requests
        .into_par_iter()
        .map(|request| one(settings, request, cache))
        .collect();
    let mut outcome = Outcome::clean(BTreeMap::new());
    for made in made {
        match made {
            Ok((path, image)) => {
                outcome.value.insert(path, image);
            }
            Err(fault) => outcome.diagnostics.push(fault),
        }
    }
    outcome
}

fn one(
    settings: &Settings,
    request: ImageRequest,
    cache: &Cache,
) -> Result<(OutputPath, Artifact), Diagnostic> {
    let label = request.source.0.clone();
    let path = OutputPath::new(&request.target).ok_or_else(|| {
        Diagnostic::error(format!("`{}` cannot be a file of the site", request.target))
            .in_file(label.clone())
    })?;
    let original = settings.root().join(&label);
    let changed = source::modified(&original);
    let kept = settings.root().join("static").join(path.as_str());
    if changed.is_some() && source::modified(&kept) >= changed {
        return Ok((
            path,
            Artifact::Copy {
                from: kept,
                link: false,
            },
        ));
    }
    if let Some(bytes) = cache.get(&request, changed) {
        return Ok((path, Artifact::Made(bytes)));
    }
    let bytes = source::read_bytes(&original, &label)?;
    let image = resize(&bytes, request.operation, request.format).map_err(|error| {
        Diagnostic::error(format!("This image cannot be resized: {error}")).in_file(label)
    })?;
    let image: Arc<[u8]> = Arc::from(image);
    cache.put(request, (changed, Arc::clone(&image)));
    Ok((path, Artifact::Made(image)))
}
