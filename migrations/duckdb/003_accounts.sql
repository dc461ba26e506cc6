-- Users, the stores that owners see, their ways in, and who changed what. Instants are milliseconds since
-- 1970-01-01T00:00Z.

create table users (
  user_id varchar not null,
  -- what the user signs in with, in lower case; the catalog keeps it unique
  login varchar not null,
  name varchar not null,
  -- admin, operator, owner
  role varchar not null,
  -- argon2id; null: none, so that only API keys let this user in
  password_hash varchar,
  disabled boolean not null,
  -- counts the changes, from 1
  version integer not null,
  created_ms bigint not null
);

-- By store_id and not by key: an assignment may come before the store.
create table user_stores (
  user_id varchar not null,
  store_id varchar not null
);

create table sessions (
  -- SHA-256 of the token, which only the browser has
  token_hash varchar not null,
  user_id varchar not null,
  created_ms bigint not null,
  last_seen_ms bigint not null,
  expires_ms bigint not null
);

create table api_keys (
  key_id varchar not null,
  user_id varchar not null,
  name varchar not null,
  -- SHA-256 of the key, which is shown once
  token_hash varchar not null,
  -- how the key begins, for lists
  prefix varchar not null,
  -- a JSON array
  scopes varchar not null,
  created_ms bigint not null,
  -- null: never
  expires_ms bigint,
  last_used_ms bigint,
  revoked_ms bigint
);

-- Who changed what. Rows are only ever added.
create table audit (
  audit_id varchar not null,
  at_ms bigint not null,
  -- null: not a user (the command line, or anyone while there are no users)
  actor_id varchar,
  -- what the actor was called then
  actor varchar not null,
  -- the API key that was used; null: none
  key_id varchar,
  -- such as user.changed
  action varchar not null,
  subject_kind varchar not null,
  subject_id varchar not null,
  -- a JSON object; never a secret
  detail varchar not null
);
