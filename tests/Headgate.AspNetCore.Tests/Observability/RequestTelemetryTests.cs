using System.Diagnostics.Metrics;
using Headgate.AspNetCore.Observability;
using Headgate.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.AspNetCore.Tests.Observability;

public sealed class RequestTelemetryTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly IMeterFactory _meters;
    private readonly RequestTelemetry _telemetry;

    public RequestTelemetryTests()
    {
        _meters = _services.GetRequiredService<IMeterFactory>();
        _telemetry = new RequestTelemetry(_meters, _clock, new StoreOutage(NullLogger.Instance, _clock));
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Names_and_units_are_those_of_the_documentation()
    {
        using MeterRecorder recorder = new(_meters);
        Assert.All(recorder.Instruments, instrument => Assert.Equal("Headgate.AspNetCore", instrument.Meter.Name));
        Assert.Equal(
            [
                "headgate.http.lease.duration s Histogram", "headgate.http.leases {lease} UpDownCounter", "headgate.http.request.delay s Histogram",
                "headgate.http.request.queued {request} UpDownCounter", "headgate.http.request.time_in_queue s Histogram",
                "headgate.http.requests {request} Counter",
            ],
            recorder.Instruments.Select(i => $"{i.Name} {i.Unit} {i.GetType().Name.Split('`')[0]}").Order(StringComparer.Ordinal));
        Assert.All(recorder.Instruments.OfType<Histogram<double>>(), histogram =>
            Assert.Equal(3_600, histogram.Advice!.HistogramBucketBoundaries![^1]));
    }

    [Theory]
    [InlineData(nameof(Given.Allowed), "allowed")]
    [InlineData(nameof(Given.Denied), "denied")]
    [InlineData(nameof(Given.DenyCache), "denied")]
    [InlineData(nameof(Given.Impossible), "impossible")]
    [InlineData(nameof(Given.ShadowDenied), "shadow_denied")]
    [InlineData(nameof(Given.FailOpen), "fail_open")]
    [InlineData(nameof(Given.FailClosed), "unavailable")]
    [InlineData(nameof(Given.FailLocal), "allowed")]
    public void A_decision_is_counted_by_policy_and_outcome(string kind, string outcome)
    {
        using MeterRecorder recorder = new(_meters);
        _telemetry.Decided("api", Given.Of(kind));
        Assert.Equal([$"headgate.http.requests 1 policy=api outcome={outcome}"], recorder.Reports);
    }

    [Theory]
    [InlineData((int)RequestOutcome.Exempt, "exempt")]
    [InlineData((int)RequestOutcome.Cancelled, "cancelled")]
    [InlineData((int)RequestOutcome.Invalid, "invalid")]
    public void A_request_without_a_decision_is_counted_by_what_became_of_it(int outcome, string text)
    {
        using MeterRecorder recorder = new(_meters);
        _telemetry.Ended("api", (RequestOutcome)outcome);
        Assert.Equal([$"headgate.http.requests 1 policy=api outcome={text}"], recorder.Reports);
    }

    [Fact]
    public void Every_outcome_has_a_text_of_its_own()
    {
        RequestOutcome[] all = Enum.GetValues<RequestOutcome>();
        Assert.Equal(RequestOutcomes.Count, all.Length);
        Assert.Equal(all.Length, all.Select(outcome => outcome.Text()).Distinct().Count());
    }

    [Fact]
    public void A_wait_is_queued_while_it_lasts_and_then_timed()
    {
        using MeterRecorder recorder = new(_meters);
        RequestTelemetry.Span wait = _telemetry.StartWait("api");
        Assert.Equal(["headgate.http.request.queued 1 policy=api"], recorder.Reports);
        _clock.Advance(TimeSpan.FromSeconds(1.5));
        _telemetry.EndWait(wait, RequestOutcome.Cancelled);
        Assert.Equal(
            ["headgate.http.request.queued -1 policy=api", "headgate.http.request.time_in_queue 1.5 policy=api outcome=cancelled"],
            recorder.Reports.Skip(1));
    }

    [Fact]
    public void Permits_are_counted_while_they_are_held_and_then_timed()
    {
        using MeterRecorder recorder = new(_meters);
        RequestTelemetry.Span lease = _telemetry.StartLease("uploads");
        Assert.Equal(["headgate.http.leases 1 policy=uploads"], recorder.Reports);
        _clock.Advance(TimeSpan.FromSeconds(2));
        _telemetry.EndLease(lease);
        Assert.Equal(["headgate.http.leases -1 policy=uploads", "headgate.http.lease.duration 2 policy=uploads"], recorder.Reports.Skip(1));
    }

    [Fact]
    public void A_delay_is_recorded_in_seconds()
    {
        using MeterRecorder recorder = new(_meters);
        _telemetry.Delayed("shaped", TimeSpan.FromMilliseconds(250));
        Assert.Equal(["headgate.http.request.delay 0.25 policy=shaped"], recorder.Reports);
    }

    [Fact]
    public void Who_starts_to_listen_meanwhile_sees_no_count_go_below_zero()
    {
        RequestTelemetry.Span wait = _telemetry.StartWait("api");
        RequestTelemetry.Span lease = _telemetry.StartLease("api");
        using MeterRecorder late = new(_meters);
        _telemetry.EndWait(wait, RequestOutcome.Allowed);
        _telemetry.EndLease(lease);
        Assert.Empty(late.Reports);
    }

    [Fact]
    public void What_was_counted_up_is_counted_down_by_a_span_of_any_age()
    {
        MeterRecorder early = new(_meters);
        RequestTelemetry.Span wait = _telemetry.StartWait("api");
        early.Dispose();
        using MeterRecorder late = new(_meters);
        _telemetry.EndWait(wait, RequestOutcome.Allowed);
        Assert.Contains("headgate.http.request.queued -1 policy=api", late.Reports);
    }

    [Fact]
    public void Later_policies_than_the_thousandth_share_a_tag()
    {
        using MeterRecorder recorder = new(_meters);
        for (int i = 0; i < 3_000; i++) _telemetry.Decided($"policy-{i}", Given.Allowed);
        _telemetry.Decided("policy-7", Given.Allowed);
        string[] tags = [.. recorder.Reports.Select(report => report.Split(' ')[2])];
        Assert.Equal(PolicyTags.MaxNames + 1, tags.Distinct().Count());
        Assert.Equal(2_000, tags.Count(tag => tag == "policy=_OTHER"));
        Assert.Equal("policy=policy-7", tags[^1]);
    }

    [Fact]
    public void Nobody_listening_costs_no_bytes()
    {
        _telemetry.Decided("api", Given.Allowed);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            _telemetry.Decided("api", Given.Allowed);
            _telemetry.EndWait(_telemetry.StartWait("api"), RequestOutcome.Allowed);
            _telemetry.EndLease(_telemetry.StartLease("api"));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
