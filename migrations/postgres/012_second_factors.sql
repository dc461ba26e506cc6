-- Second factors, who signs in by an identity provider, and what the accounts are set to.

-- password, passkey, oidc; null: password
alter table sessions add column method text;

-- Authenticator apps.
create table totp (
  user_id text not null references users,
  -- sealed if the server has a SECRET_KEY
  secret text not null,
  -- the time step of the last code that was used: no code is used twice
  last_step bigint not null,
  created_ms bigint not null,
  primary key (user_id)
);

-- Codes that each let a user in once, in place of the second factor.
create table recovery_codes (
  user_id text not null references users,
  -- SHA-256
  code_hash text not null,
  primary key (user_id, code_hash)
);

create table passkeys (
  -- the credential's id, base64url
  passkey_id text not null,
  user_id text not null references users,
  name text not null,
  -- COSE, base64url
  public_key text not null,
  -- how often the authenticator says that it was used; 0: it does not count
  counter bigint not null,
  -- a JSON array
  transports text not null,
  created_ms bigint not null,
  last_used_ms bigint,
  primary key (passkey_id)
);
create index passkeys_user on passkeys (user_id);

-- Challenges that were answered: none is taken twice.
create table spent_tickets (
  ticket_hash text not null,
  expires_ms bigint not null,
  primary key (ticket_hash)
);

-- Users whom an identity provider vouches for.
create table identities (
  issuer text not null,
  subject text not null,
  user_id text not null references users,
  primary key (issuer, subject)
);
create index identities_user on identities (user_id);

create table account_settings (
  -- such as second_factor_roles
  name text not null,
  -- JSON
  value text not null,
  primary key (name)
);
