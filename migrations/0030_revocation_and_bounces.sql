-- Whoever takes power away, another process or a command included, rings for all: every process that remembers who may do
-- what looks again. The bell is part of the transaction, so it rings if and only if that power is gone. These changes are
-- rare; where messages come and go nothing rings, because commits with a bell wait for each other.
create function ring_revocation() returns trigger
language plpgsql as $$
begin
    perform pg_notify('parley_revocation', '');
    return null;
end $$;

create trigger session_ended after delete on session
    for each statement execute function ring_revocation();

-- Not each time that its last use is noted.
create trigger session_changed after update on session
    for each row when (
        (new.token_hash, new.workspace_id, new.member_id, new.expires_at)
            is distinct from (old.token_hash, old.workspace_id, old.member_id, old.expires_at)
        or new.factors < old.factors)
    execute function ring_revocation();

create trigger member_changed after update of role, custom_role_id, scope, deactivated_at or delete on member
    for each statement execute function ring_revocation();

create trigger role_changed after update of permissions or delete on role
    for each statement execute function ring_revocation();

create trigger workspace_wants_more after update of two_factors on workspace
    for each statement execute function ring_revocation();

-- A mail server that took a mail may say later that nobody could be given it. That it takes the next one then says nothing:
-- only somebody who follows a link in it, or a report of delivery, shows that the address is good.
alter table mail_bounce add column reported boolean not null default false;
grant delete on mail_bounce to parley_app;
