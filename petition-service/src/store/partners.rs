//! Signatures by the partner on whose site the form stood.

use super::Store;
use super::engine::{statements, values};
use super::records::StoreError;

statements! {
    COUNTS = "select s.form_id, a.partner, count(*) as n
         from subjects s join attempts a on a.id = s.attempt_id
         where s.kind = 'petition' and s.state = 'confirmed' and ($1 = '' or s.form_id = $1)
         group by s.form_id, a.partner
         order by s.form_id, n desc, a.partner";
}

/// How many of a petition's signatures came from one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerCount {
    /// The petition.
    pub form_id: String,
    /// The partner's code; none: the site itself.
    pub partner: Option<String>,
    /// Signatures that count today.
    pub count: i64,
}

impl Store {
    /// The signatures of each partner, those of one petition if it is named. Looks at every signature:
    /// for whoever leads the campaign, not for a page.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn partner_counts(
        &self,
        form_id: Option<&str>,
    ) -> Result<Vec<PartnerCount>, StoreError> {
        let mut counts = Vec::new();
        let values = values![form_id.unwrap_or_default()];
        for row in self.reads.rows(&COUNTS, values).await? {
            counts.push(PartnerCount {
                form_id: row.text("form_id")?,
                partner: row.maybe_text("partner")?,
                count: row.int("n")?,
            });
        }
        Ok(counts)
    }
}
