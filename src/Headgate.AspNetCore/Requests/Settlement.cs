using Headgate.Extensions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Requests;

/// <summary>Settles what a request has cost when its response has ended: gives back what was reserved too much, or charges what is missing.</summary>
/// <remarks>What is missing is charged as far as it is there: a limit is never overdrawn. Policies that hold permits give them back whole and are not settled.</remarks>
internal sealed partial class Settlement(ILogger<Settlement> logger)
{
    public async Task SettleAsync(HttpContext context, Asking asking, HeadgateFeature feature)
    {
        try
        {
            PolicyCharge[]? back = null;
            for (int i = 0; i < asking.Charges.Length; i++)
            {
                PolicyUse use = asking.Uses[i];
                if (!use.IsSettled) continue;
                long? actual = feature.Settled ?? (use.Settled is { } settled ? Math.Clamp(settled(context), 0, RequestCost.MaxCost) : null);
                if (actual is not { } cost || asking.Limits[i].LeaseTime is not null) continue;
                long reserved = asking.Charges[i].Cost;
                if (cost < reserved) (back ??= Nothing(asking.Charges))[i] = asking.Charges[i] with { Cost = reserved - cost };
                else if (cost > reserved) await ChargeAsync(asking.Limits[i].Limiter, asking.Charges[i].Key, cost - reserved).ConfigureAwait(false);
            }

            if (back is not null) await asking.Group!.RefundAsync(back, feature.Decision, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreUnavailableException or ObjectDisposedException)
        {
            NotSettled(e);
        }
    }

    private static PolicyCharge[] Nothing(PolicyCharge[] charges) => Array.ConvertAll(charges, charge => charge with { Cost = 0 });

    private static async ValueTask ChargeAsync(Limiter limiter, string key, long cost)
    {
        Decision decision = await limiter.AcquireAsync(key, cost).ConfigureAwait(false);
        if (!decision.IsAllowed && decision.Remaining > 0) await limiter.AcquireAsync(key, Math.Min(cost, decision.Remaining)).ConfigureAwait(false);
    }

    [LoggerMessage(60, LogLevel.Warning, "A request could not be settled: the store did not answer. What was reserved stays charged.", EventName = "NotSettled")]
    private partial void NotSettled(Exception e);
}
