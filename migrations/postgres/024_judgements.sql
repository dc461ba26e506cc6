-- What people say about the time of stores, such as planned downtime. Rows are added and never changed.

create table judgements (
  -- 1, 2, 3, … in the order in which they were recorded
  number integer not null,
  judgement_id text primary key,
  -- planned, excused, false_reading, force_down; null: this row revokes another one
  kind text,
  -- the judgement that this row revokes
  revokes text references judgements,
  -- a JSON array of ids; null: the stores with all of `labels`
  store_ids text,
  -- a JSON object; empty: all stores
  labels text,
  -- the interval, milliseconds since 1970-01-01T00:00Z; of a revocation, the instant from which the other row no longer
  -- applies (null: it never applied)
  from_ms bigint,
  to_ms bigint,
  -- a recurrence (RFC 5545): the rule, the first local date and time, and how long each occurrence lasts
  rrule text,
  local_start text,
  duration text,
  reason text not null,
  -- null: not a user
  author_id text,
  author text not null,
  -- never before that of an earlier row
  recorded_ms bigint not null
);
create index judgements_number on judgements (number);
