using System.Diagnostics.Metrics;

namespace Headgate.Redis.Diagnostics;

/// <summary>The instruments of <see cref="RedisDiagnostics"/>. Nobody listening costs a field read.</summary>
internal static class RedisTelemetry
{
    private static readonly Meter Meter = new(HeadgateDiagnostics.MeterName);

    public static readonly Histogram<double> CallDuration =
        Meter.CreateHistogram<double>("headgate.redis.call.duration", "s", "Time of one call to Redis, by outcome.");

    public static readonly Histogram<int> CallDecisions =
        Meter.CreateHistogram<int>("headgate.redis.call.decisions", "{decision}", "Decisions that one call to Redis carried.");

    public static readonly Counter<long> MergedCharges =
        Meter.CreateCounter<long>("headgate.redis.merged_charges", "{charge}", "Charges that travelled with another of the same key and limit.");

    public static readonly Counter<long> DenyCacheHits =
        Meter.CreateCounter<long>("headgate.redis.deny_cache.hits", "{decision}", "Denials known locally, without asking Redis.");

    public static readonly Counter<long> Fallbacks =
        Meter.CreateCounter<long>("headgate.redis.fallbacks", "{decision}", "Decisions taken by a failure mode, by mode.");

    public static readonly Counter<long> BreakerChanges =
        Meter.CreateCounter<long>("headgate.redis.breaker.changes", "{change}", "Changes of the circuit breaker, by the state that it went to.");

    public static readonly Counter<long> ScriptLoads =
        Meter.CreateCounter<long>("headgate.redis.script_loads", "{load}", "Times that Redis did not know the script and was given it anew.");

    public static void RecordFallback(FailureMode mode) => Fallbacks.Add(1, new KeyValuePair<string, object?>("mode", mode switch
    {
        FailureMode.Open => "open",
        FailureMode.Closed => "closed",
        _ => "local",
    }));

    public static void RecordCall(string outcome, TimeSpan duration, int decisions, int callers)
    {
        CallDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
        CallDecisions.Record(decisions);
        if (callers > decisions) MergedCharges.Add(callers - decisions);
    }
}
