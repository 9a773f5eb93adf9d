using System.Numerics;
using Headgate.Conformance.Generation;
using Headgate.Conformance.Model;
using Headgate.Conformance.Traces;

namespace Headgate.Tests.Algorithms;

/// <summary>Law 3: what may pass in any span of time, counted over everything that was admitted.</summary>
public class BoundLaws
{
    private const ScriptOptions Forward = ScriptOptions.None;

    public static TheoryData<LimitKind, ScriptOptions> Buckets => new()
    {
        { LimitKind.TokenBucket, Forward },
        { LimitKind.TokenBucket, ScriptOptions.ClockBack },
        { LimitKind.TokenBucket, ScriptOptions.Extreme },
        { LimitKind.LeakyBucket, Forward },
        { LimitKind.LeakyBucket, ScriptOptions.ClockBack },
        { LimitKind.LeakyBucket, ScriptOptions.Extreme },
    };

    [Theory]
    [MemberData(nameof(Buckets))]
    public void A_bucket_admits_at_most_its_capacity_and_what_flows_in_any_interval(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(Greedy(kind, options), script =>
        {
            Limit limit = script.Menus[0][0].Limit;
            (long capacity, Rate rate) = limit switch
            {
                TokenBucketLimit tokens => (tokens.Capacity, tokens.Refill),
                _ => (((LeakyBucketLimit)limit).Capacity, ((LeakyBucketLimit)limit).Leak),
            };
            Fraction perMicro = new(rate.Permits, rate.Period.Ticks / TimeSpan.TicksPerMicrosecond);
            List<(long Time, BigInteger Cost)> admitted = AdmittedByRunningMaximum(script);
            for (int from = 0; from < admitted.Count; from++)
            {
                BigInteger sum = 0;
                for (int to = from; to < admitted.Count; to++)
                {
                    sum += admitted[to].Cost;
                    long width = admitted[to].Time - admitted[from].Time;
                    Assert.True(sum <= (capacity + (perMicro * width)).Floor(), $"{sum} in {width} microseconds of {limit}");
                }
            }
        });

    [Fact]
    public void A_fixed_window_admits_at_most_its_permits_a_window_and_twice_that_in_any_span_of_one() =>
        PropertyCheck.ForAll(Greedy(LimitKind.FixedWindow, Forward), script =>
        {
            var limit = (FixedWindowLimit)script.Menus[0][0].Limit;
            List<(long Time, BigInteger Cost)> admitted = AdmittedByRunningMaximum(script);
            Assert.All(admitted.GroupBy(a => a.Time / limit.WindowMicros), window => Assert.True(Sum(window) <= limit.Permits));
            Assert.All(admitted, a => Assert.True(Sum(Span(admitted, a.Time, limit.WindowMicros)) <= 2 * limit.Permits));
        });

    [Fact]
    public void A_sliding_log_admits_at_most_its_permits_in_any_span_of_a_window() =>
        PropertyCheck.ForAll(Greedy(LimitKind.SlidingLog, Forward), script =>
        {
            var limit = (SlidingLogLimit)script.Menus[0][0].Limit;
            List<(long Time, BigInteger Cost)> admitted = AdmittedByRunningMaximum(script);
            Assert.All(admitted, a => Assert.True(Sum(Span(admitted, a.Time, limit.WindowMicros)) <= limit.Permits));
        });

    /// <summary>The estimate e of law 3: e - (1-f) previous &lt;= true &lt;= e + f previous, f the elapsed share of the window.</summary>
    [Fact]
    public void A_sliding_window_is_wrong_by_no_more_than_the_share_of_the_window_before() =>
        PropertyCheck.ForAll(Greedy(LimitKind.SlidingWindow, Forward), script =>
        {
            var limit = (SlidingWindowLimit)script.Menus[0][0].Limit;
            long window = limit.WindowMicros;
            List<(long Time, BigInteger Cost)> admitted = AdmittedByRunningMaximum(script);
            foreach (long at in admitted.Select(a => a.Time))
            {
                List<(long Time, BigInteger Cost)> sofar = [.. admitted.Where(a => a.Time <= at)];
                BigInteger current = Sum(sofar.Where(a => a.Time / window == at / window));
                BigInteger previous = Sum(sofar.Where(a => a.Time / window == (at / window) - 1));
                BigInteger real = Sum(sofar.Where(a => a.Time > at - window));
                Fraction elapsed = new(at % window, window);
                Fraction estimate = current + ((1 - elapsed) * previous);
                Assert.True(estimate <= limit.Permits);
                Assert.True(estimate - ((1 - elapsed) * previous) <= real && real <= estimate + (elapsed * previous));
            }
        });

    [Fact]
    public void No_more_is_in_flight_than_there_are_permits() =>
        PropertyCheck.ForAll(ScriptGen.Single(LimitKind.Concurrency, ScriptOptions.GiveBack), script =>
        {
            var limit = (ConcurrencyLimit)script.Menus[0][0].Limit;
            // Held by this test's own books: entered, not released, renewed in time.
            Dictionary<int, (long Until, BigInteger Cost)> held = [];
            Walk.Through(script, visit =>
            {
                int lease = visit.Step.Lease;
                if (visit.Step.Op == TraceOp.Enter && visit.Verdict!.Value.Allowed && visit.Charge.Cost > 0)
                    held[lease] = (visit.Now + limit.LeaseMicros, visit.Charge.Cost);
                else if (visit.Step.Op == TraceOp.Release)
                    held.Remove(lease);
                else if (visit.Step.Op == TraceOp.Renew && visit.Held == true)
                    held[lease] = held[lease] with { Until = visit.Now + limit.LeaseMicros };
                else if (visit.Step.Op == TraceOp.Reset)
                    held.Clear();
                BigInteger inFlight = held.Values.Where(h => h.Until > visit.Now).Aggregate(BigInteger.Zero, (sum, h) => sum + h.Cost);
                Assert.True(inFlight <= limit.Permits);
            });
        });

    private static FsCheck.Arbitrary<Script> Greedy(LimitKind kind, ScriptOptions options) => ScriptGen.Single(kind, options);

    /// <summary>
    /// What the algorithm admits, at the times that count: t' of law 8. A clock that is not believed starts the key anew, and the account
    /// with it.
    /// </summary>
    private static List<(long Time, BigInteger Cost)> AdmittedByRunningMaximum(Script script)
    {
        List<(long Time, BigInteger Cost)> admitted = [];
        Walk.Through(script, visit =>
        {
            if (visit.Step.Op != TraceOp.Acquire || !visit.Verdict!.Value.Allowed || visit.Charge.Cost == 0) return;
            long time = visit.Subject.Head.LastSeen;
            if (admitted.Count > 0 && time < admitted[^1].Time) admitted.Clear();
            admitted.Add((time, visit.Charge.Cost));
        });
        return admitted;
    }

    private static IEnumerable<(long Time, BigInteger Cost)> Span(List<(long Time, BigInteger Cost)> admitted, long from, long width) =>
        admitted.Where(a => a.Time >= from && a.Time - from < width);

    private static BigInteger Sum(IEnumerable<(long Time, BigInteger Cost)> charges) =>
        charges.Aggregate(BigInteger.Zero, (sum, c) => sum + c.Cost);
}
