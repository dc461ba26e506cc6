-- Alert rules, and the incidents that they open.

create table alert_rules (
  rule_id text primary key,
  name text not null,
  enabled boolean not null,
  -- page, notice
  severity text not null,
  -- as JSON: the labels that a store must have
  labels text not null,
  -- as JSON: when a store counts as down, and when that alerts
  rule text not null,
  -- as JSON: which incidents share a message, and how often
  grouping text not null,
  -- as JSON: whom an incident is told to, and when
  steps text not null,
  version integer not null,
  created_ms bigint not null
);

create table incidents (
  incident_id text primary key,
  -- null: the monitor was blind
  rule_id text,
  rule_name text not null,
  severity text not null,
  -- null: a mass outage, or the monitor was blind
  store_id text collate "C",
  -- down, did_not_open, mass_outage, blind
  kind text not null,
  -- of a mass outage; empty: all stores
  label text,
  value text,
  -- when the store went down, and when it came up; milliseconds since 1970-01-01T00:00Z
  since_ms bigint not null,
  up_ms bigint,
  -- the first inactive poll, and the last one that was known when it opened
  first_poll_ms bigint,
  opened_by_ms bigint,
  -- when it was found, and when its end was
  opened_ms bigint not null,
  resolved_ms bigint,
  -- recovered, dropped
  resolution text,
  -- polls up to this instant open no other incident
  settled_ms bigint,
  -- the mass outage that it is a part of
  parent_id text,
  group_id text not null,
  after_planned boolean not null,
  -- nothing, opened, resolved: what was said of it last
  said text not null,
  said_ms bigint,
  -- in which message of its group it was told that it opened
  said_in integer,
  -- as JSON: the contact points that were told
  told text not null,
  step integer not null,
  acknowledged_ms bigint,
  acknowledged_by text,
  acknowledgement text,
  snoozed_until_ms bigint,
  assignee_id text,
  version integer not null
);
create unique index incidents_open on incidents (rule_id, store_id) where resolved_ms is null and store_id is not null;
create index incidents_live on incidents (opened_ms, incident_id) where resolved_ms is null or said = 'opened';
create index incidents_store on incidents (store_id, opened_ms);
create index incidents_rule on incidents (rule_id, opened_ms);
create index incidents_parent on incidents (parent_id) where parent_id is not null;
create index incidents_list on incidents (opened_ms desc, incident_id);

-- What happened to an incident.
create table incident_events (
  event_id text primary key,
  incident_id text not null references incidents,
  at_ms bigint not null,
  kind text not null,
  actor_id text,
  actor text,
  -- as JSON
  detail text not null
);
create index incident_events_incident on incident_events (incident_id, at_ms);

-- Incidents that share messages.
create table alert_groups (
  group_id text primary key,
  rule_id text,
  -- null: it has said nothing yet
  sent_ms bigint,
  messages integer not null
);

-- Rises with every change of alerts. One row.
create table alert_revision (number bigint not null);
insert into alert_revision values (0);

insert into leases (name, holder, until_ms) values ('alerts', '', 0);
