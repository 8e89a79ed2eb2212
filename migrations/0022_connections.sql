-- A workspace's way to Meta: an app, its secret and a token, sealed in the vault. Channels of the operator's own number have none.
create table connection (
    workspace_id uuid not null references workspace,
    id           uuid not null,
    kind         text not null check (kind in ('manual', 'signup', 'sandbox')),
    -- What its webhooks come to: /webhooks/whatsapp/<hook>. Of the operator's app, whose webhooks share one address, null.
    hook         text unique,
    app_id       text not null,
    -- Graph id of the WhatsApp Business account.
    account_id   text not null,
    token        bytea not null,
    -- Null where the app is the operator's.
    app_secret   bytea,
    verify_token bytea,
    -- What was found when it was last checked: a list of ticks.
    checked      jsonb not null default '[]',
    checked_at   timestamptz,
    -- The numbers of the account, as they were then.
    numbers      jsonb not null default '[]',
    -- When Meta asked whether the address is ours, and when webhooks came rightly and wrongly signed.
    handshake_at timestamptz,
    signed_at    timestamptz,
    refused_at   timestamptz,
    -- The page of the sandbox's phone.
    phone        text,
    created_at   timestamptz not null,
    primary key (workspace_id, id)
);
call protect('connection');
grant select, insert, update, delete on connection to parley_app;
grant select on connection to parley_worker;

-- Which connection an address belongs to: looked up before the workspace is known.
create table connection_route (
    hook          text primary key,
    workspace_id  uuid not null,
    connection_id uuid not null,
    foreign key (workspace_id, connection_id) references connection on delete cascade
);
grant select, insert, delete on connection_route to parley_app, parley_worker;

alter table channel add column connection_id uuid,
    add foreign key (workspace_id, connection_id) references connection;

-- The connection whose signature webhooks of the number carry; null is the operator's app. A workspace that signs with its
-- own secret is believed about its own numbers only.
alter table channel_route add column door uuid;
grant update on channel_route to parley_app;
-- Through which door a body came.
alter table journal add column door uuid;
alter table workspace add column checklist_hidden boolean not null default false;
