using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>One call of a <see cref="Load"/>: what was asked, when, and what came of it.</summary>
/// <param name="Key">Whose permit; but for <see cref="Load.HotKey"/> a key that no other call asked for.</param>
/// <param name="Started">The timestamp before the call.</param>
/// <param name="Ended">The timestamp after the answer.</param>
/// <param name="Decision">The answer; nobody's if <paramref name="Error"/> came instead.</param>
/// <param name="Error">What was thrown, which nothing should be.</param>
internal readonly record struct Call(string Key, long Started, long Ended, Decision Decision, Exception? Error)
{
    public TimeSpan Took => Stopwatch.GetElapsedTime(Started, Ended);

    /// <summary>True if Redis decided, and not the failure mode.</summary>
    public bool IsDecidedByStore => Error is null && Decision.Source is DecisionSource.Store or DecisionSource.DenyCache;

    public override string ToString() => $"\"{Key}\" took {Took.TotalMilliseconds:F1} ms: {Error?.ToString() ?? Decision.ToString()}";
}
