namespace Headgate.Tests.Admission;

/// <summary>What happened at a gate, and whether flows that waited side by side were served by their weights.</summary>
internal sealed class Shares(IReadOnlyList<int> weights)
{
    private readonly List<(int Flow, int Cost, bool IsServed)> _events = [];

    public void Joined(int flow, int cost) => _events.Add((flow, cost, false));

    public void Served(int flow, int cost) => _events.Add((flow, cost, true));

    /// <summary>Two flows that were further apart than |S1/w1 - S2/w2| &lt; C1/w1 + C2/w2 + 1/1000 in an interval in which both waited, or null.</summary>
    public string? Breach() =>
        (from a in Enumerable.Range(0, weights.Count) from b in Enumerable.Range(a + 1, weights.Count - a - 1) select Breach(a, b)).FirstOrDefault(b => b is not null);

    /// <summary>In integers: all times w1, w2 and 1000. Over the intervals within one span the difference is at most that of its highest and lowest point.</summary>
    private string? Breach(int a, int b)
    {
        long bound = (1000L * CostOf(a) * weights[b]) + (1000L * CostOf(b) * weights[a]) + ((long)weights[a] * weights[b]);
        int waitA = 0, waitB = 0;
        long ahead = 0, low = 0, high = 0;
        foreach ((int flow, int cost, bool isServed) in _events.Where(e => e.Flow == a || e.Flow == b))
        {
            bool wereWaiting = waitA > 0 && waitB > 0;
            if (flow == a) waitA += isServed ? -1 : 1;
            else waitB += isServed ? -1 : 1;
            if (!wereWaiting)
            {
                ahead = low = high = 0;
            }
            else if (isServed)
            {
                ahead += flow == a ? 1000L * cost * weights[b] : -1000L * cost * weights[a];
                (low, high) = (Math.Min(low, ahead), Math.Max(high, ahead));
                if (high - low >= bound) return $"flows {a} and {b} were apart by {high - low} of {bound}";
            }
        }

        return null;
    }

    private int CostOf(int flow) => _events.Where(e => e.Flow == flow).Select(e => e.Cost).DefaultIfEmpty(0).Max();
}
