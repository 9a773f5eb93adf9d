-- A decision over a list: all are decided, then all are charged or none. Of some equal callers in a row the first are admitted, as many as
-- every enforced limit has room for; a shadow limit is charged by those of them that it has room for.
--
-- KEYS, ARGV, TTL  as in Script.lua.
-- Returns          a function (limits, where the decision begins in the request, the number of its first key) that returns the decision's
--                  part of the reply, where the request goes on, and the number of the next key.
return function(limits, at, key_at)
  local mode, count, callers
  mode, count, callers, at = read('<BBH', request, at)
  local items, admitted = {}, callers
  for i = 1, count do
    local index, a, b
    index, a, b, at = read('<Bdd', request, at)
    local limit = limits[index]
    local algorithm = limit[5]
    local item = {limit, KEYS[key_at], KEYS[key_at + 1], a, b, callers, algorithm.read(KEYS[key_at], KEYS[key_at + 1], limit)}
    key_at = key_at + algorithm.keys
    if a < 0 then
      item[6] = 0
    elseif a > 0 or b > 0 then
      item[6] = algorithm.fit(limit, a, b, callers, item[8], item[9], item[10], item[11], item[12])
    end
    if item[6] < admitted and not limit[6] then admitted = item[6] end
    items[i] = item
  end
  local lease
  if mode == 2 then lease, at = read('<c16', request, at) end

  local reports = {pack('<H', admitted)}
  for i = 1, count do
    local limit, key, key2, a, b, fit, state, v1, v2, v3, v4, v5 = unpack(items[i], 1, 12)
    local algorithm = limit[5]
    local charged = fit < admitted and fit or admitted
    if state then
      reports[i + 1] = pack('<Bc0', #state, state)
    else
      reports[i + 1] = algorithm.report(v1, key, key2, limit, a, charged < callers and charged, mode == 3)
    end
    if (a ~= 0 or b ~= 0) and (mode == 1 or mode == 2) then
      if charged > 0 then
        algorithm.charge(key, key2, limit, a, b, charged, lease, v1, v2, v3, v4, v5)
      elseif fit == 0 and v4 == 'foreign' then
        algorithm.settle(key, limit, v1, v2, v3)
      end
    end
  end
  return table.concat(reports), at, key_at
end
