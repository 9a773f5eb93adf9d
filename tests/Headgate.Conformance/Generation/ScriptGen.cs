using FsCheck;
using FsCheck.Fluent;

namespace Headgate.Conformance.Generation;

/// <summary>Generators of scripts, with shrinking.</summary>
public static class ScriptGen
{
    private static readonly (int, Gen<MoveOp>)[] Charging = [(8, Op(MoveOp.Acquire)), (1, Op(MoveOp.Peek))];
    private static readonly (int, Gen<MoveOp>)[] GivingBack = [(2, Op(MoveOp.Refund)), (1, Op(MoveOp.Reset))];
    private static readonly (int, Gen<MoveOp>)[] Holding = [(6, Op(MoveOp.Enter)), (3, Op(MoveOp.Renew)), (3, Op(MoveOp.Release))];

    /// <summary>One limit and one key.</summary>
    public static Arbitrary<Script> Single(LimitKind kind, ScriptOptions options) =>
        From(
            from limit in LimitGen.OfKind(kind, options.HasFlag(ScriptOptions.Extreme)) select Menu(new Charge("k", limit, 0)),
            kind,
            options);

    /// <summary>One name under which the limit's numbers change (law 12).</summary>
    public static Arbitrary<Script> Changing(LimitKind kind, ScriptOptions options) =>
        From(
            from limits in LimitGen.OfKind(kind, options.HasFlag(ScriptOptions.Extreme)).ListOf(3)
            select Menus([.. limits.Select(limit => new[] { new Charge("k", limit with { Name = "n" }, 0) })]),
            kind,
            options);

