-- Users, the stores that owners see, their ways in, and who changed what. Instants are milliseconds since
-- 1970-01-01T00:00Z.

create table users (
  user_id text primary key,
  -- what the user signs in with, in lower case
  login text collate "C" not null unique,
  name text not null,
  -- admin, operator, owner
  role text not null,
  -- argon2id; null: none, so that only API keys let this user in
  password_hash text,
  disabled boolean not null,
  -- counts the changes, from 1
  version integer not null,
  created_ms bigint not null
);

-- By store_id and not by key: an assignment may come before the store.
create table user_stores (
  user_id text not null references users,
  store_id text collate "C" not null,
  primary key (user_id, store_id)
);

create table sessions (
  -- SHA-256 of the token, which only the browser has
  token_hash text primary key,
  user_id text not null references users,
  created_ms bigint not null,
  last_seen_ms bigint not null,
  expires_ms bigint not null
);
create index sessions_user on sessions (user_id);

create table api_keys (
  key_id text collate "C" primary key,
  user_id text not null references users,
  name text not null,
  -- SHA-256 of the key, which is shown once
  token_hash text not null unique,
  -- how the key begins, for lists
  prefix text not null,
  -- a JSON array
  scopes text not null,
  created_ms bigint not null,
  -- null: never
  expires_ms bigint,
  last_used_ms bigint,
  revoked_ms bigint
);
create index api_keys_user on api_keys (user_id);

-- Who changed what. Rows are only ever added.
create table audit (
  audit_id text collate "C" primary key,
  at_ms bigint not null,
  -- null: not a user (the command line, or anyone while there are no users)
  actor_id text,
  -- what the actor was called then
  actor text not null,
  -- the API key that was used; null: none
  key_id text,
  -- such as user.changed
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  -- a JSON object; never a secret
  detail text not null
);
create index audit_time on audit (at_ms, audit_id);
create index audit_subject on audit (subject_kind, subject_id, at_ms);
create index audit_actor on audit (actor_id, at_ms);
