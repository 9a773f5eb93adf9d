using Headgate.Cli.Simulate.Input;
using Headgate.Cli.Simulate.Replay;
using Headgate.Cli.Simulate.Search;

namespace Headgate.Cli.Simulate;

/// <summary>All that a simulation found, for any report. Times are microseconds since 1970; names of files and
/// bad lines are cleaned text; keys are not, so that a report for machines has them as they are.</summary>
internal sealed record SimulationResult
{
    public required IReadOnlyList<FileResult> Files { get; init; }

    public required string Key { get; init; }

    public required string Cost { get; init; }

    public long Lines { get; init; }

    public long Requests { get; init; }

    public long Keys { get; init; }

    /// <summary>Requests in which a field of the key is missing; they share the key (none).</summary>
    public long WithoutKey { get; init; }

    public long From { get; init; }

    public long To { get; init; }

    public long BadLines { get; init; }

    public required IReadOnlyList<BadLine> FirstBadLines { get; init; }

    public long OutOfOrder { get; init; }

    public long MostLateMicros { get; init; }

    public long Clamped { get; init; }

    public long ReorderMicros { get; init; }

    /// <summary>Row 0: requests; row n: what limit number n denied.</summary>
    public required Timeline Timeline { get; init; }

    public required IReadOnlyList<BurstResult> Bursts { get; init; }

    public required IReadOnlyList<LimitResult> Limits { get; init; }

    public bool LimitIsDefault { get; init; }

    public bool Searched { get; init; }

    /// <summary>True if every request costs the same: then the limits found are the smallest of all.</summary>
    public bool EqualCosts { get; init; }

    public TimeSpan Elapsed { get; init; }
}

internal sealed record FileResult(string Name, string Format, long Lines);

internal sealed record BurstResult(int SpanSeconds, IReadOnlyList<BurstRow> Rows);

internal sealed record BurstRow(KeyText Key, long Requests, long EndMicros);

internal sealed record LimitResult
{
    public required Limit Limit { get; init; }

    /// <summary>The limit's name, or its text.</summary>
    public string Title => Limit.Name ?? Limit.ToString();

    public long Allowed { get; init; }

    public long Denied { get; init; }

    public double DeniedShare => Allowed + Denied == 0 ? 0 : Denied / (double)(Allowed + Denied);

    public long Impossible { get; init; }

    public long KeysDenied { get; init; }

    public long LongestLockOut { get; init; }

    /// <summary>True for a limit that holds work back.</summary>
    public bool Delays { get; init; }

    public long Delayed { get; init; }

    public long TotalDelay { get; init; }

    public long LongestDelay { get; init; }

    /// <summary>The keys denied most.</summary>
    public required IReadOnlyList<KeyRow> Keys { get; init; }

    public IReadOnlyList<KnobResult> Found { get; init; } = [];
}

internal sealed record KeyRow(KeyText Key, KeyOutcome Outcome);

/// <summary>What the search found for one number of a limit, the strictest share first.</summary>
internal sealed record KnobResult(LimitKnob Knob, IReadOnlyList<Suggestion> Suggestions);
