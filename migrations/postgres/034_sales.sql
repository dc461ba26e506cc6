-- Sales by the hour, and what they are worth where a store has none.

create table sales (
  store_key integer not null,
  -- the beginning of the hour, hours since 1970-01-01T00:00: in UTC, or as the clock of the store shows it
  hour integer not null,
  is_local boolean not null,
  -- null: not given
  orders integer,
  -- minor units of the currency
  amount bigint not null,
  -- ISO 4217
  currency text not null,
  primary key (store_key, hour, is_local)
);

alter table revision add column sales bigint not null default 0;

create table sales_rates (
  name text collate "C" primary key,
  -- JSON
  content text not null,
  version integer not null,
  changed_ms bigint not null
);
