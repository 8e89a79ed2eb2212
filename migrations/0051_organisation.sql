-- Where a person said at their sign-up that they work: the name of their first workspace until they give it another.
alter table account add column organisation text;
