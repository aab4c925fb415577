//! `get_hash`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha384, Sha512};
use tera::Value;

use crate::source;
use crate::template::arguments::Arguments;
use crate::template::fault::Rendering;
use crate::template::files;
use crate::template::scope::Scope;

pub(super) fn get_hash(args: &Arguments<'_>, scope: &Scope<'_>) -> Rendering<Value> {
    let bytes = match (args.text("path")?, args.text("literal")?) {
        (Some(path), None) => match scope.files.made(path) {
            Some(made) => made.to_vec(),
            None => {
                let file = files::find(scope.settings, scope.files, path)
                    .map_err(|reason| {
                        args.fault(format!("cannot hash: {reason}"))
                            .hint("name a file below the folder of the site")
                    })?
                    .ok_or_else(|| {
                        args.fault(format!("finds no file `{path}`"))
                            .hint("write its path below static/, or below the site's folder")
                    })?;
                source::read_bytes(&file.disk_path, &file.label)?
            }
        },
        (None, Some(literal)) => literal.as_bytes().to_vec(),
        _ => return Err(args.fault("needs either `path` or `literal`")),
    };
    let digest = match args.integer("sha_type")?.unwrap_or(384) {
        256 => Sha256::digest(&bytes).to_vec(),
        384 => Sha384::digest(&bytes).to_vec(),
        512 => Sha512::digest(&bytes).to_vec(),
        other => return Err(args.fault(format!("knows SHA 256, 384 and 512, not {other}"))),
    };
    Ok(Value::from(if args.flag("base64", true)? {
        STANDARD.encode(digest)
    } else {
        hex(&digest)
    }))
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
