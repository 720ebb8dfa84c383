-- Remember a batch of posts and find the cluster that each one joins, all in one step.
--
-- KEYS[1]  first part of every key: PREFIX:similar
-- ARGV     now (s), window (s), least agreeing bytes, most members, most clusters, number of groups, then for each group:
--          community, number of posts, then for each post: our id, key, author, time (s), signature, band keys
--          (keys of 4 bytes end to end, or one key of 8 bytes for a short text, whose signature is empty)
-- Returns  for each post: {} if it is the first of its kind, else {cluster, agreeing bytes, copies, accounts, own}
--
-- PREFIX:similar:COMMUNITY:SLICE:BAND  hash: band key -> cluster number (the newest one; so a bucket never grows)
-- PREFIX:similar:COMMUNITY:c:NUMBER    hash: x exemplar's id, k its key, a its author, t its time, s signature, n posts,
--                                      b its band keys
-- PREFIX:similar:COMMUNITY:m:NUMBER    set of post keys;   ...:a:NUMBER  hash: author -> posts
-- A cluster lives for one window after its first post, a slice of bands for at most two; of very many in one community
-- the oldest go early.

local call = redis.call
local window, least, most, clusters = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local slice = math.floor(tonumber(ARGV[1]) / window)
local at = 7
local SHORT = 0  -- the band of short texts
local replies = {}

local function agreement(one, other)
  if #one ~= #other then return -1 end
  if #one == 0 then return 128 end
  local agreed = 0
  for from = 1, #one, 8 do
    local a, b, c, d, e, f, g, h = one:byte(from, from + 7)
    local i, j, k, l, m, n, o, p = other:byte(from, from + 7)
    if a == i then agreed = agreed + 1 end
    if b == j then agreed = agreed + 1 end
    if c == k then agreed = agreed + 1 end
    if d == l then agreed = agreed + 1 end
    if e == m then agreed = agreed + 1 end
    if f == n then agreed = agreed + 1 end
    if g == o then agreed = agreed + 1 end
    if h == p then agreed = agreed + 1 end
  end
  return agreed
end

local function posts_of_group(size)
  local posts = {}
  for index = 1, size do
    local keys = ARGV[at + 5]
    local post = {id = ARGV[at], key = ARGV[at + 1], author = ARGV[at + 2], time = tonumber(ARGV[at + 3]),
                  signature = ARGV[at + 4], keys = keys, bands = {}}
    if post.signature == '' then
      post.from, post.to, post.bands[SHORT] = SHORT, SHORT, keys
    else
      post.from, post.to = 1, #keys / 4
      for band = 1, post.to do post.bands[band] = keys:sub(band * 4 - 3, band * 4) end
    end
    posts[index] = post
    at = at + 6
  end
  return posts
end

