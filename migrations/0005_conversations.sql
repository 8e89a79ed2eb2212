create table conversation (
    workspace_id      uuid not null,
    id                uuid not null,
    channel_id        uuid not null,
    contact_id        uuid not null,
    -- The contact's name as lists show it: a copy, so that a page of the inbox reads one table.
    title             text not null,
    status            text not null default 'open' check (status in ('open', 'resolved')),
    assignee_id       uuid,
    unread            int not null default 0 check (unread >= 0),
    last_line         text not null default '',
    last_direction    text not null default 'in',
    last_message_id   uuid,
    last_status       smallint,
    last_at           timestamptz not null,
    -- The customer's last message: the service window is the 24 hours after it (contract 6.1).
    last_inbound_at   timestamptz,
    -- The customer's last message that was no opt-out (consent R-C3).
    last_request_at   timestamptz,
    read_until        timestamptz,
    version           bigint not null default 1,
    created_at        timestamptz not null,
    primary key (workspace_id, id),
    -- One contact on one channel: a weak line cannot make two.
    unique (workspace_id, channel_id, contact_id),
    foreign key (workspace_id, channel_id) references channel,
    foreign key (workspace_id, contact_id) references contact,
    foreign key (workspace_id, assignee_id) references member
) with (fillfactor = 80);
create index conversation_open on conversation (workspace_id, last_at desc, id desc) where status = 'open';
create index conversation_assigned on conversation (workspace_id, assignee_id, last_at desc, id desc) where status = 'open';
create index conversation_resolved on conversation (workspace_id, last_at desc, id desc) where status = 'resolved';
create index conversation_contact on conversation (workspace_id, contact_id);
call protect('conversation');
grant select, insert, update, delete on conversation to parley_app, parley_worker;

-- How many conversations each list holds. Kept by the trigger below, checked against a recount in tests.
create table inbox_counter (
    workspace_id uuid not null references workspace,
    -- A member, or the nil id for nobody's.
    assignee_id  uuid not null,
    open         bigint not null default 0 check (open >= 0),
    primary key (workspace_id, assignee_id)
) with (fillfactor = 50);
call protect('inbox_counter');
grant select, insert, update on inbox_counter to parley_app, parley_worker;

create function count_conversations() returns trigger
language plpgsql as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
begin
    if tg_op <> 'INSERT' and old.status = 'open' then
        update inbox_counter set open = open - 1
        where workspace_id = old.workspace_id and assignee_id = coalesce(old.assignee_id, nobody);
    end if;
    if tg_op <> 'DELETE' and new.status = 'open' then
        insert into inbox_counter as c (workspace_id, assignee_id, open)
        values (new.workspace_id, coalesce(new.assignee_id, nobody), 1)
        on conflict (workspace_id, assignee_id) do update set open = c.open + 1;
    end if;
    return null;
end $$;
create trigger conversation_counted_in after insert on conversation
    for each row execute function count_conversations();
create trigger conversation_counted_out after delete on conversation
    for each row execute function count_conversations();
create trigger conversation_recounted after update of status, assignee_id on conversation
    for each row when (old.status is distinct from new.status or old.assignee_id is distinct from new.assignee_id)
    execute function count_conversations();
