using Headgate.Conformance;

namespace Headgate.Tests.Admission;

/// <summary>Bounds that change while the gate is in use.</summary>
public sealed class ConfigureTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly FairGate _gate;

    public ConfigureTests() => _gate = new FairGate(new FairGateOptions { MaxConcurrent = 3 }, _clock);

    public void Dispose() => _gate.Dispose();

    [Fact]
    public void More_places_let_those_who_wait_in_at_once()
    {
        _ = (_gate.Enter(), _gate.Enter(), _gate.Enter());
        Task<FairPass>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => _gate.Ask("a"))];
        Set(5);
        Assert.Equal([true, true, false], waiting.Select(w => w.IsCompleted));
        Assert.Equal((5, 1), (_gate.Active, _gate.Queued));
        Set(7);
        Assert.Equal((6, 0), (_gate.Active, _gate.Queued));
        _ = _gate.Enter();
        Assert.False(_gate.TryEnter(new FairFlow("a"), out _));
        Assert.Equal(7, _gate.Options.MaxConcurrent);
    }

    [Fact]
    public void With_fewer_places_those_inside_finish_and_nobody_enters_meanwhile()
    {
        FairPass[] inside = [_gate.Enter(), _gate.Enter(), _gate.Enter()];
        Set(1);
        Task<FairPass> waiting = _gate.Ask("a");
        inside[0].Dispose();
        inside[1].Dispose();
        Assert.Equal((1, false), (_gate.Active, waiting.IsCompleted));
        inside[2].Dispose();
        Assert.Equal((1, true), (_gate.Active, waiting.IsCompleted));
        waiting.Now().Dispose();
        _gate.Enter().Dispose();
        Assert.Equal(0, _gate.Active);
    }

    [Fact]
    public void Free_places_go_out_of_use_at_once_and_come_back()
    {
        Set(1);
        FairPass inside = _gate.Enter();
        Assert.False(_gate.TryEnter(new FairFlow("a"), out _));
        inside.Dispose();
        Set(3);
        _ = (_gate.Enter(), _gate.Enter(), _gate.Enter());
        Assert.False(_gate.TryEnter(new FairFlow("a"), out _));
    }

    [Fact]
    public void Places_that_were_to_go_and_are_needed_again_stay()
    {
        FairPass[] inside = [_gate.Enter(), _gate.Enter(), _gate.Enter()];
        Set(1);
        Set(3);
        inside[0].Dispose();
        _ = _gate.Enter();
        Assert.False(_gate.TryEnter(new FairFlow("a"), out _));
        Set(2);
        Set(4);
        _ = _gate.Enter();
        Assert.False(_gate.TryEnter(new FairFlow("a"), out _));
    }

    [Fact]
    public void A_shorter_time_out_holds_for_those_who_wait_already_and_so_does_a_longer_one()
    {
        Set(1);
        _ = _gate.Enter();
        Task<FairPass> first = _gate.Ask("a");
        _clock.Advance(TimeSpan.FromSeconds(2));
        Task<FairPass> second = _gate.Ask("a");
        _gate.Configure(_gate.Options with { QueueTimeout = TimeSpan.FromSeconds(3) });
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(FairOutcome.TimedOut, first.Now().Outcome);
        _gate.Configure(_gate.Options with { QueueTimeout = TimeSpan.FromSeconds(8) });
        _clock.Advance(TimeSpan.FromSeconds(7) - TimeSpan.FromTicks(1));
        Assert.False(second.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(FairOutcome.TimedOut, second.Now().Outcome);
    }

    [Fact]
    public void Shorter_queues_turn_nobody_away_who_stands_in_one()
    {
        Set(1);
        FairPass inside = _gate.Enter();
        Task<FairPass>[] waiting = [_gate.Ask("a"), _gate.Ask("a")];
        _gate.Configure(_gate.Options with { MaxQueuePerFlow = 1, MaxQueued = 0 });
        Assert.Equal(FairOutcome.Overflow, _gate.Ask("a").Now().Outcome);
        Assert.All(waiting, w => Assert.False(w.IsCompleted));
        inside.Dispose();
        waiting[0].Now().Dispose();
        waiting[1].Now().Dispose();
        Assert.Equal((0, 0), (_gate.Active, _gate.Queued));
    }

    [Fact]
    public void The_most_places_there_may_be_can_all_be_taken()
    {
        Set(FairGateOptions.MostMaxConcurrent);
        FairPass[] inside = [.. Enumerable.Range(0, FairGateOptions.MostMaxConcurrent).Select(_ => _gate.Enter())];
        Assert.False(_gate.TryEnter(new FairFlow("a"), out _));
        Assert.Equal(FairGateOptions.MostMaxConcurrent, _gate.Active);
        foreach (FairPass pass in inside) pass.Dispose();
        Assert.Equal(0, _gate.Active);
    }

    private void Set(int places) => _gate.Configure(_gate.Options with { MaxConcurrent = places });
}
