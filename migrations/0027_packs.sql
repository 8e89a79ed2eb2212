-- The small nouns of a business: pipelines with their stages, tags, canned replies; and the starter pack of a trade, which
-- fills them. Every row that a pack made carries its mark, and `changed_at` once a person has changed it, so that a pack
-- that is removed takes away its own and nothing that has become somebody's.

create table starter_pack (
    workspace_id uuid not null references workspace,
    id           uuid not null,
    trade        text not null check (trade in ('estate_agency', 'clinic', 'shop', 'general')),
    -- Of the pack's content.
    version      int not null,
    installed_at timestamptz not null,
    -- Null when a key of the REST interface did it.
    installed_by uuid,
    primary key (workspace_id, id),
    foreign key (workspace_id, installed_by) references member
);
-- One at a time: of two that install at once, the second finds the first's.
create unique index starter_pack_one on starter_pack (workspace_id);
call protect('starter_pack');
grant select, insert, delete on starter_pack to parley_app;

create table pipeline (
    workspace_id uuid not null references workspace,
    id           uuid not null,
    name         text not null check (char_length(name) between 1 and 60),
    pack_id      uuid,
    created_at   timestamptz not null,
    changed_at   timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, pack_id) references starter_pack on delete set null (pack_id)
);
create unique index pipeline_name on pipeline (workspace_id, lower(name));
call protect('pipeline');
grant select, insert, update, delete on pipeline to parley_app;

-- What deals will stand on.
create table stage (
    workspace_id uuid not null,
    id           uuid not null,
    pipeline_id  uuid not null,
    position     int not null,
    name         text not null check (char_length(name) between 1 and 60),
    kind         text not null check (kind in ('open', 'won', 'lost')),
    primary key (workspace_id, id),
    constraint stage_position unique (workspace_id, pipeline_id, position) deferrable,
    foreign key (workspace_id, pipeline_id) references pipeline on delete cascade
);
call protect('stage');
grant select, insert, update, delete on stage to parley_app;

create table tag (
    workspace_id uuid not null references workspace,
    id           uuid not null,
    name         text not null check (char_length(name) between 1 and 40),
    -- A name of the design system's; what it looks like is the style's.
    colour       text not null check (colour in ('slate', 'blue', 'teal', 'olive', 'brown', 'pink', 'purple', 'sky')),
    pack_id      uuid,
    created_at   timestamptz not null,
    changed_at   timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, pack_id) references starter_pack on delete set null (pack_id)
);
create unique index tag_name on tag (workspace_id, lower(name));
call protect('tag');
grant select, insert, update, delete on tag to parley_app;

create table contact_tag (
    workspace_id uuid not null,
    contact_id   uuid not null,
    tag_id       uuid not null,
    put_at       timestamptz not null,
    pack_id      uuid,
    primary key (workspace_id, contact_id, tag_id),
    foreign key (workspace_id, contact_id) references contact on delete cascade,
    foreign key (workspace_id, tag_id) references tag on delete cascade,
    foreign key (workspace_id, pack_id) references starter_pack on delete set null (pack_id)
);
create index contact_tag_tag on contact_tag (workspace_id, tag_id);
call protect('contact_tag');
grant select, insert, delete on contact_tag to parley_app;
-- As far as its contact is seen, no further (migration 0013).
create policy scope on contact_tag as restrictive
    using ((select coalesce(current_setting('parley.scope', true), '')) = '' or exists (
        select 1 from contact c where c.workspace_id = contact_tag.workspace_id and c.id = contact_tag.contact_id))
    with check (true);

create table canned_reply (
    workspace_id uuid not null references workspace,
    id           uuid not null,
    -- What is typed after the slash.
    shortcut     text not null check (char_length(shortcut) between 1 and 24),
    title        text not null check (char_length(title) between 1 and 80),
    body         text not null check (char_length(body) between 1 and 4096),
    pack_id      uuid,
    created_at   timestamptz not null,
    changed_at   timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, pack_id) references starter_pack on delete set null (pack_id)
);
create unique index canned_reply_shortcut on canned_reply (workspace_id, lower(shortcut));
call protect('canned_reply');
grant select, insert, update, delete on canned_reply to parley_app;

-- The tags of a contact as lists show them. A function with the caller's rights, run for each row of a page after the
-- page has set the workspace: so the page stays one round trip.
create function contact_tags(workspace uuid, contact uuid) returns jsonb
language plpgsql stable set search_path = public, pg_temp as $$
begin
    return (select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'colour', t.colour) order by lower(t.name))
            from contact_tag ct join tag t on t.workspace_id = ct.workspace_id and t.id = ct.tag_id
            where ct.workspace_id = workspace and ct.contact_id = contact);
end $$;
