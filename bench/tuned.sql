-- The report as one statement, tuned, on the tables of the product. $as_of and $default_zone are its parameters. It gives
-- milliseconds: up, down and open time of every store in the last hour, day and week. docs/performance.md compares it
-- with the product, and the benchmark checks that both give the same figures.
with
  -- Every date that a piece of hours can begin on, with the zone's offset before and after the wall times of its rows
  -- (which end on the next date at the latest). They differ around a clock change only.
  dates as (
    select *, epoch_ms(timezone(zone, (date - interval 1 day)::timestamptz)) - epoch_ms(date - interval 1 day) as before,
      epoch_ms(timezone(zone, (date + interval 3 day)::timestamptz)) - epoch_ms(date + interval 3 day) as after
    from (select distinct coalesce(zone, $default_zone) as zone from stores),
      (
        select unnest(generate_series(
          date_trunc('day', make_timestamp_ms($as_of::bigint - 864000000)),
          make_timestamp_ms($as_of::bigint + 172800000), interval 1 day)) as date
      )
  ),
  -- An end of 23:59 or later is midnight; an end at or before the start is on the next date.
  weekly as (
    select s.store_key, coalesce(s.zone, $default_zone) as zone, h.day, h.start_ms,
      case when h.end_ms >= 86340000 then 86400000 when h.end_ms > h.start_ms then h.end_ms else h.end_ms + 86400000 end
        as end_ms
    from business_hours h join stores s using (store_key)
  ),
  walls as (
    select w.store_key, d.zone, d.before, d.after,
      epoch_ms(d.date) + w.start_ms as start_wall, epoch_ms(d.date) + w.end_ms as end_wall
    from weekly w join dates d on d.zone = w.zone and isodow(d.date) - 1 = w.day
  ),
  -- A wall time that occurs twice means its first occurrence; a skipped one moves forward by the length of the gap.
  pieces as (
    select store_key,
      case
        when before = after then start_wall - before
        when epoch_ms(timezone(zone, make_timestamp_ms(start_wall - before)::timestamptz)) = start_wall
          then start_wall - before
        when epoch_ms(timezone(zone, make_timestamp_ms(start_wall - after)::timestamptz)) = start_wall
          then start_wall - after
        else start_wall - before
      end as opens,
      case
        when before = after then end_wall - before
        when epoch_ms(timezone(zone, make_timestamp_ms(end_wall - before)::timestamptz)) = end_wall
          then end_wall - before
        when epoch_ms(timezone(zone, make_timestamp_ms(end_wall - after)::timestamptz)) = end_wall
          then end_wall - after
        else end_wall - before
      end as closes
    from walls
  ),
  -- Overlapping and touching pieces merge: an island begins where nothing before reaches.
  marked as (
    select *, opens > max(closes) over (
      partition by store_key order by opens rows between unbounded preceding and 1 preceding) as apart
    from pieces where opens < closes
  ),
  numbered as (
    select *, count(*) filter (apart) over (partition by store_key order by opens rows unbounded preceding) as island
    from marked
  ),
  -- A store without hours is always open.
  open as (
    select store_key, min(opens) as opens, max(closes) as closes
    from numbered group by store_key, island
    union all
    select store_key, $as_of::bigint - 777600000, $as_of::bigint + 86400000
    from stores anti join business_hours using (store_key)
  ),
  -- The polls that count: of the last eight days, in an open interval.
  counted as (
    select p.store_key, p.polled, p.active
    from (
      select store_key, epoch_ms(instant) as polled, active from polls
      where instant between make_timestamp_ms($as_of::bigint - 691200000) and make_timestamp_ms($as_of::bigint)
    ) p
    asof join open o on o.store_key = p.store_key and o.opens <= p.polled
    where p.polled < o.closes
  ),
  -- Stretches of one state: the state passes half-way between two polls that differ.
  turns as (
    select store_key, active, coalesce((polled + previous_poll) / 2, '-infinity'::double) as since
    from (
      select *, lag(polled) over by_time as previous_poll, lag(active) over by_time as previously
      from counted window by_time as (partition by store_key order by polled)
    )
    where previously is distinct from active
  ),
  stretches as (
    select *, lead(since, 1, 'infinity'::double) over (partition by store_key order by since) as until from turns
  ),
  up as (
    select s.store_key,
      sum(greatest(0, least(until, closes, $as_of) - greatest(since, opens, $as_of::bigint - 3600000))) as hour,
      sum(greatest(0, least(until, closes, $as_of) - greatest(since, opens, $as_of::bigint - 86400000))) as day,
      sum(greatest(0, least(until, closes, $as_of) - greatest(since, opens, $as_of::bigint - 604800000))) as week
    from stretches s join open o on o.store_key = s.store_key and o.opens < s.until and o.closes > s.since
    where s.active
    group by s.store_key
  ),
  opened as (
    select store_key,
      sum(greatest(0, least(closes, $as_of::bigint) - greatest(opens, $as_of::bigint - 3600000)))::double as hour,
      sum(greatest(0, least(closes, $as_of::bigint) - greatest(opens, $as_of::bigint - 86400000)))::double as day,
      sum(greatest(0, least(closes, $as_of::bigint) - greatest(opens, $as_of::bigint - 604800000)))::double as week
    from open group by store_key
  ),
  known as (select distinct store_key from turns)
select s.store_key, s.store_id,
  coalesce(u.hour, 0) as up_hour, coalesce(u.day, 0) as up_day, coalesce(u.week, 0) as up_week,
  case when k.store_key is null then 0 else coalesce(o.hour, 0) - up_hour end as down_hour,
  case when k.store_key is null then 0 else coalesce(o.day, 0) - up_day end as down_day,
  case when k.store_key is null then 0 else coalesce(o.week, 0) - up_week end as down_week,
  coalesce(o.hour, 0) as open_hour, coalesce(o.day, 0) as open_day, coalesce(o.week, 0) as open_week
from stores s
left join opened o using (store_key)
left join up u using (store_key)
left join known k using (store_key)
order by s.store_id
