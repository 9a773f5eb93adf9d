-- The script of the store: one call, one instant, any number of decisions, each all or none.
--
-- KEYS     the state of each charge, in the order of the request; a concurrency limit has two keys.
-- ARGV[1]  the request, packed little-endian ('d' is a double that holds an integer below 2^53):
--            'd'  -1 for this server's clock; a time in microseconds since 1970 is reserved for tests
--            'B'  operation: 1 decide, 2 refund, 3 renew, 4 release (2 to 4: Afterwards.lua)
--            'B'  number of limits, then each: 'BB' kind and flags (1 shadow, 2 remember the rate), 'dddd' its numbers:
--                   1 token bucket, 2 leaky bucket              micros and fraction of a full bucket, N, P (BucketFlow.lua)
--                   3 fixed window, 4 sliding window, 5 log     permits, window in microseconds, 0, 0
--                   6 concurrency                               permits, lease time in microseconds, 0, 0
--            'H'  number of decisions, then each:
--                 'BBH'  mode (0 peek, 1 acquire, 2 enter, 3 peek and report everything), charges, how many equal callers in a row
--                 each charge: 'Bdd' its limit, from 1, and its cost: of buckets whole microseconds and a remainder in 1/N microseconds, of
--                 the others a number and 0. A first number of -1 is more than the limit has: never admitted.
--                 'c16'  mode 2 only: the lease
-- Returns  a string: 'd' the time, then for each decision 'H' how many of the callers were admitted, and for each charge the report of its
--          algorithm: what the limit looked like before. What callers want to know follows from that.
-- TTL      every key lives until its state decides like never seen, rounded up to a millisecond. A denial and a peek write nothing.
--
-- The other files are parts of this one: need(part) runs the part of that name and gives what it returns, so that a call pays for the
-- parts that it uses only. An algorithm's part returns
--   keys                                          how many keys its state has
--   read(key, key2, limit)                        the state as it is, and up to five numbers that say what it comes to now: its view
--   fit(limit, a, b, callers, view)               how many charges of a cost in a row find room
--   charge(key, key2, limit, a, b, count, lease, view)   makes so many
--   settle(key, limit, view)                      buckets: writes a state of another rate at this one's (law 12)
--   refund, renew, release                        Afterwards.lua
--   report(view, key, key2, limit, a, denied, everything)   what is reported, where that is not the state itself
local request = ARGV[1]
local read, pack, call = struct.unpack, struct.pack, redis.call
local now, op, limit_count, at = read('<dBB', request)
local by_test = now >= 0
if not by_test then
  local time = call('TIME')
  now = time[1] * 1000000 + time[2]
end

-- Milliseconds for PX and PEXPIRE. A test's clock does not run, so its keys must not be gone before it is done with them.
local function ttl(forget_at)
  if by_test then return 600000 end
  return math.ceil((forget_at - now) / 1000)
end

local need
need = parts

-- Of each limit its four numbers, then its algorithm, whether it is a shadow, and whether its states remember their rate.
local limits = {}
local algorithm, known
for i = 1, limit_count do
  local kind, flags, a, b, c, d
  kind, flags, a, b, c, d, at = read('<BBdddd', request, at)
  if kind ~= known then algorithm, known = need(kind), kind end
  limits[i] = {a, b, c, d, algorithm, flags % 2 == 1, flags >= 2}
end

if op ~= 1 then return need('Afterwards')(op, limits, at) end

local decision_count, decide_list
decision_count, at = read('<H', request, at)
local replies = decision_count > 1 and {pack('<d', now)}
local key_at = 1
for i = 1, decision_count do
  local reply
  local mode, count, callers, index, a, b, after = read('<BBHBdd', request, at)
  if count > 1 then
    decide_list = decide_list or need('List')
    reply, at, key_at = decide_list(limits, at, key_at)
  else
    at = after
    local lease
    if mode == 2 then lease, at = read('<c16', request, at) end
    local limit = limits[index]
    algorithm = limit[5]
    local key, key2 = KEYS[key_at], KEYS[key_at + 1]
    key_at = key_at + algorithm.keys

    local state, v1, v2, v3, v4, v5 = algorithm.read(key, key2, limit)
    local costs = a ~= 0 or b ~= 0
    local fit = costs and (a < 0 and 0 or algorithm.fit(limit, a, b, callers, v1, v2, v3, v4, v5)) or callers
    local admitted = limit[6] and callers or fit
    if state then
      reply = pack('<HBc0', admitted, #state, state)
    else
      reply = pack('<H', admitted) .. algorithm.report(v1, key, key2, limit, a, fit < callers and fit, mode == 3)
    end
    if costs and (mode == 1 or mode == 2) then
      if fit > 0 then
        algorithm.charge(key, key2, limit, a, b, fit, lease, v1, v2, v3, v4, v5)
      elseif v4 == 'foreign' then
        algorithm.settle(key, limit, v1, v2, v3)
      end
    end
  end
  if not replies then return pack('<d', now) .. reply end
  replies[i + 1] = reply
end

return replies and table.concat(replies) or pack('<d', now)
