create table contact (
    workspace_id uuid not null references workspace,
    id           uuid not null,
    -- As the business names the person.
    name         text check (char_length(name) between 1 and 200),
    -- As the person names themselves on the channel.
    profile_name text,
    username     text,
    -- A data-protection restriction: stored, not processed.
    restricted   boolean not null default false,
    created_at   timestamptz not null,
    primary key (workspace_id, id)
);
create index contact_newest on contact (workspace_id, created_at desc, id desc);
call protect('contact');
grant select, insert, update, delete on contact to parley_app, parley_worker;

-- How a contact is reached on a channel kind. A retired identity stays for the record and for late events.
create table identity (
    workspace_id uuid not null,
    id           uuid not null,
    contact_id   uuid not null,
    kind         text not null check (kind in ('bsuid', 'phone')),
    value        text not null,
    created_at   timestamptz not null,
    retired_at   timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, contact_id) references contact
);
create unique index identity_value on identity (workspace_id, kind, value) where retired_at is null;
create index identity_contact on identity (workspace_id, contact_id);
call protect('identity');
grant select, insert, update on identity to parley_app, parley_worker;

-- The consent ledger: append-only by privilege; `consent` is its fold.
create table consent_event (
    workspace_id uuid not null,
    id           uuid not null,
    identity_id  uuid not null,
    channel_kind text not null,
    purpose      text not null check (purpose in ('marketing', 'service')),
    action       text not null check (action in ('granted', 'revoked')),
    method       text not null,
    -- What proves it: the message, the preference event, the member who noted it.
    evidence     jsonb not null,
    occurred_at  timestamptz not null,
    recorded_at  timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, identity_id) references identity
);
-- The same incoming event is one entry however often it arrives.
create unique index consent_event_once
    on consent_event (workspace_id, identity_id, channel_kind, purpose, action, method, occurred_at);
call protect('consent_event');
grant select, insert on consent_event to parley_app, parley_worker;

create table consent (
    workspace_id uuid not null,
    identity_id  uuid not null,
    channel_kind text not null,
    purpose      text not null,
    state        text not null check (state in ('granted', 'revoked')),
    since        timestamptz not null,
    method       text not null,
    primary key (workspace_id, identity_id, channel_kind, purpose),
    foreign key (workspace_id, identity_id) references identity
);
call protect('consent');
grant select, insert, update on consent to parley_app, parley_worker;
