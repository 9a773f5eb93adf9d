using Headgate.Conformance;

namespace Headgate.Tests.Admission;

public sealed class FairGateTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly FairGate _gate;

    public FairGateTests() => _gate = new FairGate(new FairGateOptions { MaxConcurrent = 2, MaxQueuePerFlow = 2, MaxQueued = 5 }, _clock);

    public void Dispose() => _gate.Dispose();

    [Fact]
    public void Lets_in_as_many_as_there_are_places_and_the_next_when_one_leaves()
    {
        FairPass first = _gate.Enter(), second = _gate.Enter();
        Task<FairPass> third = _gate.Ask("a");
        Assert.False(third.IsCompleted);
        Assert.Equal((2, 1), (_gate.Active, _gate.Queued));

        _clock.AdvanceMicros(1500);
        first.Dispose();
        Assert.Equal(FairOutcome.Queued, third.Now().Outcome);
        Assert.Equal(TimeSpan.FromMicroseconds(1500), third.Now().Waited);
        Assert.Equal((2, 0), (_gate.Active, _gate.Queued));

        second.Dispose();
        third.Now().Dispose();
        Assert.Equal((0, 0), (_gate.Active, _gate.Queued));
    }

    [Fact]
    public void A_place_comes_back_once_however_often_it_is_given_back()
    {
        FairPass first = _gate.Enter(), copy = first;
        FairPass second = _gate.Enter();
        first.Dispose();
        copy.Dispose();
        first.Dispose();
        FairPass next = _gate.Enter();
        copy.Dispose();
        Assert.False(_gate.TryEnter(new FairFlow("a"), out _));
        Assert.Equal(2, _gate.Active);
        next.Dispose();
        second.Dispose();
    }

    [Fact]
    public void A_copy_of_a_pass_does_not_give_back_the_place_of_who_came_after()
    {
        FairPass first = _gate.Enter(), second = _gate.Enter();
        Task<FairPass> third = _gate.Ask("a"), fourth = _gate.Ask("a");
        first.Dispose();
        Assert.True(third.IsCompleted);
        first.Dispose();
        Assert.False(fourth.IsCompleted);
        second.Dispose();
        Assert.True(fourth.IsCompleted);
    }

    [Fact]
    public void A_flow_whose_queue_is_full_is_refused_alone()
    {
        _ = (_gate.Enter(), _gate.Enter());
        _ = (_gate.Ask("flood"), _gate.Ask("flood"));
        FairPass refused = _gate.Ask("flood").Now();
        Assert.Equal((FairOutcome.Overflow, false), (refused.Outcome, refused.IsEntered));
        refused.Dispose();
        Assert.False(_gate.Ask("quiet").IsCompleted);
        Assert.Equal((2, 2, 1), (_gate.Active, _gate.QueuedOf("flood"), _gate.QueuedOf("quiet")));
    }

    [Fact]
    public void A_flow_may_have_a_queue_of_its_own_length()
    {
        _ = (_gate.Enter(), _gate.Enter());
        Assert.Equal(FairOutcome.Overflow, _gate.EnterAsync(new FairFlow("none", MaxQueue: 0)).AsTask().Now().Outcome);
        for (int i = 0; i < 4; i++) Assert.False(_gate.EnterAsync(new FairFlow("long", MaxQueue: 4)).AsTask().IsCompleted);
        Assert.Equal(FairOutcome.Overflow, _gate.EnterAsync(new FairFlow("long", MaxQueue: 4)).AsTask().Now().Outcome);
    }

    [Fact]
    public void When_all_queues_together_are_full_the_newest_of_the_longest_gives_way()
    {
        _ = (_gate.Enter(), _gate.Enter());
        Task<FairPass>[] flood = [.. Enumerable.Range(0, 4).Select(_ => _gate.EnterAsync(new FairFlow("flood", MaxQueue: 9)).AsTask())];
        Task<FairPass> other = _gate.Ask("other");
        _clock.AdvanceMicros(7);

        Task<FairPass> quiet = _gate.Ask("quiet");
        Assert.False(quiet.IsCompleted);
        Assert.Equal((FairOutcome.Overflow, TimeSpan.FromMicroseconds(7)), (flood[3].Now().Outcome, flood[3].Now().Waited));
        Assert.Equal(FairOutcome.Overflow, _gate.EnterAsync(new FairFlow("flood", MaxQueue: 9)).AsTask().Now().Outcome);
        Assert.False(_gate.Ask("new").IsCompleted);
        Assert.True(flood[2].IsCompleted);

        // Now two, one, one and one wait. A queue that would be as long as the longest gives way itself.
        Assert.Equal(FairOutcome.Overflow, _gate.Ask("other").Now().Outcome);
        Assert.False(flood[1].IsCompleted || other.IsCompleted || quiet.IsCompleted);
        Assert.Equal(5, _gate.Queued);
    }

    [Fact]
    public void Flows_take_turns_whatever_the_lengths_of_their_queues()
    {
        using FairGate gate = new(new FairGateOptions { MaxConcurrent = 1 }, _clock);
        FairPass inside = gate.Enter();
        List<string> order = [];
        (string Flow, Task<FairPass> Pass)[] waiting = [.. "aaaaabbc".Select(c => ($"{c}", gate.Ask($"{c}")))];
        for (int i = 0; i < waiting.Length; i++)
        {
            inside.Dispose();
            (string flow, Task<FairPass> pass) = Assert.Single(waiting, w => w.Pass.IsCompleted && !order.Contains($"{w.Flow}{w.Pass.Id}"));
            order.Add($"{flow}{pass.Id}");
            inside = pass.Now();
        }

        Assert.Equal("abcabaaa", string.Concat(order.Select(o => o[0])));
    }

    [Fact]
    public void Tells_of_the_flows_that_wait_the_longest_queue_first()
    {
        _ = (_gate.Enter(), _gate.Enter());
        Assert.Empty(_gate.Flows());
        _ = _gate.Ask("a", weight: 3);
        _clock.AdvanceMicros(10);
        _ = (_gate.Ask("b", cost: 5), _gate.Ask("b"));
        _clock.AdvanceMicros(5);
        FairFlowState[] flows = [.. _gate.Flows()];
        Assert.Equal([("b", 1, 2, 5.0), ("a", 3, 1, 15.0)], flows.Select(f => (f.Key, f.Weight, f.Queued, f.OldestWait.TotalMicroseconds)));
        Assert.Single(_gate.Flows(1));
        Assert.Empty(_gate.Flows(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _gate.Flows(FairGate.MostFlows + 1));
    }

    [Fact]
    public void Tries_to_enter_without_waiting()
    {
        Assert.True(_gate.TryEnter(new FairFlow("a"), out FairPass pass));
        Assert.Equal((FairOutcome.Entered, true), (pass.Outcome, pass.IsEntered));
        _ = _gate.Enter();
        Assert.False(_gate.TryEnter(new FairFlow("a"), out FairPass refused));
        Assert.Equal((FairOutcome.Overflow, false, 0), (refused.Outcome, refused.IsEntered, _gate.Queued));
    }

    [Fact]
    public void The_default_pass_is_a_refusal() => Assert.Equal((FairOutcome.Overflow, false), (default(FairPass).Outcome, default(FairPass).IsEntered));

    [Fact]
    public async Task Disposal_tells_those_who_wait_and_lets_those_inside_finish()
    {
        FairPass inside = _gate.Enter();
        _ = _gate.Enter();
        Task<FairPass> waiting = _gate.Ask("a");
        _gate.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.InTime());
        inside.Dispose();
        Assert.Equal((1, 0), (_gate.Active, _gate.Queued));
        Assert.Throws<ObjectDisposedException>(() => { _ = _gate.Ask("a"); });
        Assert.Throws<ObjectDisposedException>(() => _gate.TryEnter(new FairFlow("a"), out _));
        Assert.Throws<ObjectDisposedException>(() => _gate.Configure(new FairGateOptions()));
        _gate.Dispose();
    }

    [Fact]
    public void A_disposed_gate_with_free_places_lets_nobody_in()
    {
        _gate.Enter().Dispose();
        _gate.Dispose();
        Assert.Throws<ObjectDisposedException>(() => { _ = _gate.Ask("a"); });
        Assert.Equal(0, _gate.Active);
    }

    [Theory]
    [InlineData("", 1, 1, null, null)]
    [InlineData("a", 1000, 64, 100_000, null)]
    [InlineData(null, 1, 1, null, "Key")]
    [InlineData("a", 0, 1, null, "Weight is 0; it must be between 1 and 1000")]
    [InlineData("a", 1001, 1, null, "Weight is 1001")]
    [InlineData("a", int.MinValue, 1, null, "Weight is -2147483648")]
    [InlineData("a", 1, 1, -1, "MaxQueue is -1; it must be between 0 and 100000")]
    [InlineData("a", 1, 1, 100_001, "MaxQueue is 100001")]
    [InlineData("a", 1, 0, null, "cost is 0; it must be between 1 and 64")]
    [InlineData("a", 1, 65, null, "cost is 65")]
    public void Holds_a_flow_and_its_cost_to_their_bounds(string? key, int weight, int cost, int? maxQueue, string? refusal)
    {
        FairPass Ask() => _gate.EnterAsync(new FairFlow(key!, weight, maxQueue), cost).AsTask().Now();
        if (refusal is null) Assert.True(Ask().IsEntered);
        else Assert.Contains(refusal, Assert.ThrowsAny<ArgumentException>(() => Ask()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Holds_a_key_to_its_length()
    {
        _gate.Ask(new string('k', 1024)).Now().Dispose();
        ArgumentException refused = Assert.Throws<ArgumentException>(() => { _ = _gate.Ask(new string('k', 1025)); });
        Assert.Contains("Key has 1025 characters", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_held_to_their_bounds()
    {
        _ = new FairGateOptions { MaxConcurrent = 100_000, MaxQueuePerFlow = 0, MaxQueued = 1_000_000, QueueTimeout = TimeSpan.FromHours(1) };
        Assert.Contains("MaxConcurrent is 0", Refused(() => new FairGateOptions { MaxConcurrent = 0 }), StringComparison.Ordinal);
        Assert.Contains("MaxConcurrent is 100001", Refused(() => new FairGateOptions { MaxConcurrent = 100_001 }), StringComparison.Ordinal);
        Assert.Contains("MaxQueuePerFlow is -1", Refused(() => new FairGateOptions { MaxQueuePerFlow = -1 }), StringComparison.Ordinal);
        Assert.Contains("MaxQueued is 1000001", Refused(() => new FairGateOptions { MaxQueued = 1_000_001 }), StringComparison.Ordinal);
        Assert.Contains("QueueTimeout is 00:00:00;", Refused(() => new FairGateOptions { QueueTimeout = TimeSpan.Zero }), StringComparison.Ordinal);
        Assert.Contains("QueueTimeout is 01:00:00.0000001", Refused(() => new FairGateOptions { QueueTimeout = TimeSpan.FromHours(1) + TimeSpan.FromTicks(1) }), StringComparison.Ordinal);
    }

    private static string Refused(Func<FairGateOptions> make) => Assert.Throws<ArgumentOutOfRangeException>(make).Message;
}
