-- Reports record estimator, stores and user, and can be cancelled and deleted; imports over HTTP have rows.

alter table reports
  add column estimator text not null default 'nearest',
  -- the user who asked for it; null: there were no users
  add column requested_by text,
  -- a JSON array of the ids of the stores that it is limited to; null: all
  add column stores_filter text,
  -- SHA-256 of that, by which equal ones are found
  add column filter_digest text,
  -- how many stores that names
  add column filter_size integer,
  add column started_ms bigint,
  -- when it was cancelled; the computation continues while others share it
  add column cancelled_ms bigint,
  -- the row stays for those that share its result
  add column deleted boolean not null default false;
create index reports_newest on reports (requested_ms, report_id);

-- csv: as earlier versions kept a result; figures: all that it holds
alter table report_results add column kind text not null default 'csv';
alter table report_results drop constraint report_results_pkey, add primary key (report_id, kind, part);

create table imports (
  import_id text primary key,
  -- polls, hours, zones, special_hours
  feed text not null,
  -- the file name given by the sender
  file_name text not null,
  -- queued, running, complete, failed
  status text not null,
  -- reading, merging
  phase text,
  progress double precision not null,
  strict boolean not null,
  dry_run boolean not null,
  -- from when changed hours and zones hold; null: the time of the import
  effective_ms bigint,
  bytes bigint not null,
  -- the server whose uploads folder has the file
  server text not null,
  requested_by text,
  requested_ms bigint not null,
  started_ms bigint,
  finished_ms bigint,
  -- number of attempts
  attempts integer not null,
  -- a JSON object of counts, once it is complete
  counts text,
  -- why it failed
  reason text
);
create index imports_newest on imports (requested_ms, import_id);
