-- How far the database has the polls of the day files, for each folder of them.

create table day_file_checkpoints (
  folder_id varchar not null,
  file varchar not null,
  bytes bigint not null
);
