-- People, apart from any workspace. Their rows are open to requests one person at a time, under `parley.account`, as
-- a workspace's rows are under `parley.workspace`.
create procedure protect_person(private regclass, person name)
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', private);
    execute format('alter table %s force row level security', private);
    execute format(
        'create policy person on %s using (%I = (select current_setting(''parley.account'')::uuid))', private, person);
    -- The functions below find people before they are known, as the owner, who is under the wall too.
    execute format('create policy owner on %s to %I using (true)', private, current_user);
end $$;

alter table account
    add column name                text not null default '',
    add column phone               text,
    add column job_title           text,
    add column bio                 text,
    add column avatar_key          text,
    add column time_zone           text not null default 'UTC',
    add column currency            text not null default 'EUR',
    add column language            text not null default 'en',
    add column theme               text not null default 'system' check (theme in ('system', 'light', 'dark')),
    add column notifications       jsonb not null default '{}',
    add column terms_version       text,
    add column terms_accepted_at   timestamptz,
    add column password_changed_at timestamptz,
    -- The second factor: a sealed seed, when it was confirmed, and the last time step it was used for.
    add column totp_seed           bytea,
    add column totp_confirmed_at   timestamptz,
    add column totp_last_step      bigint,
    alter column password_hash drop not null;
update account a set name = m.name from member m where m.account_id = a.id;
call protect_person('account', 'id');
grant select, insert, update on account to parley_app;

-- Somebody who signed up and has not yet shown that the address is theirs. No account exists until then, so nobody
-- can take an address, and the form's answer says nothing about who has an account.
create table sign_up (
    token_hash        bytea primary key,
    email             text not null,
    name              text not null,
    password_hash     text not null,
    organisation      text not null,
    job_title         text not null,
    terms_version     text not null,
    accepted_at       timestamptz not null,
    expires_at        timestamptz not null
);
create index sign_up_expiry on sign_up (expires_at);
grant insert on sign_up to parley_app;
grant select (expires_at), delete on sign_up to parley_worker;

-- A secret sent by mail that proves who holds the address. Gone once used.
create table account_link (
    token_hash bytea primary key,
    account_id uuid not null references account on delete cascade,
    purpose    text not null check (purpose in ('reset_password', 'confirm_old_address', 'confirm_new_address')),
    expires_at timestamptz not null
);
create index account_link_account on account_link (account_id);
call protect_person('account_link', 'account_id');
grant select, insert, delete on account_link to parley_app;
grant select (expires_at), delete on account_link to parley_worker;

-- A change of address waits until both addresses agreed.
create table email_change (
    account_id       uuid primary key references account on delete cascade,
    new_email        text not null,
    old_confirmed_at timestamptz,
    new_confirmed_at timestamptz,
    expires_at       timestamptz not null
);
call protect_person('email_change', 'account_id');
grant select, insert, update, delete on email_change to parley_app;

create table recovery_code (
    account_id uuid not null references account on delete cascade,
    code_hash  bytea not null,
    used_at    timestamptz,
    primary key (account_id, code_hash)
);
call protect_person('recovery_code', 'account_id');
grant select, insert, update, delete on recovery_code to parley_app;

create table passkey (
    account_id    uuid not null references account on delete cascade,
    id            uuid not null,
    credential_id bytea not null unique,
    credential    jsonb not null,
    name          text not null,
    created_at    timestamptz not null,
    last_used_at  timestamptz,
    primary key (account_id, id)
);
call protect_person('passkey', 'account_id');
grant select, insert, update, delete on passkey to parley_app;

-- A person as a provider of single sign-on knows them.
create table external_login (
    account_id uuid not null references account on delete cascade,
    issuer     text not null,
    subject    text not null,
    primary key (issuer, subject)
);
call protect_person('external_login', 'account_id');
grant select, insert, delete on external_login to parley_app;

-- A browser that a person has signed in with before, known by a cookie of its own.
create table device (
    account_id    uuid not null references account on delete cascade,
    token_hash    bytea not null,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    primary key (account_id, token_hash)
);
call protect_person('device', 'account_id');
grant select, insert, update, delete on device to parley_app;

