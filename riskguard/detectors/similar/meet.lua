-- Remember a batch of posts and find the cluster that each one joins, all in one step.
--
-- KEYS[1]  first part of every key: PREFIX:similar4
-- ARGV     now (s), window (s), most members, most texts, most faces, likenesses alike, alike when short, few grams,
--          contained, grams of the contained, its part, far, drift (see likeness.py), number of groups, then for each
--          group: community, number of posts, then for each post: our id, key, author, time (s), grams, band keys,
--          probes (keys of 4 bytes end to end, or one key of 8 bytes for a short text, which has no grams; four
--          probes a band, for the first bands or none)
-- Returns  for each post: {} if it is the first of its kind, else {cluster, likeness, copies, accounts, own, since}
--
-- PREFIX:similar4:COMMUNITY:SLICE:BAND  hash: band key -> number of a text (the newest one; so a bucket never grows)
-- PREFIX:similar4:COMMUNITY:c:NUMBER    a text, packed: post's id, its key, author, time, grams, band keys and, of a
--                                       further face, the number of its cluster
-- PREFIX:similar4:COMMUNITY:m:NUMBER    set of the keys of the cluster's posts, without the first
-- PREFIX:similar4:COMMUNITY:a:NUMBER    hash: author -> posts, FACES -> further faces
-- A text lives for one window after its post, a slice of bands for at most two; of very many in one community the
-- oldest go early.

local call = redis.call
local window, most, texts, most_faces = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local ALIKE, ALIKE_SHORT, FEW_GRAMS = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local CONTAINED, CONTAINED_GRAMS, CONTAINED_PART = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local FAR, DRIFT = tonumber(ARGV[12]), tonumber(ARGV[13])
local slice = math.floor(tonumber(ARGV[1]) / window)
local at = 15
local GRAM = 3
local SHORT = 0  -- the band of short texts
local FACES = 'faces'
local replies = {}

local function grams_of(post)
  if not post.set then
    local set, grams = {}, post.grams
    for from = 1, #grams, GRAM do
      local a, b, c = grams:byte(from, from + 2)
      set[a * 65536 + b * 256 + c] = true
    end
    post.set = set
  end
  return post.set
end

-- Jaccard similarity of a post and a remembered text, and whether they count as one
local function compared(post, record)
  local one, other, shared = #post.grams / GRAM, #record.grams / GRAM, 0
  if one == 0 or other == 0 then
    local both = one == other
    return both and 1 or 0, both
  end
  local set, grams = grams_of(post), record.grams
  for from = 1, #grams, GRAM do
    local a, b, c = grams:byte(from, from + 2)
    if set[a * 65536 + b * 256 + c] then shared = shared + 1 end
  end
  local jaccard, fewer = shared / (one + other - shared), math.min(one, other)
  local alike = jaccard >= ALIKE
    or (jaccard >= ALIKE_SHORT and one + other - 2 * shared <= FEW_GRAMS)
    or (fewer >= CONTAINED_GRAMS and shared >= CONTAINED * fewer and fewer >= CONTAINED_PART * math.max(one, other))
  return jaccard, alike
end

