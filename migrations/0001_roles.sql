-- Two roles without a sign-in, taken on by Parley's connections at start-up (`-c role=…`), so that neither
-- owns anything nor bypasses row-level security:
--   parley_app     answers requests, inside one workspace at a time;
--   parley_worker  ingests and sends: additionally reads the journal and claims from the outbox.
do $$
begin
    create role parley_app nologin nobypassrls;
exception when duplicate_object then null;
end $$;
do $$
begin
    create role parley_worker nologin nobypassrls;
exception when duplicate_object then null;
end $$;
do $$
begin
    execute format('grant parley_app, parley_worker to %I', current_user);
    execute format('grant connect, temporary on database %I to parley_app, parley_worker', current_database());
end $$;

revoke create on schema public from public;
grant usage on schema public to parley_app, parley_worker;

-- Every tenant table gets the same wall.
create procedure protect(tenant regclass)
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', tenant);
    execute format('alter table %s force row level security', tenant);
    execute format(
        'create policy workspace on %s using (workspace_id = (select current_setting(''parley.workspace'')::uuid))',
        tenant);
end $$;
