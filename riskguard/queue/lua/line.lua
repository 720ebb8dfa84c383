-- What all moves of the line share. Every script is one atomic step.

local KNOWN = KEYS[1] .. ':known'        -- set: ids of all posts in line, suspect or claimed
local BATCHES = KEYS[1] .. ':batches'    -- hash: id of a claimed batch -> JSON {worker, deadline, lease, ids, alone, hopeless}
local SUSPECTS = KEYS[1] .. ':suspects'  -- list: batches that came back, JSON as above
local WAITERS = KEYS[1] .. ':waiters'    -- hash: post id -> how many callers wait for it
local TURN = KEYS[1] .. ':turn'          -- counter: orders the communities of a ring
local PASSED = KEYS[1] .. ':passed'      -- counter: claims in a row that left BULK waiting

-- Sorted set of the communities that wait in a lane; the one whose turn is longest ago has the lowest score.
local function ring(lane) return KEYS[1] .. ':ring:' .. lane end

-- List of the posts of one community in a lane, oldest first. Never empty while its community is in the ring.
local function posts(lane, community) return KEYS[1] .. ':posts:' .. lane .. ':' .. community end

local function done(id) return KEYS[1] .. ':done:' .. id end

local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) + tonumber(time[2]) / 1e6
end

-- Posts waiting in a lane; counting stops once there are more than `enough`.
local function waiting_in(lane, enough)
  local count = 0
  for _, community in ipairs(redis.call('ZRANGE', ring(lane), 0, -1)) do
    count = count + redis.call('LLEN', posts(lane, community))
    if count > enough then break end
  end
  return count
end

-- Every list of ids in `lane`, given to `visit` in pieces that a single command can take.
local function each_waiting(lane, visit)
  for _, community in ipairs(redis.call('ZRANGE', ring(lane), 0, -1)) do
    local key, at = posts(lane, community), 0
    repeat
      local ids = redis.call('LRANGE', key, at, at + 999)
      if #ids > 0 then visit(ids) end
      at = at + #ids
    until #ids < 1000
  end
end

local function anyone_waits()
  return redis.call('EXISTS', SUSPECTS, ring('live'), ring('bulk')) > 0
end
