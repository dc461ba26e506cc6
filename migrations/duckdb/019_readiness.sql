-- The instant of the newest poll, milliseconds since 1970-01-01T00:00Z; null: there are no polls.
alter table revision add column latest_poll_ms bigint;
update revision set latest_poll_ms = (select epoch_ms(max(instant)) from polls);

-- When a server last checked that the database takes writes, milliseconds since 1970-01-01T00:00Z. One row.
create table write_checks (checked_ms bigint not null);
insert into write_checks values (0);
