-- Weeks of which few polls came share this partition; the others have one each.
create table polls_rest partition of polls default;
create index polls_rest_instant on polls_rest (instant);
