-- The servers that share the polling of stores, and when each was heard of last (milliseconds since 1970).
create table poller_members (
  member_id text primary key,
  joined_ms bigint not null,
  seen_ms bigint not null
);

-- Stretches in which the monitor could not observe stores because of trouble of its own.
create table coverage_gaps (
  gap_id text primary key,
  server text not null,
  from_ms bigint not null,
  -- null: it lasts
  until_ms bigint,
  reason text not null,
  -- how often a store was to be polled and could not be
  unobserved bigint not null,
  saved_ms bigint not null
);
create index coverage_gaps_from on coverage_gaps (from_ms);

-- What only one of several servers may do at a time.
create table leases (
  name text primary key,
  holder text not null,
  until_ms bigint not null
);
insert into leases (name, holder, until_ms) values ('sync', '', 0);

create table sync_runs (
  run_id text primary key,
  server text not null,
  -- schedule, request
  cause text not null,
  started_ms bigint not null,
  -- null: under way, or cut off
  finished_ms bigint
);
create index sync_runs_started on sync_runs (started_ms);

-- What became of each source in a run.
create table sync_results (
  run_id text not null references sync_runs,
  feed text not null,
  source text not null,
  -- changed, unchanged, failed
  status text not null,
  error text,
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
create index sync_results_run on sync_results (run_id);

-- How far each file and URL was read, as JSON.
create table sync_marks (
  feed text not null,
  place text not null,
  mark text not null,
  primary key (feed, place)
);