local function posts_of_group(size)
  local posts = {}
  for index = 1, size do
    local keys = ARGV[at + 5]
    local post = {id = ARGV[at], key = ARGV[at + 1], author = ARGV[at + 2], said = ARGV[at + 3], time = tonumber(ARGV[at + 3]),
                  grams = ARGV[at + 4], keys = keys, bands = {}}
    if post.grams == '' then
      post.from, post.to, post.bands[SHORT] = SHORT, SHORT, keys
    else
      post.from, post.to = 1, #keys / 4
      for band = 1, post.to do post.bands[band] = keys:sub(band * 4 - 3, band * 4) end
    end
    local probes = ARGV[at + 6]
    post.probed = #probes / 16  -- bands: four probes each, of four bytes
    if probes ~= '' then
      post.probes = {}
      for from = 1, #probes, 4 do post.probes[#post.probes + 1] = probes:sub(from, from + 3) end
    end
    posts[index] = post
    at = at + 7
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
      if post.probes and band <= post.probed then
        for probe = band * 4 - 3, band * 4 do keys[#keys + 1] = post.probes[probe] end
      end
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
    local packed = call('GET', base .. 'c:' .. number)
    if packed then
      local id, key, author, said, grams, _, parent = cmsgpack.unpack(packed)
      records[number] = {number = number, id = id, key = key, author = author, said = said, time = tonumber(said),
                         grams = grams, parent = parent}
    else
      records[number] = false
    end
  end
  return records[number]
end

-- how alike a post and a text are, and the first post of the text's cluster; nil where it does not join
local function likeness(base, post, record, records)
  local first = record
  if record.parent then first = record_of(base, record.parent, records) end
  if not first or math.abs(post.time - first.time) > window then return nil end
  local jaccard, alike = compared(post, record)
  if not alike then return nil end
  if record.parent then
    local root = compared(post, first)
    if root < DRIFT then return nil end
    if record.key == post.key then jaccard = root end  -- met again: it is as far from the first as it was
  end
  return jaccard, first
end

-- the most similar of the three texts that share most bands, and the first post of its cluster
local function nearest(base, post, known, records)
  local met, order = {}, {}
  local function meet(number)
    if number then
      if not met[number] then order[#order + 1] = number end
      met[number] = (met[number] or 0) + 1
    end
  end
  for band = post.from, post.to do
    meet(known[band][post.bands[band]])
    if post.probes and band <= post.probed then
      for probe = band * 4 - 3, band * 4 do meet(known[band][post.probes[probe]]) end
    end
  end
  if #order == 0 then return nil, 0 end
  table.sort(order, function(one, other)
    if met[one] ~= met[other] then return met[one] > met[other] end
    return tonumber(one) < tonumber(other)
  end)
  local best, highest = nil, 0
  for place = 1, math.min(3, #order) do
    local record = record_of(base, order[place], records)
    if record then
      local found, first = likeness(base, post, record, records)
      if found and found > highest then best, highest = first, found end
    end
  end
  return best, highest
end

-- a text that makes room, and what leads to it; numbers are given in order, so the oldest has the least
local function forget(base, number)
  local name = base .. 'c:' .. number
  local packed, first, width, grams, keys, _ = call('GET', name), 1, 4
  if packed then _, _, _, _, grams, keys = cmsgpack.unpack(packed) end
  if grams == '' then first, width = SHORT, 8 end
  for each = slice - 1, slice do
    for index = 1, keys and #keys / width or 0 do
      local hash, key = base .. each .. ':' .. (first + index - 1), keys:sub(index * width - width + 1, index * width)
      if call('HGET', hash, key) == number then call('HDEL', hash, key) end
    end
  end
  call('UNLINK', name, base .. 'm:' .. number, base .. 'a:' .. number)
end

-- a text to be recognised by: of a new cluster, or a further face of the cluster `parent`
local function keep(base, post, known, records, fresh, parent)
  local number = tostring(call('INCR', base .. 'n'))
  if tonumber(number) > texts then forget(base, tostring(tonumber(number) - texts)) end
  local packed = cmsgpack.pack(post.id, post.key, post.author, post.said, post.grams, post.keys, parent)
  call('SET', base .. 'c:' .. number, packed, 'EX', window)
  records[number] = {number = number, id = post.id, key = post.key, author = post.author, said = post.said,
                     time = post.time, grams = post.grams, parent = parent}
  for band = post.from, post.to do
    local key, pairs_of = post.bands[band], fresh[band]
    known[band][key] = number
    if not pairs_of then pairs_of = {} fresh[band] = pairs_of end
    pairs_of[#pairs_of + 1] = key
    pairs_of[#pairs_of + 1] = number
  end
end

-- how many posts the cluster has with this one, and whether it is new to it
local function count(base, post, first)
  local members, authors = base .. 'm:' .. first.number, base .. 'a:' .. first.number
  local others = call('SCARD', members)
  if others + 1 >= most or call('SADD', members, post.key) == 0 then return others + 1, false end
  if others == 0 then call('HINCRBY', authors, first.author, 1) end
  call('HINCRBY', authors, post.author, 1)
  if others == 0 then
    local left = math.max(1, call('TTL', base .. 'c:' .. first.number))
    call('EXPIRE', members, left)
    call('EXPIRE', authors, left)
  end
  return others + 2, true
end

local function join(base, post, first, jaccard, known, records, fresh)
  if post.key == first.key then return {} end
  local copies, new = count(base, post, first)
  local authors = base .. 'a:' .. first.number
  local own, faces = unpack(call('HMGET', authors, post.author, FACES))
  local accounts = call('HLEN', authors) - (faces and 1 or 0)
  if new and jaccard < FAR and 1 + (faces or 0) < most_faces then
    call('HINCRBY', authors, FACES, 1)
    keep(base, post, known, records, fresh, first.number)
  end
  return {first.id, string.format('%.17g', jaccard), copies, accounts, tonumber(own or '0'), first.said}
end

for _ = 1, tonumber(ARGV[14]) do
  local base, size = KEYS[1] .. ':' .. ARGV[at] .. ':', tonumber(ARGV[at + 1])
  at = at + 2
  local posts = posts_of_group(size)
  local known, records, fresh = known_clusters(base, posts), {}, {}
  for _, post in ipairs(posts) do
    local first, jaccard = nearest(base, post, known, records)
    if first then
      table.insert(replies, join(base, post, first, jaccard, known, records, fresh))
    else
      keep(base, post, known, records, fresh)
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
