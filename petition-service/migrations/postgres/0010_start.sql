-- The same tables as for SQLite, in PostgreSQL's words: `bytea` for `blob`, `bigint` for `integer`.
-- Identities are UUIDs (version 7) of 16 bytes, times unix milliseconds unless a name says otherwise.

-- One mailbox on one form. What was typed stands with the attempts.
create table subjects (
    id             bytea   primary key not null,
    form_id        text    not null,
    kind           text    not null check (kind in ('petition', 'newsletter')),
    -- Keyed hash of form and mailbox; null once the personal data is erased.
    dedupe_key     bytea   unique,
    -- pending: unconfirmed. ended: withdrawn or unsubscribed. lapsed: never confirmed, erased.
    state          text    not null check (state in ('pending', 'confirmed', 'ended', 'lapsed')),
    -- The attempt that was confirmed.
    attempt_id     bytea,
    -- Mails that asked for confirmation.
    mails          bigint  not null,
    last_mail_at   bigint  not null,
    -- The last mail that said `already`.
    last_notice_at bigint,
    -- The last form that was sent for a mailbox, whether or not a mail could follow.
    last_form_at   bigint,
    reminded_at    bigint,
    created_at     bigint  not null,
    confirmed_at   bigint,
    ended_at       bigint,
    -- A subscriber's preferences.
    lang           text,
    topics         text,
    paused_until   bigint 
);

create index subjects_pending on subjects (last_mail_at) where state = 'pending';
create index subjects_lapsed on subjects (ended_at) where state = 'lapsed';

-- One form as it was sent, with the proof of consent. Only the confirmed attempt keeps its data:
-- whoever sends a form for a stranger's address cannot change what the stranger confirms.
create table attempts (
    id                 bytea   primary key not null,
    subject_id         bytea   not null references subjects (id) on delete cascade,
    -- What was typed, sealed; null once it is erased.
    sealed             bytea,
    key_id             bytea,
    -- Keyed hash of what was typed: shows whether two forms say the same. Erased with it.
    says               bytea,
    lang               text    not null,
    form_page          text    not null,
    country            text,
    shows_name         boolean not null default false,
    partner            text,
    topics             text,
    -- Hash of the nonce in the browser that sent the form.
    nonce_hash         bytea,
    network            bytea,
    consent_sha256     text    not null,
    consent_version    text    not null,
    privacy_version    text,
    created_at         bigint  not null,
    confirmed_at       bigint,
    confirmed_how      text    check (confirmed_how in ('link', 'same_browser', 'code')),
    -- The newsletter box, with the proof of its own consent.
    newsletter_id      text,
    newsletter_key     bytea,
    newsletter_sha256  text,
    newsletter_version text
);

create index attempts_of_subject on attempts (subject_id);
-- Forms not confirmed (yet), whose data must go in the end.
create index attempts_open on attempts (created_at) where sealed is not null and confirmed_at is null;
-- Forms that still know their network, which is forgotten after a month.
create index attempts_network on attempts (created_at) where network is not null;

create table tokens (
    hash       bytea   primary key not null,
    attempt_id bytea   not null references attempts (id) on delete cascade,
    purpose    text    not null,
    -- What only the holder of the token can open.
    sealed     bytea,
    created_at bigint  not null,
    expires_at bigint  not null
);

create index tokens_of_attempt on tokens (attempt_id);
create index tokens_by_end on tokens (expires_at);

-- Six digits to type instead of following a link.
create table codes (
    attempt_id bytea   primary key not null references attempts (id) on delete cascade,
    hash       bytea   not null,
    tries      bigint  not null,
    expires_at bigint  not null
);

-- Mails to send. A row is written in the transaction of its cause.
create table outbox (
    id           bytea   primary key not null,
    attempt_id   bytea   references attempts (id) on delete cascade,
    kind         text    not null,
    priority     bigint  not null,
    state        text    not null check (state in ('waiting', 'sent', 'dead')),
    tries        bigint  not null,
    -- Tries after which the mail may have arrived all the same.
    doubts       bigint  not null default 0,
    not_before   bigint  not null,
    -- The instance that has it; null: nobody.
    leased_by    text,
    created_at   bigint  not null,
    done_at      bigint,
    -- To whom, sealed with a key that is destroyed soon; null once the mail has left.
    recipient    bytea,
    hot_key_id   bytea,
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
    seq        bigint  generated always as identity primary key,
    form_id    text    not null,
    subject_id bytea   not null,
    delta      bigint  not null check (delta in (1, -1)),
    country    text,
    at         bigint  not null,
    unique (subject_id, delta)
);

create index confirmations_of_form on confirmations (form_id);

-- The part of the log that is not added up yet.
create table to_count (
    seq     bigint  generated always as identity primary key,
    form_id text    not null,
    country text,
    delta   bigint  not null
);

create table counts (
    form_id text    primary key not null,
    total   bigint  not null,
    at      bigint  not null
);

create table counts_by_country (
    form_id text    not null,
    country text    not null,
    total   bigint  not null,
    primary key (form_id, country)
);

-- Names that their owners want to be shown.
create table public_signers (
    subject_id bytea   primary key not null,
    form_id    text    not null,
    name       text    not null,
    country    text,
    at         bigint  not null
);

create index public_signers_recent on public_signers (form_id, at);

-- Mailboxes that want no mail from here, by keyed hash over all forms.
create table suppressions (
    key    bytea   primary key not null,
    reason text    not null,
    at     bigint  not null
);

-- When each mailbox may have got all its mails again, over all forms: nobody is bombed by way of many.
create table mailboxes (
    -- Keyed hash of the address, as in `suppressions`.
    key          bytea  primary key not null,
    -- When its budget of the hour will be whole again, and that of the day.
    hour_full_at bigint not null,
    day_full_at  bigint not null
);

-- Keys for the outbox's recipients, wrapped.
create table hot_keys (
    id         bytea   primary key not null,
    wrapped    bytea   not null,
    created_at bigint  not null
);

-- Work that one instance does for all, and which instances there are. Whoever holds a lease raises `beat`
-- every now and then; where it stands still, nobody is there. No clock is asked.
create table leases (
    name   text    primary key not null,
    holder text    not null,
    beat   bigint  not null
);

-- Solved challenges that may not be used again, and for whom they were used: a form that is sent
-- twice by one press is taken, not refused. Time in unix seconds.
create table used_challenges (
    nonce      text    primary key not null,
    expires_at bigint  not null,
    dedupe_key bytea
);

create index used_challenges_by_end on used_challenges (expires_at);

-- Mails caused by forms without a captcha's answer, by hour since 1970.
create table mail_budget (
    hour bigint primary key not null,
    used bigint  not null
);

-- Forms by network and hour since 1970, over all instances.
create table network_counts (
    network bytea   not null,
    hour    bigint  not null,
    used    bigint  not null,
    primary key (network, hour)
);

create index network_counts_by_hour on network_counts (hour);
