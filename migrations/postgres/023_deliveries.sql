-- Where messages reach users and the team, and the messages to them.

create table contact_points (
  contact_point_id text primary key,
  -- null: the team
  user_id text references users,
  name text not null,
  -- mail, webhook, …
  channel text not null,
  -- as JSON, without secrets
  settings text not null,
  -- sealed JSON; null: the channel has no secrets
  secrets text,
  -- of the recipient
  zone text not null,
  -- as JSON; null: none
  quiet_hours text,
  enabled boolean not null,
  -- why it was disabled by itself
  notice text,
  version integer not null,
  created_ms bigint not null,
  -- its finished deliveries are still there
  deleted boolean not null,
  -- the worker that sends to it, and until when, by the database's clock
  claimed_by text,
  lease_until_ms bigint not null,
  -- until when it gets no message
  held_until_ms bigint not null
);
create index contact_points_user on contact_points (user_id);

create table deliveries (
  delivery_id text primary key,
  -- the same whenever the same message is asked for
  delivery_key text not null unique,
  contact_point_id text not null references contact_points,
  incident_id text,
  kind text not null,
  -- what the message says, as JSON
  facts text not null,
  -- pending, sending, sent, failed, cancelled
  status text not null,
  not_before_ms bigint not null,
  created_ms bigint not null,
  -- when it is tried next
  next_ms bigint not null,
  attempts integer not null,
  claimed_by text,
  reason text,
  finished_ms bigint
);
create index deliveries_due on deliveries (next_ms) where status in ('pending', 'sending');
create index deliveries_list on deliveries (created_ms desc, delivery_id);
create index deliveries_contact_point on deliveries (contact_point_id);
create index deliveries_incident on deliveries (incident_id);
