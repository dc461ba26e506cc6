-- The report as one statement, written straight from the definitions, on the tables of the product. $as_of and
-- $default_zone are its parameters. It gives milliseconds: up, down and open time of every store in the last hour, day
-- and week. It leaves wall times to DuckDB, which takes the second occurrence of a time that comes twice.
with
  dates as (
    select unnest(generate_series(
      date_trunc('day', make_timestamp_ms($as_of::bigint - 864000000)),
      make_timestamp_ms($as_of::bigint + 172800000), interval 1 day)) as date
  ),
  -- Every row of hours on every date of its weekday, as instants.
  pieces as (
    select h.store_key,
      epoch_ms(timezone(coalesce(s.zone, $default_zone), d.date + to_milliseconds(h.start_ms))) as opens,
      epoch_ms(timezone(coalesce(s.zone, $default_zone), d.date + to_milliseconds(
        case when h.end_ms >= 86340000 then 86400000 when h.end_ms > h.start_ms then h.end_ms else h.end_ms + 86400000 end
      ))) as closes
    from business_hours h join stores s using (store_key) join dates d on isodow(d.date) - 1 = h.day
  ),
  -- Overlapping and touching pieces merge.
  marked as (
    select *, opens > max(closes) over (
      partition by store_key order by opens rows between unbounded preceding and 1 preceding) as apart
    from pieces where opens < closes
  ),
  numbered as (
    select *, count(*) filter (apart) over (partition by store_key order by opens rows unbounded preceding) as island
    from marked
  ),
  open as (
    select store_key, min(opens) as opens, max(closes) as closes
    from numbered group by store_key, island
    union all
    select store_key, $as_of::bigint - 777600000, $as_of::bigint + 86400000
    from stores anti join business_hours using (store_key)
  ),
  counted as (
    select p.store_key, epoch_ms(p.instant) as polled, p.active
    from polls p join open o
      on o.store_key = p.store_key and o.opens <= epoch_ms(p.instant) and epoch_ms(p.instant) < o.closes
    where p.instant between make_timestamp_ms($as_of::bigint - 691200000) and make_timestamp_ms($as_of::bigint)
  ),
  -- Each poll that counts stands for the time that is nearest to it.
  stretches as (
    select store_key, active,
      coalesce((polled + lag(polled) over by_time) / 2, '-infinity'::double) as since,
      coalesce((polled + lead(polled) over by_time) / 2, 'infinity'::double) as until
    from counted window by_time as (partition by store_key order by polled)
  ),
  windows as (
    select unnest([3600000, 86400000, 604800000]) as length, unnest(['hour', 'day', 'week']) as name
  ),
  opened as (
    select o.store_key, w.name, sum(least(o.closes, $as_of::bigint) - greatest(o.opens, $as_of::bigint - w.length)) as open
    from open o join windows w on o.opens < $as_of::bigint and o.closes > $as_of::bigint - w.length
    group by all
  ),
  seen as (
    select s.store_key, w.name,
      sum(case when s.active then 1 else 0 end * (
        least(s.until, o.closes, $as_of) - greatest(s.since, o.opens, $as_of::bigint - w.length))) as up
    from stretches s
      join open o on o.store_key = s.store_key and o.opens < s.until and o.closes > s.since
      join windows w on least(s.until, o.closes, $as_of) > greatest(s.since, o.opens, $as_of::bigint - w.length)
    group by all
  ),
  known as (select distinct store_key from counted),
  figures as (
    select s.store_key, s.store_id, w.name, coalesce(seen.up, 0)::double as up, coalesce(o.open, 0)::double as open,
      case when k.store_key is null then 0 else coalesce(o.open, 0) - coalesce(seen.up, 0) end::double as down
    from stores s cross join windows w
      left join opened o on o.store_key = s.store_key and o.name = w.name
      left join seen on seen.store_key = s.store_key and seen.name = w.name
      left join known k on k.store_key = s.store_key
  )
select store_id,
  max(up) filter (name = 'hour') as up_hour, max(up) filter (name = 'day') as up_day, max(up) filter (name = 'week') as up_week,
  max(down) filter (name = 'hour') as down_hour, max(down) filter (name = 'day') as down_day,
  max(down) filter (name = 'week') as down_week,
  max(open) filter (name = 'hour') as open_hour, max(open) filter (name = 'day') as open_day,
  max(open) filter (name = 'week') as open_week
from figures
group by store_id
order by store_id
