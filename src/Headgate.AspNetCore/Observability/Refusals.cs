namespace Headgate.AspNetCore.Observability;

/// <summary>
/// Everything that a refusal is told to: instruments, logs, the most refused keys. Safe for any number of threads; for a key that was refused
/// before it allocates nothing.
/// </summary>
internal sealed class Refusals(RequestTelemetry telemetry, RefusedKeys keys, RefusalLog log)
{
    /// <summary>
    /// A decision that refused a request, or let it through in shadow. In place of <see cref="RequestTelemetry.Decided"/>, which it calls;
    /// an admission given here counts as one.
    /// </summary>
    /// <param name="policy">The policy that decided.</param>
    /// <param name="key">Whom it refused: the partition key.</param>
    /// <param name="decision">What was decided.</param>
    public void Add(string policy, string key, in Decision decision)
    {
        telemetry.Decided(policy, decision);
        RequestOutcome outcome = RequestOutcomes.Of(decision);

        // Where the store does not answer the caller did nothing: that is the outage's line.
        if (outcome is not (RequestOutcome.Denied or RequestOutcome.Impossible or RequestOutcome.ShadowDenied)) return;
        string kept = CallerId.Bounded(key);
        bool inShadow = outcome == RequestOutcome.ShadowDenied;
        if (!inShadow) keys.Add(policy, kept);
        log.Add(policy, kept, inShadow, outcome);
    }
}
