-- Attributes of a store that users edit.
alter table stores
  add column name text,
  -- an object of text to text
  add column labels text not null default '{}',
  -- the URL that is probed
  add column probe_url text,
  -- Counts the changes of the store, its hours and special hours.
  add column version integer not null default 1,
  -- Deleted until a feed or a poll names it again; its polls and hours are kept.
  add column deleted boolean not null default false;
create index stores_deleted on stores (store_key) where deleted;
