using System.Globalization;

namespace Headgate.Client.Fallback;

/// <summary>Decides in place of a service that does not answer, by the failure mode. Thread-safe.</summary>
internal sealed class Standby(ClientSettings settings) : IDisposable
{
    /// <summary>When to ask again after a denial by <see cref="FailureMode.Closed"/>.</summary>
    private static readonly TimeSpan ClosedRetryAfter = TimeSpan.FromSeconds(1);

    private const int MaxLogPermits = 1_000;

    private static readonly CheckResult Open = new() { IsAllowed = true, Source = CheckSource.FailOpen };
    private static readonly CheckResult Closed = new() { RetryAfter = ClosedRetryAfter, Source = CheckSource.FailClosed };

    private readonly Lazy<IRateLimitStore> _store = new(() => settings.Clock.CreateStandbyStore());

    public KnownLimits Known { get; } = new();

    /// <summary>All of the checks as one decision: by a limit for each, or admitted where one has none.</summary>
    /// <param name="checks">1 or more, of one client.</param>
    /// <param name="peek">True to look and take nothing.</param>
    public async ValueTask<CheckResult> DecideAsync(ReadOnlyMemory<CheckRequest> checks, bool peek)
    {
        if (settings.FailureMode == FailureMode.Open) return Open;
        if (settings.FailureMode == FailureMode.Closed) return Closed;
        List<Charge> charges = [];
        foreach (CheckRequest check in checks.Span)
        {
            // Where nothing is known of one action, the others still decide.
            if (LimitOf(check) is { } limit) charges.Add(new Charge(KeyOf(check), limit, check.Cost) { Namespace = check.Action });
        }

        if (charges.Count == 0) return Open;
        Decision decision = peek ? await _store.Value.PeekAsync(charges.ToArray()).ConfigureAwait(false) : await _store.Value.AcquireAsync(charges.ToArray()).ConfigureAwait(false);
        return new CheckResult
        {
            IsAllowed = decision.IsAllowed,
            Remaining = decision.Remaining,
            ResetAt = decision.ResetAfter < DateTimeOffset.MaxValue - decision.DecidedAt ? decision.DecidedAt + decision.ResetAfter : DateTimeOffset.MaxValue,
            RetryAfter = decision.RetryAfter,
            Source = CheckSource.FailLocal,
        };
    }

    public void Dispose()
    {
        if (_store.IsValueCreated) (_store.Value as IDisposable)?.Dispose();
    }

    /// <summary>What is configured, as far as it is known, wins over the caller's numbers, as it does at the service.</summary>
    private Limit? LimitOf(in CheckRequest check)
    {
        if (Known.Find(check.Tenant, check.Client, check.Action) is { } known) return known;
        if (check is { MaxRequests: { } permits, Window: { } window })
        {
            // A log of many is exact and long; a window is two numbers.
            return permits <= MaxLogPermits ? Limit.SlidingLog(permits, window) : Limit.SlidingWindow(permits, window);
        }

        return settings.LocalLimit;
    }

    /// <summary>Injective: the tenant's length stands before it.</summary>
    private static string KeyOf(in CheckRequest check) => string.Create(CultureInfo.InvariantCulture, $"{check.Tenant.Length}:{check.Tenant}{check.Client}");
}
