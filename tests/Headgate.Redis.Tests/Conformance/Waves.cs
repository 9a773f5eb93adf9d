using FsCheck;
using FsCheck.Fluent;
using Headgate.Conformance.Generation;

namespace Headgate.Redis.Tests.Conformance;

/// <summary>Calls that are made at once, in this order, and the time that has passed before them.</summary>
/// <param name="After">Microseconds since the wave before.</param>
/// <param name="Calls">A list of charges each.</param>
public sealed record Wave(long After, IReadOnlyList<Charge[]> Calls)
{
    public override string ToString() =>
        $"+{After}: {string.Join("; ", Calls.Select(call => string.Join(" & ", call.Select(c => $"{c.Cost} of {c.Key} {c.Limit}"))))}";
}

/// <summary>Waves on a few keys and limits, and the store that must answer them as if they came one after another.</summary>
public sealed record Waves(IReadOnlyList<Wave> All, RedisStoreOptions Options)
{
    public override string ToString() =>
        $"merge {Options.MergeCharges}, {Options.MaxDecisionsPerCall} a call, {Options.MaxCallsInFlight} in flight{Environment.NewLine}  "
        + string.Join($"{Environment.NewLine}  ", All);

    /// <summary>Waves of up to some sixty calls, mostly equal ones, on two limits and two keys.</summary>
    /// <param name="lists">True: some calls are lists over keys and limits.</param>
    public static Arbitrary<Waves> Generate(bool lists)
    {
        Gen<Limit> limit =
            from kind in Gen.Elements(Enum.GetValues<LimitKind>())
            from drawn in LimitGen.OfKind(kind)
            select drawn;
        Gen<Waves> waves =
            from limits in limit.ListOf(2)
            where limits[0] != limits[1]
            from all in WaveOf(limits[0], limits[1], lists).NonEmptyListOf().Resize(5)
            from options in Settings()
            select new Waves([.. all], options);
        return Arb.From(waves, Shrink);
    }

    private static Gen<RedisStoreOptions> Settings() =>
        from perCall in Gen.Elements(1, 2, 3, 16, 256)
        from inFlight in Gen.Elements(1, 2, 4)
        from merge in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
        select new RedisStoreOptions { MaxDecisionsPerCall = perCall, MaxCallsInFlight = inFlight, MergeCharges = merge, DenyCacheSize = 0 };

    private static Gen<Wave> WaveOf(Limit often, Limit seldom, bool lists)
    {
        Scale scale = Scale.Of(often);
        Gen<Charge> charge =
            from key in Gen.Frequency((4, Gen.Constant("a")), (1, Gen.Constant("b")))
            from limit in Gen.Frequency((4, Gen.Constant(often)), (1, Gen.Constant(seldom)))
            from cost in Gen.Frequency(
                (6, Gen.Constant(1L)),
                (2, Gen.Choose(0, 4).Select(n => (long)n)),
                (1, Gen.Choose(1, 16).Select(n => Math.Max(1, scale.All * n / 16))),
                (1, Gen.Elements(scale.All, scale.All + 1, long.MaxValue)))
            select new Charge(key, limit, cost);
        Gen<Charge[]> call = lists
            ? Gen.Frequency((3, charge.ListOf(1)), (1, charge.ListOf(2)), (1, charge.ListOf(3))).Select(list => list.ToArray())
            : charge.Select(one => new[] { one });
        return
            from after in Gen.OneOf(
                Gen.Constant(0L),
                Gen.Choose(1, 64).Select(n => (long)((Int128)scale.Permit * n / 16)),
                Gen.Choose(1, 20).Select(n => (long)((Int128)scale.Recovery * n / 16)))
            from calls in call.NonEmptyListOf().Resize(60)
            select new Wave(after, [.. calls]);
    }

    private static IEnumerable<Waves> Shrink(Waves waves)
    {
        for (int i = 0; i < waves.All.Count; i++)
        {
            if (waves.All.Count > 1) yield return waves with { All = Without(waves.All, i, 1) };
            IReadOnlyList<Charge[]> calls = waves.All[i].Calls;
            for (int run = calls.Count / 2; run >= 1; run /= 2)
            {
                for (int at = 0; at + run <= calls.Count; at += run)
                {
                    Wave smaller = waves.All[i] with { Calls = Without(calls, at, run) };
                    if (smaller.Calls.Count > 0) yield return waves with { All = [.. waves.All.Take(i), smaller, .. waves.All.Skip(i + 1)] };
                }
            }
        }
    }

    private static List<T> Without<T>(IReadOnlyList<T> all, int at, int run) => [.. all.Take(at), .. all.Skip(at + run)];
}
