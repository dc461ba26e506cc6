-- When a session's user last proved who it is, and secrets that the servers on this database share.

-- null: when the session began
alter table sessions add column proven_ms bigint;

create table server_secrets (
  -- what it is for, such as cookies
  name text primary key,
  -- 256 random bits, base64url
  value text not null
);
