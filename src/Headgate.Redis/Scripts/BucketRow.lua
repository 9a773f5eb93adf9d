-- Several equal charges of a bucket in a row (BucketFlow.lua): numbers of microseconds with a remainder in 1/N microseconds.
local row = {}

-- count times a cost.
function row.times(count, micros, rest, n)
  if rest == 0 then return count * micros, 0 end
  local over = count * rest
  local left = over % n
  return count * micros + (over - left) / n, left
end

-- How many costs find room: the estimate is off by no more than its rounding.
function row.fit(room, units, micros, rest, n, callers)
  local function fits(count)
    local whole, part = row.times(count, micros, rest, n)
    return whole < room or (whole == room and part <= units)
  end
  local count = math.floor((room + units / n) / (micros + rest / n))
  if count > callers then count = callers end
  while count > 0 and not fits(count) do count = count - 1 end
  while count < callers and fits(count + 1) do count = count + 1 end
  return count
end

return row
