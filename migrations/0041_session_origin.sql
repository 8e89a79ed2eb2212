-- Where a session was opened, for whoever brings it: found before its person is known.
create function origin_of(session uuid)
returns table (device text, network text)
language sql stable security definer set search_path = public, pg_temp as $$
    select o.device, o.network from session_origin o where o.session_id = session
$$;
revoke all on function origin_of(uuid) from public;
grant execute on function origin_of(uuid) to parley_app;
