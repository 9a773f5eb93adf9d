-- Numbers beyond 2^53, the largest integer that a Lua number holds: arrays of digits in base 2^24, the least first. For what is computed
-- once a reconfiguration; no number inside ever exceeds 2^53.
local base = 16777216
local wide = {}

function wide.of(number)
  local digits = {}
  repeat
    digits[#digits + 1] = number % base
    number = (number - digits[#digits]) / base
  until number == 0
  return digits
end

function wide.number(digits)
  local number = 0
  for i = #digits, 1, -1 do number = number * base + digits[i] end
  return number
end

-- a * b + c, for a c below 2^24.
function wide.multiply_add(a, b, c)
  local digits = {}
  for i = 1, #a + #b + 1 do digits[i] = 0 end
  digits[1] = c
  for i = 1, #a do
    local carry = 0
    for j = 1, #b do
      local sum = digits[i + j - 1] + a[i] * b[j] + carry
      digits[i + j - 1] = sum % base
      carry = (sum - sum % base) / base
    end
    local place = i + #b
    while carry ~= 0 do
      local sum = digits[place] + carry
      digits[place] = sum % base
      carry = (sum - sum % base) / base
      place = place + 1
    end
  end
  while #digits > 1 and digits[#digits] == 0 do digits[#digits] = nil end
  return digits
end

function wide.compare(a, b)
  if #a ~= #b then return #a - #b end
  for i = #a, 1, -1 do
    if a[i] ~= b[i] then return a[i] - b[i] end
  end
  return 0
end

-- a * 2 + bit, in place.
local function double(a, bit)
  for i = 1, #a do
    local sum = a[i] * 2 + bit
    bit = sum >= base and 1 or 0
    a[i] = sum % base
  end
  if bit > 0 then a[#a + 1] = bit end
end

-- a - b, in place, for a b of at most a.
function wide.subtract(a, b)
  local borrow = 0
  for i = 1, #a do
    local difference = a[i] - (b[i] or 0) - borrow
    borrow = difference < 0 and 1 or 0
    a[i] = difference % base
  end
  while #a > 1 and a[#a] == 0 do a[#a] = nil end
  return a
end

-- floor(a / b) and the remainder, bit by bit.
function wide.divide(a, b)
  local quotient, remainder = {0}, {0}
  for i = #a, 1, -1 do
    local digit, weight = a[i], base / 2
    while weight >= 1 do
      local bit = digit >= weight and 1 or 0
      digit = digit - bit * weight
      weight = weight / 2
      double(remainder, bit)
      local fits = wide.compare(remainder, b) >= 0
      if fits then wide.subtract(remainder, b) end
      double(quotient, fits and 1 or 0)
    end
  end
  return quotient, remainder
end

return wide
