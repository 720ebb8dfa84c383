-- ARGV: batch id, worker, most posts, seconds of lease, seconds of lease a post.
-- Returns {whether another worker must be called, hopeless, lease, ids...}, or nil when nobody waits. A client that got no
-- answer in time asks again with the same batch id: it gets the batch that it was given already.
redis.call('DEL', CALLED)

-- Move up to `room` posts of a lane into `ids`: equal chunks to the communities in turn, until it is full or all are served.
local function take(lane, room, ids)
  while room > 0 do
    local turn = redis.call('ZRANGE', ring(lane), 0, room - 1)
    if #turn == 0 then return end
    local chunk = math.floor(room / #turn)
    for _, community in ipairs(turn) do
      local key = posts(lane, community)
      local some = redis.call('LRANGE', key, 0, chunk - 1)
      redis.call('LTRIM', key, #some, -1)
      for _, id in ipairs(some) do ids[#ids + 1] = id end
      room = room - #some
      if redis.call('EXISTS', key) == 1 then
        redis.call('ZADD', ring(lane), redis.call('INCR', TURN), community)
      else
        redis.call('ZREM', ring(lane), community)
      end
    end
  end
end

-- Places of a batch that go to BULK: all when nobody is LIVE; a quarter when LIVE could fill the batch alone, and also
-- in the fourth batch of a row of small LIVE ones; else none, so that someone who waits never waits for back-fill.
local function share_of_bulk(limit)
  if waiting_in('bulk', 0) == 0 then return 0 end
  local live, share = waiting_in('live', limit), 0
  if live == 0 then
    share = limit
  else
    if live >= limit then share = math.floor(limit / 4) end
    if share == 0 and redis.call('INCR', PASSED) >= 4 then share = math.max(1, math.floor(limit / 4)) end
  end
  if share > 0 then redis.call('DEL', PASSED) end
  return share
end

local function answered(batch)
  local answer = {anyone_waits() and call_needed() or 0, batch.hopeless and 1 or 0, tostring(batch.lease)}
  for _, id in ipairs(batch.ids) do answer[#answer + 1] = id end
  return answer
end

local given = redis.call('HGET', BATCHES, ARGV[1])
if given then return answered(cjson.decode(given)) end

local batch
local suspect = redis.call('LPOP', SUSPECTS)
if suspect then
  batch = cjson.decode(suspect)
else
  local limit = tonumber(ARGV[3])
  local share = share_of_bulk(limit)
  batch = {ids = {}, alone = 0, hopeless = false}
  take('live', limit - share, batch.ids)
  take('bulk', share, batch.ids)
end
if #batch.ids == 0 then return false end

batch.lease = tonumber(ARGV[4]) + tonumber(ARGV[5]) * #batch.ids
batch.worker, batch.deadline = ARGV[2], now() + batch.lease
redis.call('HSET', BATCHES, ARGV[1], cjson.encode(batch))
return answered(batch)
