using System.Diagnostics.Metrics;
using Headgate.AspNetCore.Observability;
using Headgate.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Tests.Observability;

public sealed class RefusalsTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly LogRecorder _lines = new();
    private readonly ServiceProvider _services;

    public RefusalsTests() => _services = new ServiceCollection()
        .AddSingleton<TimeProvider>(_clock).AddSingleton<ILoggerFactory>(_lines).AddRequestObservability().AddRequestObservability().BuildServiceProvider();

    private Refusals Refusals => _services.GetRequiredService<Refusals>();

    public void Dispose()
    {
        _services.Dispose();
        _lines.Dispose();
    }

    [Theory]
    [InlineData(nameof(Given.Denied), "denied", true, 2)]
    [InlineData(nameof(Given.DenyCache), "denied", true, 2)]
    [InlineData(nameof(Given.Impossible), "impossible", true, 2)]
    [InlineData(nameof(Given.ShadowDenied), "shadow_denied", false, 5)]
    [InlineData(nameof(Given.FailClosed), "unavailable", false, 8)]
    [InlineData(nameof(Given.FailOpen), "fail_open", false, 8)]
    [InlineData(nameof(Given.Allowed), "allowed", false, 0)]
    public void A_decision_is_told_to_whom_it_concerns(string kind, string outcome, bool isListed, int line)
    {
        using MeterRecorder recorder = new(_services.GetRequiredService<IMeterFactory>());
        Refusals.Add("api", "user:alice", Given.Of(kind));
        Assert.Equal([$"headgate.http.requests 1 policy=api outcome={outcome}"], recorder.Reports);
        Assert.Equal(isListed ? ["user:alice"] : [], _services.GetRequiredService<IRefusedKeys>().Top(10).Select(key => key.Key));
        Assert.Equal(line == 0 ? [] : [line], _lines.Lines.Select(l => l.Event.Id));
        if (_lines.Lines.Count > 0) Assert.Equal("Headgate.AspNetCore.Requests", _lines.Category);
    }

    [Fact]
    public void The_list_and_the_log_call_a_caller_the_same()
    {
        Refusals.Add("api", "user:alice", Given.Denied);
        Assert.Equal(_services.GetRequiredService<IRefusedKeys>().Top(1)[0].Caller, Assert.Single(_lines.Lines)["Caller"]);
    }

    [Fact]
    public void A_long_key_is_kept_short_everywhere()
    {
        Refusals.Add("api", new string('x', 1_000_000), Given.Denied);
        Assert.Equal(CallerId.MaxKeyLength, _services.GetRequiredService<IRefusedKeys>().Top(1)[0].Key.Length);
    }

    [Fact]
    public void A_caller_refused_again_costs_no_bytes()
    {
        Refusals refusals = Refusals;
        for (int i = 0; i < 100; i++) refusals.Add("api", "user:alice", Given.Denied);
        WarmAllProcessors(refusals);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) refusals.Add("api", "user:alice", Given.Denied);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_end_of_the_application_ends_the_timer()
    {
        Refusals.Add("api", "user:alice", Given.Denied);
        Assert.Equal(1, _clock.PendingTimers);
        _services.Dispose();
        Assert.Equal(0, _clock.PendingTimers);
    }

    /// <summary>A thread may be moved to a processor that has not counted the key yet: it is counted on all first.</summary>
    private void WarmAllProcessors(Refusals refusals)
    {
        HashSet<int> seen = [];
        for (int i = 0; i < 100_000 && seen.Count < Environment.ProcessorCount; i++)
        {
            seen.Add(Thread.GetCurrentProcessorId());
            refusals.Add("api", "user:alice", Given.Denied);
            if (i % 100 == 0) Thread.Yield();
        }
    }
}
