-- Requests that were sent with an Idempotency-Key, and their responses.

create table idempotency_keys (
  -- A hash of the caller and the key: the key itself is not stored.
  key_hash text primary key,
  fingerprint text not null,
  -- Names the attempt that runs the request.
  token text not null,
  -- Until when the attempt holds the key; of a finished one, until when its response is kept. Milliseconds since
  -- 1970-01-01T00:00Z, by the database's clock.
  until_ms bigint not null,
  -- As JSON; null: the request is running.
  response text
);
create index idempotency_keys_until on idempotency_keys (until_ms);
