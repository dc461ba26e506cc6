-- Second factors, who signs in by an identity provider, and what the accounts are set to.

-- password, passkey, oidc; null: password
alter table sessions add column method varchar;

-- Authenticator apps.
create table totp (
  user_id varchar not null,
  -- sealed if the server has a SECRET_KEY
  secret varchar not null,
  -- the time step of the last code that was used: no code is used twice
  last_step bigint not null,
  created_ms bigint not null
);

-- Codes that each let a user in once, in place of the second factor.
create table recovery_codes (
  user_id varchar not null,
  -- SHA-256
  code_hash varchar not null
);

create table passkeys (
  -- the credential's id, base64url
  passkey_id varchar not null,
  user_id varchar not null,
  name varchar not null,
  -- COSE, base64url
  public_key varchar not null,
  -- how often the authenticator says that it was used; 0: it does not count
  counter bigint not null,
  -- a JSON array
  transports varchar not null,
  created_ms bigint not null,
  last_used_ms bigint
);

-- Challenges that were answered: none is taken twice.
create table spent_tickets (
  ticket_hash varchar not null,
  expires_ms bigint not null
);

-- Users whom an identity provider vouches for.
create table identities (
  issuer varchar not null,
  subject varchar not null,
  user_id varchar not null
);

create table account_settings (
  -- such as second_factor_roles
  name varchar not null,
  -- JSON
  value varchar not null
);
