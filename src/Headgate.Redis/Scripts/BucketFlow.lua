-- The level of a bucket that drains at an exact rational rate: what token and leaky bucket share, twin of Algorithms/BucketFlow.cs.
--
-- N permits per P microseconds in lowest terms. A level is counted in units of 1/N microsecond: a permit is P units, a microsecond drains
-- N. Units reach 2^62, so a level is kept as the microseconds in which it drains, rounded up, and the units by which that is too much:
-- level = micros * N - fraction, 0 <= fraction < N < 2^32, micros at most 2^52.
--
-- State    a string: 'I7' time of the last admitted charge, then the micros and the fraction that the level had at that time:
--            'I5'          12 bytes: no fraction, at most 12 days, under the limit's own rate
--            'I7I4'        18 bytes: under the limit's own rate
--            'I7I4I4I7'    29 bytes: and N and P, for limits with a name, whose rate may change (law 12)
-- Numbers  of a limit: micros and fraction of the full bucket, N, P.
-- Cost     micros and remainder: cost * P = micros * N + remainder, 0 <= remainder < N.
-- View     the time that counts, micros and fraction of the level then, 'foreign' if it was written under another rate.
-- Report   the state as it was, empty if there was none, its length in front.
-- TTL      until the bucket is empty.
local function write(key, limit, time, micros, fraction)
  local state
  if limit[7] then
    state = pack('<I7I7I4I4I7', time, micros, fraction, limit[3], limit[4])
  elseif fraction == 0 and micros < 1099511627776 then
    state = pack('<I7I5', time, micros)
  else
    state = pack('<I7I7I4', time, micros, fraction)
  end
  call('SET', key, state, 'PX', ttl(time + micros))
end

return {
  keys = 1,
  settle = write,

  read = function(key, _, limit)
    local state = call('GET', key)
    if not state then return '', now, 0, 0 end
    local length = #state
    local seen, micros, fraction, n, p
    if length == 12 then
      seen, micros = read('<I7I5', state)
      fraction = 0
    elseif length == 18 then
      seen, micros, fraction = read('<I7I7I4', state)
    elseif length == 29 then
      seen, micros, fraction, n, p = read('<I7I7I4I4I7', state)
    else
      -- Nobody here wrote that.
      return '', now, 0, 0
    end

    local time = now
    if now < seen then
      -- Behind by more than a full refill: that clock was wrong, or this one is (law 8).
      if seen - now > limit[1] then return state, now, 0, 0 end
      time = seen
    end
    micros = seen + micros - time
    if micros <= 0 then return state, time, 0, 0 end
    if n and (n ~= limit[3] or p ~= limit[4]) then
      micros, fraction = need('BucketConversion')(micros, fraction, n, p, limit[3], limit[4])
      return state, time, micros, fraction, 'foreign'
    end
    return state, time, micros, fraction
  end,

  fit = function(limit, micros, rest, callers, _, level, fraction)
    local n = limit[3]
    local room, units = limit[1] - level, fraction - limit[2]
    if units < 0 then room, units = room - 1, units + n end
    if room < 0 then return 0 end
    if callers == 1 then return (micros < room or (micros == room and rest <= units)) and 1 or 0 end
    return need('BucketRow').fit(room, units, micros, rest, n, callers)
  end,

  charge = function(key, _, limit, micros, rest, count, _, time, level, fraction)
    if count > 1 then micros, rest = need('BucketRow').times(count, micros, rest, limit[3]) end
    micros, fraction = level + micros, fraction - rest
    if fraction < 0 then micros, fraction = micros + 1, fraction + limit[3] end
    write(key, limit, time, micros, fraction)
  end,

  -- Takes off what is still outstanding of a charge: its cost, less what has drained since.
  refund = function(key, _, limit, micros, rest, charged_at, time, level, fraction)
    if level == 0 then return end
    if time > charged_at then micros = micros - (time - charged_at) end
    if micros < 0 or (micros == 0 and rest == 0) then return end
    micros, fraction = level - micros, fraction + rest
    if fraction >= limit[3] then micros, fraction = micros - 1, fraction - limit[3] end
    if micros > 0 then
      write(key, limit, time, micros, fraction)
    elseif time > now then
      -- Time of this key stands still until the clock has caught up; until then nothing is not "never seen".
      write(key, limit, time, 0, 0)
    else
      call('DEL', key)
    end
  end,
}
