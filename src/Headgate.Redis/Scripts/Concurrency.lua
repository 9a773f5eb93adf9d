-- Permits held until given back, or until their lease time ends: admitted when those held and the cost stay within the permits. Twin of
-- Algorithms/Concurrency.cs.
--
-- State    two keys: a sorted set of leases by when they run out, in microseconds; and a hash: '' the sum of all costs in the set, 't' the
--          time of the last admitted charge, and the cost of each lease under its name. A lease's name is its 16 bytes, or, for permits
--          taken without one, 'a' and 'I7' when they run out. Leases that have run out go with the next charge.
-- Numbers  permits, lease time in microseconds. Cost: permits.
-- View     a table: the time that counts, permits held, and the leases that have run out.
-- Report   'dddd' the time that counts, permits held, when the last lease runs out (0: none), when the next caller that is denied would find room.
-- TTL      of both keys: until the last lease runs out.
local holds = {keys = 2}

local function costs_of(hash, names, from, to)
  local sum = 0
  for first = from, to, 1000 do
    local last = math.min(first + 999, to)
    local costs = call('HMGET', hash, unpack(names, first, last))
    for i = 1, #costs do sum = sum + costs[i] end
  end
  return sum
end

local function last_expiry(set)
  local last = call('ZREVRANGE', set, 0, 0, 'WITHSCORES')
  return last[2] and tonumber(last[2])
end

function holds.read(set, hash, limit)
  local view = {time = now, held = 0, stored = 0, gone = 0}
  local head = call('HMGET', hash, '', 't')
  if not head[1] then return nil, view end
  view.stored = tonumber(head[1])
  view.last = last_expiry(set)
  local seen = tonumber(head[2])
  local counts = true
  if now < seen then
    counts = seen - now <= limit[2]
    if counts then view.time = seen end
  end
  if not view.last or not counts or view.time >= view.last then
    view.last = nil
    return nil, view
  end

  -- Most of the time nobody has run out, and the first one says so.
  local first = call('ZRANGE', set, 0, 0, 'WITHSCORES')
  if tonumber(first[2]) <= view.time then
    view.names = call('ZRANGEBYSCORE', set, '-inf', view.time)
    view.gone = #view.names
  end
  view.held = view.stored - (view.gone > 0 and costs_of(hash, view.names, 1, view.gone) or 0)
  return nil, view
end

function holds.fit(limit, cost, _, callers, view)
  local count = math.floor((limit[1] - view.held) / cost)
  if count < 0 then return 0 end
  return count < callers and count or callers
end

local function expire(set, hash, forget_at)
  local time = ttl(forget_at)
  call('PEXPIRE', set, time)
  call('PEXPIRE', hash, time)
end

function holds.charge(set, hash, limit, cost, _, count, lease, view)
  if view.stored > 0 and not view.last then call('DEL', set, hash) end
  local expiry = view.time + limit[2]
  local name = lease or ('a' .. pack('<I7', expiry))
  call('ZADD', set, expiry, name)
  call('HINCRBY', hash, name, count * cost)
  call('HSET', hash, '', view.held + count * cost, 't', view.time)
  for first = 1, view.gone, 1000 do
    local last = math.min(first + 999, view.gone)
    call('ZREM', set, unpack(view.names, first, last))
    call('HDEL', hash, unpack(view.names, first, last))
  end
  expire(set, hash, math.max(expiry, view.last or 0))
end

-- Takes permits off a lease; all of them end it.
local function give_back(view, set, hash, name, held, given)
  if given == view.stored then
    if view.time > now then
      -- Time of this key stands still until the clock has caught up; until then nothing is not "never seen".
      call('HSET', hash, '', 0)
      call('HDEL', hash, name)
      call('PEXPIRE', hash, ttl(view.time))
    else
      call('DEL', hash)
    end
    call('DEL', set)
    return
  end
  if given == held then
    call('HINCRBY', hash, '', -given)
    call('HDEL', hash, name)
    call('ZREM', set, name)
  else
    call('HINCRBY', hash, name, -given)
    call('HINCRBY', hash, '', -given)
  end
  expire(set, hash, last_expiry(set))
end

-- The cost of a lease that is still held, or nil.
local function held_by(view, set, hash, name)
  if not view.last then return nil end
  local expiry = call('ZSCORE', set, name)
  if not expiry or tonumber(expiry) <= view.time then return nil end
  return tonumber(call('HGET', hash, name))
end

-- Gives back permits that were taken without a lease.
function holds.refund(set, hash, limit, cost, _, charged_at, view)
  local name = 'a' .. pack('<I7', charged_at + limit[2])
  local held = held_by(view, set, hash, name)
  if held then give_back(view, set, hash, name, held, math.min(held, cost)) end
end

function holds.release(set, hash, lease, view)
  local held = held_by(view, set, hash, lease)
  if not held then return false end
  give_back(view, set, hash, lease, held, held)
  return true
end

function holds.renew(set, hash, limit, lease, view)
  if not held_by(view, set, hash, lease) then return false end
  call('ZADD', set, view.time + limit[2], lease)
  call('HSET', hash, 't', view.time)
  expire(set, hash, last_expiry(set))
  return true
end

-- When so many permits more have come back by themselves.
local function room_at(view, set, hash, missing)
  local at, from = 0, view.gone
  while true do
    local leases = call('ZRANGE', set, from, from + 15, 'WITHSCORES')
    for i = 1, #leases, 2 do
      missing = missing - call('HGET', hash, leases[i])
      at = tonumber(leases[i + 1])
      if missing <= 0 then return at end
    end
    if #leases == 0 then return at end
    from = from + 16
  end
end

function holds.report(view, set, hash, limit, cost, denied)
  local retry_at = 0
  if denied and cost > 0 and cost <= limit[1] then
    local missing = view.held + (denied + 1) * cost - limit[1]
    if missing > view.held then
      retry_at = view.time + limit[2]
    elseif missing > 0 then
      retry_at = room_at(view, set, hash, missing)
    end
  end
  return pack('<dddd', view.time, view.held, view.last or 0, retry_at)
end

return holds
