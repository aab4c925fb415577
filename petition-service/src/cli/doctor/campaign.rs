//! The campaign file: is it there, sound, new, and for this address?

use std::path::Path;
use std::time::{Duration, SystemTime};

use campaign_file::CampaignFile;
use chrono::{DateTime, Utc};
use url::Url;

use super::finding::Findings;
use crate::config::Config;

/// A site that lives is built more often.
const OLD: Duration = Duration::from_secs(90 * 24 * 3600);

pub(super) fn look(config: &Config, now: DateTime<Utc>, found: &mut Findings<'_>) {
    let path = config.campaign_file.as_path();
    let build = "build the site (`groundswell build`) and copy its campaign.json there";
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return found.error(format!("{}: {error}", path.display()), build),
    };
    let file = match CampaignFile::from_json(&text) {
        Ok(file) => file,
        Err(error) => return found.error(format!("{}: {error}", path.display()), build),
    };
    let languages: Vec<&str> = file.languages.keys().map(String::as_str).collect();
    let (forms, languages) = (file.forms.len(), languages.join(", "));
    if forms == 0 {
        found.warning("it holds no form: nobody can sign anything", build);
    } else {
        found.ok(format!("{forms} forms in {languages}"));
    }
    for form in config
        .sealing
        .forms()
        .filter(|id| !file.forms.contains_key(*id))
    {
        found.warning(
            format!("`sealing.forms` names `{form}`, which the site does not have"),
            "mend its name: until then that form's data go to the common key",
        );
    }
    same_site(config, &file.site.base_url, found);
    age(path, now, found);
    if let Some(counts) = &config.counts_file {
        let folder = counts
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Err(error) = tempfile::tempfile_in(folder.unwrap_or(Path::new("."))) {
            found.error(
                format!(
                    "`counts_file` {} cannot be written: {error}",
                    counts.display()
                ),
                "give its folder to the service's user",
            );
        }
    }
}

fn same_site(config: &Config, site: &str, found: &mut Findings<'_>) {
    let same = Url::parse(site).is_ok_and(|site| site.origin() == config.public_url.origin());
    if same {
        found.ok(format!(
            "it is the file of {site}, the same origin as the service"
        ));
    } else {
        found.warning(
            format!("it is the file of {site}, and the service is at {}", config.public_url),
            "if that is meant, name the site in `cors_origins`; confirming by itself in the signer's browser \
             needs one origin",
        );
    }
}

fn age(path: &Path, now: DateTime<Utc>, found: &mut Findings<'_>) {
    let Ok(changed) = std::fs::metadata(path).and_then(|about| about.modified()) else {
        return;
    };
    match SystemTime::from(now).duration_since(changed) {
        Ok(age) if age > OLD => found.warning(
            format!("it is {} days old", age.as_secs() / 86_400),
            "if the site was built since then, its campaign.json did not arrive here",
        ),
        Ok(age) => found.ok(format!("it is {} hours old", age.as_secs() / 3600)),
        Err(_) => found.error(
            "it is from the future: this machine's clock is wrong",
            "let it keep time (chrony or systemd-timesyncd)",
        ),
    }
}
