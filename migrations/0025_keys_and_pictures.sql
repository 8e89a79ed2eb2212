-- A person's picture is stored once and shown in each of their workspaces: as name and address are, the hash of its
-- content, which names the file, is copied to their places. (`account.avatar_key` holds the same hash.)
alter table member add column avatar text;

create or replace function spread_profile(person uuid) returns void
language sql security definer set search_path = public, pg_temp as $$
    update member m set name = a.name, email = a.email, avatar = a.avatar_key
    from account a where a.id = person and m.account_id = a.id
$$;

-- Who made a key, until when it works, and when it last did. A key made by the operator's command has no maker.
alter table api_key
    add column made_by      uuid,
    add column expires_at   timestamptz,
    add column last_used_at timestamptz,
    add constraint api_key_maker foreign key (workspace_id, made_by) references member;
create index api_key_workspace on api_key (workspace_id, created_at);

-- What a key opens now: it ends with its maker's membership, and never opens what its maker may not do any more, so the
-- maker's role comes along. Definer rights, because the workspace is known only afterwards.
create function api_key_of(hash bytea, at timestamptz)
returns table (
    id uuid, workspace_id uuid, name text, scopes text[], last_used_at timestamptz, role text, permissions text[])
language sql stable security definer set search_path = public, pg_temp as $$
    select k.id, k.workspace_id, k.name, k.scopes, k.last_used_at, m.role, r.permissions
    from api_key k
    left join member m on m.workspace_id = k.workspace_id and m.id = k.made_by
    left join role r on r.workspace_id = m.workspace_id and r.id = m.custom_role_id
    where k.key_hash = hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > at)
      and (k.made_by is null or m.deactivated_at is null)
$$;
revoke all on function api_key_of(bytea, timestamptz) from public;
grant execute on function api_key_of(bytea, timestamptz) to parley_app;

do $$
begin
    execute format('create policy owner on role to %I using (true)', current_user);
end $$;
