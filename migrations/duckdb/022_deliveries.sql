-- Where messages reach users and the team, and the messages to them.

create table contact_points (
  contact_point_id varchar not null,
  -- null: the team
  user_id varchar,
  name varchar not null,
  -- mail, webhook, …
  channel varchar not null,
  -- as JSON, without secrets
  settings varchar not null,
  -- sealed JSON; null: the channel has no secrets
  secrets varchar,
  -- of the recipient
  zone varchar not null,
  -- as JSON; null: none
  quiet_hours varchar,
  enabled boolean not null,
  -- why it was disabled by itself
  notice varchar,
  version integer not null,
  created_ms bigint not null,
  -- its finished deliveries are still there
  deleted boolean not null,
  -- the worker that sends to it, and until when, by the database's clock
  claimed_by varchar,
  lease_until_ms bigint not null,
  -- until when it gets no message
  held_until_ms bigint not null
);

create table deliveries (
  delivery_id varchar not null,
  -- the same whenever the same message is asked for
  delivery_key varchar primary key,
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
