using System.Collections.Concurrent;
using Headgate.Server.Changes;

namespace Headgate.Server.Statistics;

/// <summary>
/// Which tenants are named in metrics and traces: those that are configured, and of them the first 1,000 that were seen. Whoever has a name keeps it, so
/// that no counter goes backwards. Thread-safe.
/// </summary>
internal sealed class TenantLabels(ConfigBook book)
{
    /// <summary>All other tenants.</summary>
    public const string Other = "(other)";

    /// <summary>The most tenants that are named.</summary>
    public const int MaxNamed = 1_000;

    private readonly ConcurrentDictionary<string, string> _named = new(StringComparer.Ordinal);

    /// <summary>The tenant's name, or <see cref="Other"/>.</summary>
    public string Of(string tenant)
    {
        if (_named.TryGetValue(tenant, out string? named)) return named;
        return book.Current.Tenants.ContainsKey(tenant) ? Name(tenant) : Other;
    }

    private string Name(string tenant)
    {
        lock (_named)
        {
            if (_named.TryGetValue(tenant, out string? named)) return named;
            if (_named.Count >= MaxNamed) return Other;
            return _named[tenant] = tenant;
        }
    }
}
