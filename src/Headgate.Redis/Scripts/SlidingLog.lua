-- Every admitted charge is remembered: admitted when the sum over (t' - W, t'] and the cost stay within the permits. Twin of
-- Algorithms/SlidingLog.cs.
--
-- State    a string: header 'I7I7I4I7', 25 bytes: time of the last admitted charge, when the last entry leaves the window, index of the
--          first entry that counts, total before it; then an entry of 'I7I7', 14 bytes, for each instant with charges, oldest first: its
--          time, and the total up to and with it, modulo 2^52. Sums are differences of totals, so both ends of the window are found by
--          bisection, and a denial reads a few entries, however long the log.
-- Numbers  permits, window in microseconds. Cost: permits.
-- View     a table: the time that counts, the sum, and where the entries that count begin.
-- Report   'ddddd' the time that counts, sum in the window, when its oldest and its youngest entry leave it, when the next caller that
--          is denied would find room; and, when asked for everything, 'I4' and the state as it was, if it is not too long.
-- TTL      until the youngest entry has left the window.
local header, size, modulus = 25, 14, 4503599627370496
local log = {keys = 1}

local function entry(key, index)
  local at = header + index * size
  return read('<I7I7', call('GETRANGE', key, at, at + size - 1))
end

-- The first index in [low, high) that passes the test, or high; once one passes, all later ones do. Near the start it is found soonest.
local function search(key, low, high, passes)
  local step = 1
  local from = low
  while from < high and not passes(entry(key, math.min(from + step, high) - 1)) do
    from = from + step
    step = step * 2
  end
  if from >= high then return high end
  local to = math.min(from + step, high) - 1
  while from < to do
    local middle = math.floor((from + to) / 2)
    if passes(entry(key, middle)) then to = middle else from = middle + 1 end
  end
  return to
end

function log.read(key, _, limit)
  local view = {time = now, used = 0, first = 0, count = 0, total = 0, before = 0, seen = 0, ends_at = 0}
  local length = call('STRLEN', key)
  if length == 0 then return nil, view end

  local first, before
  view.seen, view.ends_at, first, before = read('<I7I7I4I7', call('GETRANGE', key, 0, header - 1))
  view.count = (length - header) / size
  local counts = true
  if now < view.seen then
    counts = view.seen - now <= limit[2]
    if counts then view.time = view.seen end
  end
  if view.count == 0 then return nil, view end
  view.last_time, view.total = entry(key, view.count - 1)
  if not counts or view.time >= view.ends_at then
    view.first, view.before = view.count, view.total
    return nil, view
  end

  local oldest = view.time - limit[2]
  view.first = search(key, first, view.count, function(time) return time > oldest end)
  if view.first == first then
    view.before = before
  else
    local _
    _, view.before = entry(key, view.first - 1)
  end
  view.used = (view.total - view.before) % modulus
  return nil, view
end

function log.fit(limit, cost, _, callers, view)
  local count = math.floor((limit[1] - view.used) / cost)
  if count < 0 then return 0 end
  return count < callers and count or callers
end

function log.charge(key, _, limit, cost, _, count, _, view)
  local total = (view.total + count * cost) % modulus
  local ends_at = view.time + limit[2]
  local added = pack('<I7I7', view.time, total)
  if view.first == view.count then
    call('SET', key, pack('<I7I7I4I7', view.time, ends_at, 0, view.total) .. added, 'PX', ttl(ends_at))
    return
  end

  local place = header + view.count * size
  if view.last_time == view.time then place = place - size end
  if view.first >= 64 and view.first * 2 >= view.count then
    -- What has left the window takes most of the room.
    local kept = call('GETRANGE', key, header + view.first * size, place - 1)
    call('SET', key, pack('<I7I7I4I7', view.time, ends_at, 0, view.before) .. kept .. added, 'PX', ttl(ends_at))
    return
  end
  call('SETRANGE', key, place, added)
  call('SETRANGE', key, 0, pack('<I7I7I4I7', view.time, ends_at, view.first, view.before))
  call('PEXPIRE', key, ttl(ends_at))
end

-- Takes the cost off the entry of the time it was charged at; an entry that has left the window has nothing to give back.
function log.refund(key, _, limit, cost, _, charged_at, view)
  if view.used == 0 then return end
  local index = search(key, view.first, view.count, function(time) return time >= charged_at end)
  if index == view.count then return end
  local time, total = entry(key, index)
  if time ~= charged_at then return end

  local before = view.before
  if index > view.first then
    local _
    _, before = entry(key, index - 1)
  end
  local given = math.min((total - before) % modulus, cost)
  if given == view.used then
    if view.time <= now then
      call('DEL', key)
    else
      -- Time of this key stands still until the clock has caught up; until then nothing is not "never seen".
      call('SET', key, pack('<I7I7I4I7', view.seen, view.ends_at, 0, 0), 'PX', ttl(view.time))
    end
    return
  end

  local totals = {}
  for i = index, view.count - 1 do
    time, total = entry(key, i)
    totals[#totals + 1] = pack('<I7I7', time, (total - given) % modulus)
  end
  local state = call('GETRANGE', key, 0, header + index * size - 1) .. table.concat(totals)

  -- The youngest entry must be one that counts: it says when the last one leaves.
  local function total_before(i)
    if i <= view.first then return view.before end
    local _, sum = read('<I7I7', state, header + (i - 1) * size + 1)
    return sum
  end
  local count = view.count
  while total_before(count) == total_before(count - 1) do count = count - 1 end
  state = string.sub(state, 1, header + count * size)
  local youngest = read('<I7', state, header + (count - 1) * size + 1)
  call('SET', key, state, 'PX', ttl(math.min(view.ends_at, youngest + limit[2])))
end

-- When the next of some equal costs finds room, after so many of them were charged now.
local function room_at(view, key, limit, cost, charged)
  local missing = view.used + (charged + 1) * cost - limit[1]
  if missing > view.used then return view.time + limit[2] end
  local index = search(key, view.first, view.count, function(_, total) return (total - view.before) % modulus >= missing end)
  return math.min((entry(key, index)) + limit[2], charged > 0 and view.time + limit[2] or view.ends_at)
end

-- To be called before the charge is made. denied: how many are charged before the first that is denied, or false.
function log.report(view, key, _, limit, cost, denied, everything)
  local leaves, ends_at, retry_at = 0, 0, 0
  if view.used > 0 then
    leaves = entry(key, view.first) + limit[2]
    ends_at = math.min(view.ends_at, view.last_time + limit[2])
    leaves = math.min(leaves, ends_at)
  end
  if denied and cost > 0 and cost <= limit[1] and view.used + (denied + 1) * cost > limit[1] then
    retry_at = room_at(view, key, limit, cost, denied)
  end
  local report = pack('<ddddd', view.time, view.used, leaves, ends_at, retry_at)
  if not everything then return report end
  local length = view.count > 0 and view.count <= 8192 and header + view.count * size or 0
  return report .. pack('<I4', length) .. (length > 0 and call('GET', key) or '')
end

return log
