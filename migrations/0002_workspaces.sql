create table workspace (
    workspace_id uuid primary key,
    name         text not null,
    created_at   timestamptz not null default now()
);
call protect('workspace');
grant select, insert, update on workspace to parley_app, parley_worker;

-- A person's sign-in, across workspaces. No role reads it but through the two functions below.
create table account (
    id            uuid primary key,
    email         text not null,
    password_hash text not null,
    created_at    timestamptz not null default now()
);
create unique index account_email on account (lower(email));

create table member (
    workspace_id   uuid not null references workspace,
    id             uuid not null,
    account_id     uuid not null references account,
    name           text not null,
    email          text not null,
    role           text not null check (role in ('owner', 'admin', 'agent', 'read_only')),
    enter_sends    boolean not null default true,
    created_at     timestamptz not null default now(),
    deactivated_at timestamptz,
    primary key (workspace_id, id),
    unique (workspace_id, account_id)
);
call protect('member');
grant select, insert, update on member to parley_app, parley_worker;

-- Routing tables: looked up before a workspace is known, without personal data, keyed by a hash.
create table session (
    token_hash   bytea primary key,
    workspace_id uuid not null,
    member_id    uuid not null,
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at   timestamptz not null,
    foreign key (workspace_id, member_id) references member on delete cascade
);
grant select, insert, update, delete on session to parley_app;
grant select, delete on session to parley_worker;

create table api_key (
    id           uuid primary key,
    key_hash     bytea not null unique,
    workspace_id uuid not null references workspace,
    name         text not null,
    scopes       text[] not null,
    created_at   timestamptz not null default now(),
    revoked_at   timestamptz
);
grant select, insert, update on api_key to parley_app;

-- The owner of the schema reads members for the function below; the application's roles own nothing.
do $$
begin
    execute format('create policy owner on member to %I using (true)', current_user);
end $$;

-- What a sign-in needs to know of an address. Definer rights, because `account` is closed to the application.
create function sign_in_lookup(address text)
returns table (account_id uuid, password_hash text, workspace_id uuid, member_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.password_hash, m.workspace_id, m.id
    from account a
    join member m on m.account_id = a.id and m.deactivated_at is null
    where lower(a.email) = lower(address)
    order by m.created_at
    limit 1
$$;
revoke all on function sign_in_lookup(text) from public;
grant execute on function sign_in_lookup(text) to parley_app;

create function password_rehash(account_id uuid, new_hash text) returns void
language sql security definer set search_path = public, pg_temp as $$
    update account set password_hash = new_hash where id = account_id
$$;
revoke all on function password_rehash(uuid, text) from public;
grant execute on function password_rehash(uuid, text) to parley_app;

-- What happened, for whoever must answer for it. Append-only by privilege.
create table audit_event (
    workspace_id uuid not null references workspace,
    id           uuid not null,
    at           timestamptz not null,
    actor        jsonb not null,
    action       text not null,
    subject      uuid,
    details      jsonb not null default '{}',
    primary key (workspace_id, id)
);
call protect('audit_event');
grant select, insert on audit_event to parley_app, parley_worker;
