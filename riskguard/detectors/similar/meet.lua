-- Remember a batch of posts and find the cluster that each one joins, all in one step.
--
-- KEYS[1]  first part of every key: PREFIX:similar5
-- ARGV     now (s), window (s), most members, most texts, most faces, likenesses alike, alike when short, few grams,
--          contained, grams of the contained, its part, far, drift (see likeness.py), bands on a shelf, number of
--          groups, then for each group: community, number of posts, then for each post: our id, key, author, time (s),
--          grams, keys, probes (lists as cmsgpack reads them: of 4 bytes, one key for each band and as many probes for
--          each shelf, or none; of a short text, which has no grams, one key of 8 bytes)
-- Returns  for each post: {} if it is the first of its kind, else {cluster, likeness, copies, accounts, own, since}
--
-- PREFIX:similar5:COMMUNITY:SLICE:SHELF  hash: key -> the newest text under it (so a bucket never grows)
-- PREFIX:similar5:COMMUNITY:c:PART       hash: number -> a text, packed: post's id, its key, author, time, grams, keys
--                                        and, of a further face, the first text of its cluster
-- PREFIX:similar5:COMMUNITY:m:NUMBER     set of the keys of the cluster's posts, without the first
-- PREFIX:similar5:COMMUNITY:a:NUMBER     hash: author -> posts, FACES -> further faces
-- PREFIX:similar5:COMMUNITY:n            the number given last
-- A text is named by five bytes: its part of the window, and its number. A part lives for one window after its last
-- text, a slice for at most two; of very many texts in one community the oldest go early. Whatever is written for each
-- post goes into few large hashes: a key of its own would be looked up in two tables that grow with all communities.

local call = redis.call
local window, most, texts, most_faces = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local ALIKE, ALIKE_SHORT, FEW_GRAMS = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local CONTAINED, CONTAINED_GRAMS, CONTAINED_PART = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local FAR, DRIFT = tonumber(ARGV[12]), tonumber(ARGV[13])
local slice = math.floor(tonumber(ARGV[1]) / window)
local PARTS = 8  -- of a window
local part = math.floor(tonumber(ARGV[1]) * PARTS / window) % 256
local longest = math.ceil(window * (1 + 1 / PARTS))  -- that a text lives, in seconds
local at = 16
local GRAM = 3
local TEXT = '>BI4'
local BANDS = tonumber(ARGV[14])  -- on a shelf
local SHORT = 0  -- the shelf of short texts
local MOST_ARGUMENTS = 4000  -- of one command
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
    posts[index] = {id = ARGV[at], key = ARGV[at + 1], author = ARGV[at + 2], said = ARGV[at + 3],
                    time = tonumber(ARGV[at + 3]), grams = ARGV[at + 4], packed = ARGV[at + 5],
                    keys = cmsgpack.unpack(ARGV[at + 5]), probes = cmsgpack.unpack(ARGV[at + 6])}
    at = at + 7
  end
  return posts
end

local function shelf_of(band, grams)
  return grams == '' and SHORT or math.ceil(band / BANDS)
end

local function list_of(lists, shelf)
  local list = lists[shelf]
  if not list then list = {} lists[shelf] = list end
  return list
end

-- put what a post is looked for by on the lists of its shelves
local function ask(post, asked)
  local keys, probes = post.keys, post.probes
  if post.grams == '' then
    table.insert(list_of(asked, SHORT), keys[1])
    return
  end
  local shelves = #keys / BANDS
  local probed = #probes / shelves
  for shelf = 1, shelves do
    local list = list_of(asked, shelf)
    local last = #list
    for index = (shelf - 1) * BANDS + 1, shelf * BANDS do
      last = last + 1
      list[last] = keys[index]
    end
    for index = (shelf - 1) * probed + 1, shelf * probed do
      last = last + 1
      list[last] = probes[index]
    end
  end
end

