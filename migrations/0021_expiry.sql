-- What people left half done goes when its time is over: sign-ups nobody confirmed, links nobody followed, changes of address
-- nobody agreed to, steps of signing in, and browsers not seen for a year. The owner's right, because it is of everybody.
create function forget_people(at timestamptz) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from sign_up where expires_at < at;
    delete from account_link where expires_at < at;
    delete from email_change where expires_at < at;
    delete from challenge where expires_at < at;
    delete from device where last_seen_at < at - interval '1 year';
$$;
revoke all on function forget_people(timestamptz) from public;
grant execute on function forget_people(timestamptz) to parley_worker;
revoke all on sign_up, account_link, challenge from parley_worker;
