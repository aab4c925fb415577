//! Prints the campaign file's JSON Schema, for `docs/campaign.schema.json`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    let schema = serde_json::to_string_pretty(&campaign_file::json_schema())?;
    writeln!(std::io::stdout(), "{schema}")
}
