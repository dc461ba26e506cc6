-- Names this history of the data: a restore begins another one. Each opening for changes counts, so that the file
-- beside the database, which has both, tells whether a write-ahead log belongs to it.

create table generation (
  id varchar not null,
  opening bigint not null
);
insert into generation values (uuid()::varchar, 0);
