namespace Headgate.AspNetCore.Admin;

/// <summary>Between the fields of a rule and a limit.</summary>
internal static class RuleLimits
{
    private const string Algorithms = "token_bucket, leaky_bucket, fixed_window, sliding_window, sliding_log or concurrency";

    /// <summary>The limit that a body asks for.</summary>
    public static Limit Read(RuleBody body)
    {
        bool numbers = body.Algorithm is not null || Numbers(body).Any(number => number.IsGiven);
        int ways = (body.Limit is null ? 0 : 1) + (body.Limits is null ? 0 : 1) + (numbers ? 1 : 0);
        if (ways != 1)
        {
            throw AdminRefusal.Bad(ways == 0 ? "algorithm" : body.Limit is null ? "limits" : "limit", null,
                $"the rule has {(ways == 0 ? "no limit" : "its limit in several ways")}; it must have one of: limit, limits, or algorithm with its numbers.");
        }

        if (body.Limit is not null) return Parse("limit", body.Limit);
        if (body.Limits is not { } texts) return FromNumbers(body);
        Limit[] all = Array.ConvertAll(texts, text => Parse("limits", text));
        return all is [var only] ? only : Checked("limits", null, () => Limit.AllOf(all));
    }

    /// <summary>A token bucket of so many permits a second.</summary>
    public static TokenBucketLimit Bucket(long capacity, decimal refillRate)
    {
        Rate refill = Checked("refill_rate", refillRate, () => Rate.PerSecond(refillRate));
        return Checked("capacity", capacity, () => Limit.TokenBucket(capacity, refill));
    }

    /// <summary>The limits as text, without the names that the policy gave them: they are given again.</summary>
    public static IReadOnlyList<string> Texts(string policy, Limit limit)
    {
        IReadOnlyList<Limit> parts = limit is CompositeLimit { Name: null, Shadow: false } all ? all.Limits : [limit];
        return [.. parts.Select((part, place) => (part.Name == NameOf(policy, place) ? part with { Name = null } : part).ToString())];
    }

    private static string NameOf(string policy, int place) => place == 0 ? policy : $"{policy}.{place + 1}";

    private static Limit Parse(string field, string text)
    {
        try
        {
            return Limit.Parse(text);
        }
        catch (FormatException bad)
        {
            throw AdminRefusal.Bad(field, text, bad.Message);
        }
    }

    private static Limit FromNumbers(RuleBody body)
    {
        string algorithm = body.Algorithm ?? (body.Capacity is not null && body.LeakRate is null
            ? "token_bucket"
            : throw AdminRefusal.Bad("algorithm", null, $"algorithm is missing; it must be {Algorithms}."));
        string[] takes = algorithm switch
        {
            "token_bucket" => ["capacity", "refill_rate"],
            "leaky_bucket" => ["capacity", "leak_rate"],
            "fixed_window" or "sliding_window" or "sliding_log" => ["permits", "max_requests", "window", "window_duration_seconds"],
            "concurrency" => ["permits", "max_requests", "lease_seconds"],
            _ => throw AdminRefusal.Bad("algorithm", algorithm, $"algorithm is '{(algorithm.Length > 60 ? algorithm[..60] : algorithm)}'; it must be {Algorithms}."),
        };
        foreach ((string field, bool given) in Numbers(body))
        {
            if (given && !takes.Contains(field)) throw AdminRefusal.Bad(field, null, $"{field} is no number of {algorithm}; it takes {string.Join(", ", takes)}.");
        }

        switch (algorithm)
        {
            case "token_bucket":
                return Bucket(Needed("capacity", body.Capacity), Needed("refill_rate", body.RefillRate));
            case "leaky_bucket":
                Rate leak = Checked("leak_rate", body.LeakRate, () => Rate.PerSecond(Needed("leak_rate", body.LeakRate)));
                long capacity = Needed("capacity", body.Capacity);
                return Checked("capacity", capacity, () => Limit.LeakyBucket(capacity, leak));
            case "concurrency":
                TimeSpan? lease = body.LeaseSeconds is { } seconds ? Duration("lease_seconds", seconds) : null;
                (string held, long places) = PermitsOf(body);
                return Checked(held, places, () => Limit.Concurrency(places, lease));
            default:
                TimeSpan window = WindowOf(body);
                (string field, long permits) = PermitsOf(body);
                return Checked<Limit>(field, permits, () => algorithm switch
                {
                    "fixed_window" => Limit.FixedWindow(permits, window),
                    "sliding_window" => Limit.SlidingWindow(permits, window),
                    _ => Limit.SlidingLog(permits, window),
                });
        }
    }

