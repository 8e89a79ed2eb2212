-- The audit trail as a chain: each event carries the hash of the one before, one chain a workspace. Requests cannot write
-- it but through the function, and nobody but the owner of the schema can change what is written.
alter table audit_event
    add column seq      bigint,
    add column origin   jsonb not null default '{}',
    add column before   jsonb,
    add column after    jsonb,
    add column previous bytea,
    add column hash     bytea;

-- What the hash of an event covers. Text forms of jsonb and of numbers are the same on every machine.
create function audit_digest(e audit_event) returns bytea
language sql immutable set search_path = public, pg_temp as $$
    select sha256(convert_to(jsonb_build_array(
        encode(e.previous, 'hex'), e.workspace_id, e.seq, e.id, (extract(epoch from e.at) * 1000000)::bigint, e.actor,
        e.action, e.subject, e.details, e.origin, e.before, e.after)::text, 'UTF8'))
$$;

-- The end of each chain.
create table audit_head (
    workspace_id uuid primary key references workspace,
    seq          bigint not null,
    hash         bytea not null
);
call protect('audit_head');

-- Puts what was written before into chains.
do $$
declare
    e audit_event;
    head audit_head;
begin
    for e in select * from audit_event order by workspace_id, at, id loop
        if head.workspace_id is distinct from e.workspace_id then
            head := row(e.workspace_id, 0, '\x'::bytea);
        end if;
        e.seq := head.seq + 1;
        e.previous := head.hash;
        update audit_event set seq = e.seq, previous = e.previous, hash = audit_digest(e)
            where workspace_id = e.workspace_id and id = e.id;
        head.seq := e.seq;
        head.hash := audit_digest(e);
        insert into audit_head values (head.workspace_id, head.seq, head.hash)
            on conflict (workspace_id) do update set seq = excluded.seq, hash = excluded.hash;
    end loop;
end $$;
alter table audit_event
    alter column seq set not null,
    alter column previous set not null,
    alter column hash set not null;
create unique index audit_event_seq on audit_event (workspace_id, seq desc);
create index audit_event_time on audit_event (workspace_id, at desc, id desc);
create index audit_event_subject on audit_event (workspace_id, subject, seq desc);

do $$
begin
    execute format('create policy owner on audit_event to %I using (true)', current_user);
    execute format('create policy owner on audit_head to %I using (true)', current_user);
end $$;

-- Appends one event to the chain of the workspace that the transaction is in. The head's row lock makes writers of one
-- workspace take turns until they commit.
create function audit_append(
    new_id uuid, happened timestamptz, who jsonb, what text, about uuid, more jsonb, came_from jsonb, was jsonb, is_now jsonb)
returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    here uuid := current_setting('parley.workspace')::uuid;
    head audit_head;
    e audit_event;
begin
    insert into audit_head values (here, 0, '\x') on conflict do nothing;
    select * into head from audit_head where workspace_id = here for update;
    e.workspace_id := here;
    e.id := new_id;
    e.at := happened;
    e.actor := who;
    e.action := what;
    e.subject := about;
    e.details := more;
    e.origin := came_from;
    e.before := was;
    e.after := is_now;
    e.seq := head.seq + 1;
    e.previous := head.hash;
    e.hash := audit_digest(e);
    insert into audit_event select e.*;
    update audit_head set seq = e.seq, hash = e.hash where workspace_id = here;
end $$;
revoke all on function audit_append(uuid, timestamptz, jsonb, text, uuid, jsonb, jsonb, jsonb, jsonb) from public;
grant execute on function audit_append(uuid, timestamptz, jsonb, text, uuid, jsonb, jsonb, jsonb, jsonb)
    to parley_app, parley_worker;
revoke insert, update, delete on audit_event from parley_app, parley_worker;
