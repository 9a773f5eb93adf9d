using System.Diagnostics;
using Headgate.Conformance;
using Headgate.Http.Admission;

namespace Headgate.Http.Tests.Waiting;

/// <summary>Leaving a line: nobody else's place changes, and it takes no longer from the end of a long line than from its head.</summary>
public class AbandonTests
{
    private readonly FakeClock _clock = new();
    private readonly List<string> _asked = [];

    [Fact]
    public void Those_that_stay_keep_their_order_and_those_that_left_are_not_asked_for()
    {
        const int Count = 200;
        (KeyLines lines, HeldRequest[] held) = Line(Count);
        Random random = new(1);
        HashSet<HeldRequest> gone = [.. held.OrderBy(_ => random.Next()).Take(Count / 2)];
        foreach (HeldRequest request in gone)
        {
            lines.Abandon(request);
            // Nothing happens the second time.
            lines.Abandon(request);
            Assert.True(request.Moved.IsCanceled);
        }

        Assert.Equal(Count - gone.Count, lines.Held);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([.. held.Where(request => !gone.Contains(request)).Select(request => $"{request.Turn}")], _asked);
        Assert.Equal(0, lines.Held);
        foreach (HeldRequest request in held) lines.Abandon(request);
        Assert.Equal(0, lines.Held);
    }

    [Fact]
    public void Leaving_from_the_end_of_a_long_line_takes_no_longer_than_from_its_head()
    {
        const int Count = 20_000;
        const int Leaving = 200;
        TimeSpan head = TimeSpan.MaxValue, end = TimeSpan.MaxValue;
        // The best of several: a busy machine can only make it longer.
        for (int i = 0; i < 5; i++)
        {
            (KeyLines lines, HeldRequest[] held) = Line(Count);
            head = Min(head, TimeOf(() => Array.ForEach(held[..Leaving], lines.Abandon)));
            end = Min(end, TimeOf(() => Array.ForEach(held[^Leaving..], lines.Abandon)));
            Assert.Equal(Count - (2 * Leaving), lines.Held);
        }

        Assert.True(end < 10 * head + TimeSpan.FromMilliseconds(1), $"{Leaving} leave from the head in {head.TotalMilliseconds} ms and from the end in {end.TotalMilliseconds} ms.");
    }

    private (KeyLines Lines, HeldRequest[] Held) Line(int count)
    {
        HandlerSettings settings = new(new HeadgateHandlerOptions { MaxWaiters = count, MaxWait = TimeSpan.FromHours(1) });
        KeyLines lines = new(_clock, settings, request =>
        {
            _asked.Add($"{request.Turn}");
            return Task.FromResult(default(Entry));
        });
        Assert.True(lines.TryBlock("key", TimeSpan.FromMinutes(1)));
        HeldRequest[] held = new HeldRequest[count];
        for (int i = 0; i < count; i++)
        {
            held[i] = new HeldRequest(lines.NextTurn(), "key", 1, _clock.GetTimestamp(), CancellationToken.None);
            Assert.Equal(Passage.Held, lines.Join(held[i], out _));
        }

        return (lines, held);
    }

    private static TimeSpan TimeOf(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
