-- Alert rules, and the incidents that they open.

create table alert_rules (
  rule_id varchar not null,
  name varchar not null,
  enabled boolean not null,
  -- page, notice
  severity varchar not null,
  -- as JSON: the labels that a store must have
  labels varchar not null,
  -- as JSON: when a store counts as down, and when that alerts
  rule varchar not null,
  -- as JSON: which incidents share a message, and how often
  grouping varchar not null,
  -- as JSON: whom an incident is told to, and when
  steps varchar not null,
  version integer not null,
  created_ms bigint not null
);

create table incidents (
  incident_id varchar not null,
  -- null: the monitor was blind
  rule_id varchar,
  rule_name varchar not null,
  severity varchar not null,
  -- null: a mass outage, or the monitor was blind
  store_id varchar,
  -- down, did_not_open, mass_outage, blind
  kind varchar not null,
  -- of a mass outage; empty: all stores
  label varchar,
  value varchar,
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
  resolution varchar,
  -- polls up to this instant open no other incident
  settled_ms bigint,
  -- the mass outage that it is a part of
  parent_id varchar,
  group_id varchar not null,
  after_planned boolean not null,
  -- nothing, opened, resolved: what was said of it last
  said varchar not null,
  said_ms bigint,
  -- in which message of its group it was told that it opened
  said_in integer,
  -- as JSON: the contact points that were told
  told varchar not null,
  step integer not null,
  acknowledged_ms bigint,
  acknowledged_by varchar,
  acknowledgement varchar,
  snoozed_until_ms bigint,
  assignee_id varchar,
  version integer not null
);

-- What happened to an incident.
create table incident_events (
  event_id varchar not null,
  incident_id varchar not null,
  at_ms bigint not null,
  kind varchar not null,
  actor_id varchar,
  actor varchar,
  -- as JSON
  detail varchar not null
);

-- Incidents that share messages.
create table alert_groups (
  group_id varchar not null,
  rule_id varchar,
  -- null: it has said nothing yet
  sent_ms bigint,
  messages integer not null
);

-- Rises with every change of alerts. One row.
create table alert_revision (number bigint not null);
insert into alert_revision values (0);
