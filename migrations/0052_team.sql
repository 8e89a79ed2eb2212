-- What a team's page has to tell apart, and what a change is based on.

alter table member
    -- They went by themselves: only an invitation that they accept brings them back.
    add column left_themselves boolean not null default false,
    -- When they last were here. Their sessions may stand elsewhere since, or have ended.
    add column last_seen_at timestamptz;

update member m set left_themselves = true
where m.deactivated_at is not null
  and exists (select from audit_event e
              where e.workspace_id = m.workspace_id and e.subject = m.id and e.action = 'member.left' and e.at >= m.deactivated_at);

-- Counts the changes: of two that are based on the same one, one is refused.
alter table role add column version bigint not null default 1;
alter table team add column version bigint not null default 1;