-- A step of signing in that waits for the next: a second factor, a passkey's answer, a provider's return. Looked up
-- by a secret's hash, and gone once answered.
create table challenge (
    token_hash bytea primary key,
    account_id uuid references account on delete cascade,
    kind       text not null check (kind in ('second_factor', 'passkey_sign_in', 'passkey_new', 'single_sign_on')),
    state      jsonb not null default '{}',
    attempts   integer not null default 0,
    expires_at timestamptz not null
);
grant select, insert, update, delete on challenge to parley_app;
grant select (expires_at), delete on challenge to parley_worker;

-- A session belongs to a person and stands in one workspace, or in none before they have any.
alter table session
    add column id         uuid,
    add column account_id uuid references account on delete cascade,
    -- When the person last proved who they are, and by how many factors.
    add column proved_at  timestamptz,
    add column factors    smallint not null default 1,
    alter column workspace_id drop not null,
    alter column member_id drop not null;
update session s set id = gen_random_uuid(), proved_at = s.created_at, account_id = m.account_id
    from member m where m.workspace_id = s.workspace_id and m.id = s.member_id;
alter table session
    alter column id set not null,
    alter column account_id set not null,
    alter column proved_at set not null;
create unique index session_id on session (id);
create index session_account on session (account_id);
create index session_member on session (workspace_id, member_id);
create index session_expiry on session (expires_at);

-- What a person recognises a session by.
create table session_origin (
    session_id uuid primary key references session (id) on delete cascade,
    account_id uuid not null references account on delete cascade,
    device     text not null,
    network    text not null
);
create index session_origin_account on session_origin (account_id);
call protect_person('session_origin', 'account_id');
grant select, insert, update on session_origin to parley_app;

drop function sign_in_lookup(text);
drop function password_rehash(uuid, text);

-- The account of an address.
create function account_of(address text)
returns table (account_id uuid, password_hash text)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.password_hash from account a where lower(a.email) = lower(address)
$$;

-- The workspaces in which a person is an active member, the first joined first.
create function memberships_of(person uuid)
returns table (workspace_id uuid, member_id uuid, workspace_name text)
language sql stable security definer set search_path = public, pg_temp as $$
    select m.workspace_id, m.id, w.name
    from member m join workspace w on w.workspace_id = m.workspace_id
    where m.account_id = person and m.deactivated_at is null
    order by m.created_at, m.id
$$;

-- Takes a sign-up's row away and answers it: of two uses of one link, one gets it.
create function take_sign_up(hash bytea, at timestamptz)
returns setof sign_up
language sql security definer set search_path = public, pg_temp as $$
    delete from sign_up where token_hash = hash and expires_at > at returning *
$$;

-- Whose link this is, without using it up: for the page behind it.
create function link_of(hash bytea, wanted text, at timestamptz) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select account_id from account_link where token_hash = hash and purpose = wanted and expires_at > at
$$;

-- Uses a link up and answers whose it was: of two uses, one gets an answer.
create function take_link(hash bytea, wanted text, at timestamptz) returns uuid
language sql security definer set search_path = public, pg_temp as $$
    delete from account_link where token_hash = hash and purpose = wanted and expires_at > at returning account_id
$$;

create function passkey_owner(wanted bytea) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select account_id from passkey where credential_id = wanted
$$;

create function external_login_owner(provider text, person text) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select account_id from external_login where issuer = provider and subject = person
$$;

-- Copies a person's name and address to their places in workspaces.
create function spread_profile(person uuid) returns void
language sql security definer set search_path = public, pg_temp as $$
    update member m set name = a.name, email = a.email from account a where a.id = person and m.account_id = a.id
$$;

-- Whether a person is asked for more than a password.
create function has_two_factors(person uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select a.totp_confirmed_at is not null or exists (select 1 from passkey p where p.account_id = a.id)
    from account a where a.id = person
$$;

do $$
declare
    signature text;
begin
    foreach signature in array array[
        'account_of(text)', 'memberships_of(uuid)', 'take_sign_up(bytea, timestamptz)',
        'link_of(bytea, text, timestamptz)', 'take_link(bytea, text, timestamptz)', 'passkey_owner(bytea)',
        'external_login_owner(text, text)', 'spread_profile(uuid)', 'has_two_factors(uuid)']
    loop
        execute format('revoke all on function %s from public', signature);
        execute format('grant execute on function %s to parley_app', signature);
    end loop;
    -- The owner reads workspaces and members for the functions above.
    execute format('create policy owner on workspace to %I using (true)', current_user);
end $$;
