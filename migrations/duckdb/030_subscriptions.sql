-- Saved questions whose answers are sent at certain times.

create table subscriptions (
  subscription_id varchar not null,
  question_id varchar not null,
  -- null: the team
  user_id varchar,
  -- when it is due, and on the clock of which zone
  cron varchar not null,
  zone varchar not null,
  -- the ids of contact points, as JSON
  contact_points varchar not null,
  -- the formats of attachments, as JSON
  formats varchar not null,
  enabled boolean not null,
  -- the last instant at which it was due, whose messages are among the deliveries
  due_ms bigint not null,
  version integer not null,
  created_ms bigint not null
);
