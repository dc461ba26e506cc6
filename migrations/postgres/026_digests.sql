-- Digests that contact points get every day or every week.

-- as JSON; null: none
alter table contact_points add column digest text;
