-- As in migration 0028, and files that somebody put beside a sample go with it: what is removed may have been worked on.
create or replace function remove_samples(workspace uuid, people uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    gone uuid[];
begin
    if workspace is distinct from current_setting('parley.workspace', true)::uuid then
        raise exception 'another workspace' using errcode = 'insufficient_privilege';
    end if;
    select coalesce(array_agg(c.id), '{}') into gone
        from contact c where c.workspace_id = workspace and c.sample and c.id = any(people)
          and not exists (select 1 from conversation v where v.workspace_id = workspace and v.contact_id = c.id and not v.sample);
    delete from attachment a using conversation v
        where v.workspace_id = workspace and v.sample and v.contact_id = any(gone)
          and a.workspace_id = workspace and a.conversation_id = v.id;
    delete from message m using conversation v
        where v.workspace_id = workspace and v.sample and v.contact_id = any(gone)
          and m.workspace_id = workspace and m.conversation_id = v.id;
    delete from conversation v where v.workspace_id = workspace and v.sample and v.contact_id = any(gone);
    delete from identity i where i.workspace_id = workspace and i.contact_id = any(gone);
    delete from contact c where c.workspace_id = workspace and c.id = any(gone);
    delete from channel ch where ch.workspace_id = workspace and ch.kind = 'sample'
        and not exists (select 1 from conversation v where v.workspace_id = workspace and v.channel_id = ch.id);
end $$;
