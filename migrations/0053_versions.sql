-- Counts the changes of a business's details: of two that are based on the same one, one is refused.
alter table workspace add column version bigint not null default 1;

-- `places_of` took its place.
drop function memberships_of(uuid);

-- Dark or light is the device's affair, not the person's.
alter table account drop column theme;
