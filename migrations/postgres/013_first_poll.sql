-- When the store was polled for the first time ever, also when that poll was pruned since; milliseconds since
-- 1970-01-01T00:00Z, null: never.
alter table stores add column first_poll_ms bigint;

-- The partitions of polls whose first polls are not noted yet. One statement over all of them could take more locks
-- than the server has, so the program works through this list after the migrations, and drops it at the end.
create table first_polls_to_find as
  select c.relname::text as partition
  from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'polls'::regclass;
