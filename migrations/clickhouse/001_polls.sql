create table if not exists polls_local (
  k Int32{codec Delta(4), ZSTD(1)},
  t Int64{codec DoubleDelta, ZSTD(1)},
  active UInt8{codec ZSTD(1)},
  reason String{codec ZSTD(1)},
  change Int8{codec ZSTD(1)},
  rev UInt64{codec ZSTD(1)}
) engine = {engine}
partition by toUInt32(intDiv(t + 120960259200000, 604800000))
order by (k, t)
{settings}
