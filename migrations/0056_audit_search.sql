-- The trail is searched by whom an act was done to and by what was done, newest first.
create index audit_event_about on audit_event (workspace_id, subject, at desc, id desc);
create index audit_event_action on audit_event (workspace_id, action, at desc, id desc);
drop index audit_event_subject;
