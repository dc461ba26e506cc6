-- Reports say by which release of the time zone database they were made; null: before that was recorded.

alter table reports add column tz_version varchar;
