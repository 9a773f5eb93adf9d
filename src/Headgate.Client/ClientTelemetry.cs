using System.Diagnostics.Metrics;
using Headgate.Client.Calls;

namespace Headgate.Client;

/// <summary>The instruments of <see cref="HeadgateClientDiagnostics"/>. Nobody listening costs a field read.</summary>
internal static class ClientTelemetry
{
    private static readonly Meter Meter = new(HeadgateClientDiagnostics.MeterName);
    private static readonly Counter<long> Checks = Meter.CreateCounter<long>("headgate.client.checks", "{check}", "Checks by source and outcome.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("headgate.client.call.duration", "s", "Calls to the service by operation and outcome.");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("headgate.client.retries", "{retry}", "Repetitions of calls by operation.");
    private static readonly Counter<long> Breaks = Meter.CreateCounter<long>("headgate.client.breaks", "{break}", "Times that an endpoint was left alone.");

    public static void RecordCheck(in CheckResult result)
    {
        if (Checks.Enabled) Checks.Add(1, new KeyValuePair<string, object?>("source", SourceOf(result.Source)), new KeyValuePair<string, object?>("outcome", OutcomeOf(result)));
    }

    public static void RecordCall(string operation, Answer answer, TimeSpan took)
    {
        if (!Duration.Enabled) return;
        string outcome = !answer.IsAnswered ? "failed" : answer.IsSuccess ? "answered" : "refused";
        Duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("operation", operation), new KeyValuePair<string, object?>("outcome", outcome));
    }

    public static void RecordRetry(string operation) => Retries.Add(1, new KeyValuePair<string, object?>("operation", operation));

    public static void RecordBreak() => Breaks.Add(1);

    private static string SourceOf(CheckSource source) => source switch
    {
        CheckSource.Service => "service",
        CheckSource.DenyCache => "deny_cache",
        CheckSource.FailOpen => "fail_open",
        CheckSource.FailClosed => "fail_closed",
        _ => "fail_local",
    };

    private static string OutcomeOf(in CheckResult result) => result.Status switch
    {
        CheckStatus.Rejected => "rejected",
        CheckStatus.TimedOut => "timed_out",
        CheckStatus.Unavailable => "unavailable",
        _ => result.IsAllowed ? "allowed" : "denied",
    };
}
