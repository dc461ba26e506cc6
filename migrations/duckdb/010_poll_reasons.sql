-- Why a poll is inactive, where it is known: a code of the closed list, or `code: the platform's own word`.

alter table polls add column reason varchar;
