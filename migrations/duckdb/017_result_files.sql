-- The files of a complete report are named after the claim that completed it (claimed_by), and have these lengths and
-- SHA-256 digests (hexadecimal); null: not complete, or completed by an earlier version.
alter table reports add column csv_bytes bigint;
alter table reports add column csv_sha256 varchar;
alter table reports add column figures_bytes bigint;
alter table reports add column figures_sha256 varchar;
