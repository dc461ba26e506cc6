-- Where the polls are: in `polls` if there is no id, otherwise in the ClickHouse database with this id. Of these, those up
-- to the revision of the last clearing do not count any more.
create table poll_home (
  clickhouse_id text,
  cleared_rev bigint not null default 0
);
insert into poll_home default values;

-- The blocks of polls that were sent to ClickHouse. A block is `pending` before it is sent, and `committed` by the
-- transaction that it belongs to; the blocks of a transaction that failed are `withdrawn` by the next one. Only the last
-- committed one is kept.
create table poll_batches (
  rev bigint generated always as identity primary key,
  status text not null check (status in ('pending', 'committed', 'withdrawn')),
  polls integer not null,
  begun_at timestamptz not null default now()
);
