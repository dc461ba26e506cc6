-- Why a poll is inactive, where it is known: a code of the closed list, or `code: the platform's own word`.

alter table polls add column reason text;

-- Few polls have a reason; this finds them among all those of a week.
create index polls_reason on polls (instant, store_key) where reason is not null;
