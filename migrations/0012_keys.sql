-- Data keys, one a workspace and one for all people (the nil id), wrapped by the master key, which is not in the
-- database. Whoever has the database alone can read no secret in it.
create table data_key (
    owner_id   uuid primary key,
    wrapped    bytea not null,
    -- Which master key wraps it: the start of its SHA-256.
    master     bytea not null,
    created_at timestamptz not null default now()
);
grant select, insert on data_key to parley_app, parley_worker;
