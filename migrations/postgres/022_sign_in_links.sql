-- Email addresses of users, and links with which they sign in once to set a password: invitations and password resets.

-- in lower case; null: none
alter table users add column email text collate "C" unique;

create table sign_in_links (
  -- SHA-256 of the token, which only the link has
  token_hash text primary key,
  user_id text not null references users,
  -- invitation, reset
  purpose text not null,
  created_ms bigint not null,
  expires_ms bigint not null
);
create index sign_in_links_user on sign_in_links (user_id);
