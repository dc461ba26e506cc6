-- No table has a unique index: when a commit fails (a full disk), DuckDB's indexes in memory keep what was rolled back,
-- and the next statement ends the process. The import keeps stores and polls unique, random ids do for reports.

-- Stores get a small integer key inside the storage; the outside world only sees store_id.
create table stores (
  store_key integer not null,
  store_id varchar not null,
  -- IANA name; null: the default zone
  zone varchar
);

-- Weekly rows in the store's local wall time; day 0 = Monday; milliseconds since midnight.
create table business_hours (
  store_key integer not null,
  day utinyint not null,
  start_ms integer not null,
  end_ms integer not null
);

-- One row for each store and instant.
create table polls (
  store_key integer not null,
  -- UTC, whole milliseconds
  instant timestamp not null,
  active boolean not null
);

-- Counts the imports that changed something: two reports at the same revision see the same data.
create table revision (number bigint not null);
insert into revision values (0);

create table reports (
  report_id varchar not null,
  -- queued, running, complete, failed
  status varchar not null,
  -- instants in milliseconds since 1970-01-01T00:00Z
  as_of_ms bigint not null,
  -- the report whose result this one shares; null: it has its own
  shares varchar,
  requested_ms bigint not null,
  -- the data's revision when it was claimed
  revision bigint,
  -- who computes it, and until when without a renewal
  claimed_by varchar,
  lease_until_ms bigint,
  -- how often it was claimed
  attempts integer not null,
  progress double not null,
  -- how many stores the result holds
  stores integer,
  -- why it failed
  reason varchar,
  finished_ms bigint
);
