-- The same tables as for PostgreSQL, in SQLite's words: `blob` for `bytea`, `integer` for `bigint`.
-- Identities are UUIDs (version 7) of 16 bytes, times unix milliseconds unless a name says otherwise.

-- One mailbox on one form. What was typed stands with the attempts.
create table subjects (
    id             blob    primary key not null,
    form_id        text    not null,
    kind           text    not null check (kind in ('petition', 'newsletter')),
    -- Keyed hash of form and mailbox; null once the personal data is erased.
    dedupe_key     blob    unique,
    -- pending: unconfirmed. ended: withdrawn or unsubscribed. lapsed: never confirmed, erased.
    state          text    not null check (state in ('pending', 'confirmed', 'ended', 'lapsed')),
    -- The attempt that was confirmed.
    attempt_id     blob,
    -- Mails that asked for confirmation.
    mails          integer not null,
    last_mail_at   integer not null,
    -- The last mail that said `already`.
    last_notice_at integer,
    -- The last form that was sent for a mailbox, whether or not a mail could follow.
    last_form_at   integer,
    reminded_at    integer,
    created_at     integer not null,
    confirmed_at   integer,
    ended_at       integer,
    -- A subscriber's preferences.
    lang           text,
    topics         text,
    paused_until   integer
) without rowid;

create index subjects_pending on subjects (last_mail_at) where state = 'pending';
create index subjects_lapsed on subjects (ended_at) where state = 'lapsed';

-- One form as it was sent, with the proof of consent. Only the confirmed attempt keeps its data:
-- whoever sends a form for a stranger's address cannot change what the stranger confirms.
create table attempts (
    id                 blob    primary key not null,
    subject_id         blob    not null references subjects (id) on delete cascade,
    -- What was typed, sealed; null once it is erased.
    sealed             blob,
    key_id             blob,
    -- Keyed hash of what was typed: shows whether two forms say the same. Erased with it.
    says               blob,
    lang               text    not null,
    form_page          text    not null,
    country            text,
    shows_name         integer not null default false,
    partner            text,
    topics             text,
    -- Hash of the nonce in the browser that sent the form.
    nonce_hash         blob,
    network            blob,
    consent_sha256     text    not null,
    consent_version    text    not null,
    privacy_version    text,
    created_at         integer not null,
    confirmed_at       integer,
    confirmed_how      text    check (confirmed_how in ('link', 'same_browser', 'code')),
    -- The newsletter box, with the proof of its own consent.
    newsletter_id      text,
    newsletter_key     blob,
    newsletter_sha256  text,
    newsletter_version text
);

create index attempts_of_subject on attempts (subject_id);
-- Forms not confirmed (yet), whose data must go in the end.
create index attempts_open on attempts (created_at) where sealed is not null and confirmed_at is null;
-- Forms that still know their network, which is forgotten after a month.
create index attempts_network on attempts (created_at) where network is not null;

create table tokens (
    hash       blob    primary key not null,
    attempt_id blob    not null references attempts (id) on delete cascade,
    purpose    text    not null,
    -- What only the holder of the token can open.
    sealed     blob,
    created_at integer not null,
    expires_at integer not null
) without rowid;

create index tokens_of_attempt on tokens (attempt_id);
create index tokens_by_end on tokens (expires_at);

-- Six digits to type instead of following a link.
create table codes (
    attempt_id blob    primary key not null references attempts (id) on delete cascade,
    hash       blob    not null,
    tries      integer not null,
    expires_at integer not null
) without rowid;

-- Mails to send. A row is written in the transaction of its cause.
create table outbox (
    id           blob    primary key not null,
    attempt_id   blob    references attempts (id) on delete cascade,
    kind         text    not null,
    priority     integer not null,
    state        text    not null check (state in ('waiting', 'sent', 'dead')),
    tries        integer not null,
    -- Tries after which the mail may have arrived all the same.
    doubts       integer not null default 0,
    not_before   integer not null,
    -- The instance that has it; null: nobody.
    leased_by    text,
    created_at   integer not null,
    done_at      integer,
    -- To whom, sealed with a key that is destroyed soon; null once the mail has left.
    recipient    blob,
    hot_key_id   blob,
    payload      text,
    -- Why the last try failed; holds no personal data.
    reason       text
);

create index outbox_waiting on outbox (priority, not_before) where state = 'waiting';
create index outbox_done on outbox (state, done_at) where state <> 'waiting';
create index outbox_of_attempt on outbox (attempt_id);
create index outbox_of_key on outbox (hot_key_id) where hot_key_id is not null;

-- Each confirmed signature (+1) and each withdrawn one (-1), never changed.
create table confirmations (
    seq        integer primary key autoincrement,
    form_id    text    not null,
    subject_id blob    not null,
    delta      integer not null check (delta in (1, -1)),
    country    text,
    at         integer not null,
    unique (subject_id, delta)
);

create index confirmations_of_form on confirmations (form_id);

-- The part of the log that is not added up yet.
create table to_count (
    seq     integer primary key autoincrement,
    form_id text    not null,
    country text,
    delta   integer not null
);

create table counts (
    form_id text    primary key not null,
    total   integer not null,
    at      integer not null
) without rowid;

create table counts_by_country (
    form_id text    not null,
    country text    not null,
    total   integer not null,
    primary key (form_id, country)
) without rowid;

-- Names that their owners want to be shown.
create table public_signers (
    subject_id blob    primary key not null,
    form_id    text    not null,
    name       text    not null,
    country    text,
    at         integer not null
) without rowid;

create index public_signers_recent on public_signers (form_id, at);

-- Mailboxes that want no mail from here, by keyed hash over all forms.
create table suppressions (
    key    blob    primary key not null,
    reason text    not null,
    at     integer not null
) without rowid;

-- When each mailbox may have got all its mails again, over all forms: nobody is bombed by way of many.
create table mailboxes (
    -- Keyed hash of the address, as in `suppressions`.
    key          blob    primary key not null,
    -- When its budget of the hour will be whole again, and that of the day.
    hour_full_at integer not null,
    day_full_at  integer not null
) without rowid;

-- Keys for the outbox's recipients, wrapped.
create table hot_keys (
    id         blob    primary key not null,
    wrapped    blob    not null,
    created_at integer not null
) without rowid;

-- Work that one instance does for all, and which instances there are. Whoever holds a lease raises `beat`
-- every now and then; where it stands still, nobody is there. No clock is asked.
create table leases (
    name   text    primary key not null,
    holder text    not null,
    beat   integer not null
) without rowid;

-- Solved challenges that may not be used again, and for whom they were used: a form that is sent
-- twice by one press is taken, not refused. Time in unix seconds.
create table used_challenges (
    nonce      text    primary key not null,
    expires_at integer not null,
    dedupe_key blob
) without rowid;

create index used_challenges_by_end on used_challenges (expires_at);

-- Mails caused by forms without a captcha's answer, by hour since 1970.
create table mail_budget (
    hour integer primary key not null,
    used integer not null
);

-- Forms by network and hour since 1970, over all instances.
create table network_counts (
    network blob    not null,
    hour    integer not null,
    used    integer not null,
    primary key (network, hour)
) without rowid;

create index network_counts_by_hour on network_counts (hour);
