using Headgate.Extensions;

namespace Headgate.AspNetCore.Admin;

/// <summary>The fields of a rule that only a policy has.</summary>
internal static class RulePolicy
{
    /// <summary>The policy with what the body says; what it does not mention stays.</summary>
    public static RateLimitPolicy With(RateLimitPolicy policy, RuleBody body)
    {
        if (body.KeySources is { } sources) policy = policy with { Key = Read("key_sources", string.Join(", ", sources), () => KeySelector.Parse(sources)) };
        if (body.Cost is { } cost) policy = policy with { Cost = Read("cost", cost, () => RequestCost.Parse(cost)) };
        if (body.Shadow is { } shadow) policy = policy with { Shadow = shadow };
        if (body.OnStoreFailure is { } mode) policy = policy with { OnStoreFailure = ModeOf(mode) };
        if (body.MaxWaitSeconds is { } wait)
        {
            if (wait is < 0 or > 3600) throw AdminRefusal.Bad("max_wait_seconds", $"{wait}", $"max_wait_seconds is {wait}; it must be between 0 and 3600. Use 0 to refuse at once.");
            policy = policy with { MaxWait = TimeSpan.FromTicks((long)(wait * TimeSpan.TicksPerSecond)) };
        }

        if (body.QueueLimit is { } queue)
        {
            if (queue is < 0 or > LimiterOptions.MostMaxWaiters)
                throw AdminRefusal.Bad("queue_limit", $"{queue}", $"queue_limit is {queue}; it must be between 0 and {LimiterOptions.MostMaxWaiters}.");
            policy = policy with { QueueLimit = (int)queue };
        }

        return policy;
    }

    /// <summary>A caller's own limit is a limit and nothing else.</summary>
    public static void RefuseFieldsOfPolicies(RuleBody body)
    {
        string? field = body switch
        {
            { KeySources: not null } => "key_sources",
            { Cost: not null } => "cost",
            { Shadow: not null } => "shadow",
            { OnStoreFailure: not null } => "on_store_failure",
            { MaxWaitSeconds: not null } => "max_wait_seconds",
            { QueueLimit: not null } => "queue_limit",
            _ => null,
        };
        if (field is not null)
            throw AdminRefusal.Bad(field, null, $"{field} belongs to a policy, and this rule is one caller's own limit. Leave it away, or add \"kind\": \"policy\".");
    }

    public static string Text(FailureMode mode) => mode switch { FailureMode.Open => "open", FailureMode.Closed => "closed", _ => "local" };

    public static decimal Seconds(TimeSpan time) => time.Ticks / (decimal)TimeSpan.TicksPerSecond;

    private static FailureMode ModeOf(string text) => text switch
    {
        "open" => FailureMode.Open,
        "closed" => FailureMode.Closed,
        "local" => FailureMode.Local,
        _ => throw AdminRefusal.Bad("on_store_failure", text, $"on_store_failure is '{(text.Length > 60 ? text[..60] : text)}'; it must be open, closed or local."),
    };

    private static T Read<T>(string field, string value, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException bad)
        {
            throw AdminRefusal.Bad(field, value, bad.Message);
        }
        catch (ArgumentException refused)
        {
            throw AdminRefusal.Bad(field, value, refused);
        }
    }
}
