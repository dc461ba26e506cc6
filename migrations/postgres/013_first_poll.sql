-- When the store was polled for the first time ever, also when that poll was pruned since; milliseconds since
-- 1970-01-01T00:00Z, null: never.
alter table stores add column first_poll_ms bigint;
-- One look at the beginning of the index for each store.
update stores set first_poll_ms =
  (select (extract(epoch from min(instant)) * 1000)::bigint from polls where polls.store_key = stores.store_key);
