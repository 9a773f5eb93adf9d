using Headgate.Conformance;

namespace Headgate.Tests.Admission;

/// <summary>Callers that do not wait for their turn: cancelled, or out of time.</summary>
public sealed class GoingAwayTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly FairGate _gate;
    private readonly FairPass _inside;

    public GoingAwayTests()
    {
        _gate = new FairGate(new FairGateOptions { MaxConcurrent = 1, QueueTimeout = TimeSpan.FromSeconds(5) }, _clock);
        _inside = _gate.Enter();
    }

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task Who_is_cancelled_leaves_the_queue_and_the_next_gets_the_place()
    {
        using CancellationTokenSource gone = new();
        Task<FairPass> first = _gate.Ask("a", ct: gone.Token), second = _gate.Ask("a");
        await gone.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.InTime());
        Assert.Equal(gone.Token, cancelled.CancellationToken);
        Assert.Equal(1, _gate.Queued);
        _inside.Dispose();
        Assert.Equal(FairOutcome.Queued, second.Now().Outcome);
    }

    [Fact]
    public async Task Who_is_cancelled_before_it_asks_takes_nothing()
    {
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _gate.Ask("a", ct: cancelled));
        _inside.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _gate.Ask("a", ct: cancelled));
        Assert.Equal((0, 0), (_gate.Active, _gate.Queued));
    }

    [Fact]
    public async Task After_everybody_has_gone_the_gate_is_as_new()
    {
        using CancellationTokenSource gone = new();
        Task<FairPass>[] waiting = [.. Enumerable.Range(0, 20).Select(i => _gate.Ask($"{i % 4}", 1 + i, ct: gone.Token))];
        await gone.CancelAsync();
        foreach (Task<FairPass> one in waiting) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.InTime());
        Assert.Equal((1, 0), (_gate.Active, _gate.Queued));
        Assert.Empty(_gate.Flows());
        _inside.Dispose();
        Assert.Equal(0, _gate.Active);
        _gate.Enter().Dispose();
    }

    [Fact]
    public async Task A_cancellation_that_comes_after_the_turn_changes_nothing()
    {
        using CancellationTokenSource gone = new();
        Task<FairPass> asked = _gate.Ask("a", ct: gone.Token);
        _inside.Dispose();
        await gone.CancelAsync();
        using FairPass pass = await asked.InTime();
        Assert.Equal((FairOutcome.Queued, 1), (pass.Outcome, _gate.Active));
    }

    [Fact]
    public async Task A_large_cost_that_goes_away_leaves_no_credit_to_those_behind_it()
    {
        using CancellationTokenSource gone = new();
        _ = _gate.Ask("a", FairGate.MaxCost, ct: gone.Token);
        List<Task<FairPass>> a = [.. Enumerable.Range(0, 40).Select(_ => _gate.Ask("a"))], b = [.. Enumerable.Range(0, 80).Select(_ => _gate.Ask("b"))];
        FairPass inside = _inside;
        for (int i = 0; i < 40; i++)
        {
            inside.Dispose();
            inside = b[i].Now();
        }

        await gone.CancelAsync();
        b.RemoveRange(0, 40);
        for (int i = 0; i < 20; i++)
        {
            inside.Dispose();
            List<Task<FairPass>> from = a[0].IsCompleted ? a : b;
            inside = from[0].Now();
            from.RemoveAt(0);
            Assert.InRange((40 - a.Count) - (40 - b.Count), -1, 1);
        }
    }

    [Fact]
    public void Who_waits_for_too_long_is_told_so_at_that_moment()
    {
        Task<FairPass> first = _gate.Ask("a");
        _clock.Advance(TimeSpan.FromSeconds(2));
        Task<FairPass> second = _gate.Ask("b");
        _clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        Assert.False(first.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal((FairOutcome.TimedOut, false, TimeSpan.FromSeconds(5)), (first.Now().Outcome, first.Now().IsEntered, first.Now().Waited));
        Assert.False(second.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((FairOutcome.TimedOut, TimeSpan.FromSeconds(5)), (second.Now().Outcome, second.Now().Waited));
        _inside.Dispose();
        _gate.Enter().Dispose();
        Assert.Equal((0, 0), (_gate.Active, _gate.Queued));
    }

    [Fact]
    public void One_timer_serves_all_who_wait()
    {
        for (int i = 0; i < 300; i++)
        {
            _ = _gate.Ask($"{i % 7}");
            _clock.AdvanceMicros(1000);
            Assert.Equal(1, _clock.PendingTimers);
        }

        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((0, 0), (_gate.Queued, _clock.PendingTimers));
    }

    [Fact]
    public void Thousands_run_out_of_time_at_once()
    {
        using FairGate gate = new(new FairGateOptions { MaxConcurrent = 1, MaxQueuePerFlow = 3_500 }, _clock);
        _ = gate.Enter();
        Task<FairPass>[] waiting = [.. Enumerable.Range(0, 3_500).Select(_ => gate.Ask("a"))];
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.All(waiting, w => Assert.Equal(FairOutcome.TimedOut, w.Now().Outcome));
    }

    [Fact]
    public async Task The_systems_clock_turns_away_too()
    {
        using FairGate gate = new(new FairGateOptions { MaxConcurrent = 1, QueueTimeout = TimeSpan.FromMilliseconds(5) });
        _ = gate.Enter();
        FairPass refused = await gate.Ask("a").InTime();
        Assert.Equal(FairOutcome.TimedOut, refused.Outcome);
        Assert.True(refused.Waited >= TimeSpan.FromMilliseconds(5));
    }

    [Fact]
    public void A_disposed_gate_leaves_no_timer()
    {
        _ = _gate.Ask("a").ContinueWith(t => t.Exception, TaskScheduler.Default);
        Assert.Equal(1, _clock.PendingTimers);
        _gate.Dispose();
        Assert.Equal(0, _clock.PendingTimers);
    }
}
