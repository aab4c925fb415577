//! The newsletter box of a confirmed petition form becomes a subscription.

use uuid::Uuid;

use super::attempts::plain;
use super::confirm::{Confirm, Mark, mark_confirmed};
use super::engine::{Conn, Error, statements, values};
use super::queue::NewMail;
use super::records::SubjectKind;
use super::tokens::Found;
use super::{ms, new_id, suppressions};

macro_rules! known {
    () => {
        "select id, state from subjects where dedupe_key = $1"
    };
}

statements! {
    WISH = "select newsletter_id, newsletter_key from attempts
         where id = $1 and newsletter_id is not null and newsletter_key is not null";

    KNOWN = known!(), postgres concat!(known!(), " for update");

    NEW = "insert into subjects
             (id, form_id, kind, dedupe_key, state, mails, last_mail_at, created_at)
         values ($1, $2, 'newsletter', $3, 'pending', 0, $4, $4)
         on conflict (dedupe_key) do nothing";

    COPY = "insert into attempts
             (id, subject_id, sealed, key_id, lang, form_page, consent_sha256, consent_version,
              created_at)
         select $1, $2, $3, $4, lang, form_page, newsletter_sha256, newsletter_version, created_at
         from attempts where id = $5";
}

/// Subscribes a signer who ticked the box; the welcome mail, unless they were subscribed before.
pub(super) async fn subscribe_too(
    conn: &mut Conn,
    one: &Confirm,
    found: &Found,
) -> Result<Option<NewMail>, Error> {
    let Some(wish) = conn.first(&WISH, values![found.attempt]).await? else {
        return Ok(None);
    };
    let letter = wish.text("newsletter_id")?;
    let key = wish.blob("newsletter_key")?;
    // Without the address there is nobody to write to.
    let Some(address) = one.address(found) else {
        return Ok(None);
    };
    let key_of_mailbox = suppressions::key_of(&*one.options.vault, address.expose());
    if let Some(key) = key_of_mailbox
        && suppressions::refuses_letters(conn, key).await?
    {
        return Ok(None);
    }
    let attempt = new_id();
    let content = plain(address.expose(), &serde_json::json!({}));
    let sealed = one
        .options
        .vault
        .seal_form(&letter, attempt, content.expose());
    let Ok(sealed) = sealed else {
        return Ok(None);
    };
    let Some(subject) = subject(conn, one, &letter, &key).await? else {
        return Ok(None);
    };
    let copy = values![
        attempt,
        subject,
        sealed.bytes,
        sealed.key_id.as_slice(),
        found.attempt
    ];
    conn.run(&COPY, copy).await?;
    let mark = Mark {
        subject,
        attempt,
        kind: SubjectKind::Newsletter,
        others: true,
        at: ms(one.now),
        how: one.how(found),
    };
    mark_confirmed(conn, &[mark]).await?;
    Ok(one.welcome(found, attempt))
}

/// The mailbox on the newsletter; none if it is subscribed.
async fn subject(
    conn: &mut Conn,
    one: &Confirm,
    letter: &str,
    key: &[u8],
) -> Result<Option<Uuid>, Error> {
    let id = new_id();
    // Made first and then looked at: another instance may be making it.
    conn.run(&NEW, values![id, letter, key, ms(one.now)])
        .await?;
    let row = conn.first(&KNOWN, values![key]).await?;
    let row = row.ok_or(Error::RowNotFound)?;
    Ok(if row.text("state")? == "confirmed" {
        None
    } else {
        Some(row.id("id")?)
    })
}
