-- The uptime that was promised for a store or for the stores with a label, in each week, month, quarter or year.

create table uptime_targets (
  target_id varchar not null,
  -- either a store, or a label
  store_id varchar,
  label_key varchar,
  label_value varchar,
  -- week, month, quarter or year
  period varchar not null,
  -- more than 0, less than 1
  uptime_ratio double not null,
  -- null: not a user
  author_id varchar,
  author varchar not null,
  version integer not null,
  created_ms bigint not null,
  changed_ms bigint not null
);
