-- ARGV: 'worker' and its name, or 'expired'. Returns how many posts came back, and whether a worker must be called.

-- Halve a batch that came back, so that in the end the post that kills its worker is alone. Two deaths over a post that
-- was alone make it hopeless; one may be chance.
local function halve(batch)
  local count = #batch.ids
  if count == 1 then
    local alone = batch.alone + 1
    redis.call('RPUSH', SUSPECTS, cjson.encode({ids = batch.ids, alone = alone, hopeless = alone >= 2}))
    return
  end
  local halves = {{}, {}}
  for i, id in ipairs(batch.ids) do
    local half = halves[i <= count / 2 and 1 or 2]
    half[#half + 1] = id
  end
  for _, ids in ipairs(halves) do
    redis.call('RPUSH', SUSPECTS, cjson.encode({ids = ids, alone = 0, hopeless = false}))
  end
end

local back, time = 0, now()
local batches = redis.call('HGETALL', BATCHES)
for i = 1, #batches, 2 do
  local batch = cjson.decode(batches[i + 1])
  if (ARGV[1] == 'worker' and batch.worker == ARGV[2]) or (ARGV[1] == 'expired' and batch.deadline < time) then
    redis.call('HDEL', BATCHES, batches[i])
    halve(batch)
    back = back + #batch.ids
  end
end

-- Should an id ever be known and be nowhere, its post would never be let in line again. So whenever more are known than
-- there are, KNOWN is made anew from where they are; whoever is missing then is brought back by the sweep.
local function put_known_right()
  local held = {}
  for _, suspect in ipairs(redis.call('LRANGE', SUSPECTS, 0, -1)) do held[#held + 1] = cjson.decode(suspect).ids end
  for _, batch in ipairs(redis.call('HVALS', BATCHES)) do held[#held + 1] = cjson.decode(batch).ids end
  local count = waiting_in('live', math.huge) + waiting_in('bulk', math.huge)
  for _, ids in ipairs(held) do count = count + #ids end
  if redis.call('SCARD', KNOWN) <= count then return end
  redis.call('DEL', KNOWN)
  local function know(ids) redis.call('SADD', KNOWN, unpack(ids)) end
  for _, ids in ipairs(held) do know(ids) end
  each_waiting('live', know)
  each_waiting('bulk', know)
end

if ARGV[1] == 'expired' then put_known_right() end
if redis.call('EXISTS', KNOWN) == 0 then redis.call('DEL', WAITERS) end

return {back, anyone_waits() and call_needed() or 0}