    /// <summary>Lists over two keys and three limits, one of them perhaps a shadow: all or none (laws 10 and 14).</summary>
    public static Arbitrary<Script> Lists(ScriptOptions options)
    {
        Gen<Charge> charge =
            from kind in Gen.Elements(Enum.GetValues<LimitKind>())
            from limit in LimitGen.OfKind(kind)
            from shadow in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
            from key in Gen.Elements("a", "b")
            from cost in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(1, 4)))
            select new Charge(key, limit with { Shadow = shadow }, cost);
        Gen<IReadOnlyList<IReadOnlyList<Charge>>> menus =
            from charges in charge.ListOf(4)
            where AreDistinct(charges)
            from picks in Gen.Choose(0, 3).ListOf(3).ListOf(3)
            select Menus([.. picks.Select(p => p.Select(i => charges[i]).ToArray())]);
        return From(menus, LimitKind.Concurrency, options);
    }

    /// <summary>Hybrids: composites of two or three limits, one perhaps a shadow, named or not, on one key.</summary>
    public static Arbitrary<Script> Composites(ScriptOptions options)
    {
        Gen<Limit> part =
            from kind in Gen.Elements(Enum.GetValues<LimitKind>())
            from limit in LimitGen.OfKind(kind)
            from shadow in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
            select limit with { Shadow = shadow };
        Gen<IReadOnlyList<IReadOnlyList<Charge>>> menus =
            from size in Gen.Choose(2, 3)
            from parts in part.ListOf(size)
            where parts.Select(p => (p with { Shadow = false }).ToString()).Distinct().Count() == parts.Count
            from name in Gen.Elements(null, "hybrid")
            select Menu(new Charge("k", Limit.AllOf([.. parts]) with { Name = name }, 0));
        return From(menus, LimitKind.Concurrency, options);
    }

    public static Gen<Move> Moves(LimitKind kind, ScriptOptions options)
    {
        List<(int, Gen<MoveOp>)> ops = [.. Charging];
        if (options.HasFlag(ScriptOptions.GiveBack)) ops.AddRange(GivingBack);
        if (options.HasFlag(ScriptOptions.GiveBack) && kind == LimitKind.Concurrency) ops.AddRange(Holding);

        List<(int, Gen<(TimeMove, int)>)> times =
        [
            (6, Time(TimeMove.Stay, 0, 0)),
            (2, Time(TimeMove.Micros, 0, 3)),
            (4, Time(TimeMove.Permits, 1, 64)),
            (3, Time(TimeMove.Recoveries, 1, 40)),
            (4, Time(TimeMove.ToRetry, -1, 1)),
            (2, Time(TimeMove.ToReset, -1, 1)),
            (2, Time(TimeMove.ToWindowEnd, -1, 1)),
        ];
        if (options.HasFlag(ScriptOptions.ClockBack))
        {
            times.Add((2, Time(TimeMove.Micros, -3, -1)));
            times.Add((3, Time(TimeMove.Back, 1, 40)));
            times.Add((1, Time(TimeMove.Leap, 0, 1)));
        }

        Gen<(CostMove, int)> cost = Gen.Frequency(
            (6, Cost(CostMove.Fixed, 1, 1)),
            (2, Cost(CostMove.Fixed, 0, 4)),
            (3, Cost(CostMove.Share, 1, 16)),
            (2, Cost(CostMove.Remaining, -1, 1)),
            (2, Cost(CostMove.All, -1, 1)),
            (1, Cost(CostMove.Huge, 0, 0)));
        return
            from time in Gen.Frequency(times)
            from op in Gen.Frequency(ops)
            from price in cost
            from menu in Gen.Choose(0, 5)
            from pick in Gen.Choose(0, 60)
            select new Move(time.Item1, time.Item2, op, price.Item1, price.Item2, menu, pick);
    }

    private static Arbitrary<Script> From(Gen<IReadOnlyList<IReadOnlyList<Charge>>> menus, LimitKind kind, ScriptOptions options)
    {
        bool mayGoBack = options.HasFlag(ScriptOptions.ClockBack);
        Gen<Script> scripts =
            from menu in menus
            from moves in Moves(kind, options).NonEmptyListOf()
            select new Script(menu, moves, mayGoBack);
        return Arb.From(scripts, Shrink);
    }

    /// <summary>Without a run of its moves, the longest runs first; then with one simpler move.</summary>
    private static IEnumerable<Script> Shrink(Script script)
    {
        IReadOnlyList<Move> moves = script.Moves;
        for (int run = moves.Count / 2; run >= 1; run /= 2)
        {
            for (int at = 0; at + run <= moves.Count; at += run)
                yield return script with { Moves = [.. moves.Take(at), .. moves.Skip(at + run)] };
        }

        for (int at = 0; at < moves.Count; at++)
        {
            foreach (Move simpler in moves[at].Simpler())
                yield return script with { Moves = [.. moves.Take(at), simpler, .. moves.Skip(at + 1)] };
        }
    }

    /// <summary>One state enforced and not, in one list, is refused.</summary>
    private static bool AreDistinct(IList<Charge> charges) =>
        charges.DistinctBy(c => (c.Key, c.Limit with { Shadow = false })).Count() == charges.DistinctBy(c => (c.Key, c.Limit)).Count();

    private static IReadOnlyList<IReadOnlyList<Charge>> Menu(params Charge[] charges) => [charges];

    private static IReadOnlyList<IReadOnlyList<Charge>> Menus(Charge[][] menus) => menus;

    private static Gen<MoveOp> Op(MoveOp op) => Gen.Constant(op);

    private static Gen<(TimeMove, int)> Time(TimeMove move, int least, int most) => Gen.Choose(least, most).Select(by => (move, by));

    private static Gen<(CostMove, int)> Cost(CostMove move, int least, int most) => Gen.Choose(least, most).Select(amount => (move, amount));
}

/// <summary>What a script may do beside charging.</summary>
[Flags]
public enum ScriptOptions
{
    None = 0,

    /// <summary>Refunds, resets, renewals and releases.</summary>
    GiveBack = 1,

    /// <summary>Turn the clock back, a little and a lot.</summary>
    ClockBack = 2,

    /// <summary>Numbers at the ends of their domain.</summary>
    Extreme = 4,
}
