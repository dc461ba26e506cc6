-- How far the database has the polls of the day files, for each folder of them.

create table day_file_checkpoints (
  folder_id text primary key,
  file text not null,
  bytes bigint not null
);
