-- What a member wants to hear of in one workspace, and how. Without a row the defaults of `domain::notifications` hold.
create table notification_choice (
    workspace_id uuid not null,
    member_id    uuid not null,
    in_app       text[] not null,
    by_mail      text[] not null,
    mail_after   int not null check (mail_after between 10 and 1440),
    -- Minutes of the day in the person's own time zone.
    quiet_from   smallint check (quiet_from between 0 and 1439),
    quiet_until  smallint check (quiet_until between 0 and 1439),
    sound        boolean not null,
    desktop      boolean not null,
    -- The last mail about what waits.
    mailed_at    timestamptz,
    primary key (workspace_id, member_id),
    foreign key (workspace_id, member_id) references member on delete cascade,
    constraint notification_quiet check ((quiet_from is null) = (quiet_until is null))
);
call protect('notification_choice');
grant select, insert, update on notification_choice to parley_app, parley_worker;

-- The clock that a colleague lives by. Definer rights, as profiles are their own.
create function time_zone_of(person uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select a.time_zone from account a where a.id = person
$$;
revoke all on function time_zone_of(uuid) from public;
grant execute on function time_zone_of(uuid) to parley_app;

-- Since when a conversation has something unread. A trigger, so that whoever counts keeps it right.
alter table conversation add column waiting_since timestamptz;
create function note_waiting() returns trigger
language plpgsql as $$
begin
    if new.unread = 0 then
        new.waiting_since := null;
    elsif old.unread = 0 then
        new.waiting_since := coalesce(new.last_inbound_at, new.last_at);
    end if;
    return new;
end $$;
create trigger conversation_waits before update of unread on conversation
    for each row when (new.unread is distinct from old.unread) execute function note_waiting();
create index conversation_waiting on conversation (workspace_id, waiting_since)
    where waiting_since is not null and status = 'open';

-- What failed lately, for those who sent it.
alter table message add column failed_at timestamptz;
create index message_failed on message (workspace_id, failed_at) where failed_at is not null;

-- Who might be mailed about what waits for them: members with something unread for longer than they chose, who were not
-- here lately and heard nothing of it yet. One workspace after the other, so that its wall stays up. What has no row
-- takes the given defaults.
create function waiting_people(at timestamptz, here_since timestamptz, default_mails text[], default_after int)
returns table (
    workspace_id uuid, workspace_name text, member_id uuid, name text, email text, language text, time_zone text,
    role text, permissions text[], quiet_from smallint, quiet_until smallint, mailed_at timestamptz, waiting bigint)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    place record;
begin
    for place in select w.workspace_id as id, w.name as title from workspace w loop
        perform set_config('parley.workspace', place.id::text, true);
        return query
            select m.workspace_id, place.title, m.id, m.name, m.email, a.language, a.time_zone,
                   m.role, r.permissions, n.quiet_from, n.quiet_until, n.mailed_at, sum(c.unread)
            from conversation c
            join member m on m.workspace_id = c.workspace_id and m.deactivated_at is null
             and (m.id = c.assignee_id or c.assignee_id is null and m.scope = 'all')
            join account a on a.id = m.account_id
            left join role r on r.workspace_id = m.workspace_id and r.id = m.custom_role_id
            left join notification_choice n on n.workspace_id = m.workspace_id and n.member_id = m.id
            where c.workspace_id = place.id and c.status = 'open' and c.waiting_since is not null
              and c.waiting_since <= at - make_interval(mins => coalesce(n.mail_after, default_after))
              and case when c.assignee_id is null then 'unassigned_message' else 'own_message' end
                  = any (coalesce(n.by_mail, default_mails))
              and (n.mailed_at is null or n.mailed_at <= at - make_interval(mins => n.mail_after))
              and not exists (select 1 from session s
                  where s.workspace_id = m.workspace_id and s.member_id = m.id and s.last_seen_at > here_since)
            group by m.workspace_id, m.id, m.name, m.email, a.language, a.time_zone, m.role, r.permissions,
                     n.quiet_from, n.quiet_until, n.mailed_at, n.mail_after
            -- Once told is enough: only what has waited too long since the last mail asks for another.
            having n.mailed_at is null or max(c.waiting_since) > n.mailed_at - make_interval(mins => n.mail_after);
    end loop;
    perform set_config('parley.workspace', '', true);
end $$;
revoke all on function waiting_people(timestamptz, timestamptz, text[], int) from public;
grant execute on function waiting_people(timestamptz, timestamptz, text[], int) to parley_worker;
