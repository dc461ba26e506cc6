-- The instant of the newest poll, milliseconds since 1970-01-01T00:00Z; null: there are no polls.
alter table revision add column latest_poll_ms bigint;

-- Newest week first: names sort by week. One statement over all partitions could take more locks than the server has.
do $$
declare
  week text;
  newest timestamptz;
  newest_of_week timestamptz;
begin
  select max(instant) into newest from polls_rest;
  for week in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'polls'::regclass and c.relname <> 'polls_rest' order by c.relname desc
  loop
    execute format('select max(instant) from %I', week) into newest_of_week;
    newest := greatest(newest, newest_of_week);
    exit when newest_of_week is not null;
  end loop;
  update revision set latest_poll_ms = round(extract(epoch from newest) * 1000);
end
$$;

-- When a server last checked that the database takes writes, milliseconds since 1970-01-01T00:00Z. One row.
create table write_checks (checked_ms bigint not null);
insert into write_checks values (0);
