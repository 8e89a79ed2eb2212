-- Samples: contacts that a starter pack made up, with conversations on a channel that no provider serves. The mark stays
-- for good, also when the pack goes and the sample stays: the gate refuses everything to a marked contact.
alter table contact
    add column sample  boolean not null default false,
    add column pack_id uuid,
    add constraint contact_pack foreign key (workspace_id, pack_id) references starter_pack on delete set null (pack_id),
    add constraint contact_pack_sample check (pack_id is null or sample);
create index contact_pack on contact (workspace_id, pack_id) where pack_id is not null;

-- A copy, so that a page of the inbox reads one table.
alter table conversation add column sample boolean not null default false;

alter table channel
    drop constraint channel_kind_check,
    add constraint channel_kind_check check (kind in ('whatsapp', 'sample')),
    -- It has no number, so nothing can be posted through it and no webhook can lead to it.
    add constraint channel_sample_has_no_number check (kind <> 'sample' or (phone_number_id = '' and waba_id = ''));
create unique index channel_sample on channel (workspace_id) where kind = 'sample';

-- Everything a pack made, and why a part stays when the pack goes: `changed` by a person, or `used`. The one place where
-- that is decided, for the preview and for the act. A sample is changed when somebody named or tagged it, noted or
-- attached something, or when it has a conversation on a real channel.
create function pack_parts(workspace uuid, pack uuid) returns table (what text, id uuid, stays text)
language sql stable set search_path = public, pg_temp as $$
    with samples as (
        select c.id, case when c.name is not null
              or exists (select 1 from contact_tag ct where ct.workspace_id = workspace and ct.contact_id = c.id and ct.pack_id is null)
              or exists (select 1 from conversation v where v.workspace_id = workspace and v.contact_id = c.id and (not v.sample
                  or exists (select 1 from message m where m.workspace_id = workspace and m.conversation_id = v.id
                             and m.sender ->> 'kind' in ('member', 'api'))
                  or exists (select 1 from attachment a where a.workspace_id = workspace and a.conversation_id = v.id)))
            then 'changed' end as stays
        from contact c where c.workspace_id = workspace and c.pack_id = pack)
    select 'sample', s.id, s.stays from samples s
    union all
    select 'tag', t.id, case when t.changed_at is not null then 'changed'
        when exists (select 1 from contact_tag ct where ct.workspace_id = workspace and ct.tag_id = t.id
                     and ct.contact_id not in (select s.id from samples s where s.stays is null)) then 'used' end
    from tag t where t.workspace_id = workspace and t.pack_id = pack
    union all
    select 'reply', r.id, case when r.changed_at is not null then 'changed' end
    from canned_reply r where r.workspace_id = workspace and r.pack_id = pack
    union all
    select 'pipeline', p.id, case when p.changed_at is not null then 'changed' end
    from pipeline p where p.workspace_id = workspace and p.pack_id = pack
$$;

-- Takes samples away with all that hangs on them, and their channel once it is empty. No role may delete messages,
-- identities or channels, so this has the owner's rights, and touches nothing but samples of the present workspace.
create function remove_samples(workspace uuid, people uuid[]) returns void
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
    delete from message m using conversation v
        where v.workspace_id = workspace and v.sample and v.contact_id = any(gone)
          and m.workspace_id = workspace and m.conversation_id = v.id;
    delete from conversation v where v.workspace_id = workspace and v.sample and v.contact_id = any(gone);
    delete from identity i where i.workspace_id = workspace and i.contact_id = any(gone);
    delete from contact c where c.workspace_id = workspace and c.id = any(gone);
    delete from channel ch where ch.workspace_id = workspace and ch.kind = 'sample'
        and not exists (select 1 from conversation v where v.workspace_id = workspace and v.channel_id = ch.id);
end $$;
revoke all on function remove_samples(uuid, uuid[]) from public;
grant execute on function remove_samples(uuid, uuid[]) to parley_app;
