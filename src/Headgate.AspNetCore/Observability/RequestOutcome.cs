using System.Diagnostics;

namespace Headgate.AspNetCore.Observability;

/// <summary>How a request fared at its policies: the values of the tag <c>outcome</c>.</summary>
internal enum RequestOutcome
{
    /// <summary>Admitted.</summary>
    Allowed,

    /// <summary>Refused until later.</summary>
    Denied,

    /// <summary>Refused for ever: the cost is above the limit.</summary>
    Impossible,

    /// <summary>Admitted, though a limit in shadow would have refused it.</summary>
    ShadowDenied,

    /// <summary>Refused because the store could not answer and the failure mode is closed.</summary>
    Unavailable,

    /// <summary>Admitted because the store could not answer and the failure mode is open.</summary>
    FailOpen,

    /// <summary>Not asked: an exempt caller, path or method.</summary>
    Exempt,

    /// <summary>The client went away before there was a decision.</summary>
    Cancelled,

    /// <summary>Refused because what it said of itself, its cost for example, cannot be.</summary>
    Invalid,
}

/// <summary>What a decision means for its request.</summary>
internal static class RequestOutcomes
{
    public const int Count = (int)RequestOutcome.Invalid + 1;

    public static RequestOutcome Of(in Decision decision)
    {
        if (decision.IsAllowed)
        {
            if (decision.Source == DecisionSource.FailOpen) return RequestOutcome.FailOpen;
            return decision.ShadowDeniedBy is null ? RequestOutcome.Allowed : RequestOutcome.ShadowDenied;
        }

        if (decision.Source == DecisionSource.FailClosed) return RequestOutcome.Unavailable;
        return decision.RetryAfter == Timeout.InfiniteTimeSpan ? RequestOutcome.Impossible : RequestOutcome.Denied;
    }

    public static string Text(this RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Allowed => "allowed",
        RequestOutcome.Denied => "denied",
        RequestOutcome.Impossible => "impossible",
        RequestOutcome.ShadowDenied => "shadow_denied",
        RequestOutcome.Unavailable => "unavailable",
        RequestOutcome.FailOpen => "fail_open",
        RequestOutcome.Exempt => "exempt",
        RequestOutcome.Cancelled => "cancelled",
        RequestOutcome.Invalid => "invalid",
        _ => throw new UnreachableException($"{outcome} is not an outcome."),
    };
}
