using System.Runtime.CompilerServices;

namespace Headgate.Memory;

/// <summary>A limit in a namespace, taken apart into what the store charges.</summary>
internal sealed class LimitPlan
{
    private LimitPlan(string? ns, Limit limit, KeyHash hash)
    {
        Namespace = ns;
        Limit = limit;
        Bindings = [.. limit.Leaves.Select(leaf => LimitBinding.Create(leaf, ns ?? "", hash))];
        Single = Bindings is [{ IsShadow: false } only] ? only : null;
    }

    public string? Namespace { get; }

    public Limit Limit { get; }

    public LimitBinding[] Bindings { get; }

    /// <summary>The binding of a plain, enforced limit, which needs no list.</summary>
    public LimitBinding? Single { get; }

    /// <summary>For who needs to know what a limit consists of, and has no store.</summary>
    public static LimitPlan Create(string? ns, Limit limit) => new(ns, limit, KeyHash.OfProcess);

    /// <summary>
    /// Plans of limits used lately, found by reference: a plan is a pure function of its inputs, so one that was pushed out is simply made
    /// again. A racy array of immutable objects needs no lock.
    /// </summary>
    internal sealed class Cache(KeyHash hash)
    {
        private const int Size = 1024;

        private readonly LimitPlan?[] _plans = new LimitPlan?[Size];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public LimitPlan Get(string? ns, Limit limit)
        {
            int place = (RuntimeHelpers.GetHashCode(limit) ^ (ns is null ? 0 : ns.GetHashCode(StringComparison.Ordinal))) & (Size - 1);
            LimitPlan? plan = Volatile.Read(ref _plans[place]);
            return plan is not null && plan.IsFor(ns, limit) ? plan : Seek(place, ns, limit);
        }

        /// <summary>In the other place of the pair, or made anew; two limits that meet in one place then have one each.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        private LimitPlan Seek(int place, string? ns, Limit limit)
        {
            LimitPlan? plan = Volatile.Read(ref _plans[place ^ 1]);
            if (plan is not null && plan.IsFor(ns, limit)) return plan;
            plan = new LimitPlan(ns, limit, hash);
            Volatile.Write(ref _plans[_plans[place] is null ? place : place ^ 1], plan);
            return plan;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsFor(string? ns, Limit limit) => ReferenceEquals(Limit, limit) && string.Equals(Namespace, ns, StringComparison.Ordinal);
}
