using System.Collections.Concurrent;

namespace Headgate.AspNetCore.Observability;

/// <summary>
/// Values of the tag <c>policy</c>. Policies come and go while the application runs, and each value that was ever reported is remembered by
/// whoever collects; so the first 1,000 names are reported and later ones are <see cref="Other"/>. Safe for any number of threads.
/// </summary>
internal sealed class PolicyTags
{
    public const int MaxNames = 1_000;

    /// <summary>What OpenTelemetry calls values beyond the known ones.</summary>
    public const string Other = "_OTHER";

    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);
    private int _taken;

    public KeyValuePair<string, object?> this[string policy] => new("policy", _names.TryGetValue(policy, out string? known) ? known : Add(policy));

    private string Add(string policy)
    {
        if (Volatile.Read(ref _taken) >= MaxNames) return Other;
        if (Interlocked.Increment(ref _taken) > MaxNames)
        {
            Interlocked.Decrement(ref _taken);
            return Other;
        }

        if (!_names.TryAdd(policy, policy)) Interlocked.Decrement(ref _taken);
        return policy;
    }
}
