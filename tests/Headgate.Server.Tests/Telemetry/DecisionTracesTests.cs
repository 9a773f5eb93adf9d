using System.Diagnostics;
using Headgate.Server.Load;
using Headgate.Server.Statistics;
using Headgate.Server.Telemetry;
using Headgate.Server.Tenants;
using Headgate.Server.Tests.Statistics;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Telemetry;

public sealed class DecisionTracesTests
{
    [Fact]
    public async Task A_decision_is_a_span_below_the_request_with_its_time_its_outcome_and_its_wait()
    {
        await using Service service = await Service.StartAsync();
        await TenantStatisticsTests.ConfigureAsync(service, "acme");
        await service.Book.ChangeAsync("test", "action", _ =>
            [new Headgate.Server.Changes.ConfigEdit(Headgate.Server.Changes.NodeAddress.OfAction("acme", "login"), null, ActionRule.Create(Algorithm.SlidingLog, 5, TimeSpan.FromSeconds(1)))], CancellationToken.None);
        TenantStatistics statistics = service.Services.GetRequiredService<TenantStatistics>();
        using Activity request = new Activity("request").Start();
        long start = service.Clock.GetTimestamp();
        service.Clock.Advance(TimeSpan.FromMilliseconds(30));
        List<Activity> spans = Listen(request.TraceId, () =>
        {
            statistics.Decided("acme", false, false, LoadOutcome.Queued, DecisionSource.FailLocal, start, "login", TimeSpan.FromMilliseconds(20));
            statistics.Decided("acme", false, false, LoadOutcome.TimedOut, DecisionSource.Store, start, "made-up");
            statistics.Decided("stranger", true, false, LoadOutcome.Processed, DecisionSource.Store, start, "login");
            statistics.Failed("acme", "login");
        });

        Assert.Equal(4, spans.Count);
        Assert.All(spans, span => Assert.Equal((DecisionTraces.SpanName, request.SpanId), (span.OperationName, span.ParentSpanId)));
        Assert.Equal(TimeSpan.FromMilliseconds(30), spans[0].Duration);
        Assert.Equal(["acme", "login", "denied", "fail_local", 0.02], Tags(spans[0]));
        Assert.Equal(["acme", "(other)", "timed_out", null, null], Tags(spans[1]));
        Assert.Equal(["(other)", "(other)", "allowed", "store", null], Tags(spans[2]));
        Assert.Equal(["acme", "login", "failed", null, null], Tags(spans[3]));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Unset, ActivityStatusCode.Unset, ActivityStatusCode.Error], spans.Select(s => s.Status));
    }

    private static object?[] Tags(Activity span) =>
        [.. new[] { DecisionTraces.TenantTag, DecisionTraces.ActionTag, DecisionTraces.OutcomeTag, DecisionTraces.SourceTag, DecisionTraces.WaitTag }.Select(span.GetTagItem)];

    /// <summary>The spans of one trace: other tests of this process make some too.</summary>
    private static List<Activity> Listen(ActivityTraceId trace, Action act)
    {
        List<Activity> spans = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == DecisionTraces.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == trace) spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        act();
        return spans;
    }
}
