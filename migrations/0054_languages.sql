-- The language that a colleague reads. Definer rights, as profiles are their own.
create function language_of(person uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select a.language from account a where a.id = person
$$;

-- The account of an address, with the language to write to it in: asked for together, so that a known address takes no
-- longer to answer than an unknown one.
drop function account_of(text);
create function account_of(address text)
returns table (account_id uuid, password_hash text, language text)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.password_hash, a.language from account a where lower(a.email) = lower(address)
$$;

revoke all on function language_of(uuid), account_of(text) from public;
grant execute on function language_of(uuid), account_of(text) to parley_app;

-- The language of the browser that signed up; the account begins with it.
alter table sign_up add column language text not null default 'en';
