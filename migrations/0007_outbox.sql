-- Messages on their way out. Holds no content, so that the worker may claim across workspaces.
create table outbox (
    workspace_id    uuid not null,
    message_id      uuid not null,
    channel_id      uuid not null,
    conversation_id uuid not null,
    -- The order in which messages of one conversation leave.
    seq             bigint generated always as identity,
    state           text not null default 'queued'
                    check (state in ('queued', 'claimed', 'posting', 'accepted', 'failed', 'in_doubt')),
    attempt         int not null default 0,
    -- Grows with every claim: whoever holds an older one may no longer write.
    fence           bigint not null default 0,
    lease_until     timestamptz,
    not_before      timestamptz not null,
    error_class     text,
    updated_at      timestamptz not null,
    primary key (workspace_id, message_id),
    foreign key (workspace_id, message_id) references message,
    constraint outbox_lease check ((state in ('claimed', 'posting')) = (lease_until is not null))
);
create index outbox_pending on outbox (conversation_id, seq) where state in ('queued', 'claimed', 'posting');
create index outbox_queue on outbox (seq) where state = 'queued';
create index outbox_leased on outbox (lease_until) where state in ('claimed', 'posting');
create index outbox_doubt on outbox (workspace_id, channel_id) where state = 'in_doubt';
alter table outbox enable row level security;
alter table outbox force row level security;
create policy workspace on outbox to parley_app
    using (workspace_id = (select current_setting('parley.workspace')::uuid));
create policy worker on outbox to parley_worker using (true);
grant select, insert, update on outbox to parley_app, parley_worker;

-- Every incoming webhook body, durable before its 200. Only the worker touches it.
create table journal (
    id          uuid primary key,
    received_at timestamptz not null,
    body        bytea not null,
    applied_at  timestamptz,
    -- Set when the body as a whole could not be used: not JSON, or of no known number.
    problem     text
);
create index journal_waiting on journal (received_at, id) where applied_at is null;
create index journal_problems on journal (received_at) where problem is not null;
grant select, insert, update, delete on journal to parley_worker;

-- Single items of a webhook that could not be applied. The rest of their batch was.
create table quarantine (
    workspace_id uuid not null references workspace,
    id           uuid not null,
    journal_id   uuid not null,
    channel_id   uuid,
    kind         text not null,
    item         jsonb not null,
    reason       text not null,
    attempts     int not null default 1,
    received_at  timestamptz not null,
    resolved_at  timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, channel_id) references channel
);
create index quarantine_open on quarantine (workspace_id, received_at desc) where resolved_at is null;
call protect('quarantine');
grant select, insert, update on quarantine to parley_app, parley_worker;

-- Enqueues a background job in the caller's transaction. Definer rights, because the job queue's schema belongs to
-- the migrating user; late-bound, because the queue brings its own migrations.
create function enqueue_job(identifier text, payload json, key text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform graphile_worker.add_job(identifier, payload, job_key => key, max_attempts => 12);
end $$;
revoke all on function enqueue_job(text, json, text) from public;
grant execute on function enqueue_job(text, json, text) to parley_app, parley_worker;
