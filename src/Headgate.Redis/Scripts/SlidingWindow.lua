-- Two aligned windows that estimate a sliding one: admitted when current + cost + previous * (W - elapsed) / W is within the permits,
-- compared exactly. Twin of Algorithms/SlidingWindow.cs.
--
-- State    'I7I7I7I7', 28 bytes: time of the last admitted charge, when nothing of it counts any more, counts of its window and of the
--          one before.
-- Numbers  permits, window in microseconds. Cost: permits.
-- View     the time that counts, counts of its window and of the one before, when its window began, the end in the state.
-- Report   the state as it was, empty if there was none, its length in front.
-- TTL      until nothing counts any more: the end of the window after the last charge's.
local function write(key, time, ends_at, current, previous, forget_at)
  call('SET', key, pack('<I7I7I7I7', time, ends_at, current, previous), 'PX', ttl(forget_at))
end

-- ceil(count * left / width) for a left of at most the width.
local function weigh(count, left, width)
  if count * left < 9007199254740992 then
    local product = count * left
    local rest = product % width
    return (product - rest) / width + (rest > 0 and 1 or 0)
  end
  -- Horner's rule over the digits of the count, below 2^53: in base 2^16 where width is at most 2^36, else in base 2.
  local base = width <= 68719476736 and 65536 or 2
  local digits, places = {}, 0
  while count > 0 do
    places = places + 1
    digits[places] = count % base
    count = (count - digits[places]) / base
  end
  local quotient, remainder = 0, 0
  for i = places, 1, -1 do
    local shifted = remainder * base
    local rest = shifted % width
    local added = digits[i] * left
    local more = added % width
    quotient = quotient * base + (shifted - rest) / width + (added - more) / width
    remainder = rest + more
    if remainder >= width then quotient, remainder = quotient + 1, remainder - width end
  end
  return quotient + (remainder > 0 and 1 or 0)
end

return {
  keys = 1,

  read = function(key, _, limit)
    local state = call('GET', key)
    local width = limit[2]
    if not state or #state ~= 28 then return '', now, 0, 0, now - now % width, 0 end
    local seen, ends_at, current, previous = read('<I7I7I7I7', state)
    local time, counts = now, true
    if now < seen then
      counts = seen - now <= 2 * width
      if counts then time = seen end
    end
    local start = time - time % width
    if not counts or time >= ends_at or seen < start - width then
      current, previous = 0, 0
    elseif seen < start then
      current, previous = 0, current
    end
    return state, time, current, previous, start, ends_at
  end,

  fit = function(limit, cost, _, callers, time, current, previous, start)
    local room = limit[1] - current
    if previous > 0 then room = room - weigh(previous, start + limit[2] - time, limit[2]) end
    local count = math.floor(room / cost)
    if count < 0 then return 0 end
    return count < callers and count or callers
  end,

  charge = function(key, _, limit, cost, _, count, _, time, current, previous, start)
    local ends_at = start + 2 * limit[2]
    write(key, time, ends_at, current + count * cost, previous, ends_at)
  end,

  refund = function(key, _, limit, cost, _, charged_at, time, current, previous, start, ends_at)
    if current == 0 and previous == 0 then return end
    if charged_at >= start then
      current = current > cost and current - cost or 0
    elseif charged_at >= start - limit[2] then
      previous = previous > cost and previous - cost or 0
    end
    -- Of the previous window alone nothing counts from the end of this one on.
    local forget_at = math.min(ends_at, start + (current > 0 and 2 or 1) * limit[2])
    if current == 0 and previous == 0 then
      if time <= now then
        call('DEL', key)
        return
      end
      -- Time of this key stands still until the clock has caught up; until then nothing is not "never seen".
      forget_at = time
    end
    write(key, time, math.min(ends_at, start + 2 * limit[2]), current, previous, forget_at)
  end,
}
