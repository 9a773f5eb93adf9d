-- Tokens refill continuously at N/P up to the capacity; a charge is admitted when its cost in tokens is there. Twin of
-- Algorithms/TokenBucket.cs: kept as the empty part of the bucket, which drains, so its rule is "what is poured in must fit".
-- State, numbers, cost, view, report and TTL: BucketFlow.lua.
return need('BucketFlow')