    private static (string Field, bool IsGiven)[] Numbers(RuleBody body) =>
    [
        ("capacity", body.Capacity is not null), ("refill_rate", body.RefillRate is not null), ("leak_rate", body.LeakRate is not null),
        ("permits", body.Permits is not null), ("max_requests", body.MaxRequests is not null), ("window", body.Window is not null),
        ("window_duration_seconds", body.WindowDurationSeconds is not null), ("lease_seconds", body.LeaseSeconds is not null),
    ];

    private static (string Field, long Permits) PermitsOf(RuleBody body) => (body.Permits, body.MaxRequests) switch
    {
        (not null, not null) => throw AdminRefusal.Bad("max_requests", $"{body.MaxRequests}", "permits and max_requests are one number; give one of them."),
        (null, { } requests) => ("max_requests", requests),
        _ => ("permits", Needed("permits", body.Permits)),
    };

    private static TimeSpan WindowOf(RuleBody body) => (body.Window, body.WindowDurationSeconds) switch
    {
        (not null, not null) => throw AdminRefusal.Bad("window_duration_seconds", $"{body.WindowDurationSeconds}", "window and window_duration_seconds are one number; give one of them."),
        (null, { } seconds) => Duration("window_duration_seconds", seconds),
        ({ } text, _) => WindowText(text),
        _ => throw AdminRefusal.Bad("window", null, "window is missing; it must be a duration such as \"1min\", or window_duration_seconds a number of seconds."),
    };

    /// <summary>A duration as limits are written: whoever reads limits reads it.</summary>
    private static TimeSpan WindowText(string text)
    {
        if (text.AsSpan().ContainsAny("(),;=") || !Limit.TryParse($"fixed_window(permits=1, window={text})", out Limit? limit))
            throw AdminRefusal.Bad("window", text, $"window is '{(text.Length > 60 ? text[..60] : text)}'; it must be a duration between 1us and 36525d such as 30s, 1min, 1h or 1d.");
        return ((FixedWindowLimit)limit).Window;
    }

    private static TimeSpan Duration(string field, decimal seconds)
    {
        decimal ticks = Math.Abs(seconds) > 4_000_000_000 ? -1 : seconds * TimeSpan.TicksPerSecond;
        if (ticks < TimeSpan.TicksPerMicrosecond || ticks > LimitBounds.MaxPeriod.Ticks || ticks % TimeSpan.TicksPerMicrosecond != 0)
            throw AdminRefusal.Bad(field, $"{seconds}", $"{field} is {seconds}; it must be between 0.000001 and {LimitBounds.MaxPeriod.TotalSeconds:0} seconds, in whole microseconds.");
        return TimeSpan.FromTicks((long)ticks);
    }

    private static T Needed<T>(string field, T? number)
        where T : struct => number ?? throw AdminRefusal.Bad(field, null, $"{field} is missing; it must be a number above 0.");

    private static T Checked<T>(string field, object? value, Func<T> build)
    {
        try
        {
            return build();
        }
        catch (ArgumentException refused)
        {
            throw AdminRefusal.Bad(field, value?.ToString(), refused);
        }
    }
}
