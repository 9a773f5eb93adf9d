using System.Diagnostics.Metrics;
using Headgate.Memory;

namespace Headgate;

/// <summary>The instruments of <see cref="HeadgateDiagnostics"/>. Nobody listening costs a field read.</summary>
internal static class Telemetry
{
    private static readonly Meter Meter = new(HeadgateDiagnostics.MeterName);
    private static readonly Lock Gate = new();
    private static readonly List<WeakReference<KeyBudget>> Stores = [];

    public static readonly Counter<long> Decisions =
        Meter.CreateCounter<long>("headgate.decisions", "{decision}", "Decisions by policy and outcome.");

    public static readonly Histogram<double> DecisionDuration =
        Meter.CreateHistogram<double>("headgate.decision.duration", "s", "Time of one decision, by policy.");

    public static readonly Counter<long> Evictions =
        Meter.CreateCounter<long>("headgate.evictions", "{key}", "Live keys dropped because a store was full.");

    public static readonly Counter<long> Waits =
        Meter.CreateCounter<long>("headgate.waits", "{wait}", "Ended waits, by policy and outcome.");

    public static readonly Histogram<double> WaitDuration =
        Meter.CreateHistogram<double>("headgate.wait.duration", "s", "Time spent waiting, by policy and outcome.");

    static Telemetry() =>
        Meter.CreateObservableUpDownCounter("headgate.keys", CountKeys, "{key}", "Keys that the memory stores of this process hold.");

    /// <summary>True if anybody wants to know of decisions.</summary>
    public static bool Listens => Decisions.Enabled || DecisionDuration.Enabled;

    public static void Record(string? policy, in Decision decision, TimeSpan duration)
    {
        Decisions.Add(1, Policy(policy), Outcome(OutcomeOf(decision)));
        DecisionDuration.Record(duration.TotalSeconds, Policy(policy));
    }

    public static void RecordWait(string? policy, string outcome, TimeSpan duration)
    {
        Waits.Add(1, Policy(policy), Outcome(outcome));
        WaitDuration.Record(duration.TotalSeconds, Policy(policy), Outcome(outcome));
    }

    public static void Track(KeyBudget store)
    {
        lock (Gate) Stores.Add(new WeakReference<KeyBudget>(store));
    }

    public static void Untrack(KeyBudget store)
    {
        lock (Gate) Stores.RemoveAll(s => !s.TryGetTarget(out KeyBudget? live) || ReferenceEquals(live, store));
    }

    private static string OutcomeOf(in Decision decision)
    {
        if (decision.IsAllowed) return decision.ShadowDeniedBy is null ? "allowed" : "shadow_denied";
        return decision.RetryAfter == Timeout.InfiniteTimeSpan ? "impossible" : "denied";
    }

    private static KeyValuePair<string, object?> Policy(string? name) => new("policy", name ?? "");

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);

    private static long CountKeys()
    {
        lock (Gate) return Stores.Sum(s => s.TryGetTarget(out KeyBudget? live) ? live.Keys : 0);
    }
}
