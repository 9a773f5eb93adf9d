using System.Diagnostics.Metrics;

namespace Headgate.Server.Statistics;

/// <summary>The counter of decisions as an instrument reports it: tenants that have a name under it, all others together.</summary>
/// <remarks>
/// What of a tenant was reported among the others before it got its name stays there: no series ever goes backwards. Thread-safe; one reads at a time.
/// </remarks>
internal sealed class DecisionSeries(TenantLabels labels)
{
    private readonly Lock _gate = new();

    /// <summary>By tenant, what was reported among the others.</summary>
    private readonly Dictionary<string, long[]> _among = new(StringComparer.Ordinal);

    public List<Measurement<long>> Read(IEnumerable<KeyValuePair<string, TenantTally>> tallies, TenantTally rest)
    {
        List<Measurement<long>> series = [];
        Span<long> others = stackalloc long[TenantTally.Cells];
        Span<long> own = stackalloc long[TenantTally.Cells];
        others.Clear();
        lock (_gate)
        {
            rest.AddTo(others);
            foreach ((string tenant, TenantTally tally) in tallies)
            {
                own.Clear();
                tally.AddTo(own);
                string label = labels.Of(tenant);
                if (ReferenceEquals(label, TenantLabels.Other))
                {
                    if (!_among.TryGetValue(tenant, out long[]? reported)) _among[tenant] = reported = new long[TenantTally.Cells];
                    own.CopyTo(reported);
                }

                if (_among.TryGetValue(tenant, out long[]? among))
                {
                    for (int i = 0; i < own.Length; i++)
                    {
                        others[i] += among[i];
                        own[i] -= among[i];
                    }
                }

                Add(series, label, own);
            }

            Add(series, TenantLabels.Other, others);
        }

        return series;
    }

    private static void Add(List<Measurement<long>> series, string label, ReadOnlySpan<long> counts)
    {
        for (int cell = 0; cell < counts.Length; cell++)
        {
            if (counts[cell] == 0 || TenantTally.Name(cell) is not { } name) continue;
            series.Add(new Measurement<long>(counts[cell], new("tenant", label), new("outcome", name.Outcome), new("source", name.Source)));
        }
    }
}
