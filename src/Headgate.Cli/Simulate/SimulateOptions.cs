using System.Globalization;
using Headgate.Cli.Simulate.Input;

namespace Headgate.Cli.Simulate;

/// <summary>What a simulation was asked to do, checked.</summary>
internal sealed record SimulateOptions
{
    public const string DefaultLimit = "token_bucket(capacity=10, refill=1/s)";
    public const int DefaultTop = 10;
    public const int MostTop = 100_000;
    public const int MostLimits = 16;

    public required IReadOnlyList<string> Files { get; init; }

    public required IReadOnlyList<Limit> Limits { get; init; }

    /// <summary>True if no limit was asked for, so that the report says which it took.</summary>
    public bool LimitIsDefault { get; init; }

    public required FieldSpec Fields { get; init; }

    /// <summary>Null to tell it by the first lines.</summary>
    public LogFormat? Format { get; init; }

    public bool SkipBad { get; init; }

    public bool Json { get; init; }

    /// <summary>Where to write the HTML report; null for nowhere.</summary>
    public string? Html { get; init; }

    /// <summary>Rows of the tables of keys and bursts.</summary>
    public int Top { get; init; } = DefaultTop;

    /// <summary>How late a line may be to be put in order, in microseconds.</summary>
    public long ReorderMicros { get; init; } = 60_000_000;

    public int ReorderCapacity { get; init; } = Ordering.ReorderBuffer.DefaultCapacity;

    public bool Search { get; init; } = true;

    public bool Progress { get; init; } = true;

    /// <summary>Events kept in memory before the rest goes to a temporary file.</summary>
    public long EventMemoryBytes { get; init; } = Replay.EventLog.DefaultMemoryBytes;

    public static IReadOnlyList<Limit> ParseLimits(IReadOnlyList<string> texts)
    {
        if (texts.Count > MostLimits)
            throw CommandException.WrongUsage(
                $"--limit is given {texts.Count} times; at most {MostLimits} limits run side by side. Leave some out.");
        List<Limit> limits = [];
        foreach (string text in texts)
        {
            Limit limit = ParseLimit(text);
            if (limits.Contains(limit)) throw CommandException.WrongUsage($"--limit {limit} is given twice. Leave one out.");
            limits.Add(limit);
        }

        return limits;
    }

    /// <summary>A duration such as 60s, or 0 for none.</summary>
    public static long ParseReorder(string text)
    {
        if (text is "0" or "0s") return 0;
        return DurationArgument.TryRead(text, out TimeSpan duration)
            ? duration.Ticks / TimeSpan.TicksPerMicrosecond
            : throw CommandException.WrongUsage(
                $"--reorder is \"{PlainText.Clean(text)}\"; it must be a duration such as 60s, 5min or 250ms, or 0 for none.");
    }

    public static int ParseTop(int top) => top is >= 1 and <= MostTop
        ? top
        : throw CommandException.WrongUsage($"--top is {top.ToString(CultureInfo.InvariantCulture)}; it must be 1 to {MostTop}.");

    private static Limit ParseLimit(string text)
    {
        Limit limit = LimitArgument.Parse(text);
        if (HasConcurrency(limit))
        {
            throw CommandException.WrongUsage(
                $"--limit {limit} has a concurrency limit, which depends on how long requests take; a log says only when they came. "
                + "Use a token_bucket, a leaky_bucket or a window instead.");
        }

        // What is simulated enforces nothing anyway: a shadow limit is tried like any other.
        return limit with { Shadow = false };
    }

    private static bool HasConcurrency(Limit limit) =>
        limit is ConcurrencyLimit || (limit is CompositeLimit composite && composite.Limits.Any(HasConcurrency));
}
