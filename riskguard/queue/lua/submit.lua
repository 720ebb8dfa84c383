-- ARGV: lane, community, n, n ids; and again. Returns how many were not known, and whether a worker must be called.
local at, added = 1, 0
while at <= #ARGV do
  local lane, community, last = ARGV[at], ARGV[at + 1], at + 2 + tonumber(ARGV[at + 2])
  local before = added
  for i = at + 3, last do
    if redis.call('SADD', KNOWN, ARGV[i]) == 1 then
      redis.call('RPUSH', posts(lane, community), ARGV[i])
      added = added + 1
    end
  end
  if added > before then
    redis.call('ZADD', ring(lane), 'NX', redis.call('INCR', TURN), community)
  end
  at = last + 1
end
return {added, added > 0 and call_needed() or 0}
