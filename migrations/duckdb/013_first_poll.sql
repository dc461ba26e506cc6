-- When the store was polled for the first time ever, also when that poll was pruned since; milliseconds since
-- 1970-01-01T00:00Z, null: never.
alter table stores add column first_poll_ms bigint;
update stores set first_poll_ms = seen.first_ms
from (select store_key, epoch_ms(min(instant)) as first_ms from polls group by store_key) seen
where stores.store_key = seen.store_key;
