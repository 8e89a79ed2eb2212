-- A member's scope narrows what they see to their own conversations, or to those of the teams they are in. It is a
-- second wall inside the workspace's: `parley.scope` is set for members whose scope is not `all`, beside `parley.member`.

-- Whether the present member sees what is assigned to `assignee`. Asked for rows only when there is a scope.
create function scope_sees(assignee uuid) returns boolean
language sql stable set search_path = public, pg_temp as $$
    select case current_setting('parley.scope', true)
        when 'own' then assignee = nullif(current_setting('parley.member', true), '')::uuid
        when 'team' then assignee = nullif(current_setting('parley.member', true), '')::uuid or exists (
            select 1 from team_member mine
            join team_member theirs on theirs.workspace_id = mine.workspace_id and theirs.team_id = mine.team_id
            where mine.workspace_id = nullif(current_setting('parley.workspace', true), '')::uuid
              and mine.member_id = nullif(current_setting('parley.member', true), '')::uuid and theirs.member_id = assignee)
        else true
    end
$$;

-- What is written may leave the scope: handing a conversation to a colleague is allowed.
create policy scope on conversation as restrictive
    using ((select coalesce(current_setting('parley.scope', true), '')) = '' or scope_sees(assignee_id))
    with check (true);

do $$
declare
    part text;
begin
    foreach part in array array['message', 'attachment'] loop
        execute format(
            'create policy scope on %I as restrictive using ((select coalesce(current_setting(''parley.scope'', true), '''')) = ''''
                or exists (select 1 from conversation c where c.workspace_id = %I.workspace_id and c.id = %I.conversation_id))
             with check (true)', part, part, part);
    end loop;
end $$;

create policy scope on contact as restrictive
    using ((select coalesce(current_setting('parley.scope', true), '')) = '' or exists (
        select 1 from conversation c where c.workspace_id = contact.workspace_id and c.contact_id = contact.id))
    with check (true);

-- The search runs with definer rights, so it carries the scope itself, as it does the workspace.
create or replace function search_conversations(workspace uuid, words text, rows int)
returns setof conversation
language sql stable security definer set search_path = public, pg_temp as $$
    select * from conversation c
    where c.workspace_id = workspace and c.workspace_id = current_setting('parley.workspace', true)::uuid
      and (starts_with(lower(c.title), words) or strpos(lower(c.title), ' ' || words) > 0)
      and scope_sees(c.assignee_id)
    order by c.last_at desc, c.id desc limit rows
$$;
