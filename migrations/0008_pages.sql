-- The two pages that people look at all day, each one round trip: the function sets the workspace and reads under
-- row-level security with the caller's rights (no definer rights here).

create function inbox_page(
    workspace uuid, list text, member uuid, after_at timestamptz, after_id uuid, rows int)
returns setof conversation
language plpgsql volatile as $$
begin
    perform set_config('parley.workspace', workspace::text, true);
    after_at := coalesce(after_at, 'infinity');
    after_id := coalesce(after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    if list = 'all' then
        return query select * from conversation c
            where c.workspace_id = workspace and c.status = 'open' and (c.last_at, c.id) < (after_at, after_id)
            order by c.last_at desc, c.id desc limit rows;
    elsif list = 'mine' then
        return query select * from conversation c
            where c.workspace_id = workspace and c.status = 'open' and c.assignee_id = member
              and (c.last_at, c.id) < (after_at, after_id)
            order by c.last_at desc, c.id desc limit rows;
    elsif list = 'unassigned' then
        return query select * from conversation c
            where c.workspace_id = workspace and c.status = 'open' and c.assignee_id is null
              and (c.last_at, c.id) < (after_at, after_id)
            order by c.last_at desc, c.id desc limit rows;
    elsif list = 'resolved' then
        return query select * from conversation c
            where c.workspace_id = workspace and c.status = 'resolved' and (c.last_at, c.id) < (after_at, after_id)
            order by c.last_at desc, c.id desc limit rows;
    else
        raise exception 'no such list' using errcode = 'invalid_parameter_value';
    end if;
end $$;

create function thread_page(
    workspace uuid, conversation uuid, before_at timestamptz, before_id uuid, rows int)
returns setof message
language plpgsql volatile as $$
begin
    perform set_config('parley.workspace', workspace::text, true);
    return query select * from message m
        where m.workspace_id = workspace and m.conversation_id = conversation and m.shown
          and (m.at, m.id) < (coalesce(before_at, 'infinity'), coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        order by m.at desc, m.id desc limit rows;
end $$;

-- Search by name. Under row-level security only leakproof functions may come before the policy, which these are not, so
-- the function has definer rights and carries the workspace predicate itself; the tenancy tests attack it.
create function search_conversations(workspace uuid, words text, rows int)
returns setof conversation
language sql stable security definer set search_path = public, pg_temp as $$
    select * from conversation c
    where c.workspace_id = workspace and c.workspace_id = current_setting('parley.workspace', true)::uuid
      and (starts_with(lower(c.title), words) or strpos(lower(c.title), ' ' || words) > 0)
    order by c.last_at desc, c.id desc limit rows
$$;
revoke all on function search_conversations(uuid, text, int) from public;
grant execute on function search_conversations(uuid, text, int) to parley_app;
