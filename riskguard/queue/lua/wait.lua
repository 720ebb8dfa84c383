-- ARGV: post id. 1 when the caller must wait for it; 0 when it is not in line (any more).
if redis.call('SISMEMBER', KNOWN, ARGV[1]) == 0 then return 0 end
redis.call('HINCRBY', WAITERS, ARGV[1], 1)
return 1
