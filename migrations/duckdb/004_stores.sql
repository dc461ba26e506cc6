-- Attributes of a store that users edit.
alter table stores add column name varchar;
-- JSON, an object of text to text
alter table stores add column labels varchar default '{}';
-- the URL that is probed
alter table stores add column probe_url varchar;
-- Counts the changes of the store, its hours and special hours.
alter table stores add column version integer default 1;
-- Deleted until a feed or a poll names it again; its polls and hours are kept.
alter table stores add column deleted boolean default false;
