-- Names this history of the data: a restore begins another one, and servers that run on it notice.

create table generation (
  id text not null
);
insert into generation values (gen_random_uuid()::text);
