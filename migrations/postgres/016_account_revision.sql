-- Counts the changes of accounts, so that every server notices those that another one makes.

create table account_revision (
  number bigint not null
);
insert into account_revision values (0);
