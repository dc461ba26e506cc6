-- The uptime that was promised for a store or for the stores with a label, in each week, month, quarter or year.

create table uptime_targets (
  target_id text primary key,
  -- either a store, or a label
  store_id text,
  label_key text,
  label_value text,
  -- week, month, quarter or year
  period text not null,
  -- more than 0, less than 1
  uptime_ratio double precision not null,
  -- null: not a user
  author_id text,
  author text not null,
  version integer not null,
  created_ms bigint not null,
  changed_ms bigint not null
);
