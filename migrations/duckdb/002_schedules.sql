-- A row of business hours holds from from_ms (null: for ever back) until until_ms (null: for good), instants in
-- milliseconds since 1970-01-01T00:00Z. Rows of a store with the same two are a version of its hours. The versions of
-- a store follow one another without a gap, so a store has no rows at all (it is open 24 x 7) or some at any instant.
-- A version of the one row with day 7 never opens.
alter table business_hours add column from_ms bigint;
alter table business_hours add column until_ms bigint;

-- On that local date they stand in for the weekly rows that begin on it. Null times: closed.
create table special_hours (
  store_key integer not null,
  date date not null,
  start_ms integer,
  end_ms integer
);

-- The zone that a store had before until_ms (since the change before that, if there is one); stores.zone is the last.
create table zone_changes (
  store_key integer not null,
  -- null: the default zone
  zone varchar,
  until_ms bigint not null
);

-- Counts what changed stores, hours, special hours and zones, and not polls alone.
alter table revision add column stores bigint default 0;
alter table revision alter column stores set not null;
