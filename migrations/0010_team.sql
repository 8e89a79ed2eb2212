-- A workspace as a business, its roles and teams, and how people come in.
alter table workspace
    add column industry            text,
    add column address             text,
    add column phone               text,
    add column country             text,
    add column time_zone           text not null default 'UTC',
    add column currency            text not null default 'EUR',
    add column two_factors         boolean not null default false,
    add column starter_pack        text,
    add column onboarding_done_at  timestamptz,
    -- Ownership goes over when the person it was offered to accepts.
    add column ownership_offered_to uuid;

-- A set of permissions that a workspace has named itself.
create table role (
    workspace_id uuid not null references workspace,
    id           uuid not null,
    name         text not null,
    permissions  text[] not null,
    created_at   timestamptz not null,
    primary key (workspace_id, id)
);
create unique index role_name on role (workspace_id, lower(name));
call protect('role');
grant select, insert, update, delete on role to parley_app;

alter table member
    drop constraint member_role_check,
    add constraint member_role_check check (
        role in ('owner', 'admin', 'manager', 'agent', 'marketer', 'privacy', 'read_only', 'custom')),
    add column custom_role_id uuid,
    -- Which conversations are theirs to see.
    add column scope text not null default 'all' check (scope in ('all', 'team', 'own')),
    add constraint member_custom_role foreign key (workspace_id, custom_role_id) references role,
    add constraint member_custom_role_named check ((role = 'custom') = (custom_role_id is not null));
create unique index member_one_owner on member (workspace_id) where role = 'owner';

alter table workspace
    add constraint workspace_offer foreign key (workspace_id, ownership_offered_to) references member;

create table team (
    workspace_id uuid not null references workspace,
    id           uuid not null,
    name         text not null,
    created_at   timestamptz not null,
    primary key (workspace_id, id)
);
create unique index team_name on team (workspace_id, lower(name));
call protect('team');
grant select, insert, update, delete on team to parley_app;

create table team_member (
    workspace_id uuid not null,
    team_id      uuid not null,
    member_id    uuid not null,
    primary key (workspace_id, team_id, member_id),
    foreign key (workspace_id, team_id) references team on delete cascade,
    foreign key (workspace_id, member_id) references member on delete cascade
);
create index team_member_member on team_member (workspace_id, member_id);
call protect('team_member');
grant select, insert, delete on team_member to parley_app;

create table invitation (
    workspace_id   uuid not null references workspace,
    id             uuid not null,
    email          text not null,
    role           text not null check (
        role in ('admin', 'manager', 'agent', 'marketer', 'privacy', 'read_only', 'custom')),
    custom_role_id uuid,
    scope          text not null default 'all' check (scope in ('all', 'team', 'own')),
    invited_by     uuid not null,
    created_at     timestamptz not null,
    sent_at        timestamptz not null,
    expires_at     timestamptz not null,
    accepted_at    timestamptz,
    revoked_at     timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, custom_role_id) references role on delete cascade,
    foreign key (workspace_id, invited_by) references member,
    check ((role = 'custom') = (custom_role_id is not null))
);
create unique index invitation_open on invitation (workspace_id, lower(email))
    where accepted_at is null and revoked_at is null;
call protect('invitation');
grant select, insert, update, delete on invitation to parley_app;

-- Routing: an invitation's secret leads to its workspace. One at a time: sending again replaces it.
create table invitation_route (
    token_hash    bytea primary key,
    workspace_id  uuid not null,
    invitation_id uuid not null,
    unique (workspace_id, invitation_id),
    foreign key (workspace_id, invitation_id) references invitation on delete cascade
);
grant select, insert, delete on invitation_route to parley_app;
