-- What people say of a store, beside what the feeds do.
alter table stores
  add column name text,
  -- an object of text to text
  add column labels text not null default '{}',
  -- where it can be asked whether it is online
  add column probe_url text,
  -- Counts the changes of the store, its hours and special hours.
  add column version integer not null default 1,
  -- Known to nobody any more, until a feed or a poll names it again; its polls and hours are still there.
  add column deleted boolean not null default false;
create index stores_deleted on stores (store_key) where deleted;
