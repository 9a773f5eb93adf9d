-- A bucket that leaks at exactly N/P; a charge pours in its cost when it fits. Twin of Algorithms/LeakyBucket.cs. How long admitted work is
-- to be held back follows from the level reported.
-- State, numbers, cost, view, report and TTL: BucketFlow.lua.
return need('BucketFlow')
