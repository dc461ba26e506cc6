-- Saved questions whose answers are sent at certain times.

create table subscriptions (
  subscription_id text primary key,
  question_id text not null,
  -- null: the team
  user_id text,
  -- when it is due, and on the clock of which zone
  cron text not null,
  zone text not null,
  -- the ids of contact points, as JSON
  contact_points text not null,
  -- the formats of attachments, as JSON
  formats text not null,
  enabled boolean not null,
  -- the last instant at which it was due, whose messages are among the deliveries
  due_ms bigint not null,
  version integer not null,
  created_ms bigint not null
);
create index subscriptions_user on subscriptions (user_id);
