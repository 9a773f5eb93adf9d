using System.Globalization;
using Xunit;

namespace Headgate.Docs.Tests;

/// <summary>
/// The worked examples of the pages: a block in the language "trace" is a limit, a line of column names and a line a charge. Each is
/// replayed on a memory store under a virtual clock and must say what the page says.
/// </summary>
public sealed class TraceTests
{
    public static TheoryData<string> Pages => [.. Find()];

    private static IEnumerable<string> Find() => Repository.Pages().Where(page => Markdown.Fences(page).Any(f => f.Language == "trace"));

    [Fact]
    public void Every_page_of_a_limit_has_a_worked_example() =>
        Assert.Equal(7, Find().Count(page => page.StartsWith("docs/limits/", StringComparison.Ordinal)));

    [Theory, MemberData(nameof(Pages))]
    public async Task Every_worked_example_is_what_happens(string page)
    {
        foreach (Fence trace in Markdown.Fences(page).Where(f => f.Language == "trace")) await ReplayAsync(trace);
    }

    private static async Task ReplayAsync(Fence trace)
    {
        string[] lines = trace.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Limit limit = Limit.Parse(lines[0]);
        string[] columns = Split(lines[1]);
        Assert.True(lines.Length > 2, $"{trace} has no charges");
        VirtualClock clock = new();
        using MemoryStore store = new(clock);
        Limiter limiter = new(limit, store);
        foreach (string line in lines[2..])
        {
            Dictionary<string, string> row = columns.Zip(Split(line)).ToDictionary(p => p.First, p => p.Second);
            clock.Set(ReadTime(row["at"]));
            long cost = long.Parse(row["cost"], CultureInfo.InvariantCulture);
            Decision decision = await limiter.AcquireAsync("key", cost, TestContext.Current.CancellationToken);
            foreach ((string column, string expected) in row)
            {
                bool same = column switch
                {
                    "at" or "cost" => true,
                    "answer" => expected == (decision.IsAllowed ? "allowed" : "denied"),
                    "remaining" => expected == decision.Remaining.ToString(CultureInfo.InvariantCulture),
                    "retry_after" => ReadTime(expected) == decision.RetryAfter,
                    "reset_after" => ReadTime(expected) == decision.ResetAfter,
                    "delay" => ReadTime(expected) == decision.Delay,
                    "decided_by" => decision.DecidedBy!.StartsWith(expected, StringComparison.Ordinal),
                    _ => throw new FormatException($"{trace}: a trace has no column {column}"),
                };
                Assert.True(same, $"{trace}: \"{line}\" says {column} = {expected}, but the answer is {decision}");
            }
        }
    }

    private static string[] Split(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static TimeSpan ReadTime(string text) => text switch
    {
        "-" => TimeSpan.Zero,
        "never" => Timeout.InfiniteTimeSpan,
        _ when text.EndsWith("us", StringComparison.Ordinal) => Micros(text[..^2], 1),
        _ when text.EndsWith('s') => Micros(text[..^1], 1_000_000),
        _ => throw new FormatException($"'{text}' is no time of a trace; write 1.5s, 1us, - or never"),
    };

    private static TimeSpan Micros(string number, int unit) =>
        TimeSpan.FromMicroseconds((long)(decimal.Parse(number, CultureInfo.InvariantCulture) * unit));
}
