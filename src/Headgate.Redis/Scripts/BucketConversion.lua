-- A level that was written under another rate: the same permits in the units of this one, rounded up by less than one unit, cut at 2^62 units
-- and at 2^52 microseconds (law 12). Twin of Convert in Algorithms/BucketFlow.cs.
--
-- Returns  a function (micros, fraction, N and P of the old rate, N and P of the new one) that returns micros and fraction (BucketFlow.lua).
return function(micros, fraction, old_n, old_p, new_n, new_p)
  local wide = need('Wide')
  local level = wide.subtract(wide.multiply_add(wide.of(micros), wide.of(old_n), 0), wide.of(fraction))
  local units, rest = wide.divide(wide.multiply_add(level, wide.of(new_p), 0), wide.of(old_p))
  if #rest > 1 or rest[1] > 0 then units = wide.multiply_add(units, {1}, 1) end

  local n = wide.of(new_n)
  local slowest = wide.multiply_add(wide.of(4503599627370496), n, 0)
  if wide.compare(units, slowest) > 0 then units = slowest end
  local largest = wide.multiply_add(wide.of(2147483648), wide.of(2147483648), 0)
  if wide.compare(units, largest) > 0 then units = largest end

  local whole, over = wide.divide(units, n)
  whole, over = wide.number(whole), wide.number(over)
  if over == 0 then return whole, 0 end
  return whole + 1, new_n - over
end
