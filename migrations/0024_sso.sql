-- Single sign-on: a workspace's own OpenID provider vouches for its members, and for nobody else.
create table sso_provider (
    workspace_id       uuid primary key references workspace,
    issuer             text not null,
    client_id          text not null,
    -- Sealed under the workspace's data key.
    client_secret      bytea not null,
    -- Whether people who are no members yet are let in, and as what.
    admits_new         boolean not null,
    role               text not null check (
        role in ('admin', 'manager', 'agent', 'marketer', 'privacy', 'read_only', 'custom')),
    custom_role_id     uuid,
    -- The provider asks for two factors itself.
    counts_two_factors boolean not null,
    -- Members come in this way only. The owner can always come in by their own means.
    required           boolean not null,
    -- Who set it up last: an owner is vouched for only by a provider of their own choice.
    connected_by       uuid not null,
    changed_at         timestamptz not null,
    foreign key (workspace_id, connected_by) references member,
    constraint sso_provider_custom_role foreign key (workspace_id, custom_role_id) references role,
    check ((role = 'custom') = (custom_role_id is not null))
);
call protect('sso_provider');
grant select, insert, update, delete on sso_provider to parley_app;

-- Routing: who signs in is known by the domain of their address before anything else. One workspace speaks for a domain.
create table sso_domain (
    domain       text primary key check (domain = lower(domain)),
    workspace_id uuid not null references sso_provider on delete cascade
);
create index sso_domain_workspace on sso_domain (workspace_id);
grant select, insert, delete on sso_domain to parley_app;

-- A member as the provider knows them. Links are of the workspace and not of the account: what one workspace's provider
-- says is nothing to another's.
create table sso_link (
    workspace_id uuid not null references sso_provider on delete cascade,
    subject      text not null,
    member_id    uuid not null,
    linked_at    timestamptz not null,
    last_used_at timestamptz not null,
    primary key (workspace_id, subject),
    constraint sso_link_member unique (workspace_id, member_id),
    foreign key (workspace_id, member_id) references member on delete cascade
);
call protect('sso_link');
grant select, insert, update, delete on sso_link to parley_app;

-- Written before links became the workspace's, and never used.
drop function external_login_owner(text, text);
drop table external_login;

-- A session that a workspace's provider vouched for stands in that workspace or in none.
alter table session
    add column vouched_by uuid references workspace on delete cascade,
    add constraint session_stands_where_vouched check (workspace_id = vouched_by);
create index session_vouched on session (vouched_by) where vouched_by is not null;

-- Whether somebody else on this installation may speak for a domain: the owner of another workspace has an address there,
-- and owns none here.
create function domain_is_anothers(wanted text, here uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select 1 from member m
        where m.role = 'owner' and m.deactivated_at is null and m.workspace_id <> here
          and lower(m.email) like '%@' || wanted
          and not exists (
            select 1 from member o where o.workspace_id = here and o.role = 'owner' and o.account_id = m.account_id))
$$;
revoke all on function domain_is_anothers(text, uuid) from public;
grant execute on function domain_is_anothers(text, uuid) to parley_app;
