using Headgate.Cli.Simulate.Input;
using Headgate.Cli.Simulate.Replay;
using Headgate.Cli.Simulate.Search;

namespace Headgate.Cli.Tests;

/// <summary>What the search finds against trying every number on the library's own limiter.</summary>
public sealed class SearchTests
{
    private const int Most = 80;

    public static TheoryData<string, int> Cases()
    {
        TheoryData<string, int> cases = [];
        foreach (string limit in (string[])
            [
                "token_bucket(capacity=5, refill=1/s)", "token_bucket(capacity=40, refill=3/min)",
                    "leaky_bucket(capacity=8, leak=2/s)",
                "fixed_window(permits=10, window=10s)", "sliding_window(permits=6, window=10s)",
                    "sliding_log(permits=12, window=7s)",
                "all_of(token_bucket(capacity=20, refill=2/s); sliding_log(permits=30, window=20s))",
            ])
        {
            for (int seed = 1; seed <= 3; seed++) cases.Add(limit, seed);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_smallest_number_is_the_one_that_trying_all_finds(string text, int seed)
    {
        Limit limit = Limit.Parse(text);
        LogEvent[] events = Traffic(seed);
        using EventLog log = LogOf(events);
        foreach (LimitKnob knob in LimitKnob.Of(limit))
        {
            using LimitSearch search = new(knob, log, Keys(events), TestContext.Current.CancellationToken);
            KeyOutcome[] asGiven = limit.Equals(knob.Build(knob.Given)) ? OutcomesOf(limit, events) : [];
            foreach (Suggestion found in search.Run(asGiven))
            {
                long allowed = LimitSearch.MostDenied(events.Length, found.PerMille);
                long? smallest = Smallest(knob, events, allowed);
                Assert.Equal(smallest, found.Value <= Most ? found.Value : null);
                if (found.Value is not { } value)
                {
                    Assert.True(found.Denied > allowed);
                    continue;
                }

                Assert.Equal(Denied(knob.Build(value)!, events), found.Denied);
                Assert.True(found.Denied <= allowed);
                Assert.Equal(value > 1 ? Denied(knob.Build(value - 1)!, events) : null, found.DeniedByOneLess);
                Assert.True(found.DeniedByOneLess is null || found.DeniedByOneLess > allowed);
            }
        }
    }

    [Theory]
    [InlineData("token_bucket(capacity=5, refill=1/s)")]
    [InlineData("sliding_log(permits=12, window=7s)")]
    public void With_unequal_costs_one_less_still_denies_more(string text)
    {
        LogEvent[] events = [.. Traffic(9).Select((e, i) => e with { Cost = i % 7 })];
        using EventLog log = LogOf(events);
        foreach (LimitKnob knob in LimitKnob.Of(Limit.Parse(text)))
        {
            using LimitSearch search = new(knob, log, Keys(events), TestContext.Current.CancellationToken);
            foreach (Suggestion found in search.Run([]))
            {
                long allowed = LimitSearch.MostDenied(events.Length, found.PerMille);
                if (found.Value is not { } value) continue;
                Assert.Equal(Denied(knob.Build(value)!, events), found.Denied);
                Assert.True(found.Denied <= allowed);
                Assert.True(value == 1 || Denied(knob.Build(value - 1)!, events) > allowed);
            }
        }
    }

    [Fact]
    public void A_rate_that_cannot_help_is_said_to_be_none()
    {
        LogEvent[] events = [.. Enumerable.Range(0, 100).Select(_ => new LogEvent(1_000_000, 1, 0))];
        using EventLog log = LogOf(events);
        LimitKnob refill = LimitKnob.Of(Limit.Parse("token_bucket(capacity=10, refill=1/s)")).Single(k => k.Name == "refill");
        using LimitSearch search = new(refill, log, 1, TestContext.Current.CancellationToken);
        Assert.All(search.Run([]), s => Assert.Equal((null, 90L), (s.Value, s.Denied)));
    }

    [Theory]
    [InlineData("token_bucket(capacity=10, refill=1/s)", "90/min")]
    [InlineData("token_bucket(capacity=10, refill=100/s)", "90/s")]
    [InlineData("token_bucket(capacity=10, refill=1/30s)", "90/h")]
    [InlineData("token_bucket(capacity=10, refill=7/day)", "90/d")]
    public void Rates_are_searched_in_a_unit_that_suits_them(string limit, string shown) =>
        Assert.Equal(shown, LimitKnob.Of(Limit.Parse(limit))[1].Show(90));

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    public void Bursts_are_the_largest_counts_of_any_span(long spanMillis)
    {
        LogEvent[] events = Traffic(3);
        using EventLog log = LogOf(events);
        long span = spanMillis * 1000;
        long[] largest = [.. Enumerable.Range(0, Keys(events)).Select(k =>
        {
            long[] times = [.. events.Where(e => e.Key == k).Select(e => e.Time)];
            return times.Max(t => times.LongCount(u => u <= t && u > t - span));
        })];
        IReadOnlyList<Burst> found = BurstFinder.Find(log, Keys(events), span, 3, TestContext.Current.CancellationToken);
        Assert.Equal(largest.OrderDescending().Take(3), found.Select(b => b.Requests));
        Assert.All(found, b => Assert.Equal(b.Requests,
            events.LongCount(e => e.Key == b.Key && e.Time <= b.EndMicros && e.Time > b.EndMicros - span)));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(0)]
    public void Events_come_back_as_they_were_whether_kept_in_memory_or_on_disk(long memory)
    {
        Random random = new(1);
        long time = 0;
        LogEvent[] events = [.. Enumerable.Range(0, 200_000).Select(i => new LogEvent(
            time += random.Next(4) == 0 ? 0 : random.NextInt64(1L << random.Next(1, 40)), random.Next(3) == 0
                ? random.NextInt64(1_000_000_000_000_000) : 1, random.Next(1 << random.Next(1, 30))))];
        using EventLog log = new(memory);
        foreach (LogEvent e in events) log.Append(e);
        log.Complete();
        Assert.Equal(memory == 0, log.SpilledBytes > 0);
        for (int pass = 0; pass < 2; pass++)
        {
            EventCursor cursor = new(log);
            foreach (LogEvent expected in events)
            {
                Assert.True(cursor.TryRead(out long at, out int key, out long cost));
                if (expected != new LogEvent(at, cost, key)) Assert.Fail($"{expected} came back as {at}, {cost}, {key}");
            }

            Assert.False(cursor.TryRead(out _, out _, out _));
        }
    }

    private static long? Smallest(LimitKnob knob, LogEvent[] events, long allowed)
    {
        for (long value = 1; value <= Most; value++)
        {
            if (Denied(knob.Build(value)!, events) <= allowed) return value;
        }

        return null;
    }

    private static long Denied(Limit limit, LogEvent[] events) => OutcomesOf(limit, events).Sum(o => o.Denied);

    private static KeyOutcome[] OutcomesOf(Limit limit, LogEvent[] events)
    {
        using LimitReplay replay = new(limit, events[0].Time);
        foreach (LogEvent e in events) replay.Replay(e.Key, $"{e.Key}", e.Time, e.Cost);
        return replay.Keys[..Keys(events)].ToArray();
    }

    /// <summary>A few keys, some calm, some in bursts, over two minutes and across a window's end.</summary>
    private static LogEvent[] Traffic(int seed)
    {
        Random random = new(seed);
        List<LogEvent> events = [];
        for (int key = 0; key < 8; key++)
        {
            long time = 1_773_151_200_000_000 + random.Next(5_000_000);
            for (int i = 0; i < 60; i++)
            {
                events.Add(new LogEvent(time, 1, key));
                time += random.Next(6) == 0 ? random.Next(20_000_000) : random.Next(key < 2 ? 200_000 : 3_000_000);
            }
        }

        return [.. events.OrderBy(e => e.Time)];
    }

    private static int Keys(LogEvent[] events) => events.Max(e => e.Key) + 1;

    private static EventLog LogOf(LogEvent[] events)
    {
        EventLog log = new();
        foreach (LogEvent e in events) log.Append(e);
        log.Complete();
        return log;
    }
}
