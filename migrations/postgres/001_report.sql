-- Stores get a small integer key inside the storage; the outside world only sees store_id.
create table stores (
  store_key integer primary key,
  store_id text collate "C" not null unique,
  -- IANA name; null: the default zone
  zone text
);

-- Weekly rows in the store's local wall time; day 0 = Monday; milliseconds since midnight.
create table business_hours (
  store_key integer not null references stores,
  day smallint not null,
  start_ms integer not null,
  end_ms integer not null
);
create index business_hours_store on business_hours (store_key);

-- One row for each store and instant (whole milliseconds). A partition holds a week, from Monday 00:00 UTC; imports
-- make those that they need.
create table polls (
  store_key integer not null,
  instant timestamptz not null,
  active boolean not null,
  primary key (store_key, instant)
) partition by range (instant);

-- Counts the imports that changed something: two reports at the same revision see the same data.
create table revision (number bigint not null);
insert into revision values (0);

create table reports (
  report_id text primary key,
  -- queued, running, complete, failed
  status text not null,
  -- instants in milliseconds since 1970-01-01T00:00Z
  as_of_ms bigint not null,
  -- the report whose result this one shares; null: it has its own
  shares text,
  requested_ms bigint not null,
  -- the data's revision when it was claimed
  revision bigint,
  -- who computes it, and until when without a renewal
  claimed_by text,
  lease_until_ms bigint,
  -- how often it was claimed
  attempts integer not null,
  progress double precision not null,
  -- how many stores the result holds
  stores integer,
  -- why it failed
  reason text,
  finished_ms bigint
);
create index reports_unfinished on reports (requested_ms) where shares is null and status in ('queued', 'running');
create index reports_shares on reports (shares) where shares is not null;

-- The CSV of each report in pieces, for the servers that did not compute it.
create table report_results (
  report_id text not null references reports on delete cascade,
  part integer not null,
  content bytea not null,
  primary key (report_id, part)
);
