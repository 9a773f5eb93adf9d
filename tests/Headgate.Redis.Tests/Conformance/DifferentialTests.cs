using FsCheck;
using Headgate.Conformance;
using Headgate.Conformance.Generation;

namespace Headgate.Redis.Tests.Conformance;

/// <summary>
/// Memory and Redis under the same generated calls at the same times: equal decisions and figures, to the microsecond. Everything at once that
/// the suite looks at in turn: numbers that change and lie at the ends of their domain, a clock that goes back, refunds, resets, leases.
/// </summary>
public class DifferentialTests
{
    private const ScriptOptions Everything = ScriptOptions.GiveBack | ScriptOptions.ClockBack;
    private const int Traces = 60;

    public static TheoryData<LimitKind> Kinds => [.. Enum.GetValues<LimitKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_limit_whose_numbers_change_decides_the_same(LimitKind kind) => Check(ScriptGen.Changing(kind, Everything));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_limit_at_the_ends_of_its_domain_decides_the_same(LimitKind kind) =>
        Check(ScriptGen.Changing(kind, Everything | ScriptOptions.Extreme));

    [Fact]
    public void Lists_decide_the_same() => Check(ScriptGen.Lists(Everything), 2 * Traces);

    [Fact]
    public void Composites_decide_the_same() => Check(ScriptGen.Composites(Everything), 2 * Traces);

    [Fact]
    public void A_difference_is_noticed()
    {
        Exception found = Assert.ThrowsAny<Exception>(
            () => PropertyCheck.ForAll(ScriptGen.Lists(Everything), script => SideBySide.CompareAsync(script, ForgetsRefunds())));
        Assert.Contains("memory answered", found.ToString(), StringComparison.Ordinal);
    }

    private static void Check(Arbitrary<Script> scripts, int traces = Traces) =>
        PropertyCheck.ForAll(scripts, async script => await SideBySide.CompareAsync(script, await RedisUnderTest.CreateAsync(TestServers.Standalone)), traces);

    /// <summary>A store with a bug of the small kind.</summary>
    private static StoreUnderTest ForgetsRefunds()
    {
        FakeClock clock = new();
        return new StoreUnderTest(new RefundsNothing(new MemoryStore(clock)), clock.SetMicros, ClockControl.Full);
    }

    private sealed class RefundsNothing(MemoryStore store) : IRateLimitStore, IDisposable
    {
        public ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => store.AcquireAsync(charges, ct);

        public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => store.PeekAsync(charges, ct);

        public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
            store.EnterAsync(charges, lease, ct);

        public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
            store.RenewAsync(charges, lease, ct);

        public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
            store.ReleaseAsync(charges, lease, ct);

        public ValueTask<TimeSpan> ForecastAsync(
            ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) => store.ForecastAsync(charges, costs, ct);

        public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => store.ResetAsync(charge, ct);

        public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) => default;

        public void Dispose() => store.Dispose();
    }
}
