using System.Diagnostics;
using System.Diagnostics.Metrics;
using Headgate.AspNetCore.Observability;
using Headgate.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.AspNetCore.Tests.Observability;

public sealed class RequestActivityTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<Activity> _stopped = [];
    private readonly ActivityListener _listener;
    private readonly RequestTelemetry _telemetry;
    private readonly Activity _request = new Activity("request").Start();

    public RequestActivityTests()
    {
        _telemetry = new RequestTelemetry(_services.GetRequiredService<IMeterFactory>(), _clock, new StoreOutage(NullLogger.Instance, _clock));
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Headgate.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _request.TraceId) _stopped.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _request.Dispose();
        _listener.Dispose();
        _services.Dispose();
    }

    [Theory]
    [InlineData(nameof(Given.Allowed), "headgate.outcome=allowed headgate.policy=api headgate.remaining=7")]
    [InlineData(nameof(Given.ShadowDenied), "headgate.outcome=shadow_denied headgate.policy=api headgate.remaining=7")]
    [InlineData(nameof(Given.Denied), "headgate.outcome=denied headgate.policy=api headgate.remaining=0 headgate.retry_after=1.5")]
    [InlineData(nameof(Given.Impossible), "headgate.outcome=impossible headgate.policy=api headgate.remaining=10")]
    [InlineData(nameof(Given.FailClosed), "headgate.outcome=unavailable headgate.policy=api")]
    [InlineData(nameof(Given.FailOpen), "headgate.outcome=fail_open headgate.policy=api")]
    public void The_activity_of_the_request_says_what_was_decided(string kind, string tags)
    {
        Activity.Current = _request;
        _telemetry.Decided("api", Given.Of(kind));
        Assert.Equal(tags, Tags(_request));
        Assert.Empty(_stopped);
    }

    [Fact]
    public void A_request_that_was_not_asked_has_no_remaining()
    {
        Activity.Current = _request;
        _telemetry.Ended("api", RequestOutcome.Exempt);
        Assert.Equal("headgate.outcome=exempt headgate.policy=api", Tags(_request));
    }

    [Theory]
    [InlineData(nameof(Given.Denied), ActivityStatusCode.Unset)]
    [InlineData(nameof(Given.FailClosed), ActivityStatusCode.Error)]
    [InlineData(nameof(Given.FailOpen), ActivityStatusCode.Error)]
    public void A_decision_that_waits_has_an_activity_below_the_request(string kind, ActivityStatusCode status)
    {
        Activity.Current = _request;
        Activity? own = RequestActivity.Start("api");
        Assert.Same(own, Activity.Current);
        RequestActivity.End(own, "api", Given.Of(kind));
        Activity stopped = Assert.Single(_stopped);
        Assert.Equal("headgate.acquire", stopped.OperationName);
        Assert.Equal(_request.SpanId, stopped.ParentSpanId);
        Assert.Equal(status, stopped.Status);
        Assert.StartsWith("headgate.outcome=", Tags(stopped), StringComparison.Ordinal);
        Assert.Same(_request, Activity.Current);
    }

    [Fact]
    public void An_activity_that_records_nothing_is_not_tagged()
    {
        Activity.Current = _request;
        _request.IsAllDataRequested = false;
        _telemetry.Decided("api", Given.Denied);
        Assert.Equal("", Tags(_request));
    }

    private static string Tags(Activity activity) =>
        string.Join(' ', activity.TagObjects.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => FormattableString.Invariant($"{tag.Key}={tag.Value}")));
}
