-- The gate's yes to one message, with everything it weighed.
create table permit (
    workspace_id uuid not null references workspace,
    id           uuid not null,
    message_id   uuid not null,
    purpose      text not null,
    grounds      text not null,
    facts        jsonb not null,
    decided_at   timestamptz not null,
    primary key (workspace_id, id),
    unique (workspace_id, id, message_id)
);
call protect('permit');
grant select, insert on permit to parley_app, parley_worker;

create table message (
    workspace_id       uuid not null,
    id                 uuid not null,
    conversation_id    uuid not null,
    channel_id         uuid not null,
    -- `echo`: sent by the business from its phone app, beside Parley.
    direction          text not null check (direction in ('in', 'out', 'echo', 'note')),
    sender             jsonb not null,
    at                 timestamptz not null,
    content            jsonb not null,
    -- What leaves, for `out`.
    payload            jsonb,
    -- Reactions that we send are messages to the gate and the outbox, but no bubble of the thread.
    shown              boolean not null default true,
    -- What the provider sent, kept for types that this version does not know.
    raw                jsonb,
    -- Opaque, and personal: a wamid contains a phone number (contract 0.5).
    provider_id        text,
    client_key         uuid,
    quote              jsonb,
    reply_provider_id  text,
    their_reaction     text,
    our_reaction       text,
    edited_at          timestamptz,
    revoked_at         timestamptz,
    -- Rank of domain::DeliveryStatus; it only climbs.
    status             smallint check (status between 0 and 7),
    accepted_at        timestamptz,
    sent_at            timestamptz,
    delivered_at       timestamptz,
    read_at            timestamptz,
    failure            jsonb,
    pricing            jsonb,
    permit_id          uuid,
    created_at         timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversation on update cascade,
    -- No message to a customer without the gate's yes to exactly this message.
    foreign key (workspace_id, permit_id, id) references permit (workspace_id, id, message_id),
    constraint message_needs_permit check ((direction = 'out') = (permit_id is not null and payload is not null)),
    constraint message_has_status check ((direction in ('out', 'echo')) = (status is not null))
);
create unique index message_provider on message (workspace_id, channel_id, provider_id) where provider_id is not null;
create unique index message_client_key on message (workspace_id, conversation_id, client_key) where client_key is not null;
create index message_thread on message (workspace_id, conversation_id, at desc, id desc) where shown;
call protect('message');
grant select, insert, update on message to parley_app, parley_worker;

create function status_climbs() returns trigger
language plpgsql as $$
begin
    raise exception 'a message status only climbs' using errcode = 'check_violation', constraint = 'message_status_climbs';
end $$;
create trigger message_status_climbs before update of status on message
    for each row when (new.status < old.status) execute function status_climbs();

-- Reactions by their target's provider id: they may come before it.
create table reaction (
    workspace_id       uuid not null,
    channel_id         uuid not null,
    target_provider_id text not null,
    ours               boolean not null,
    emoji              text,
    at                 timestamptz not null,
    primary key (workspace_id, channel_id, target_provider_id, ours),
    foreign key (workspace_id, channel_id) references channel on delete cascade
);
call protect('reaction');
grant select, insert, update on reaction to parley_app, parley_worker;

-- Changes to a message that came before it: edits and deletions by the customer.
create table early_change (
    workspace_id       uuid not null,
    channel_id         uuid not null,
    target_provider_id text not null,
    kind               text not null check (kind in ('edit', 'revoke')),
    content            jsonb,
    at                 timestamptz not null,
    primary key (workspace_id, channel_id, target_provider_id, kind),
    foreign key (workspace_id, channel_id) references channel on delete cascade
);
call protect('early_change');
grant select, insert, update, delete on early_change to parley_app, parley_worker;

-- Statuses whose message is not known (yet). They are taken up when the message's provider id becomes known;
-- what stays belongs to a message that Parley never sent.
create table stray_status (
    workspace_id uuid not null,
    channel_id   uuid not null,
    provider_id  text not null,
    status       smallint not null,
    at           timestamptz not null,
    failure      jsonb,
    pricing      jsonb,
    received_at  timestamptz not null,
    primary key (workspace_id, channel_id, provider_id, status),
    foreign key (workspace_id, channel_id) references channel on delete cascade
);
call protect('stray_status');
grant select, insert, update, delete on stray_status to parley_app, parley_worker;

create table attachment (
    workspace_id      uuid not null,
    id                uuid not null,
    conversation_id   uuid not null,
    message_id        uuid,
    mime              text not null,
    file_name         text,
    size              bigint,
    sha256            bytea,
    -- Where the bytes are, once they are.
    object_key        text,
    provider_media_id text,
    state             text not null check (state in ('waiting', 'ready', 'missing')),
    problem           text,
    created_at        timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversation on update cascade
);
create index attachment_message on attachment (workspace_id, message_id);
create index attachment_waiting on attachment (workspace_id, created_at) where state = 'waiting';
call protect('attachment');
grant select, insert, update on attachment to parley_app, parley_worker;
