using System.Runtime.CompilerServices;

namespace Headgate.Redis.Limits;

/// <summary>A limit in a namespace, taken apart into what the script charges. Immutable.</summary>
internal sealed class RedisPlan
{
    private RedisPlan(string? ns, Limit limit)
    {
        Namespace = ns;
        Limit = limit;
        Bindings = [.. limit.Leaves.Select(leaf => RedisBinding.Create(leaf, ns ?? ""))];
        DenialsLast = Bindings.All(b => b.DenialsLast);
        TellsEveryCost = Bindings.All(b => b.TellsEveryCost);
    }

    public string? Namespace { get; }

    public Limit Limit { get; }

    public RedisBinding[] Bindings { get; }

    /// <summary>True if a denial holds until its retry time, unless permits are given back.</summary>
    public bool DenialsLast { get; }

    /// <summary>True if what was seen tells what a larger cost would be answered.</summary>
    public bool TellsEveryCost { get; }

    /// <summary>
    /// Plans of limits used lately, found by reference: a plan is a pure function of its inputs, so one that was pushed out is simply made
    /// again. A racy array of immutable objects needs no lock.
    /// </summary>
    public sealed class Cache
    {
        private const int Size = 1024;

        private readonly RedisPlan?[] _plans = new RedisPlan?[Size];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public RedisPlan Get(string? ns, Limit limit)
        {
            int place = (RuntimeHelpers.GetHashCode(limit) ^ (ns is null ? 0 : ns.GetHashCode(StringComparison.Ordinal))) & (Size - 1);
            RedisPlan? plan = Volatile.Read(ref _plans[place]);
            return plan is not null && plan.IsFor(ns, limit) ? plan : Seek(place, ns, limit);
        }

        private RedisPlan Seek(int place, string? ns, Limit limit)
        {
            RedisPlan? plan = Volatile.Read(ref _plans[place ^ 1]);
            if (plan is not null && plan.IsFor(ns, limit)) return plan;
            plan = new RedisPlan(ns, limit);
            Volatile.Write(ref _plans[_plans[place] is null ? place : place ^ 1], plan);
            return plan;
        }
    }

    private bool IsFor(string? ns, Limit limit) => ReferenceEquals(Limit, limit) && string.Equals(Namespace, ns, StringComparison.Ordinal);
}
