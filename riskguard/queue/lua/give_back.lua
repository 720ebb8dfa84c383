-- ARGV: batch id. It goes to the front of the line as it is, under no suspicion.
local batch = redis.call('HGET', BATCHES, ARGV[1])
if batch then
  redis.call('HDEL', BATCHES, ARGV[1])
  redis.call('LPUSH', SUSPECTS, batch)
end
