-- Since when somebody's sessions count in this workspace: one that was proved before has to be opened anew to come in. Null while
-- nobody ended them.
alter table member add column sessions_since timestamptz;