-- band -> band key -> cluster number, for all band keys of the group, the newer slice first
local function known_clusters(base, posts)
  local asked, known = {}, {}
  for _, post in ipairs(posts) do
    for band = post.from, post.to do
      local keys = asked[band]
      if not keys then keys = {} asked[band] = keys known[band] = {} end
      keys[#keys + 1] = post.bands[band]
    end
  end
  for each = slice - 1, slice do
    local slice_base = base .. each .. ':'
    if call('EXISTS', slice_base .. SHORT, slice_base .. '1') > 0 then
      for band, keys in pairs(asked) do
        local values, found = call('HMGET', slice_base .. band, unpack(keys)), known[band]
        for index = 1, #keys do
          if values[index] then found[keys[index]] = values[index] end
        end
      end
    end
  end
  return known
end

local function record_of(base, number, records)
  if records[number] == nil then
    local got = call('HMGET', base .. 'c:' .. number, 'x', 'k', 'a', 't', 's', 'n')
    records[number] = got[1] and {id = got[1], key = got[2], author = got[3], time = tonumber(got[4]),
                                  signature = got[5], posts = tonumber(got[6])} or false
  end
  return records[number]
end

-- the most similar of the three clusters that share most bands
local function nearest(base, post, known, records)
  local met, order = {}, {}
  for band = post.from, post.to do
    local number = known[band][post.bands[band]]
    if number then
      if not met[number] then order[#order + 1] = number end
      met[number] = (met[number] or 0) + 1
    end
  end
  if #order == 0 then return nil, -1 end
  table.sort(order, function(one, other)
    if met[one] ~= met[other] then return met[one] > met[other] end
    return tonumber(one) < tonumber(other)
  end)
  local best, likeness = nil, -1
  for place = 1, math.min(3, #order) do
    local record = record_of(base, order[place], records)
    if record and math.abs(post.time - record.time) <= window then
      local agreed = agreement(post.signature, record.signature)
      if agreed >= least and agreed > likeness then best, likeness = order[place], agreed end
    end
  end
  return best, likeness
end

-- a cluster that makes room, and what leads to it; numbers are given in order, so the oldest has the least
local function forget(base, number)
  local name = base .. 'c:' .. number
  local signature, keys = unpack(call('HMGET', name, 's', 'b'))
  local first, width = 1, 4
  if signature == '' then first, width = SHORT, 8 end
  for each = slice - 1, slice do
    for index = 1, keys and #keys / width or 0 do
      local hash, key = base .. each .. ':' .. (first + index - 1), keys:sub(index * width - width + 1, index * width)
      if call('HGET', hash, key) == number then call('HDEL', hash, key) end
    end
  end
  call('UNLINK', name, base .. 'm:' .. number, base .. 'a:' .. number)
end

local function found(base, post, known, records, fresh)
  local number = tostring(call('INCR', base .. 'n'))
  if tonumber(number) > clusters then forget(base, tostring(tonumber(number) - clusters)) end
  local name = base .. 'c:' .. number
  call('HSET', name, 'x', post.id, 'k', post.key, 'a', post.author, 't', tostring(post.time), 's', post.signature,
       'n', 1, 'b', post.keys)
  call('EXPIRE', name, window)
  records[number] = {id = post.id, key = post.key, author = post.author, time = post.time,
                     signature = post.signature, posts = 1}
  for band = post.from, post.to do
    local key, pairs_of = post.bands[band], fresh[band]
    known[band][key] = number
    if not pairs_of then pairs_of = {} fresh[band] = pairs_of end
    pairs_of[#pairs_of + 1] = key
    pairs_of[#pairs_of + 1] = number
  end
end

local function join(base, post, number, record, agreed)
  if post.key == record.key then return {} end
  local members, authors = base .. 'm:' .. number, base .. 'a:' .. number
  local first = record.posts == 1
  if record.posts < most and call('SADD', members, post.key) == 1 then
    record.posts = call('HINCRBY', base .. 'c:' .. number, 'n', 1)
    if first then call('HINCRBY', authors, record.author, 1) end
    call('HINCRBY', authors, post.author, 1)
    if first then
      local left = math.max(1, call('TTL', base .. 'c:' .. number))
      call('EXPIRE', members, left)
      call('EXPIRE', authors, left)
    end
  end
  local own = tonumber(call('HGET', authors, post.author) or '0')
  return {record.id, agreed, record.posts, call('HLEN', authors), own}
end

for _ = 1, tonumber(ARGV[6]) do
  local base, size = KEYS[1] .. ':' .. ARGV[at] .. ':', tonumber(ARGV[at + 1])
  at = at + 2
  local posts = posts_of_group(size)
  local known, records, fresh = known_clusters(base, posts), {}, {}
  for _, post in ipairs(posts) do
    local number, agreed = nearest(base, post, known, records)
    if number then
      table.insert(replies, join(base, post, number, records[number], agreed))
    else
      found(base, post, known, records, fresh)
      table.insert(replies, {})
    end
  end
  for band, pairs_of in pairs(fresh) do
    local name = base .. slice .. ':' .. band
    call('HSET', name, unpack(pairs_of))
    call('EXPIRE', name, 2 * window)
  end
  if next(fresh) then call('EXPIRE', base .. 'n', 3 * window) end
end
return replies
