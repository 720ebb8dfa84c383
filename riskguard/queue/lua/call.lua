-- KEYS[1]: first part of our keys; KEYS[2]: the list of the RQ queue that workers listen on.

local CALLED = KEYS[1] .. ':called'

-- 1 when a worker must be called: no call waits in RQ's queue, and none is on its way there. The flag stands from this
-- answer until the called worker takes its work; it expires in case either of them dies in between.
local function call_needed()
  if redis.call('LLEN', KEYS[2]) > 0 then return 0 end
  if redis.call('SET', CALLED, 1, 'NX', 'PX', 2000) then return 1 end
  return 0
end
