-- These two tables had a unique index, against the rule of the first migration: after a commit that failed, rows were
-- missing from the table that its index still had. Whoever adds rows keeps them unique.

create table deliveries_kept (
  delivery_id varchar not null,
  -- the same whenever the same message is asked for
  delivery_key varchar not null,
  contact_point_id varchar not null,
  incident_id varchar,
  kind varchar not null,
  -- what the message says, as JSON
  facts varchar not null,
  -- pending, sending, sent, failed, cancelled
  status varchar not null,
  not_before_ms bigint not null,
  created_ms bigint not null,
  -- when it is tried next
  next_ms bigint not null,
  attempts integer not null,
  claimed_by varchar,
  reason varchar,
  finished_ms bigint
);
insert into deliveries_kept by name select * from deliveries;
drop table deliveries;
alter table deliveries_kept rename to deliveries;

create table idempotency_keys_kept (
  -- A hash of the caller and the key: the key itself is not stored.
  key_hash text not null,
  fingerprint text not null,
  -- Names the attempt that runs the request.
  token text not null,
  -- Until when the attempt holds the key; of a finished one, until when its response is kept. Milliseconds since
  -- 1970-01-01T00:00Z, by the database's clock.
  until_ms bigint not null,
  -- As JSON; null: the request is running.
  response text
);
insert into idempotency_keys_kept by name select * from idempotency_keys;
drop table idempotency_keys;
alter table idempotency_keys_kept rename to idempotency_keys;
