namespace Headgate.Tests;

/// <summary>One limit of each kind.</summary>
internal static class OneOfEach
{
    public static readonly string[] Kinds = ["token_bucket", "leaky_bucket", "fixed_window", "sliding_window", "sliding_log", "concurrency"];

    /// <summary>So many permits, all of which are back within two times <paramref name="seconds"/>.</summary>
    public static Limit Of(string kind, long permits, int seconds = 10)
    {
        TimeSpan window = TimeSpan.FromSeconds(seconds);
        return kind switch
        {
            "token_bucket" => Limit.TokenBucket(permits, Rate.Per(permits, window)),
            "leaky_bucket" => Limit.LeakyBucket(permits, Rate.Per(permits, window)),
            "fixed_window" => Limit.FixedWindow(permits, window),
            "sliding_window" => Limit.SlidingWindow(permits, window),
            "sliding_log" => Limit.SlidingLog(permits, window),
            _ => Limit.Concurrency(permits, window),
        };
    }
}
