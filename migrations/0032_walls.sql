-- A number is one channel of a workspace, however many ask for it at once.
create unique index channel_number on channel (workspace_id, phone_number_id) where kind = 'whatsapp';

-- Whoever has to come through the workspace's own provider from now on loses their power everywhere, too.
create trigger sso_provider_changed after insert or update or delete on sso_provider
    for each statement execute function ring_revocation();

-- A key sees the whole workspace, so it works as long as its maker does.
create or replace function api_key_of(hash bytea, at timestamptz)
returns table (
    id uuid, workspace_id uuid, name text, scopes text[], last_used_at timestamptz, role text, permissions text[])
language sql stable security definer set search_path = public, pg_temp as $$
    select k.id, k.workspace_id, k.name, k.scopes, k.last_used_at, m.role, r.permissions
    from api_key k
    left join member m on m.workspace_id = k.workspace_id and m.id = k.made_by
    left join role r on r.workspace_id = m.workspace_id and r.id = m.custom_role_id
    where k.key_hash = hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > at)
      and (k.made_by is null or (m.deactivated_at is null and m.scope = 'all'))
$$;

-- What was unread before waiting was noted waits as well.
create or replace function note_waiting() returns trigger
language plpgsql as $$
begin
    if new.unread = 0 then
        new.waiting_since := null;
    elsif new.waiting_since is null then
        new.waiting_since := coalesce(new.last_inbound_at, new.last_at);
    end if;
    return new;
end $$;
