namespace Headgate.Benchmarks.Reporting;

/// <summary>What one row of the benchmark came to.</summary>
/// <param name="Id">As given to <c>--rows</c>.</param>
/// <param name="Title">In words.</param>
/// <param name="Header">Of the table.</param>
/// <param name="Table">Details, as text.</param>
/// <param name="Checks">Against the targets.</param>
/// <param name="Notes">What a reader must know to read the table.</param>
/// <param name="Data">The figures behind it, for machines.</param>
internal sealed record RowResult(
    string Id,
    string Title,
    IReadOnlyList<string> Header,
    IReadOnlyList<IReadOnlyList<string>> Table,
    IReadOnlyList<Check> Checks,
    IReadOnlyList<string> Notes,
    object? Data)
{
    /// <summary>True if measuring went wrong.</summary>
    public bool IsFailed { get; init; }

    /// <summary>A row that went wrong, and how: what the others found is not lost.</summary>
    public static RowResult Failed(string id, string title, string reason) =>
        new(id, title, [], [], [], [$"**Failed**: {reason}"], null) { IsFailed = true };

    /// <summary>A row that could not be measured here, and why.</summary>
    public static RowResult Skipped(string id, string title, string reason) =>
        new(id, title, [], [], [], [$"Skipped: {reason}"], null);
}
