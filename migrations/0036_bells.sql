-- Whoever signs in or out ends what session their browser had, and often that is none: only what really ended rings.
create function ring_ended_sessions() returns trigger
language plpgsql as $$
begin
    if exists (select 1 from ended) then
        perform pg_notify('parley_revocation', '');
    end if;
    return null;
end $$;

drop trigger session_ended on session;
create trigger session_ended after delete on session
    referencing old table as ended
    for each statement execute function ring_ended_sessions();
