using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Headgate.Server.Health;

/// <summary>
/// Where the parts of the service report what keeps it from being ready, and what people should look at though it is. Each part has a name of its own.
/// Thread-safe.
/// </summary>
internal sealed class ReadinessBoard
{
    /// <summary>The name under which the service as a whole reports that it is starting or stopping.</summary>
    public const string Service = "service";

    /// <summary>Until the service listens.</summary>
    public const string Starting = "The service is starting.";

    /// <summary>From when on it is asked to stop.</summary>
    public const string Draining = "The service is shutting down: it finishes what it has and takes nothing new.";

    private readonly ConcurrentDictionary<string, string> _problems = new(StringComparer.Ordinal) { [Service] = Starting };
    private readonly ConcurrentDictionary<string, string> _warnings = new(StringComparer.Ordinal);

    /// <summary>True if nothing keeps it.</summary>
    public bool IsReady => _problems.IsEmpty;

    /// <summary>What keeps it from being ready, by name, in the order of names.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Problems => Sorted(_problems);

    /// <summary>What people should look at, by name, in the order of names.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Warnings => Sorted(_warnings);

    /// <summary>Says that a part is, or is no more, what keeps the service from being ready.</summary>
    /// <param name="name">The part: a word of the code's own, never of a caller's.</param>
    /// <param name="problem">What is wrong and what to do; null if nothing is.</param>
    public void Set(string name, string? problem) => Put(_problems, name, problem);

    /// <summary>Says what people should look at, though the service works: a damaged file that was set aside.</summary>
    /// <param name="name">The part: a word of the code's own, never of a caller's.</param>
    /// <param name="warning">What it is and what to do; null to take it back.</param>
    public void Warn(string name, string? warning) => Put(_warnings, name, warning);

    private static void Put(ConcurrentDictionary<string, string> board, string name, string? text)
    {
        if (text is null) board.TryRemove(name, out _);
        else board[name] = text;
    }

    private static ImmutableArray<KeyValuePair<string, string>> Sorted(ConcurrentDictionary<string, string> board) =>
        [.. board.OrderBy(entry => entry.Key, StringComparer.Ordinal)];
}
