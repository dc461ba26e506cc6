-- Questions of analytics that people keep and share.

create table saved_questions (
  question_id varchar not null,
  name varchar not null,
  -- its parameters by their names in the API, as JSON
  question varchar not null,
  -- null: not a user
  author_id varchar,
  author varchar not null,
  version integer not null,
  created_ms bigint not null,
  changed_ms bigint not null
);
