using Headgate.Extensions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Requests;

/// <summary>Settles what a request has cost when its response has ended: gives back what was reserved too much, or charges what is missing.</summary>
/// <remarks>
/// What is missing is charged as far as it is there: a limit is never overdrawn. Policies that hold permits give them back whole and are not settled.
/// Each policy is settled for itself: what fails for one changes nothing for another.
/// </remarks>
internal sealed partial class Settlement(ILogger<Settlement> logger)
{
    /// <summary>Never throws: the response has ended, and whoever ends it has more to do.</summary>
    public async Task SettleAsync(HttpContext context, Asking asking, HeadgateFeature feature)
    {
        for (int i = 0; i < asking.Charges.Length; i++)
        {
            if (!asking.Uses[i].IsSettled || asking.Limits[i].LeaseTime is not null) continue;
            if (ActualOf(context, asking, i, feature) is not { } actual) continue;
            try
            {
                await SettleAsync(asking, i, actual, feature.Decision).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                NotSettled(e, asking.Charges[i].Policy);
            }
        }
    }

    /// <summary>What the request has cost of a policy; null if nobody says.</summary>
    private long? ActualOf(HttpContext context, Asking asking, int index, HeadgateFeature feature)
    {
        if (feature.Settled is { } said) return said;
        if (asking.Uses[index].Settled is not { } settled) return null;
        try
        {
            return Math.Clamp(settled(context), 0, RequestCost.MaxCost);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            CostNotKnown(e, asking.Charges[index].Policy);
            return null;
        }
    }

    private static async ValueTask SettleAsync(Asking asking, int index, long actual, Decision decision)
    {
        PolicyCharge charge = asking.Charges[index];
        if (actual > charge.Cost) await ChargeAsync(asking.Limits[index].Limiter, charge.Key, actual - charge.Cost).ConfigureAwait(false);
        if (actual >= charge.Cost) return;
        PolicyCharge[] back = Array.ConvertAll(asking.Charges, other => other with { Cost = 0 });
        back[index] = charge with { Cost = charge.Cost - actual };
        await asking.Group!.RefundAsync(back, decision, CancellationToken.None).ConfigureAwait(false);
    }

    private static async ValueTask ChargeAsync(Limiter limiter, string key, long cost)
    {
        Decision decision = await limiter.AcquireAsync(key, cost).ConfigureAwait(false);
        if (!decision.IsAllowed && decision.Remaining > 0) await limiter.AcquireAsync(key, Math.Min(cost, decision.Remaining)).ConfigureAwait(false);
    }

    [LoggerMessage(60, LogLevel.Warning, "A request could not be settled with the policy {Policy}: the store did not answer. What was reserved stays charged.", EventName = "NotSettled")]
    private partial void NotSettled(Exception e, string policy);

    [LoggerMessage(62, LogLevel.Error, "What a request has cost of the policy {Policy} is not known: the function given to SettledBy failed. What was reserved stays charged.", EventName = "CostNotKnown")]
    private partial void CostNotKnown(Exception e, string policy);

    [LoggerMessage(63, LogLevel.Error, "Permits that a request held could not be given back at its end. They come back when their lease time is over.", EventName = "LeaseNotEnded")]
    public partial void NotEnded(Exception e);
}
