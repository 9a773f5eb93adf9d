// Two promises in one decision: no burst above 5 with 2 a second after it, and never more than about 60 in a minute.
// Both limits are charged or neither is, and the answer names the one that said no.
using System.Globalization;
using Headgate;
using Headgate.Samples;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
VirtualClock clock = new();
using MemoryStore store = new(clock);
Limit hybrid = Limit.Parse(
    "all_of(token_bucket(capacity=5, refill=2/s, name=burst); sliding_window(permits=60, window=1min, name=per-minute))");
Limiter search = new(hybrid, store, new LimiterOptions { Name = "search" });
Console.WriteLine(hybrid);

Dictionary<string, int> refusals = [];
int allowed = 0;
// An eager client: three requests a second for 40 seconds.
for (int request = 0; request < 120; request++)
{
    Decision decision = await search.AcquireAsync("client-7");
    if (decision.IsAllowed)
    {
        allowed++;
    }
    else
    {
        string decider = decision.DecidedBy!;
        refusals[decider] = refusals.GetValueOrDefault(decider) + 1;
        if (refusals[decider] == 1)
        {
            Console.Write($"after {clock.Elapsed.TotalSeconds,4:f1} s and {allowed} requests: refused by {decider}, ");
            Console.WriteLine($"try again in {decision.RetryAfter.TotalSeconds:f3} s");
        }
    }

    clock.Advance(TimeSpan.FromMilliseconds(333));
}

Console.WriteLine($"{allowed} allowed; refused by burst: {refusals["burst"]}, refused by per-minute: {refusals["per-minute"]}");
