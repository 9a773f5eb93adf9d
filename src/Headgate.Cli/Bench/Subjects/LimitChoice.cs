using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench.Subjects;

/// <summary>The limits that can be compared, by the names that they have as text.</summary>
/// <param name="Kind">As in <c>token_bucket(...)</c>.</param>
/// <param name="Name">In words.</param>
/// <param name="Limit">With numbers that never run dry while they are measured.</param>
internal sealed record LimitChoice(string Kind, string Name, Limit Limit)
{
    private const long Plenty = 1_000_000_000;

    private static readonly Limit SlidingWindow = Limit.SlidingWindow(Plenty, TimeSpan.FromSeconds(1));

    public static LimitChoice TokenBucket { get; } = new("token_bucket", "token bucket", HeadgateLimits.TokenBucket);

    public static IReadOnlyList<LimitChoice> All { get; } =
    [
        TokenBucket,
        new("leaky_bucket", "leaky bucket", Limit.LeakyBucket(Plenty, Rate.Per(1, TimeSpan.FromSeconds(3)))),
        new("fixed_window", "fixed window", Limit.FixedWindow(Plenty, TimeSpan.FromSeconds(1))),
        new("sliding_window", "sliding window", SlidingWindow),
        new("sliding_log", "sliding log", Limit.SlidingLog(LimitBounds.MaxSlidingLogPermits, TimeSpan.FromMilliseconds(1))),
        new("concurrency", "concurrency, enter and release", Limit.Concurrency(Plenty)),
        new("all_of", "token bucket and sliding window", Limit.AllOf(HeadgateLimits.TokenBucket, SlidingWindow)),
    ];

    /// <summary>The two that most people choose between.</summary>
    public static IReadOnlyList<LimitChoice> Usual { get; } = [.. All.Take(2)];

    /// <summary>Some by their kinds, in the order of <see cref="All"/>.</summary>
    /// <exception cref="CommandException">Wrong usage: a kind is unknown, or there is none.</exception>
    public static IReadOnlyList<LimitChoice> Parse(string kinds)
    {
        string[] asked = kinds.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string known = string.Join(", ", All.Select(limit => limit.Kind));
        if (asked.FirstOrDefault(kind => All.All(limit => limit.Kind != kind)) is { } unknown)
            throw CommandException.WrongUsage($"--limits names \"{PlainText.Clean(unknown, 60)}\"; the kinds are {known}.");
        return asked.Length > 0
            ? [.. All.Where(limit => asked.Contains(limit.Kind))]
            : throw CommandException.WrongUsage($"--limits names no kind; the kinds are {known}.");
    }

    public bool IsHeld => Limit is ConcurrencyLimit;

    /// <summary>A subject in memory.</summary>
    public Candidate InMemory() => IsHeld ? EnterAndLeave.Candidate(Name, Limit) : Acquire.Candidate(Name, Limit);
}
