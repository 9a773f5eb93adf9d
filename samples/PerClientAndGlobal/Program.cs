// A limit for each client and one for everybody, in one decision over two keys: both are charged or neither is.
// Asked one after the other, a request that the second limit refuses would already have cost the client a permit.
using Headgate;

using MemoryStore store = new();
Limit perClient = Limit.TokenBucket(capacity: 3, Rate.PerMinute(1)) with { Name = "per-client" };
Limit everybody = Limit.TokenBucket(capacity: 5, Rate.PerMinute(1)) with { Name = "global" };

foreach (string client in (string[])["alice", "alice", "alice", "alice", "bob", "bob", "carol"])
{
    Decision decision = await AskAsync(client);
    Console.WriteLine(decision.IsAllowed
        ? $"{client}: allowed, {decision.Remaining} left by {decision.DecidedBy}"
        : $"{client}: refused by {decision.DecidedBy}, try again in {Math.Ceiling(decision.RetryAfter.TotalSeconds)} s");
}

// Alice's fourth request was refused by her own limit, so it did not cost everybody a permit: bob had the last two of five.
Decision carol = await store.PeekAsync(new[] { new Charge("carol", perClient) });
string charged = carol.Remaining == 3 ? "nothing" : $"{3 - carol.Remaining}";
Console.WriteLine($"carol was refused by global and was charged {charged}");

ValueTask<Decision> AskAsync(string client)
{
    Charge[] charges = [new Charge(client, perClient), new Charge("everybody", everybody)];
    return store.AcquireAsync(charges);
}
