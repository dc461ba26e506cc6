-- The figures of a report, in ClickHouse 24 or later: milliseconds of uptime, downtime and open time of every store in the
-- last hour, day and week before as_of. README.md says what the parameters and the table open_intervals are.
with
  [3600000, 86400000, 604800000] as lengths,
  -- A poll has a row for each time that it was written or deleted, of which the one with the highest revision counts.
  known as (
    select k, t, argMax(active, rev) as state
    from polls
    where t >= {as_of:Int64} - 691200000 and t <= {as_of:Int64}
      and rev > {after:UInt64} and rev <= {up_to:UInt64} and not has({without:Array(UInt64)}, rev)
    group by k, t
    having argMax(change, rev) >= 0
  ),
  -- Polls outside open intervals say nothing.
  counted as (
    select p.k as k, p.t as t, p.state as state
    from known p asof join open_intervals o on p.k = o.k and p.t >= o.opens
    where p.t < o.closes
  ),
  -- Each poll that counts stands for the time that is nearest to it. The sentinels are beyond every window.
  stretches as (
    select k, state,
      (t + lagInFrame(t, 1, toInt64(-4e15)) over by_time) / 2 as since,
      (t + leadInFrame(t, 1, toInt64(8e15)) over by_time) / 2 as until
    from counted
    window by_time as (partition by k order by t rows between unbounded preceding and unbounded following)
  ),
  seen as (
    select s.k as k,
      sumForEachIf(
        arrayMap(
          length -> greatest(
            0.,
            least(s.until, toFloat64(o.closes), toFloat64({as_of:Int64}))
              - greatest(s.since, toFloat64(o.opens), toFloat64({as_of:Int64} - length))),
          lengths),
        s.state = 1) as up
    from stretches s join open_intervals o on o.k = s.k
    group by s.k
  ),
  opened as (
    select k,
      sumForEach(
        arrayMap(length -> greatest(0, least(closes, {as_of:Int64}) - greatest(opens, {as_of:Int64} - length)), lengths)
      ) as open
    from open_intervals
    group by k
  )
select o.k as k,
  s.up[1] as up_hour, s.up[2] as up_day, s.up[3] as up_week,
  if(s.k = 0, 0, o.open[1] - s.up[1]) as down_hour,
  if(s.k = 0, 0, o.open[2] - s.up[2]) as down_day,
  if(s.k = 0, 0, o.open[3] - s.up[3]) as down_week,
  o.open[1] as open_hour, o.open[2] as open_day, o.open[3] as open_week
from opened o left join seen s on s.k = o.k
order by k
