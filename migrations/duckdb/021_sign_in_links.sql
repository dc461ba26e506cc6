-- Email addresses of users, and links with which they sign in once to set a password: invitations and password resets.

-- in lower case, and unique; null: none
alter table users add column email varchar;

create table sign_in_links (
  -- SHA-256 of the token, which only the link has
  token_hash varchar not null,
  user_id varchar not null,
  -- invitation, reset
  purpose varchar not null,
  created_ms bigint not null,
  expires_ms bigint not null
);
