-- Where a person may stand, and whether a password opens it: workspaces that insist on their own provider come last, then as
-- the person joined. An owner can always come in by their own means.
create function places_of(person uuid)
returns table (workspace_id uuid, member_id uuid, workspace_name text, single_sign_on boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select m.workspace_id, m.id, w.name, coalesce(p.required, false) and m.role <> 'owner'
    from member m
    join workspace w on w.workspace_id = m.workspace_id
    left join sso_provider p on p.workspace_id = m.workspace_id
    where m.account_id = person and m.deactivated_at is null
    order by 4, m.created_at, m.id
$$;
revoke all on function places_of(uuid) from public;
grant execute on function places_of(uuid) to parley_app;

-- The owner reads providers for the function above.
do $$
begin
    execute format('create policy owner on sso_provider to %I using (true)', current_user);
end $$;