-- key -> text, for all that the group is looked for by; the newer slice counts
local function known_texts(base, posts)
  local asked, known = {}, {}
  for _, post in ipairs(posts) do ask(post, asked) end
  for each = slice - 1, slice do
    local slice_base = base .. each .. ':'
    if call('EXISTS', slice_base .. SHORT, slice_base .. '1') > 0 then
      for shelf, keys in pairs(asked) do
        for from = 1, #keys, MOST_ARGUMENTS do
          local to = math.min(#keys, from + MOST_ARGUMENTS - 1)
          local values = call('HMGET', slice_base .. shelf, unpack(keys, from, to))
          for index = from, to do
            local text = values[index - from + 1]
            if text then known[keys[index]] = text end
          end
        end
      end
    end
  end
  return known
end

local function number_of(text)
  return (select(2, struct.unpack(TEXT, text)))
end

local function record_of(base, text, records)
  if records[text] == nil then
    local of, number = struct.unpack(TEXT, text)
    local packed = call('HGET', base .. 'c:' .. of, number)
    if packed then
      local id, key, author, said, grams, _, parent = cmsgpack.unpack(packed)
      records[text] = {text = text, number = number, id = id, key = key, author = author, said = said,
                       time = tonumber(said), grams = grams, parent = parent}
    else
      records[text] = false
    end
  end
  return records[text]
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
  local function meet(text)
    if not met[text] then order[#order + 1] = text end
    met[text] = (met[text] or 0) + 1
  end
  for _, key in ipairs(post.keys) do
    local text = known[key]
    if text then meet(text) end
  end
  for _, key in ipairs(post.probes) do
    local text = known[key]
    if text then meet(text) end
  end
  if #order == 0 then return nil, 0 end
  table.sort(order, function(one, other)
    if met[one] ~= met[other] then return met[one] > met[other] end
    return number_of(one) < number_of(other)
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
  for ago = PARTS, 0, -1 do
    local of = (part - ago) % 256
    local packed = call('HGET', base .. 'c:' .. of, number)
    if packed then
      local text, _, _, _, _, grams, keys = struct.pack(TEXT, of, number), cmsgpack.unpack(packed)
      for each = slice - 1, slice do
        for index, key in ipairs(cmsgpack.unpack(keys)) do
          local hash = base .. each .. ':' .. shelf_of(index, grams)
          if call('HGET', hash, key) == text then call('HDEL', hash, key) end
        end
      end
      call('HDEL', base .. 'c:' .. of, number)
      call('UNLINK', base .. 'm:' .. number, base .. 'a:' .. number)
      return
    end
  end
end

-- a text to be recognised by: of a new cluster, or a further face of the cluster `parent`
local function keep(post, known, records, fresh, parent)
  local number = fresh.number + 1
  local text = struct.pack(TEXT, part, number)
  fresh.number = number
  table.insert(fresh.texts, number)
  table.insert(fresh.texts, cmsgpack.pack(post.id, post.key, post.author, post.said, post.grams, post.packed, parent))
  records[text] = {text = text, number = number, id = post.id, key = post.key, author = post.author,
                   said = post.said, time = post.time, grams = post.grams, parent = parent}
  for index, key in ipairs(post.keys) do
    known[key] = text
    local list = list_of(fresh.places, shelf_of(index, post.grams))
    local last = #list
    list[last + 1] = key
    list[last + 2] = text
  end
end

-- the texts that were kept of a group, and what leads to them
local function remember(base, fresh)
  if #fresh.texts == 0 then return end
  local texts_of_part = base .. 'c:' .. part
  call('HSET', texts_of_part, unpack(fresh.texts))
  call('EXPIRE', texts_of_part, window)
  for shelf, places in pairs(fresh.places) do
    local name = base .. slice .. ':' .. shelf
    local before = call('EXISTS', name)
    for from = 1, #places, MOST_ARGUMENTS do
      call('HSET', name, unpack(places, from, math.min(#places, from + MOST_ARGUMENTS - 1)))
    end
    if before == 0 then call('EXPIRE', name, 2 * window) end
  end
  call('SET', base .. 'n', fresh.number, 'EX', 3 * window)
  for number = fresh.before + 1, fresh.number do
    if number > texts then forget(base, number - texts) end
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
    call('EXPIRE', members, longest)
    call('EXPIRE', authors, longest)
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
    keep(post, known, records, fresh, first.text)
  end
  return {first.id, string.format('%.17g', jaccard), copies, accounts, tonumber(own or '0'), first.said}
end

for _ = 1, tonumber(ARGV[15]) do
  local base, size = KEYS[1] .. ':' .. ARGV[at] .. ':', tonumber(ARGV[at + 1])
  at = at + 2
  local posts = posts_of_group(size)
  local known, records = known_texts(base, posts), {}
  local before = tonumber(call('GET', base .. 'n') or '0')
  local fresh = {before = before, number = before, texts = {}, places = {}}
  for _, post in ipairs(posts) do
    local first, jaccard = nearest(base, post, known, records)
    if first then
      table.insert(replies, join(base, post, first, jaccard, known, records, fresh))
    else
      keep(post, known, records, fresh)
      table.insert(replies, {})
    end
  end
  remember(base, fresh)
end
return replies
