namespace Headgate.Cli.Bench;

/// <summary>Subjects that did the same work side by side.</summary>
/// <param name="Title">In words.</param>
/// <param name="Where"><c>memory</c> or <c>redis</c>.</param>
/// <param name="Callers">At once: threads in memory, tasks on Redis.</param>
/// <param name="Keys">1 for one hot key.</param>
/// <param name="Rows">The subjects.</param>
internal sealed record ComparisonGroup(string Title, string Where, int Callers, int Keys, IReadOnlyList<ComparisonRow> Rows)
{
    public const string Memory = "memory";
    public const string Redis = "redis";

    public ComparisonRow? Row(string subject) => Rows.FirstOrDefault(row => row.Subject == subject);
}

/// <summary>One subject.</summary>
/// <param name="Subject">Its name.</param>
/// <param name="MeanNanoseconds">Of a call, as its caller sees it.</param>
/// <param name="P50Nanoseconds">Half of the calls took no longer.</param>
/// <param name="P99Nanoseconds">99 of 100 calls took no longer.</param>
/// <param name="CallsPerSecond">Of all callers.</param>
/// <param name="Ratio">To what it is compared with; null if it is that itself, or there is nothing.</param>
/// <param name="RatioOf">What the ratio is of, to be read after it.</param>
internal sealed record ComparisonRow(
    string Subject,
    double MeanNanoseconds,
    double P50Nanoseconds,
    double P99Nanoseconds,
    double CallsPerSecond,
    double? Ratio,
    string? RatioOf);

/// <summary>What <c>headgate bench</c> is for: limits in memory and on Redis, beside what else there is.</summary>
/// <param name="Groups">In the order in which they are read.</param>
/// <param name="Redis">The hosts of the Redis that was measured on; null if none was.</param>
/// <param name="Notes">What is missing, and why; what a reader must know.</param>
/// <param name="Meaning">What the numbers mean, in sentences.</param>
internal sealed record Comparison(
    IReadOnlyList<ComparisonGroup> Groups, string? Redis, IReadOnlyList<string> Notes, IReadOnlyList<string> Meaning);
