local count = waiting_in('live', math.huge) + waiting_in('bulk', math.huge)
for _, suspect in ipairs(redis.call('LRANGE', SUSPECTS, 0, -1)) do
  count = count + #cjson.decode(suspect).ids
end
return count
