create table channel (
    workspace_id    uuid not null references workspace,
    id              uuid not null,
    kind            text not null check (kind in ('whatsapp')),
    name            text not null,
    display_number  text not null,
    phone_number_id text not null,
    waba_id         text not null,
    state           text not null check (state in ('connected', 'unauthorised', 'restricted', 'disconnected')),
    -- Messages a second that the number may send (contract 6.5).
    throughput      int not null default 80 check (throughput between 1 and 5000),
    last_webhook_at timestamptz,
    created_at      timestamptz not null default now(),
    primary key (workspace_id, id)
);
call protect('channel');
grant select, insert, update on channel to parley_app, parley_worker;

-- Which workspace a webhook belongs to: looked up before the workspace is known.
create table channel_route (
    phone_number_id text primary key,
    workspace_id    uuid not null,
    channel_id      uuid not null,
    foreign key (workspace_id, channel_id) references channel on delete cascade
);
grant select, insert, delete on channel_route to parley_app, parley_worker;

-- Meta's templates as last fetched.
create table template (
    workspace_id uuid not null,
    channel_id   uuid not null,
    name         text not null,
    language     text not null,
    category     text not null check (category in ('marketing', 'utility', 'authentication')),
    body         text not null,
    status       text not null,
    fetched_at   timestamptz not null,
    primary key (workspace_id, channel_id, name, language),
    foreign key (workspace_id, channel_id) references channel on delete cascade
);
call protect('template');
grant select, insert, update, delete on template to parley_app, parley_worker;
