-- Reports with an instant of their own also say when polls had stopped coming in before it.

-- milliseconds; null: polls were not late, or the report is of an earlier version, whose newest poll was at its instant
alter table reports add column newest_poll_ms bigint;
