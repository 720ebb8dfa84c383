-- ARGV: post id. The caller's time ran out. Returns 1 when it was finished at the last moment.
local callers = redis.call('HGET', WAITERS, ARGV[1])
if not callers then return redis.call('LPOP', done(ARGV[1])) and 1 or 0 end
if tonumber(callers) <= 1 then
  redis.call('HDEL', WAITERS, ARGV[1])
else
  redis.call('HINCRBY', WAITERS, ARGV[1], -1)
end
return 0
