using System.Diagnostics;

namespace Headgate.AspNetCore.Observability;

/// <summary>
/// What traces show. A decision in memory takes less time than an activity costs, so it only tags the activity of its request; one that waits
/// or asks a remote store has an activity of its own. Both only while somebody listens to the source: ASP.NET Core makes an activity for
/// every request as soon as anything is logged, listened to or not, and tags nobody reads would cost an allocation each.
/// </summary>
internal static class RequestActivity
{
    public const string Name = "headgate.acquire";
    public const string PolicyTag = "headgate.policy";
    public const string OutcomeTag = "headgate.outcome";
    public const string RemainingTag = "headgate.remaining";
    public const string RetryAfterTag = "headgate.retry_after";

    private static readonly ActivitySource Source = new(HeadgateAspNetCoreDiagnostics.ActivitySourceName);

    public static bool Listens => Source.HasListeners();

    /// <summary>The activity of a decision that is not there at once; null if nobody listens. Give it to <see cref="End"/>.</summary>
    public static Activity? Start(string policy)
    {
        Activity? activity = Source.StartActivity(Name);
        activity?.SetTag(PolicyTag, policy);
        return activity;
    }

    /// <summary>The decision is there; for one that never came, <see cref="Activity.Dispose()"/> alone.</summary>
    public static void End(Activity? activity, string policy, in Decision decision)
    {
        if (activity is null) return;
        RequestOutcome outcome = RequestOutcomes.Of(decision);
        if (activity.IsAllDataRequested) Tag(activity, policy, outcome, decision);
        // A denial is a right answer. A store that does not answer is an error, even if the request is let through.
        if (outcome is RequestOutcome.Unavailable or RequestOutcome.FailOpen) activity.SetStatus(ActivityStatusCode.Error, "The store did not answer.");
        activity.Dispose();
    }

    /// <summary>A decision with an activity of its own. In a method of its own, so that what comes after is not its child.</summary>
    public static async ValueTask<Decision> TraceAsync(string policy, Func<ValueTask<Decision>> ask)
    {
        using Activity? activity = Start(policy);
        Decision decision = await ask().ConfigureAwait(false);
        End(activity, policy, decision);
        return decision;
    }

    /// <summary>Says on an activity what was decided.</summary>
    public static void Tag(Activity activity, string policy, RequestOutcome outcome, in Decision decision)
    {
        activity.SetTag(PolicyTag, policy);
        activity.SetTag(OutcomeTag, outcome.Text());
        if (outcome is RequestOutcome.Exempt or RequestOutcome.Cancelled or RequestOutcome.Invalid) return;
        if (outcome is RequestOutcome.Unavailable or RequestOutcome.FailOpen) return;
        activity.SetTag(RemainingTag, decision.Remaining);
        if (outcome is RequestOutcome.Denied) activity.SetTag(RetryAfterTag, decision.RetryAfter.TotalSeconds);
    }
}
