{with codecs}
alter table polls_local
  modify column t Int64{codec Delta(8), T64, ZSTD(1)},
  modify column rev UInt64{codec Delta(8), ZSTD(1)}
