-- What people say of a store, beside what the feeds do.
alter table stores add column name varchar;
-- JSON, an object of text to text
alter table stores add column labels varchar default '{}';
-- where it can be asked whether it is online
alter table stores add column probe_url varchar;
-- Counts the changes of the store, its hours and special hours.
alter table stores add column version integer default 1;
-- Known to nobody any more, until a feed or a poll names it again; its polls and hours are still there.
alter table stores add column deleted boolean default false;
