-- What people are told of places that are no longer theirs, and of who wrote last.

-- The name of the workspace to which a person's access ended last.
create function ended_membership_of(person uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select w.name
    from member m join workspace w on w.workspace_id = m.workspace_id
    where m.account_id = person and m.deactivated_at is not null
    order by m.deactivated_at desc, m.id limit 1
$$;
revoke all on function ended_membership_of(uuid) from public;
grant execute on function ended_membership_of(uuid) to parley_app;

-- The member who wrote a message, if one did. With the caller's rights, and run for each row of a page after the page has set
-- the workspace, as contact_tags is.
create function member_of_message(workspace uuid, message uuid) returns uuid
language plpgsql stable set search_path = public, pg_temp as $$
begin
    return (select (m.sender ->> 'id')::uuid from message m
            where m.workspace_id = workspace and m.id = message and m.sender ->> 'kind' = 'member');
end $$;
