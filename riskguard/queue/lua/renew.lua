-- ARGV: batch id. The whole lease begins again; 0 when the batch was taken away meanwhile.
local kept = redis.call('HGET', BATCHES, ARGV[1])
if not kept then return 0 end
local batch = cjson.decode(kept)
batch.deadline = now() + batch.lease
redis.call('HSET', BATCHES, ARGV[1], cjson.encode(batch))
return 1
