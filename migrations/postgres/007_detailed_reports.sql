-- Reports may say how sure they are.

alter table reports add column detailed boolean not null default false;
