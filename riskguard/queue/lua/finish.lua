-- ARGV: batch id, its ids. A batch that was taken away meanwhile keeps its posts in line: judging them again is harmless.
if redis.call('HDEL', BATCHES, ARGV[1]) == 1 then
  for i = 2, #ARGV do redis.call('SREM', KNOWN, ARGV[i]) end
end
if redis.call('EXISTS', WAITERS) == 0 then return end
for i = 2, #ARGV do
  local callers = redis.call('HGET', WAITERS, ARGV[i])
  if callers then
    redis.call('HDEL', WAITERS, ARGV[i])
    for _ = 1, tonumber(callers) do redis.call('RPUSH', done(ARGV[i]), 1) end
    redis.call('EXPIRE', done(ARGV[i]), 30)
  end
end
