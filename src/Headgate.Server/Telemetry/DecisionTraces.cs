using System.Diagnostics;
using Headgate.Server.Changes;
using Headgate.Server.Statistics;
using Headgate.Server.Tenants;

namespace Headgate.Server.Telemetry;

/// <summary>
/// One span for each request for a decision, below the request's own, which takes the caller's W3C context over. Made when the decision is known: nobody
/// listening costs a field read. Thread-safe. No client's id is ever in one, and a tenant or an action only if it is configured.
/// </summary>
internal sealed class DecisionTraces(ConfigBook book, TenantLabels labels, TimeProvider clock)
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Headgate.Server";

    /// <summary>Name of the span.</summary>
    public const string SpanName = "headgate.decide";

    public const string TenantTag = "headgate.tenant";
    public const string ActionTag = "headgate.action";
    public const string OutcomeTag = "headgate.outcome";
    public const string SourceTag = "headgate.source";
    public const string WaitTag = "headgate.queue_wait";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>True if anybody wants to know.</summary>
    public static bool Listens => Source.HasListeners();

    /// <summary>A request was answered.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="action">What for; null if it is not known.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="source">Who decided; null for nobody.</param>
    /// <param name="taken">How long it took.</param>
    /// <param name="wait">How long it waited for its turn; zero if it did not.</param>
    public void Record(string tenant, string? action, string outcome, string? source, TimeSpan taken, TimeSpan wait)
    {
        DateTimeOffset end = clock.GetUtcNow();
        using Activity? span = Source.StartActivity(SpanName, ActivityKind.Internal, Activity.Current?.Context ?? default, startTime: end - taken);
        if (span is null) return;
        string label = labels.Of(tenant);
        span.SetTag(TenantTag, label);
        if (action is not null) span.SetTag(ActionTag, IsConfigured(tenant, action) ? action : TenantLabels.Other);
        span.SetTag(OutcomeTag, outcome);
        if (source is not null) span.SetTag(SourceTag, source);
        if (wait > TimeSpan.Zero) span.SetTag(WaitTag, wait.TotalSeconds);
        // A denial is an answer.
        if (outcome == "failed") span.SetStatus(ActivityStatusCode.Error);
        span.SetEndTime(end.UtcDateTime);
    }

    private bool IsConfigured(string tenant, string action) => book.Current.Tenants.TryGetValue(tenant, out TenantConfig? config) && config.Actions.ContainsKey(action);
}
