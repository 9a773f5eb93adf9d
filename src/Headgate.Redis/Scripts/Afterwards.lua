-- What becomes of charges that were made: a refund, a renewal, a release.
--
-- KEYS     as in Script.lua.
-- ARGV[1]  goes on after the limits (Script.lua) with
--            refund           'dH' when they were charged, by this server's clock, and their number, then each charge as in Script.lua
--            renew, release   'c16H' the lease, and the number of charges, then each
-- Returns  a string of one byte for each charge: 1 if the lease was held (or the refund considered), 0 if it was not held.
-- TTL      as after a charge; a state of which nothing is left is deleted.
return function(op, limits, at)
  local charged_at, lease, count
  if op == 2 then
    charged_at, count, at = read('<dH', request, at)
  else
    lease, count, at = read('<c16H', request, at)
  end

  local answers, key_at = {}, 1
  for i = 1, count do
    local index, a, b
    index, a, b, at = read('<Bdd', request, at)
    local limit = limits[index]
    local algorithm = limit[5]
    local key, key2 = KEYS[key_at], KEYS[key_at + 1]
    key_at = key_at + algorithm.keys
    local _, v1, v2, v3, v4, v5 = algorithm.read(key, key2, limit)
    local done = true
    if op == 2 then
      if a > 0 or b > 0 then algorithm.refund(key, key2, limit, a, b, charged_at, v1, v2, v3, v4, v5) end
    elseif op == 3 then
      done = algorithm.renew(key, key2, limit, lease, v1)
    else
      done = algorithm.release(key, key2, lease, v1)
    end
    answers[i] = done and '\1' or '\0'
  end
  return table.concat(answers)
end
