using Headgate.AspNetCore.Observability;
using Headgate.Conformance;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Tests.Observability;

public sealed class RefusalLogTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly LogRecorder _lines = new();
    private readonly RefusalLog _log;

    public RefusalLogTests() => _log = new RefusalLog(_lines, _clock);

    public void Dispose()
    {
        _log.Dispose();
        _lines.Dispose();
    }

    [Fact]
    public void The_first_refusal_is_told_at_once_and_later_ones_are_summed_up_each_minute()
    {
        Refuse("user:alice", times: 500);
        LogRecorder.Line first = Assert.Single(_lines.Lines);
        string id = CallerId.Of("user:alice");
        Assert.Equal((2, "CallerRefused", LogLevel.Information), (first.Event.Id, first.Event.Name, first.Level));
        Assert.Equal($"Policy api began to refuse caller {id} (by user).", first.Text);

        _clock.Advance(RefusalLog.Interval);
        LogRecorder.Line sum = Assert.Single(_lines.Lines.Skip(1));
        Assert.Equal((3, "CallerRefusedAgain", LogLevel.Information), (sum.Event.Id, sum.Event.Name, sum.Level));
        Assert.Equal($"Policy api refused caller {id} (by user) 499 more times; 500 times since 2026-01-01 00:00:00Z.", sum.Text);

        Refuse("user:alice", times: 20);
        _clock.Advance(RefusalLog.Interval);
        Assert.Equal($"Policy api refused caller {id} (by user) 20 more times; 520 times since 2026-01-01 00:00:00Z.", _lines.Lines[2].Text);
    }

    [Fact]
    public void What_is_in_shadow_is_told_so()
    {
        Refuse("user:alice", times: 3, inShadow: true);
        _clock.Advance(RefusalLog.Interval);
        string id = CallerId.Of("user:alice");
        Assert.Equal([(5, "CallerShadowDenied"), (6, "CallerShadowDeniedAgain")], _lines.Lines.Select(line => (line.Event.Id, line.Event.Name!)));
        Assert.Equal($"Policy api would have begun to refuse caller {id} (by user), but is in shadow.", _lines.Lines[0].Text);
        Assert.Equal(
            $"Policy api would have refused caller {id} (by user) 2 more times, but is in shadow; 3 times since 2026-01-01 00:00:00Z.", _lines.Lines[1].Text);
    }

    [Fact]
    public void A_caller_refused_by_two_policies_has_one_name_in_both_lines()
    {
        _log.Add("api", "user:alice", inShadow: false, RequestOutcome.Denied);
        _log.Add("login", "user:alice", inShadow: false, RequestOutcome.Denied);
        Assert.Equal(2, _lines.Lines.Count);
        Assert.Equal(_lines.Lines[0]["Caller"], _lines.Lines[1]["Caller"]);
    }

    [Fact]
    public void Whoever_stays_away_is_forgotten_and_then_the_timer_rests()
    {
        Assert.Equal(0, _clock.PendingTimers);
        Refuse("user:alice", times: 1);
        Assert.Equal(1, _clock.PendingTimers);
        _clock.Advance(2 * RefusalLog.Interval);
        Assert.Equal((0, 0), (_log.Remembered, _clock.PendingTimers));
        Refuse("user:alice", times: 1);
        Assert.Equal(2, _lines.Of("CallerRefused").Count);
    }

    [Fact]
    public void Whoever_came_just_before_the_minute_ended_is_not_new_again_just_after()
    {
        Refuse("user:bob", times: 1);
        _clock.Advance(RefusalLog.Interval - TimeSpan.FromSeconds(1));
        Refuse("user:alice", times: 1);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Refuse("user:alice", times: 1);
        Assert.Equal(2, _lines.Of("CallerRefused").Count);
    }

    [Fact]
    public void A_million_callers_are_a_bounded_number_of_lines_in_bounded_memory()
    {
        const int Callers = 1_000_000;
        for (int i = 0; i < Callers; i++) _log.Add("api", $"ip:{i}", inShadow: false, RequestOutcome.Denied);
        for (int i = 0; i < 10; i++) _log.Add("api", "ip:7", inShadow: false, RequestOutcome.Denied);
        Assert.Equal(RefusalLog.MaxCallers, _log.Remembered);
        Assert.Equal(RefusalLog.MaxLines, _lines.Lines.Count);
        _clock.Advance(RefusalLog.Interval);
        Assert.InRange(_lines.Lines.Count, RefusalLog.MaxLines + 1, 2 * RefusalLog.MaxLines + 1);
        Assert.Equal(10L, _lines.Of("CallerRefusedAgain")[0]["Count"]);
        Assert.Equal(Callers + 10, Told());
        _clock.Advance(2 * RefusalLog.Interval);
        Assert.Equal((0, 0), (_log.Remembered, _clock.PendingTimers));
    }

    [Fact]
    public void Each_refusal_is_in_one_line_with_threads_and_forgetting_at_once()
    {
        const int Each = 50_000;
        int done = 0;
        Thread[] threads = [new(() => Hammer(0)), new(() => Hammer(1))];
        Array.ForEach(threads, thread => thread.Start());
        while (Volatile.Read(ref done) < 2) _log.Flush();
        _log.Flush();
        Assert.Equal(2 * Each, Told());

        void Hammer(int seed)
        {
            Random random = new(seed);
            for (int i = 0; i < Each; i++) _log.Add("api", $"ip:{random.Next(3_000)}", inShadow: i % 2 == 0, RequestOutcome.Denied);
            Interlocked.Increment(ref done);
        }
    }

    [Fact]
    public void A_caller_that_was_forgotten_takes_no_refusal_with_it()
    {
        RefusedCaller caller = new(new CallerKey("api", "user:alice", InShadow: false), _clock.GetUtcNow());
        Assert.False(caller.TryForget());
        Assert.True(caller.Count());
        Assert.False(caller.TryForget());
        Assert.Equal(1, caller.TakeFresh());
        Assert.True(caller.TryForget());
        Assert.False(caller.Count());
    }

    [Fact]
    public void Each_request_has_a_line_where_debug_is_on()
    {
        _lines.From = LogLevel.Debug;
        Refuse("user:alice", times: 3);
        IReadOnlyList<LogRecorder.Line> lines = _lines.Of("RequestRefused");
        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.Equal((1, LogLevel.Debug), (line.Event.Id, line.Level)));
        Assert.Equal($"Policy api refused caller {CallerId.Of("user:alice")} (by user) a request: denied.", lines[0].Text);
    }

    [Fact]
    public void Nothing_is_remembered_where_nothing_would_be_written()
    {
        _lines.From = LogLevel.Warning;
        Refuse("user:alice", times: 3);
        Assert.Equal((0, 0), (_log.Remembered, _clock.PendingTimers));
    }

    [Fact]
    public void What_was_not_told_is_told_when_the_application_ends()
    {
        Refuse("user:alice", times: 3);
        _log.Dispose();
        Assert.Single(_lines.Of("CallerRefusedAgain"));
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public void A_broken_logger_does_not_end_the_process_and_lines_come_again_when_it_works()
    {
        Refuse("user:alice", times: 2);
        _lines.Throws = new InvalidOperationException("disk full");
        _clock.Advance(RefusalLog.Interval);
        _lines.Throws = null;
        Refuse("user:alice", times: 5);
        _clock.Advance(RefusalLog.Interval);
        Assert.Equal(5L, Assert.Single(_lines.Of("CallerRefusedAgain"))["Count"]);
    }

    [Fact]
    public void No_line_shows_a_key()
    {
        _lines.From = LogLevel.Trace;
        foreach (bool inShadow in (bool[])[false, true]) Refuse("api_key:sk-live-secret", times: 3, inShadow);
        Refuse("sk-live-secret", times: 3);
        _clock.Advance(RefusalLog.Interval);
        Assert.NotEmpty(_lines.Lines);
        Assert.All(_lines.Lines, line =>
        {
            Assert.DoesNotContain("secret", line.Text, StringComparison.Ordinal);
            Assert.All(line.Fields, field => Assert.DoesNotContain("secret", $"{field.Value}", StringComparison.Ordinal));
        });
    }

    private void Refuse(string key, int times, bool inShadow = false)
    {
        for (int i = 0; i < times; i++) _log.Add("api", key, inShadow, RequestOutcome.Denied);
    }

    /// <summary>Refusals in all lines; a first line tells of one.</summary>
    private long Told() => _lines.Lines.Sum(line => line.Event.Id is 2 or 5 ? 1 : (long)line["Count"]!);
}
