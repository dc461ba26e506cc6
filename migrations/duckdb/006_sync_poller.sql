-- Stretches in which the monitor could not observe stores because of trouble of its own.
create table coverage_gaps (
  gap_id varchar not null,
  server varchar not null,
  from_ms bigint not null,
  -- null: it lasts
  until_ms bigint,
  reason varchar not null,
  -- how often a store was to be polled and could not be
  unobserved bigint not null,
  saved_ms bigint not null
);

create table sync_runs (
  run_id varchar not null,
  server varchar not null,
  -- schedule, request
  cause varchar not null,
  started_ms bigint not null,
  -- null: under way, or cut off
  finished_ms bigint
);

-- What became of each source in a run.
create table sync_results (
  run_id varchar not null,
  feed varchar not null,
  source varchar not null,
  -- changed, unchanged, failed
  status varchar not null,
  error varchar,
  attempts integer not null,
  files integer not null,
  bytes bigint not null,
  rows_read bigint not null,
  rejected bigint not null,
  added bigint not null,
  replaced bigint not null,
  already_there bigint not null,
  repeated bigint not null
);

-- How far each file and URL was read, as JSON.
create table sync_marks (
  feed varchar not null,
  place varchar not null,
  mark varchar not null
);
