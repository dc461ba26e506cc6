-- Reports record estimator, stores and user, and can be cancelled and deleted; imports over HTTP have rows.

alter table reports add column estimator varchar default 'nearest';
-- the user who asked for it; null: there were no users
alter table reports add column requested_by varchar;
-- a JSON array of the ids of the stores that it is limited to; null: all
alter table reports add column stores_filter varchar;
-- SHA-256 of that, by which equal ones are found
alter table reports add column filter_digest varchar;
-- how many stores that names
alter table reports add column filter_size integer;
alter table reports add column started_ms bigint;
-- when it was cancelled; the computation continues while others share it
alter table reports add column cancelled_ms bigint;
-- the row stays for those that share its result
alter table reports add column deleted boolean default false;

create table imports (
  import_id varchar not null,
  -- polls, hours, zones, special_hours
  feed varchar not null,
  -- the file name given by the sender
  file_name varchar not null,
  -- queued, running, complete, failed
  status varchar not null,
  -- reading, merging
  phase varchar,
  progress double not null,
  strict boolean not null,
  dry_run boolean not null,
  -- from when changed hours and zones hold; null: the time of the import
  effective_ms bigint,
  bytes bigint not null,
  -- the server whose uploads folder has the file
  server varchar not null,
  requested_by varchar,
  requested_ms bigint not null,
  started_ms bigint,
  finished_ms bigint,
  -- number of attempts
  attempts integer not null,
  -- a JSON object of counts, once it is complete
  counts varchar,
  -- why it failed
  reason varchar
);
