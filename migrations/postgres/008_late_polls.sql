-- Reports of a live system say when its polls had stopped coming in.

alter table reports add column polls_late boolean not null default false;
