-- What imports and syncs do about rows that cannot be read. A version of business hours of the one row with day 8 is
-- unknown: its rows were given and could not be read. So is the zone Etc/Unknown.

-- the share of bad rows up to which it is imported; null: as the server is set
alter table imports add column max_bad_share double precision;

-- good rows of stores with a bad row, which were not taken
alter table sync_results add column set_aside bigint default 0;
-- the bad rows in the present content of the source, as JSON; null: none
alter table sync_results add column standing varchar;
