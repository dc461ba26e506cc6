-- Questions of analytics that people keep and share.

create table saved_questions (
  question_id text primary key,
  name text not null,
  -- its parameters by their names in the API, as JSON
  question text not null,
  -- null: not a user
  author_id text,
  author text not null,
  version integer not null,
  created_ms bigint not null,
  changed_ms bigint not null
);
