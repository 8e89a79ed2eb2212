-- Mails of Parley's own: sign-up, passwords, invitations. No tenant table, because most go to people before they are in
-- a workspace. Requests may only put one in; what is in it is read by the worker alone.
create table mail (
    id         uuid primary key,
    to_address text not null,
    kind       text not null,
    language   text not null,
    -- What fills the words, secret links included. Gone as soon as the mail is out, given up or past its link's life.
    data       bytea,
    state      text not null default 'queued' check (state in ('queued', 'sent', 'failed', 'expired')),
    -- Given at the first attempt and kept for the next ones, so that a receiver recognises a repetition.
    message_id text,
    attempts   int not null default 0,
    created_at timestamptz not null default now(),
    -- The end of its link's life, if it carries one.
    expires_at timestamptz,
    sent_at    timestamptz,
    -- Reply codes and our own words; never what the server wrote, which repeats the address.
    failure    text,
    constraint mail_data_until_done check ((state = 'queued') = (data is not null))
);
create index mail_age on mail (created_at);
create index mail_waiting on mail (created_at) where state = 'queued';
grant insert (id, to_address, kind, language, data, expires_at) on mail to parley_app, parley_worker;
grant select, update, delete on mail to parley_worker;

-- Addresses that a mail server said do not exist, by their hash.
create table mail_bounce (
    address_hash bytea primary key,
    at           timestamptz not null,
    reason       text not null
);
grant select on mail_bounce to parley_app, parley_worker;
grant insert, update, delete on mail_bounce to parley_worker;
