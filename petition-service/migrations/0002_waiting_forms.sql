-- The last form that was sent for a mailbox, whether or not a mail could follow.
alter table subjects add column last_form_at integer;

-- For whom a challenge was used: a form that is sent twice by one press is taken, not refused.
alter table used_challenges add column dedupe_key blob;

-- Forms not confirmed (yet), whose data must go in the end.
create index attempts_open on attempts (created_at) where email is not null and confirmed_at is null;
