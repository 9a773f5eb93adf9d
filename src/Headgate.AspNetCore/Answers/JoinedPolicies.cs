using System.Runtime.CompilerServices;
using Headgate.Extensions.Policies;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Answers;

/// <summary>Recent values of the <c>RateLimit-Policy</c> field of requests to which several policies apply. 256 entries.</summary>
/// <remarks>Racy and right, as <see cref="ValueCache"/>.</remarks>
internal sealed class JoinedPolicies(IFieldText text)
{
    private const int Bits = 8;
    private readonly Entry?[] _entries = new Entry?[1 << Bits];

    public StringValues Of(ReadOnlySpan<ActiveLimit> limits)
    {
        uint mixed = 0;
        foreach (ActiveLimit limit in limits) mixed = (mixed * 31) + (uint)RuntimeHelpers.GetHashCode(limit);
        ref Entry? place = ref _entries[(int)((mixed * 0x9E3779B1u) >> (32 - Bits))];
        Entry? known = place;
        if (known is null || !known.IsFor(limits)) place = known = new Entry(limits.ToArray(), text);
        return known.Value;
    }

    private sealed class Entry
    {
        private readonly ActiveLimit[] _limits;

        public Entry(ActiveLimit[] limits, IFieldText text)
        {
            _limits = limits;
            string[] policies = [.. limits.Select(limit => LimitFields.Of(limit, text).Policy.ToString()).Where(policy => policy.Length > 0)];
            Value = policies.Length == 0 ? StringValues.Empty : string.Join(", ", policies);
        }

        public StringValues Value { get; }

        /// <summary>By reference: a limit that changes is another one.</summary>
        public bool IsFor(ReadOnlySpan<ActiveLimit> limits)
        {
            if (limits.Length != _limits.Length) return false;
            for (int i = 0; i < limits.Length; i++)
            {
                if (!ReferenceEquals(limits[i], _limits[i])) return false;
            }

            return true;
        }
    }
}
