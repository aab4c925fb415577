-- Times are unix milliseconds unless a name says otherwise, identities UUIDs (version 7) as text.
-- Only what SQLite and PostgreSQL share, but for the log's counter and the type `blob`.

-- One mailbox on one form. What was typed stands with the attempts.
create table subjects (
    id             text    primary key not null,
    form_id        text    not null,
    kind           text    not null check (kind in ('petition', 'newsletter')),
    -- Keyed hash of form and mailbox; null once the personal data is erased.
    dedupe_key     blob,
    -- pending: unconfirmed. ended: withdrawn or unsubscribed. lapsed: never confirmed, erased.
    state          text    not null check (state in ('pending', 'confirmed', 'ended', 'lapsed')),
    -- The attempt that was confirmed.
    attempt_id     text,
    -- Mails that asked for confirmation.
    mails          integer not null,
    last_mail_at   integer not null,
    -- The last mail that said `already`.
    last_notice_at integer,
    created_at     integer not null,
    confirmed_at   integer,
    ended_at       integer,
    unique (form_id, dedupe_key)
);

create index subjects_pending on subjects (last_mail_at) where state = 'pending';
create index subjects_lapsed on subjects (ended_at) where state = 'lapsed';

-- One form as it was sent, with the proof of consent. Only the confirmed attempt keeps its data:
-- whoever sends a form for a stranger's address cannot change what the stranger confirms.
create table attempts (
    id                 text    primary key not null,
    subject_id         text    not null references subjects (id) on delete cascade,
    email              text,
    -- JSON object of the other fields.
    fields             text,
    lang               text    not null,
    form_page          text    not null,
    -- Hash of the nonce in the browser that sent the form.
    nonce_hash         blob,
    consent_sha256     text    not null,
    consent_version    text    not null,
    created_at         integer not null,
    confirmed_at       integer,
    -- The newsletter box, with the proof of its own consent.
    newsletter_id      text,
    newsletter_key     blob,
    newsletter_sha256  text,
    newsletter_version text
);

create index attempts_of_subject on attempts (subject_id);

create table tokens (
    hash       blob    primary key not null,
    attempt_id text    not null references attempts (id) on delete cascade,
    purpose    text    not null,
    created_at integer not null,
    expires_at integer not null
);

create index tokens_of_attempt on tokens (attempt_id);
create index tokens_by_end on tokens (expires_at);

-- Mails to send. A row is written in the transaction of its cause.
create table outbox (
    id           text    primary key not null,
    attempt_id   text    not null references attempts (id) on delete cascade,
    kind         text    not null,
    priority     integer not null,
    state        text    not null check (state in ('waiting', 'sent', 'dead')),
    tries        integer not null,
    not_before   integer not null,
    leased_until integer,
    created_at   integer not null,
    done_at      integer,
    -- Why the last try failed; holds no personal data.
    reason       text
);

create index outbox_waiting on outbox (priority, not_before) where state = 'waiting';
create index outbox_done on outbox (state, done_at) where state <> 'waiting';
create index outbox_of_attempt on outbox (attempt_id);

-- Each confirmed signature (+1) and each withdrawn one (-1), never changed.
create table confirmations (
    seq        integer primary key autoincrement,
    form_id    text    not null,
    subject_id text    not null,
    delta      integer not null check (delta in (1, -1)),
    at         integer not null,
    unique (subject_id, delta)
);

-- The log added up as far as `folded` says.
create table counts (
    form_id text    primary key not null,
    total   integer not null
);

create table folded (
    id      integer primary key not null check (id = 1),
    through integer not null,
    at      integer not null
);

insert into folded (id, through, at) values (1, 0, 0);

-- Solved challenges that may not be used again. Time in unix seconds.
create table used_challenges (
    nonce      text    primary key not null,
    expires_at integer not null
);

create index used_challenges_by_end on used_challenges (expires_at);

-- Mails caused by forms without a captcha's answer, by hour since 1970.
create table mail_budget (
    hour integer primary key not null,
    used integer not null
);
