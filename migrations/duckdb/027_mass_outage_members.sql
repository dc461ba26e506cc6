-- A mass outage keeps the incidents of stores that were still down when it ended.

-- the last mass outage that the incident was part of
alter table incidents add column outage_id text;
update incidents set outage_id = parent_id where parent_id is not null;
