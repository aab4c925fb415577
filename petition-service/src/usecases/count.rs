//! What the public is told of a petition's count: by the service, and in a file.

use campaign_file::PetitionFacts;
use chrono::SecondsFormat;
use serde_json::{Value, json};

use crate::domain::goal;
use crate::store::Counted;

/// A count with its goal.
pub struct Count<'a> {
    id: &'a str,
    count: u64,
    goal: u64,
    as_of: Option<String>,
}

impl<'a> Count<'a> {
    /// The count of a petition.
    #[must_use]
    pub fn of(id: &'a str, facts: &PetitionFacts, counted: Counted) -> Self {
        let count = u64::try_from(counted.total).unwrap_or(0);
        let as_of = |at: chrono::DateTime<_>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        Self {
            id,
            count,
            goal: goal::shown(&facts.goals, count),
            as_of: counted.at.map(as_of),
        }
    }

    /// `{"id","count","goal","as_of"}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({"id": self.id, "count": self.count, "goal": self.goal, "as_of": self.as_of})
    }

    /// Another one when it says something else (`ETag`).
    #[must_use]
    pub fn tag(&self) -> String {
        let as_of = self.as_of.as_deref().unwrap_or("0");
        format!("\"{}-{}-{as_of}\"", self.count, self.goal)
    }
}
