using System.Globalization;
using Headgate.AspNetCore.Answers;
using Headgate.Extensions;
using Microsoft.AspNetCore.SignalR;

namespace Headgate.AspNetCore.SignalR;

/// <summary>A refusal in SignalR's words: a <see cref="HubException"/>, whose message reaches the client.</summary>
internal static class HubRefusal
{
    public static HubException Of(string what, in PolicyCharge decider, in Decision decision)
    {
        if (decision.Source == DecisionSource.FailClosed) return new HubException($"{what} is refused: its limit cannot be checked now. {Retry(decision)}");
        return new HubException(decision.RetryAfter == Timeout.InfiniteTimeSpan
            ? $"{what} is refused by the policy '{decider.Policy}': it costs {decider.Cost} of at most {decision.Limit}, and never fits."
            : $"{what} is refused by the policy '{decider.Policy}': too many. {Retry(decision)}");
    }

    /// <summary>Always up: a client that comes back a moment too early is refused again.</summary>
    private static string Retry(in Decision decision)
    {
        long seconds = WholeSeconds.ToWait(decision);
        return string.Create(CultureInfo.InvariantCulture, $"Retry after {seconds} {(seconds == 1 ? "second" : "seconds")}.");
    }
}
