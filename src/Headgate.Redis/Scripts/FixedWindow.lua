-- A count for the window [kW, (k+1)W), aligned to 1970: admitted when the count and the cost stay within the permits. Twin of
-- Algorithms/FixedWindow.cs.
--
-- State    'I7I7I7', 21 bytes: time of the last admitted charge, end of its window, count.
-- Numbers  permits, window in microseconds. Cost: permits.
-- View     the time that counts, what is used of its window, when that began; and of the state time and end.
-- Report   the state as it was, empty if there was none, its length in front.
-- TTL      until the window ends.
local function write(key, seen, ends_at, count, forget_at)
  call('SET', key, pack('<I7I7I7', seen, ends_at, count), 'PX', ttl(forget_at))
end

return {
  keys = 1,

  read = function(key, _, limit)
    local state = call('GET', key)
    local width = limit[2]
    if not state or #state ~= 21 then return '', now, 0, now - now % width end
    local seen, ends_at, count = read('<I7I7I7', state)
    local time, trusted = now, true
    if now < seen then
      trusted = seen - now <= width
      if trusted then time = seen end
    end
    local start = time - time % width
    if not trusted or time >= ends_at or seen < start then count = 0 end
    return state, time, count, start, seen, ends_at
  end,

  fit = function(limit, cost, _, callers, _, used)
    local count = math.floor((limit[1] - used) / cost)
    if count < 0 then return 0 end
    return count < callers and count or callers
  end,

  charge = function(key, _, limit, cost, _, count, _, time, used, start)
    local ends_at = start + limit[2]
    write(key, time, ends_at, used + count * cost, ends_at)
  end,

  refund = function(key, _, _, cost, _, charged_at, time, used, start, seen, ends_at)
    if used == 0 or charged_at < start then return end
    if cost < used then
      write(key, seen, ends_at, used - cost, ends_at)
    elseif time > now then
      -- Time of this key stands still until the clock has caught up; until then nothing is not "never seen".
      write(key, seen, ends_at, 0, time)
    else
      call('DEL', key)
    end
  end,
}
